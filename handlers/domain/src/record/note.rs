//! A note of the team; it stands on the timeline and shares the items' rules (R35).

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The one `note-{id}` document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// Id.
    pub note: String,
    /// The writer's team: the only one that sees it.
    pub team: String,
    /// The item it is about, if any; it goes with the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The words.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// Subject of the writer.
    pub by: String,
    /// The writer's name as it was.
    pub by_name: String,
    /// The day from which it is due; the ledger has a row for it.
    pub due: Date,
}
