//! A filed item: one clean picture, bound to the consent and the request it came from.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::body_site::{BodySite, Laterality};

use super::patient::Keeping;
use super::upload::Source;

/// What kind of item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemKind {
    /// A still picture.
    Photo,
}

/// The one `item-{id}` document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// Id, the same as its upload's.
    pub item: String,
    /// The request it answers.
    pub request: String,
    /// The capturing team (R8).
    pub team: String,
    /// Photo.
    pub kind: ItemKind,
    /// What is in the picture.
    pub body_site: BodySite,
    /// Which side.
    pub laterality: Laterality,
    /// Server's time of the grant for a camera picture; none for a file: "date not known".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<Timestamp>,
    /// What the file's own EXIF said, `YYYY-MM-DDThh:mm:ss` without a zone; a claim, not a fact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_says_taken_at: Option<String>,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// Camera or file.
    pub source: Source,
    /// SHA-256 of the stored clean picture, lower-case hex (R49).
    pub sha256: String,
    /// SHA-256 of what the browser sent.
    pub sent_sha256: String,
    /// `image/jpeg` or `image/png`.
    pub content_type: String,
    /// Length of the clean picture.
    pub bytes: u64,
    /// Pixels across, as stored.
    pub width: u32,
    /// Pixels down, as stored.
    pub height: u32,
    /// EXIF orientation, 1 to 8, kept in the picture.
    pub orientation: u8,
    /// What was taken out of the file, by name.
    pub removed: Vec<String>,
    /// Bytes taken out.
    pub removed_bytes: u64,
    /// Blob of the clean picture in `records`.
    pub blob: String,
    /// Blob of its thumbnail in `records`, a JPEG.
    pub thumbnail: String,
    /// The consent it stands on (R34).
    pub consent: String,
    /// Row in the team's inbox, until the first look.
    pub inbox_row: String,
    /// First look by its team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_viewed_at: Option<Timestamp>,
    /// The day from which it is due; the ledger has a row for it.
    pub due: Date,
    /// Fence.
    pub keeping: Keeping,
}

/// `{patient}/{item}/picture`: every copy of one item stands under one prefix.
pub fn picture_blob(patient: &str, item: &str) -> String {
    format!("{patient}/{item}/picture")
}

/// `{patient}/{item}/thumbnail`.
pub fn thumbnail_blob(patient: &str, item: &str) -> String {
    format!("{patient}/{item}/thumbnail")
}
