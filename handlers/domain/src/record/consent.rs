//! A consent: who said yes or no to which exact wording, and when (R29, R30, R34).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::notice::NoticeShown;

/// The one `consent-{id}` document. Never changed but for `withdrawn_at`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Consent {
    /// Id.
    pub consent: String,
    /// The request it was asked in.
    pub request: String,
    /// Version of the wording.
    pub version: String,
    /// SHA-256 of the wording, lower-case hex.
    pub wording_hash: String,
    /// The exact wording shown.
    pub wording: String,
    /// The notices shown beside it: the platform's and the controller's own (R2).
    #[serde(default)]
    pub notices: Vec<NoticeShown>,
    /// Language of the wording.
    pub locale: String,
    /// Capture, processing, sending (R29).
    pub scopes: Vec<String>,
    /// Yes or no.
    pub given: bool,
    /// When it was said.
    pub at: Timestamp,
    /// How: `patient-page`, or `patient-page-in-the-room` where staff gave the link there (R28).
    pub method: String,
    /// The patient, or a parent or carer.
    pub by: ConsentBy,
    /// When it was taken back, if it was (R71).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<Timestamp>,
}

/// Who spoke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "kebab-case")]
pub enum ConsentBy {
    /// The patient.
    Patient,
    /// A parent or carer.
    ParentOrCarer {
        /// Name as given.
        name: String,
        /// Relation as given.
        relation: String,
    },
}

impl Consent {
    /// True where the consent stood at `at` and was not taken back by then.
    pub fn stands_at(&self, at: Timestamp) -> bool {
        self.given && self.at <= at && self.withdrawn_at.is_none_or(|withdrawn| at < withdrawn)
    }
}
