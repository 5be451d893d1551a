//! An upload: from the grant of a place to the filed item or the visible refusal.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::upload_state::UploadState;

/// Where the picture comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The page's own camera, just now.
    Camera,
    /// A file the patient chose.
    File,
}

/// The one `upload-{id}` document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    /// Id; also the id of the item it becomes, so that filing twice files once.
    pub upload: String,
    /// The request it answers.
    pub request: String,
    /// Where it stands.
    pub state: UploadState,
    /// As declared: `image/jpeg` or `image/png`.
    pub content_type: String,
    /// As declared.
    pub bytes: u64,
    /// As declared, lower-case hex; filing checks it against the bytes that came.
    pub sha256: String,
    /// Camera or file.
    pub source: Source,
    /// Name of the blob in `incoming`: `{patient}/{upload}`.
    pub blob: String,
    /// When the place was granted; a camera picture is taken then.
    pub granted_at: Timestamp,
    /// The last signature for this blob runs out here.
    pub signed_until: Timestamp,
    /// The consent in force at the grant (R34).
    pub consent: String,
    /// When the bytes were first known to be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived_at: Option<Timestamp>,
    /// Why it was refused, in a word (`damaged`, `too-large`, `wrong-hash`, …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// The same for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal_words: Option<String>,
}
