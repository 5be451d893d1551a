//! What stays of something erased: that it was, when and under which rule. No personal data.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::retention::DueBy;

/// A `tombstone-…` document: the stub that the NHS Records Management Code asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tombstone {
    /// `patient`, `item` or `note`.
    pub kind: String,
    /// Id of what was erased; random, leads nowhere.
    pub id: String,
    /// Record class of the rule.
    pub class: String,
    /// Which rule made it due.
    pub rule: String,
    /// The day it was due.
    pub due: Date,
    /// When the erasure was complete.
    pub erased_at: Timestamp,
    /// Which function erased it.
    pub erased_by: String,
    /// Blobs that were erased.
    pub blobs: u32,
    /// Where the event chain ended, for a whole record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain: Option<String>,
    /// Whose it was: an id of the controller, for its own accounts.
    pub controller: String,
}

impl Tombstone {
    /// For one thing of a visual record that `erase-records` erased at `now`.
    pub fn of(
        kind: &str,
        id: &str,
        controller: &str,
        rule: DueBy,
        due: Date,
        now: Timestamp,
    ) -> Self {
        Self {
            kind: kind.to_owned(),
            id: id.to_owned(),
            class: "visual-record".to_owned(),
            rule: rule.as_str().to_owned(),
            due,
            erased_at: now,
            erased_by: "erase-records".to_owned(),
            blobs: 0,
            chain: None,
            controller: controller.to_owned(),
        }
    }
}
