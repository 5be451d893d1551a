//! Erasing one picture: fence it, erase its bytes, then the documents about it in one batch with a
//! tombstone and the event, then the pointers.

use custom_handler::Failure;
use domain::ledger_row::LedgerRow;
use domain::ports::blobs::BlobContainer;
use domain::ports::documents::Change;
use domain::record::item::Item;
use domain::record::note::Note;
use domain::record::patient::Keeping;
use domain::record::tombstone::Tombstone;
use domain::record::upload::Upload;
use domain::record::{ITEM, NOTE, TOMBSTONE, UPLOAD, document_id};
use domain::retention::DueBy;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::app::{App, stored};
use crate::erasure::pointers::{delete_row_of, row_of};
use crate::inbox::take_away;
use crate::operation::Operation;
use crate::record::{Committed, DECISIONS, Record, Versioned, too_busy};
use crate::words_row::take_away_if_seen;

/// Clean picture and thumbnail.
const BLOBS: u32 = 2;

/// Erases a fenced item, or what an interrupted erasure left of it. Twice is once.
pub async fn erase_item(
    app: &App,
    patient: &str,
    item: &str,
    operation: &Operation,
    rule: DueBy,
    due: Date,
    now: Timestamp,
) -> Result<(), Failure> {
    let mut blobs = 0;
    for name in stored(list_blobs(app, &format!("{patient}/{item}/")).await)? {
        stored(app.blobs.erase(BlobContainer::Records, &name).await)?;
        blobs += 1;
    }
    stored(app.blobs.erase(BlobContainer::Incoming, &format!("{patient}/{item}")).await)?;

    for _ in 0..DECISIONS {
        let record = Record::open(app, patient, now).await?;
        let Some(found) = record.read::<Item>(&document_id(ITEM, item)).await? else {
            return Ok(());
        };
        let about = &found.value;
        // A pointer that can be found through the item alone goes before it; the fence holds.
        take_away(app, &operation.controller, &about.team, &about.inbox_row).await?;
        let mut changes = vec![found.delete()];
        if let Some(upload) = record.read::<Upload>(&document_id(UPLOAD, item)).await? {
            changes.push(upload.delete());
        }
        let mut notes = Vec::new();
        for note in record.list::<Note>(NOTE).await? {
            if note.value.item.as_deref() == Some(item) {
                changes.push(note.delete());
                notes.push(note.value);
            }
        }
        let rows: Vec<LedgerRow> = [(document_id(ITEM, item), about.due)]
            .into_iter()
            .chain(notes.iter().map(|note| (document_id(NOTE, &note.note), note.due)))
            .map(|(document, due)| row_of(patient, document, due))
            .collect();
        // An interrupted run may have erased some before.
        let tombstone = Tombstone {
            blobs: blobs.max(BLOBS),
            ..Tombstone::of("item", item, &operation.controller, rule, due, now)
        };
        changes.push(stored(Change::put(document_id(TOMBSTONE, item), &tombstone))?);
        let told = format!("erased-{item}");
        let about = [("item", item), ("rule", rule.as_str())];
        let committed =
            record.commit(operation, "item-erased", &about, changes, Some(&told)).await?;
        if committed.settled() {
            for row in &rows {
                delete_row_of(app, row).await?;
            }
            let record = Record::open(app, patient, now).await?;
            take_away_if_seen(app, &record, &found.value.request).await?;
            return Ok(());
        }
    }
    Err(too_busy())
}

/// From here on nobody can look at it or hold it. Committed on the head that the decision read: a
/// hold placed meanwhile wins the race, and the night decides again.
pub async fn fence_item(
    record: &Record<'_>,
    found: &Versioned<Item>,
    operation: &Operation,
    rule: DueBy,
    due: Date,
) -> Result<Committed, Failure> {
    let fenced = Item { keeping: Keeping::Erasing { rule, due }, ..found.value.clone() };
    let about = [("item", found.value.item.as_str()), ("rule", rule.as_str())];
    record.commit(operation, "item-erasing", &about, vec![found.replace(&fenced)?], None).await
}

/// Every blob of `records` under one prefix.
pub async fn list_blobs(
    app: &App,
    prefix: &str,
) -> Result<Vec<String>, domain::ports::error::StoreError> {
    let mut names: Vec<String> = Vec::new();
    loop {
        let after = names.last().cloned();
        let page = app.blobs.list(BlobContainer::Records, prefix, after.as_deref(), 500).await?;
        let is_last = page.len() < 500;
        names.extend(page);
        if is_last {
            return Ok(names);
        }
    }
}
