//! Erasing a whole record: fence, bytes, what stands outside the partition, then every document of
//! the partition, the last of them in one batch with the tombstone. Killed anywhere, the next run
//! finds the fence and goes on.

use std::time::Duration;

use custom_handler::Failure;
use domain::event_chain::Head;
use domain::ledger_row::LedgerRow;
use domain::ports::blobs::BlobContainer;
use domain::ports::documents::{Change, Container, MOST_CHANGES, Query, Stored, list_all};
use domain::ports::queues::Queue;
use domain::record::item::Item;
use domain::record::note::Note;
use domain::record::patient::{Keeping, Patient};
use domain::record::request::CaptureRequest;
use domain::record::tombstone::Tombstone;
use domain::record::upload::Upload;
use domain::record::{HEAD, ITEM, NOTE, PATIENT, REQUEST, TOMBSTONE, UPLOAD, document_id};
use domain::register::controller::Controller;
use domain::retention::DueBy;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::app::{App, stored};
use crate::delivery::text_row;
use crate::erasure::item::{erase_item, list_blobs};
use crate::erasure::pointers::{delete_inbox_rows, delete_row_of};
use crate::expire_records::Erasures;
use crate::links::delete_links;
use crate::operation::Operation;
use crate::record::{Committed, DECISIONS, Record, Versioned, too_busy};
use crate::reserve_number::{FUNCTION_TIMEOUT, release_number};
use crate::session::delete_row;
use crate::sign_in::staff::controller;

/// Erases everything about a fenced patient; only a tombstone stays.
pub async fn erase_patient(
    app: &App,
    details: &Patient,
    controller: &Controller,
    operation: &Operation,
    rule: DueBy,
    due: Date,
    now: Timestamp,
) -> Result<(), Failure> {
    let patient = details.patient.as_str();
    let record = Record::open(app, patient, now).await?;
    sweep_later(app, patient, &record, now).await?;
    let due_rows = ledger_rows(patient, &record).await?;
    for item in record.list::<Item>(ITEM).await? {
        // Each picture gets its own tombstone, whichever row of the night came first.
        erase_item(app, patient, &item.value.item, operation, rule, due, now).await?;
    }
    let blobs = erase_bytes(app, patient).await?;
    let requests = record.list::<CaptureRequest>(REQUEST).await?;
    erase_outside(app, patient, controller, details, &requests).await?;
    let tombstone = Tombstone {
        blobs,
        ..Tombstone::of("patient", patient, &controller.controller, rule, due, now)
    };
    erase_documents(app, patient, tombstone).await?;
    for row in due_rows {
        delete_row_of(app, &row).await?;
    }
    Ok(())
}

/// From here on every function answers that there is no such patient. Committed on the head that
/// the decision read, as [`crate::erasure::item::fence_item`].
pub async fn fence_patient(
    record: &Record<'_>,
    found: &Versioned<Patient>,
    operation: &Operation,
    rule: DueBy,
    due: Date,
) -> Result<Committed, Failure> {
    let fenced = Patient { keeping: Keeping::Erasing { rule, due }, ..found.value.clone() };
    let about = [("patient", found.value.patient.as_str()), ("rule", rule.as_str())];
    record.commit(operation, "patient-erasing", &about, vec![found.replace(&fenced)?], None).await
}

/// Who read the record before the fence may still put bytes into `records` or a row into an inbox,
/// as long as an invocation lives, and a signature that is still good lets bytes into `incoming`:
/// all that is swept once more when the last of them is over. The message comes before the facts it
/// needs are gone.
async fn sweep_later(
    app: &App,
    patient: &str,
    record: &Record<'_>,
    now: Timestamp,
) -> Result<(), Failure> {
    let uploads = record.list::<Upload>(UPLOAD).await?;
    let signed = uploads.iter().map(|upload| upload.value.signed_until.duration_since(now));
    let last = signed.fold(FUNCTION_TIMEOUT, SignedDuration::max);
    let message = Erasures::Sweep { sweep: patient.to_owned() };
    let message = serde_json::to_value(message).map_err(Failure::broken)?;
    let delay = Duration::from_secs(last.as_secs().unsigned_abs() + 60);
    stored(app.queues.send(Queue::Erasures, &message, delay).await)
}

/// Erases what came behind the fence of a patient who is gone.
pub async fn sweep(app: &App, patient: &str, now: Timestamp) -> Result<(), Failure> {
    let record = Record::open(app, patient, now).await?;
    if record.read::<Patient>(PATIENT).await?.is_some() {
        // Interrupted: the run that ends it sends a sweep of its own.
        return Ok(());
    }
    erase_bytes(app, patient).await?;
    let Some(stone) = record.read::<Tombstone>(&document_id(TOMBSTONE, PATIENT)).await? else {
        return Ok(());
    };
    let controller = controller(app, &stone.value.controller).await?;
    erase_inbox_rows(app, &controller, patient).await
}

