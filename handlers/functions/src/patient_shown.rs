//! What `show-patient` answers: the details, and what the caller's teams asked for and got.

use domain::capture_request::{Delivery, RequestState};
use domain::link_life::last_day;
use domain::record::consent::ConsentBy;
use domain::record::note::Note;
use domain::record::request::{CaptureRequest, TextStatus};
use domain::record::upload::Source;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::text_shown::TextShown;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PatientShown {
    pub patient: String,
    /// For `correct-patient`: the version that was seen.
    pub version: u64,
    /// Empty: a person with one name, which is the family name.
    pub given_name: String,
    pub family_name: String,
    pub date_of_birth: String,
    /// Whole years today.
    pub age: i16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nhs_number: Option<String>,
    pub nhs_number_status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gp_practice: Option<String>,
    /// E.164; missing where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// False: somebody said that this number is not the patient's.
    pub mobile_confirmed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    pub source: String,
    /// What "ask for photos" would text now.
    pub text_message: TextShown,
    /// Why the record is still here: kept until this day, unless held.
    pub kept_until: String,
    /// Newest first, of my teams.
    pub requests: Vec<RequestShown>,
    /// Newest first, of my teams.
    pub notes: Vec<NoteShown>,
    /// Newest first, of my teams.
    pub items: Vec<ItemShown>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestShown {
    pub request: String,
    pub team: String,
    pub purpose: String,
    pub body_site: String,
    pub laterality: String,
    pub photos: u32,
    /// `open`, `expired`, `submitted`, `declined`, `withdrawn` or `cancelled`.
    pub state: String,
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// Name of the member of staff; missing where the register no longer has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<String>,
    #[schema(value_type = String)]
    pub expires_at: Timestamp,
    /// The last day on which its link opens, in London; missing where its hour counts.
    #[schema(value_type = Option<String>, example = "2026-12-10")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_day: Option<Date>,
    /// `text`, or `here`: given to the patient in the room.
    #[schema(value_type = String)]
    pub delivery: Delivery,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<TextStatus>,
    /// Since when `text` is so.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<Timestamp>,
    /// Our word to the patient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What the patient added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient_note: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoteShown {
    pub note: String,
    pub team: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    pub text: String,
    #[schema(value_type = String)]
    pub at: Timestamp,
    pub by: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemShown {
    pub item: String,
    pub request: String,
    pub team: String,
    pub kind: &'static str,
    pub body_site: String,
    pub laterality: String,
    /// `camera`: taken in the page. `file`: chosen from the device.
    #[schema(value_type = String)]
    pub source: Source,
    /// Who agreed and sent it; missing where the consent is not there to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<TakenBy>,
    /// Missing: date not known.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<Timestamp>,
    /// The file's own claim, without a time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_says_taken_at: Option<String>,
    #[schema(value_type = String)]
    pub filed_at: Timestamp,
    /// Of the clean picture that is served.
    pub sha256: String,
    /// Of what the patient's browser sent.
    pub sent_sha256: String,
    pub content_type: String,
    pub bytes: u64,
    pub width: u32,
    pub height: u32,
    pub orientation: u8,
    /// What was taken out of the file.
    pub removed: Vec<String>,
    pub kept_until: String,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_viewed_at: Option<Timestamp>,
    /// Works for five minutes.
    pub thumbnail_url: String,
}

/// From the consent that the item stands on.
#[derive(Serialize, ToSchema)]
pub struct TakenBy {
    /// `patient` or `parent-or-carer`.
    pub who: &'static str,
    /// Of a parent or carer, in their own words: `mother`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
}

pub fn taken_by(by: ConsentBy) -> TakenBy {
    match by {
        ConsentBy::Patient => TakenBy { who: "patient", relation: None },
        ConsentBy::ParentOrCarer { relation, .. } => {
            TakenBy { who: "parent-or-carer", relation: Some(relation) }
        }
    }
}

/// `expired` is derived from the clock; the stored state says `open`.
pub fn request_shown(
    capture: CaptureRequest,
    asked_by: Option<String>,
    now: Timestamp,
) -> RequestShown {
    let state = match capture.state {
        RequestState::Open if capture.expires_at <= now => "expired",
        RequestState::Open => "open",
        RequestState::Submitted => "submitted",
        RequestState::Declined => "declined",
        RequestState::Withdrawn => "withdrawn",
        RequestState::Cancelled => "cancelled",
    };
    RequestShown {
        delivery: capture.delivery,
        text: capture.current_text().map(|text| text.status),
        text_at: capture.current_text().map(|text| text.at),
        request: capture.request,
        team: capture.team,
        purpose: capture.reason.as_str().to_owned(),
        body_site: capture.body_site.as_str().to_owned(),
        laterality: capture.laterality.as_str().to_owned(),
        photos: capture.photos,
        state: state.to_owned(),
        created_at: capture.created_at,
        asked_by,
        expires_at: capture.expires_at,
        last_day: last_day(capture.expires_at),
        opened_at: capture.opened_at,
        submitted_at: capture.submitted_at,
        note: capture.note,
        patient_note: capture.patient_note,
    }
}

pub fn note_shown(note: Note) -> NoteShown {
    NoteShown {
        note: note.note,
        team: note.team,
        item: note.item,
        text: note.text,
        at: note.at,
        by: note.by_name,
    }
}
