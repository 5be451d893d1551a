//! `erase-records`: decides again about each row that the night brought, and erases what is due.
//!
//! Trigger: queue `erasures`. Touches: everything about the item, note or patient, or a day of looks. Safe to repeat:
//! each step asks what is still there. One row that will not go does not keep the others alive.
//! The store counts what was erased; `reconcile-uploads` settles it when the night is over.

use custom_handler::{Failure, Function, QueueMessage};
use domain::ledger_bucket::Bucket;
use domain::ledger_row::LedgerRow;
use domain::look_again::AGAIN;
use domain::ports::documents::Container;
use domain::record::item::Item;
use domain::record::note::Note;
use domain::record::patient::{Keeping, Patient};
use domain::record::{ITEM, NOTE, PATIENT};
use domain::retention::DueBy;
use domain::seen_day::SeenDay;
use jiff::Timestamp;
use jiff::civil::Date;
use tracing::{info, warn};

use crate::app::{App, stored};
use crate::erasure::decide::{About, Verdict, verdict};
use crate::erasure::item::{erase_item, fence_item};
use crate::erasure::note::erase_note;
use crate::erasure::patient::{erase_left, erase_patient, fence_patient, sweep};
use crate::erasure::pointers::delete_ledger_row;
use crate::erasure::rows_ahead::{OwnDay, look_again_ahead};
use crate::erasure::seen_day::erase_seen_day;
use crate::expire_records::Erasures;
use crate::healing::look_at;
use crate::ledger::day;
use crate::missing_record::may_go;
use crate::operation::Operation;
use crate::record::{Committed, DECISIONS, Record, Versioned, too_busy};
use crate::session::CAPTURE_PURPOSE;
use crate::sign_in::staff::controller;

pub fn function() -> Function<App> {
    Function::queue("erase-records", "erasures", erase_records)
}

pub async fn erase_records(app: App, message: QueueMessage) -> Result<(), Failure> {
    let now = app.now();
    let (mut gone, mut stuck) = (0_usize, 0_usize);
    match message.json()? {
        Erasures::Sweep { sweep: patient } => sweep(&app, &patient, now).await?,
        Erasures::Rows { bucket, rows } => {
            for row in rows {
                match decide_row(&app, &bucket, &row, now).await {
                    Ok(()) => gone += 1,
                    Err(failure) => {
                        stuck += 1;
                        let why = failure.log().unwrap_or("no reason given").to_owned();
                        warn!(ledger.row = %row, why, "a due row could not be decided");
                    }
                }
            }
        }
    }
    info!(decided = gone, stuck, "{gone} due rows decided, {stuck} stuck");
    if stuck > 0 {
        return Err(Failure::retry(format!("{stuck} due rows are still to be decided")));
    }
    Ok(())
}

/// What a ledger row leads to.
enum Due {
    Patient,
    Item(Box<Versioned<Item>>),
    Note(Box<Versioned<Note>>),
}

async fn decide_row(app: &App, bucket: &str, id: &str, now: Timestamp) -> Result<(), Failure> {
    let Some(found) = stored(app.documents.get(Container::Ledger, bucket, id).await)? else {
        return Ok(());
    };
    let row: LedgerRow = stored(found.read())?;
    if let Some(seen) = SeenDay::parse(&row.patient) {
        return if erase_seen_day(app, &seen, now).await? {
            delete_ledger_row(app, bucket, id).await
        } else {
            delete_when_its_day_is_there(app, bucket, id, now).await
        };
    }
    if row.document.as_ref().is_some_and(|document| document.starts_with(AGAIN)) {
        return look_at(app, bucket, &stored(found.read())?, now).await;
    }
    for _ in 0..DECISIONS {
        let record = Record::open(app, &row.patient, now).await?;
        let Some(patient) = record.read::<Patient>(PATIENT).await? else {
            return leads_nowhere(app, bucket, &row, now).await;
        };
        let Some(document) = Due::read(&record, row.document.as_deref()).await? else {
            return leads_nowhere(app, bucket, &row, now).await;
        };
        let controller = controller(app, &patient.value.controller).await?;
        let operation = Operation::by_function(&controller, CAPTURE_PURPOSE, "erase-records");
        // A fence says that it was decided: an interrupted erasure goes on to its end.
        let decided = if let Some((rule, due)) = document.fence(&patient.value) {
            Verdict::Erase { rule, due }
        } else {
            let name = row.document.as_deref();
            verdict(app, &record, &patient.value, &controller, name, document.about(), now).await?
        };
        let (rule, due) = match decided {
            Verdict::Stays => return Ok(()),
            Verdict::MovedOn => return delete_when_its_day_is_there(app, bucket, id, now).await,
            Verdict::Erase { rule, due } => (rule, due),
        };
        let fenced = match (&document, document.fence(&patient.value)) {
            (_, Some(_)) | (Due::Note(_), None) => Committed::Done,
            (Due::Patient, None) => fence_patient(&record, &patient, &operation, rule, due).await?,
            (Due::Item(item), None) => fence_item(&record, item, &operation, rule, due).await?,
        };
        if !fenced.settled() {
            continue;
        }
        let own_days = document.own_days(&record).await?;
        if let Some((cause, documents)) = &own_days {
            let (patient, documents) = (&patient.value, documents.as_slice());
            look_again_ahead(app, &record, patient, &controller, cause, documents, now).await?;
        }
        match &document {
            Due::Patient => {
                erase_patient(app, &patient.value, &controller, &operation, rule, due, now).await?;
            }
            Due::Item(item) => {
                let item = &item.value.item;
                erase_item(app, &row.patient, item, &operation, rule, due, now).await?;
            }
            Due::Note(note) => {
                let erased = erase_note(&record, note, &operation, rule, due, now).await?;
                if !erased.settled() {
                    continue;
                }
            }
        }
        return delete_ledger_row(app, bucket, id).await;
    }
    Err(too_busy())
}

