//! Erasing a whole record: fence, bytes, what stands outside the partition, then every document of
//! the partition, the last of them in one batch with the tombstone. Killed anywhere, the next run
//! finds the fence and goes on.

use std::collections::BTreeSet;
use std::time::Duration;

use custom_handler::Failure;
use domain::event_chain::Head;
use domain::ledger_bucket::Bucket;
use domain::ledger_row::LedgerRow;
use domain::look_again::{Place, Pointer};
use domain::ports::blobs::BlobContainer;
use domain::ports::documents::{Change, Container, MOST_CHANGES, Query, Stored, list_all};
use domain::ports::queues::Queue;
use domain::record::history::History;
use domain::record::item::Item;
use domain::record::note::Note;
use domain::record::patient::{Details, Keeping, Patient};
use domain::record::request::CaptureRequest;
use domain::record::tombstone::Tombstone;
use domain::record::upload::Upload;
use domain::record::{HEAD, HISTORY, ITEM, NOTE, PATIENT, REQUEST, TOMBSTONE, UPLOAD, document_id};
use domain::register::controller::Controller;
use domain::retention::DueBy;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::app::{App, stored};
use crate::declined_numbers::{forget, rows_of};
use crate::delivery::text_row;
use crate::erasure::item::{erase_item, list_blobs};
use crate::erasure::pointers::{delete_inbox_rows, delete_row_of};
use crate::erasure::rows_ahead::{OwnDay, rows_ahead};
use crate::expire_records::Erasures;
use crate::healing::register_rows::numbers_of;
use crate::ledger::look_again;
use crate::links::{delete_links, link_rows};
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
    let due_rows = ledger_rows(details, &record).await?;
    let requests = record.list::<CaptureRequest>(REQUEST).await?;
    let (numbers, declined) = numbers(app, details, &record).await?;
    let own_days: Vec<OwnDay> =
        due_rows.iter().map(|row| (row.document.clone(), row.due)).collect();
    let ahead = rows_ahead(&record, details, controller, &own_days, now).await?;
    let rows: Vec<String> = numbers.iter().chain(&declined).cloned().collect();
    look_again_at(app, details, &requests, &rows, &ahead, now).await?;
    for item in record.list::<Item>(ITEM).await? {
        // Each picture gets its own tombstone, whichever row of the night came first.
        erase_item(app, patient, &item.value.item, operation, rule, due, now).await?;
    }
    let blobs = erase_bytes(app, patient).await?;
    let teams = teams(controller, &requests);
    erase_inbox_rows(app, &controller.controller, &teams, patient).await?;
    erase_outside(app, patient, controller, &requests).await?;
    for number in &numbers {
        release_number(app, &controller.controller, number, patient).await?;
    }
    for row in &declined {
        forget(app, &controller.controller, row).await?;
    }
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
    let Some(stone) = record.read::<Tombstone>(&document_id(TOMBSTONE, PATIENT)).await? else {
        // Nobody erased it: after a restore it may only be missing.
        return Ok(());
    };
    erase_bytes(app, patient).await?;
    let controller = controller(app, &stone.value.controller).await?;
    let teams = teams(&controller, &[]);
    erase_inbox_rows(app, &controller.controller, &teams, patient).await
}

/// What was left of one picture, or of all, of a record that is gone.
pub async fn erase_left(app: &App, patient: &str, item: Option<&str>) -> Result<(), Failure> {
    let Some(item) = item else { return erase_bytes(app, patient).await.map(drop) };
    for name in stored(list_blobs(app, &format!("{patient}/{item}/")).await)? {
        stored(app.blobs.erase(BlobContainer::Records, &name).await)?;
    }
    stored(app.blobs.erase(BlobContainer::Incoming, &format!("{patient}/{item}")).await)
}

/// Every team that may have a row about the patient: also one that the controller no longer has.
fn teams(controller: &Controller, requests: &[Versioned<CaptureRequest>]) -> BTreeSet<String> {
    let asked = requests.iter().map(|request| &request.value.team);
    controller.teams.iter().map(|team| &team.team).chain(asked).cloned().collect()
}

/// What stands outside the record and goes with it: who read the record before the fence may write
/// it again, so tomorrow's night looks once more.
async fn look_again_at(
    app: &App,
    details: &Patient,
    requests: &[Versioned<CaptureRequest>],
    numbers: &[String],
    due_rows: &[LedgerRow],
    now: Timestamp,
) -> Result<(), Failure> {
    let register_row = |id| Pointer::new(Place::Register, &details.controller, id);
    let search_row = format!("{}{}", domain::register::PATIENT, details.patient);
    let mut pointers: Vec<Pointer> =
        numbers.iter().cloned().chain([search_row]).map(register_row).collect();
    for request in requests {
        let texts = request.value.texts.iter().map(|text| text_row(&text.reference));
        let rows = link_rows(app, &request.value).await?.into_iter().chain(texts);
        pointers.extend(rows.map(|row| Pointer::link(&row)));
    }
    pointers.extend(due_rows.iter().map(|row| {
        let bucket = Bucket::of(row.due, &row.patient);
        Pointer::new(Place::Ledger, bucket.to_string(), row.id())
    }));
    look_again(app, &details.patient, "erased", pointers, now).await
}

/// Row ids of every NHS number that the record has or had, and of every mobile that may have been
/// declined for it.
async fn numbers(
    app: &App,
    details: &Patient,
    record: &Record<'_>,
) -> Result<(Vec<String>, Vec<String>), Failure> {
    let history = record.list::<History>(HISTORY).await?;
    let mut had: Vec<&Details> = history.iter().map(|before| &before.value.details).collect();
    had.push(&details.details);
    let numbers = numbers_of(app, &details.controller, &had).await?;
    let declined = rows_of(app, &details.controller, &details.patient, &had).await?;
    Ok((numbers, declined))
}

async fn erase_inbox_rows(
    app: &App,
    controller: &str,
    teams: &BTreeSet<String>,
    patient: &str,
) -> Result<(), Failure> {
    let teams: Vec<String> = teams.iter().cloned().collect();
    delete_inbox_rows(app, controller, &teams, patient).await
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

/// Texts, links, sessions and the search row.
async fn erase_outside(
    app: &App,
    patient: &str,
    controller: &Controller,
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
async fn ledger_rows(details: &Patient, record: &Record<'_>) -> Result<Vec<LedgerRow>, Failure> {
    let patient = &details.patient;
    let row = |document: String, due: Date| LedgerRow {
        patient: patient.clone(),
        document: Some(document),
        due,
    };
    let mut rows = vec![LedgerRow { patient: patient.clone(), document: None, due: details.due }];
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
