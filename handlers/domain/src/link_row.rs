//! Rows of `links`: what a code, an opener or a session token leads to. Ids are SHA-256 hex.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A row of `links`. A row is a pointer: the request decides whether it still leads anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum LinkRow {
    /// A link code.
    Link {
        /// Whose patient.
        controller: String,
        /// Which patient.
        patient: String,
        /// Which request.
        request: String,
        /// The request's generation that this code belongs to.
        generation: u32,
        /// Version of the link key that made it.
        key_version: u32,
        /// The link opens until here.
        expires_at: Timestamp,
    },
    /// A cookie that can only show the page before identity again.
    Opener {
        /// Which patient.
        patient: String,
        /// Which request.
        request: String,
        /// Which link it came from.
        generation: u32,
        /// Its end.
        expires_at: Timestamp,
    },
    /// A cookie after identity: this request only.
    Session {
        /// Which patient.
        patient: String,
        /// Which request.
        request: String,
        /// Its end; extended by `extend-session`.
        expires_at: Timestamp,
    },
    /// The reference of a text, which its provider says again when it reports.
    Text {
        /// Which patient.
        patient: String,
        /// Which request.
        request: String,
    },
}
