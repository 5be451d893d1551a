//! Erasing one note: the document goes in one batch with a tombstone and the event.

use custom_handler::Failure;
use domain::ports::documents::Change;
use domain::record::note::Note;
use domain::record::tombstone::Tombstone;
use domain::record::{TOMBSTONE, document_id};
use domain::retention::DueBy;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::app::stored;
use crate::operation::Operation;
use crate::record::{Committed, Record, Versioned};

/// Erases the note on the head that the decision read: one batch needs no fence.
pub async fn erase_note(
    record: &Record<'_>,
    found: &Versioned<Note>,
    operation: &Operation,
    rule: DueBy,
    due: Date,
    now: Timestamp,
) -> Result<Committed, Failure> {
    let note = &found.value.note;
    let tombstone = Tombstone::of("note", note, &operation.controller, rule, due, now);
    let id = document_id(TOMBSTONE, note);
    let changes = vec![found.delete(), stored(Change::put(id, &tombstone))?];
    let about = [("note", note.as_str()), ("rule", rule.as_str())];
    record.commit(operation, "note-erased", &about, changes, None).await
}
