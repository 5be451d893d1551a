//! What the details were before a correction (R20). Personal data: it goes with the patient.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::patient::Details;

/// The one `history-{version}` document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct History {
    /// The version that was replaced.
    pub version: u64,
    /// The details as they were.
    pub details: Details,
    /// When they were replaced.
    pub at: Timestamp,
    /// Subject of the member of staff.
    pub by: String,
    /// Why.
    pub reason: String,
}
