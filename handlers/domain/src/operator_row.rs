//! Rows of the operator's own list: what concerns the service and belongs to no team of a hospital.
//! They lie in `inbox` under a partition of their own, which no staff function reads.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The partition. A team's is `{controller}.{team}`, so the two never meet.
pub const OPERATOR: &str = "operator";

/// Why it is there. Its name is what alerts look for in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperatorKind {
    /// A message that failed five times, and nobody can tell whose it is.
    UnreadableMessage,
    /// Many codes within a minute that no link has.
    GuessedCodes,
    /// An erasure failed five times, and it belongs to no team any more.
    StuckErasure,
    /// A hospital's text provider has not taken a text for an hour.
    TextsWaiting,
    /// The database's own check found something wrong.
    DamagedDatabase,
    /// Files that no row leads to were moved aside.
    FilesAside,
}

impl OperatorKind {
    /// As it stands in rows, ids and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnreadableMessage => "unreadable-message",
            Self::GuessedCodes => "guessed-codes",
            Self::StuckErasure => "stuck-erasure",
            Self::TextsWaiting => "texts-waiting",
            Self::DamagedDatabase => "damaged-database",
            Self::FilesAside => "files-aside",
        }
    }
}

/// A row; its id is [`row_id`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OperatorRow {
    /// Why it is there.
    pub kind: OperatorKind,
    /// Since when.
    pub at: Timestamp,
    /// What happened and what to do, in words without personal data.
    pub detail: String,
}

/// Fixed for one cause, so that telling twice makes one row. `about` holds letters, digits and
/// hyphens.
pub fn row_id(kind: OperatorKind, about: &str) -> String {
    format!("{}-{about}", kind.as_str())
}
