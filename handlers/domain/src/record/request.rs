//! A capture request: one purpose, one team, one body site, a number of pictures, an end.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::attempts::Attempts;
use crate::body_site::{BodySite, Laterality};
use crate::capture_request::{Delivery, RequestState};
use crate::purpose::{Purpose, RequestReason};

/// The one `request-{id}` document. The link code stands nowhere: it is derived from the id and
/// the generation (DESIGN, "The link").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaptureRequest {
    /// Id.
    pub request: String,
    /// Controller of the patient.
    pub controller: String,
    /// The capturing team: the only one that sees what comes of it (R8).
    pub team: String,
    /// Entry of the purpose register (R31).
    pub purpose: Purpose,
    /// The clinician's own words, shown to the patient after identity only.
    pub reason: RequestReason,
    /// What to photograph.
    pub body_site: BodySite,
    /// Which side.
    pub laterality: Laterality,
    /// How many pictures, 1 to 10.
    pub photos: u32,
    /// A word to the patient, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where it stands; expiry is derived from `expires_at`.
    pub state: RequestState,
    /// Upload addresses given so far, signatures given again included.
    #[serde(default)]
    pub grants: u32,
    /// Pictures that may be added after submission, because as many were refused.
    pub reopened_for: u32,
    /// For how many pictures it was opened again so far.
    #[serde(default)]
    pub reopenings: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// Subject of the member of staff.
    pub created_by: String,
    /// The link's life, in days, for resends and renewals.
    pub life_days: u32,
    /// The link opens until here.
    pub expires_at: Timestamp,
    /// Raised by each resend and renewal.
    pub generation: u32,
    /// The oldest generation whose code is not replaced; 0 where that is the newest alone.
    #[serde(default)]
    pub current_from: u32,
    /// The oldest generation whose code may ask for another text: earlier ones went to a number
    /// that is the patient's no more.
    #[serde(default)]
    pub asks_from: u32,
    /// Version of the link key that made the current code.
    pub key_version: u32,
    /// How the patient came by the current code; requests of before there was a choice were texted.
    #[serde(default)]
    pub delivery: Delivery,
    /// When the current code was put on its way, or given.
    pub last_sent_at: Timestamp,
    /// When the patient renewed the link (three at most, one a day).
    #[serde(default)]
    pub renewed_at: Vec<Timestamp>,
    /// Answers to the identity question (R24).
    pub attempts: Attempts,
    /// One a generation that was texted.
    #[serde(default)]
    pub texts: Vec<Text>,
    /// First opening of the link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Timestamp>,
    /// Last right answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identified_at: Option<Timestamp>,
    /// Row id in `links` of the living session; a newer one takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Last submission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<Timestamp>,
    /// What the patient added for the team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient_note: Option<String>,
}

/// A text that carried a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Text {
    /// Random id, the provider's `reference`.
    pub reference: String,
    /// Which link it carries.
    pub generation: u32,
    /// What is known of it.
    pub status: TextStatus,
    /// Since when.
    pub at: Timestamp,
}

/// The one status vocabulary of all text providers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextStatus {
    /// Written down; not yet with a provider.
    Created,
    /// The provider took it.
    Sending,
    /// On the phone.
    Delivered,
    /// Phone off or full; may work later.
    TemporaryFailure,
    /// The number does not exist.
    PermanentFailure,
    /// Provider and we do not understand each other.
    TechnicalFailure,
}

impl CaptureRequest {
    /// The text that carries the current link, if it was texted.
    pub fn current_text(&self) -> Option<&Text> {
        self.texts.iter().find(|text| text.generation == self.generation)
    }
}
