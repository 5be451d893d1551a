//! A legal hold: nothing that it covers is erased until it is released (R61).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The one `hold-{id}` document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    /// Id.
    pub hold: String,
    /// One item, or none: the whole record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Complaint, litigation, inquiry, legal request.
    pub reason: String,
    /// Subject of who placed it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// When it was released, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_at: Option<Timestamp>,
}

impl Hold {
    /// True where the hold keeps `item` (or, with `None`, the patient's record) from erasure.
    pub fn covers(&self, item: Option<&str>) -> bool {
        // A hold on the record covers everything; a held item keeps the record that leads to it.
        let in_scope = match (&self.item, item) {
            (Some(held), Some(asked)) => held == asked,
            _ => true,
        };
        self.released_at.is_none() && in_scope
    }
}