async fn erase_inbox_rows(
    app: &App,
    controller: &Controller,
    patient: &str,
) -> Result<(), Failure> {
    let teams: Vec<String> = controller.teams.iter().map(|team| team.team.clone()).collect();
    delete_inbox_rows(app, &controller.controller, &teams, patient).await
}

/// Erases whatever stands in `incoming` and `records` under the patient.
async fn erase_bytes(app: &App, patient: &str) -> Result<u32, Failure> {
    let prefix = format!("{patient}/");
    let mut erased = 0;
    for name in stored(list_blobs(app, &prefix).await)? {
        stored(app.blobs.erase(BlobContainer::Records, &name).await)?;
        erased += 1;
    }
    loop {
        let names = app.blobs.list(BlobContainer::Incoming, &prefix, None, 500).await;
        let mut names = stored(names)?;
        // Blocks that no block list made a blob stand in no list of blobs.
        let half_sent =
            app.blobs.list_uncommitted(BlobContainer::Incoming, &prefix, None, 500).await;
        names.extend(stored(half_sent)?);
        if names.is_empty() {
            return Ok(erased);
        }
        for name in names {
            stored(app.blobs.erase(BlobContainer::Incoming, &name).await)?;
            erased += 1;
        }
    }
}

/// Texts, links, sessions, inbox rows, the search row and the number's reservation.
async fn erase_outside(
    app: &App,
    patient: &str,
    controller: &Controller,
    details: &Patient,
    requests: &[Versioned<CaptureRequest>],
) -> Result<(), Failure> {
    for request in requests {
        for text in &request.value.texts {
            // A provider that was taken out of the settings must not keep a record alive.
            if let Ok(provider) = app.texts.of(controller).await {
                provider.forget(&text.reference).await.map_err(Failure::retry)?;
            }
            delete_row(app, &text_row(&text.reference)).await?;
        }
        delete_links(app, &request.value).await?;
    }
    erase_inbox_rows(app, controller, patient).await?;
    if let Some(number) = &details.details.nhs_number {
        release_number(app, &controller.controller, number, patient).await?;
    }
    let row = format!("{}{patient}", domain::register::PATIENT);
    let id = &controller.controller;
    if let Some(found) = stored(app.documents.get(Container::Register, id, &row).await)? {
        let gone =
            app.documents.commit(Container::Register, id, vec![Change::delete(&found)]).await;
        if let Err(error) = gone
            && !error.is_race()
        {
            return stored(Err(error));
        }
    }
    Ok(())
}

/// Rows of the ledger that lead to what is going with the record.
async fn ledger_rows(patient: &str, record: &Record<'_>) -> Result<Vec<LedgerRow>, Failure> {
    let row = |document: String, due: Date| LedgerRow {
        patient: patient.to_owned(),
        document: Some(document),
        due,
    };
    let mut rows = Vec::new();
    for item in record.list::<Item>(ITEM).await? {
        rows.push(row(document_id(ITEM, &item.value.item), item.value.due));
    }
    for note in record.list::<Note>(NOTE).await? {
        rows.push(row(document_id(NOTE, &note.value.note), note.value.due));
    }
    Ok(rows)
}

/// All documents of the partition but tombstones; the fenced patient and the chain's head last,
/// in one batch with the tombstone, so that an interrupted run still finds its way.
async fn erase_documents(app: &App, patient: &str, tombstone: Tombstone) -> Result<(), Failure> {
    for _ in 0..DECISIONS {
        let all = list_all(&*app.documents, Container::Patients, patient, Query::prefix("")).await;
        let (last, rest): (Vec<Stored>, Vec<Stored>) = stored(all)?
            .into_iter()
            .filter(|found| !found.id.starts_with(TOMBSTONE))
            .partition(|found| found.id == PATIENT || found.id == HEAD);
        if last.is_empty() {
            // Another run was faster: its tombstone says where the chain ended, ours could not.
            return Ok(());
        }
        let mut raced = false;
        for batch in rest.chunks(MOST_CHANGES) {
            let changes = batch.iter().map(Change::delete).collect();
            raced |= lost_race(app.documents.commit(Container::Patients, patient, changes).await)?;
        }
        if raced {
            continue;
        }
        let head = last.iter().find(|found| found.id == HEAD);
        let chain = head.map(|head| stored(head.read::<Head>())).transpose()?;
        let tombstone = Tombstone { chain: chain.map(|head| head.hash), ..tombstone.clone() };
        let mut changes: Vec<Change> = last.iter().map(Change::delete).collect();
        changes.push(stored(Change::put(format!("{TOMBSTONE}{PATIENT}"), &tombstone))?);
        if !lost_race(app.documents.commit(Container::Patients, patient, changes).await)? {
            return Ok(());
        }
    }
    Err(too_busy())
}

fn lost_race<T>(result: Result<T, domain::ports::error::StoreError>) -> Result<bool, Failure> {
    match result {
        Ok(_) => Ok(false),
        Err(error) if error.is_race() => Ok(true),
        Err(error) => stored(Err(error)),
    }
}
