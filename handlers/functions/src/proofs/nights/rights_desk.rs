//! What the data-protection officer will do once that part is built, as the erasure protocol expects
//! it: nothing is held or approved that is fenced, and each decision is one batch of the record.

use custom_handler::Failure;
use domain::ids::new_id;
use domain::ledger_row::LedgerRow;
use domain::ports::documents::Change;
use domain::record::hold::Hold;
use domain::record::item::Item;
use domain::record::note::Note;
use domain::record::patient::{Keeping, Patient};
use domain::record::{HOLD, ITEM, NOTE, PATIENT, document_id};

use crate::app::{App, stored};
use crate::ledger::{day, write_down};
use crate::operation::Operation;
use crate::record::{DECISIONS, Record, Versioned, too_busy};
use crate::session::CAPTURE_PURPOSE;
use crate::sign_in::staff::controller;

async fn kept(record: &Record<'_>) -> Result<Option<Versioned<Patient>>, Failure> {
    let patient = record.read::<Patient>(PATIENT).await?;
    Ok(patient.filter(|patient| patient.value.keeping == Keeping::Kept))
}

async fn operation(app: &App, patient: &Patient) -> Result<Operation, Failure> {
    let controller = controller(app, &patient.controller).await?;
    Ok(Operation::by_function(&controller, CAPTURE_PURPOSE, "rights-desk"))
}

/// Holds the record, or one picture of it (R61).
pub async fn place_hold(app: App, patient: String, item: Option<String>) -> Result<(), Failure> {
    let now = app.now();
    let id = new_id(now, &app.random.bytes());
    for _ in 0..DECISIONS {
        let record = Record::open(&app, &patient, now).await?;
        let Some(found) = kept(&record).await? else { return Ok(()) };
        if let Some(item) = &item {
            let item = record.read::<Item>(&document_id(ITEM, item)).await?;
            if item.is_none_or(|item| item.value.keeping != Keeping::Kept) {
                return Ok(());
            }
        }
        let hold = Hold {
            hold: id.clone(),
            item: item.clone(),
            reason: "complaint".into(),
            by: "demo-cora".into(),
            at: now,
            released_at: None,
        };
        let change = vec![stored(Change::create(document_id(HOLD, &id), &hold))?];
        let operation = operation(&app, &found.value).await?;
        if record.commit(&operation, "hold-placed", &[], change, None).await?.settled() {
            return Ok(());
        }
    }
    Err(too_busy())
}

/// Releases every hold of the record.
pub async fn release_holds(app: App, patient: String) -> Result<(), Failure> {
    let now = app.now();
    for _ in 0..DECISIONS {
        let record = Record::open(&app, &patient, now).await?;
        let Some(found) = kept(&record).await? else { return Ok(()) };
        let holds = record.list::<Hold>(HOLD).await?;
        let standing = holds.iter().filter(|hold| hold.value.released_at.is_none());
        let changes: Result<Vec<Change>, Failure> = standing
            .map(|hold| hold.replace(&Hold { released_at: Some(now), ..hold.value.clone() }))
            .collect();
        let operation = operation(&app, &found.value).await?;
        if record.commit(&operation, "holds-released", &[], changes?, None).await?.settled() {
            return Ok(());
        }
    }
    Err(too_busy())
}

/// Approves the erasure of the whole record (R66): a pointer to each part of it first, since a hold
/// may keep one and not the other, then the fact.
pub async fn approve_erasure(app: App, patient: String) -> Result<(), Failure> {
    let now = app.now();
    for _ in 0..DECISIONS {
        let record = Record::open(&app, &patient, now).await?;
        let Some(found) = kept(&record).await? else { return Ok(()) };
        let items = record.list::<Item>(ITEM).await?.into_iter().map(|item| item.stored.id);
        let notes = record.list::<Note>(NOTE).await?.into_iter().map(|note| note.stored.id);
        for document in [None].into_iter().chain(items.chain(notes).map(Some)) {
            let row = LedgerRow { patient: patient.clone(), document, due: day(now) };
            write_down(&app, &row, now).await?;
        }
        let approved = Patient { erasure_approved: Some(day(now)), ..found.value.clone() };
        let changes = vec![found.replace(&approved)?];
        let operation = operation(&app, &found.value).await?;
        if record.commit(&operation, "erasure-approved", &[], changes, None).await?.settled() {
            return Ok(());
        }
    }
    Err(too_busy())
}