impl Due {
    async fn read(record: &Record<'_>, document: Option<&str>) -> Result<Option<Self>, Failure> {
        Ok(match document {
            None => Some(Self::Patient),
            Some(document) if document.starts_with(ITEM) => {
                record.read::<Item>(document).await?.map(|item| Self::Item(Box::new(item)))
            }
            Some(document) => {
                record.read::<Note>(document).await?.map(|note| Self::Note(Box::new(note)))
            }
        })
    }

    fn about(&self) -> About<'_> {
        let (item, team) = match self {
            Self::Patient => (None, None),
            Self::Item(item) => (Some(item.value.item.as_str()), Some(item.value.team.as_str())),
            Self::Note(note) => (note.value.item.as_deref(), Some(note.value.team.as_str())),
        };
        About { item, team }
    }

    /// What goes with it, with the days that it says itself; `None` for a whole record, which looks
    /// after its own.
    async fn own_days(
        &self,
        record: &Record<'_>,
    ) -> Result<Option<(String, Vec<OwnDay>)>, Failure> {
        Ok(match self {
            Self::Patient => None,
            Self::Note(note) => {
                let own = (Some(note.stored.id.clone()), note.value.due);
                Some((note.value.note.clone(), vec![own]))
            }
            Self::Item(item) => {
                let id = &item.value.item;
                let notes = record.list::<Note>(NOTE).await?.into_iter();
                let about = notes.filter(|note| note.value.item.as_ref() == Some(id));
                let mut own: Vec<OwnDay> =
                    about.map(|note| (Some(note.stored.id), note.value.due)).collect();
                own.push((Some(item.stored.id.clone()), item.value.due));
                Some((id.clone(), own))
            }
        })
    }

    /// The decision behind a fence that stands already.
    fn fence(&self, patient: &Patient) -> Option<(DueBy, Date)> {
        let own = match self {
            Self::Item(item) => item.value.keeping,
            Self::Patient | Self::Note(_) => Keeping::Kept,
        };
        [own, patient.keeping].into_iter().find_map(|keeping| match keeping {
            Keeping::Erasing { rule, due } => Some((rule, due)),
            Keeping::Kept => None,
        })
    }
}

/// What the row leads to is not there: erased, or never come. Where neither can be told, its pictures
/// wait for the record, and the row with them.
async fn leads_nowhere(
    app: &App,
    bucket: &str,
    row: &LedgerRow,
    now: Timestamp,
) -> Result<(), Failure> {
    let is_early = Bucket::parse(bucket).is_ok_and(|bucket| day(now) < bucket.day);
    let item = row.document.as_deref().and_then(|document| document.strip_prefix(ITEM));
    if is_early || !(row.document.is_none() || item.is_some()) {
        return delete_when_its_day_is_there(app, bucket, &row.id(), now).await;
    }
    if !may_go(app, &row.patient, item, now).await? {
        return Ok(());
    }
    erase_left(app, &row.patient, item).await?;
    delete_ledger_row(app, bucket, &row.id()).await
}

/// A pointer is written before its fact (invariant 2): where the fact is not there, or says that it
/// is due later, it may be about to come. So a row of a day still to come is left for that day; by
/// then no invocation that could write the fact is alive.
async fn delete_when_its_day_is_there(
    app: &App,
    bucket: &str,
    id: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    match Bucket::parse(bucket) {
        Ok(bucket_day) if day(now) < bucket_day.day => Ok(()),
        _ => delete_ledger_row(app, bucket, id).await,
    }
}
