//! The patient's record: every kind of document in one partition of `patients`, and their ids.
//!
//! One partition a patient (invariant 3). An id says what the document is, so that one query by
//! prefix lists a kind: `item-…`, `note-…`, `request-…`. Ids of the same kind sort by age.

pub mod consent;
pub mod history;
pub mod hold;
pub mod item;
pub mod note;
pub mod patient;
pub mod request;
pub mod tombstone;
pub mod upload;

/// The one document with the patient's details.
pub const PATIENT: &str = "patient";
/// The event chain's head.
pub const HEAD: &str = "head";
/// Prefix of capture requests.
pub const REQUEST: &str = "request-";
/// Prefix of consents.
pub const CONSENT: &str = "consent-";
/// Prefix of uploads.
pub const UPLOAD: &str = "upload-";
/// Prefix of filed items.
pub const ITEM: &str = "item-";
/// Prefix of notes.
pub const NOTE: &str = "note-";
/// Prefix of earlier versions of the details.
pub const HISTORY: &str = "history-";
/// Prefix of holds.
pub const HOLD: &str = "hold-";
/// Prefix of what stays when something was erased.
pub const TOMBSTONE: &str = "tombstone-";
/// Prefix of events, followed by the sequence in ten digits.
pub const EVENT: &str = "event-";
/// Prefix of what may be told twice: creating it again says that it was told already.
pub const TOLD: &str = "told-";

/// `request-{id}` and the like.
pub fn document_id(prefix: &str, id: &str) -> String {
    format!("{prefix}{id}")
}

/// The document id of an event.
pub fn event_id(sequence: u64) -> String {
    format!("{EVENT}{sequence:010}")
}
