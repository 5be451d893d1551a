//! `erase-records`: decides again about each row that the night brought, and erases what is due.
//!
//! Trigger: queue `erasures`. Touches: everything about the item, note or patient, or a day of looks. Safe to repeat:
//! each step asks what is still there. One row that will not go does not keep the others alive.
//! The store counts what was erased; `reconcile-uploads` settles it when the night is over.
//!
//! Not all rows of a message may be done within one run: after 40 seconds the rest goes on as a
//! message of its own, before this one ends.

use std::time::Duration;

use custom_handler::{Failure, Function, QueueMessage};
use domain::ledger_bucket::Bucket;
use domain::ledger_row::LedgerRow;
use domain::look_again::AGAIN;
use domain::ports::documents::Container;
use domain::ports::queues::Queue;
use domain::record::item::Item;
use domain::record::note::Note;
use domain::record::patient::{Keeping, Patient};
use domain::record::{ITEM, NOTE, PATIENT};
use domain::retention::DueBy;
use domain::seen_day::SeenDay;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
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
use crate::ledger::is_early;
use crate::missing_record::may_go;
use crate::operation::Operation;
use crate::record::{Committed, DECISIONS, Record, Versioned, too_busy};
use crate::session::CAPTURE_PURPOSE;
use crate::sign_in::staff::controller;

pub fn function() -> Function<App> {
    Function::queue("erase-records", "erasures", erase_records)
}

/// A run ends after 60 seconds (`custom_handler::Deadlines`); by then the rest is on its way.
const ENOUGH: SignedDuration = SignedDuration::from_secs(40);

pub async fn erase_records(app: App, message: QueueMessage) -> Result<(), Failure> {
    let now = app.now();
    let mut done = Decided::default();
    match message.json()? {
        Erasures::Sweep { sweep: patient } => sweep(&app, &patient, now).await?,
        Erasures::Rows { bucket, rows } => done = decide_rows(&app, bucket, rows, now).await?,
    }
    let Decided { gone, stuck, sent_on } = done;
    info!(decided = gone, stuck, sent_on, "{gone} due rows decided, {stuck} stuck");
    // What was sent on comes again by itself, what is stuck too.
    if stuck > 0 && sent_on == 0 {
        return Err(Failure::retry(format!("{stuck} due rows are still to be decided")));
    }
    Ok(())
}

/// What became of the rows of a message.
#[derive(Debug, Default)]
struct Decided {
    gone: usize,
    stuck: usize,
    /// Rows that are in messages of their own now.
    sent_on: usize,
}

async fn decide_rows(
    app: &App,
    bucket: String,
    rows: Vec<String>,
    begun: Timestamp,
) -> Result<Decided, Failure> {
    let (mut gone, mut stuck) = (0, Vec::new());
    let mut rows = rows.into_iter();
    // At least one, however late it is: else the rest would be sent on for ever.
    while let Some(row) = rows.next() {
        match decide_row(app, &bucket, &row, begun).await {
            Ok(()) => gone += 1,
            Err(failure) => {
                let why = failure.log().unwrap_or("no reason given").to_owned();
                warn!(ledger.row = %row, why, "a due row could not be decided");
                stuck.push(row);
            }
        }
        if rows.len() > 0 && app.now().duration_since(begun) >= ENOUGH {
            let sent_on = rows.len() + stuck.len();
            let stuck_count = stuck.len();
            // Those that are stuck go apart, so that they fail five times and the rest does not.
            for rows in [rows.collect(), stuck] {
                send_on(app, &bucket, rows).await?;
            }
            return Ok(Decided { gone, stuck: stuck_count, sent_on });
        }
    }
    Ok(Decided { gone, stuck: stuck.len(), sent_on: 0 })
}

async fn send_on(app: &App, bucket: &str, rows: Vec<String>) -> Result<(), Failure> {
    if rows.is_empty() {
        return Ok(());
    }
    let message = Erasures::Rows { bucket: bucket.to_owned(), rows };
    let message = serde_json::to_value(message).map_err(Failure::broken)?;
    stored(app.queues.send(Queue::Erasures, &message, Duration::ZERO).await)
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
    let is_too_early = Bucket::parse(bucket).is_ok_and(|bucket| is_early(bucket, now));
    let item = row.document.as_deref().and_then(|document| document.strip_prefix(ITEM));
    if is_too_early || !(row.document.is_none() || item.is_some()) {
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
        Ok(bucket_day) if is_early(bucket_day, now) => Ok(()),
        _ => delete_ledger_row(app, bucket, id).await,
    }
}

#[cfg(test)]
mod tests;
