//! Rows of `ledger`: what falls due on a day. A hint that leads to the record; the record decides.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Partition of the one document that lists the open days.
pub const OPEN_DAYS_PARTITION: &str = "open-days";
/// Id of that document.
pub const OPEN_DAYS: &str = "open-days";

/// A row of a bucket; its id is [`LedgerRow::id`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerRow {
    /// Whose.
    pub patient: String,
    /// `item-{id}` or `note-{id}`; `None`: the whole record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// The day that was written down.
    pub due: Date,
}

impl LedgerRow {
    /// `{patient}` or `{patient}.{document}`.
    pub fn id(&self) -> String {
        match &self.document {
            Some(document) => format!("{}.{document}", self.patient),
            None => self.patient.clone(),
        }
    }
}

/// The open buckets' days, ascending: the night reads these, so a missed night is caught up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenDays {
    /// Days with rows, or with rows not long ago.
    pub days: Vec<Date>,
}

/// Partition and id of the one document that says where a night stopped looking at pictures.
pub const RECORDS_WALK: &str = "records-walk";

/// There only while a walk through all pictures needs more than one night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordsWalk {
    /// The last name that was looked at.
    pub after: String,
}
