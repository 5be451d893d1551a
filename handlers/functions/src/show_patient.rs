//! `show-patient`: details for the controller; requests, items and notes for the own teams alone.
//!
//! Trigger: HTTP GET /api/patients/{patient}. Touches: signs short read URLs of thumbnails, and
//! says so in one event.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::purpose::Purpose;
use domain::record::item::Item;
use domain::record::note::Note;
use domain::record::patient::Keeping;
use domain::record::request::{CaptureRequest, TextStatus};
use domain::record::{ITEM, NOTE, REQUEST};
use domain::register::staff::Role;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::own_patient::{id_in_path, own_patient};
use crate::problems;
use crate::record::{DECISIONS, Record, too_busy};
use crate::session::CAPTURE_PURPOSE;
use crate::sign_in::staff::sign_in;
use crate::signed_views::sign_thumbnail;

pub fn function() -> Function<App> {
    Function::http("show-patient", &[Method::GET], "api/patients/{patient}", show_patient)
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PatientShown {
    pub patient: String,
    /// For `correct-patient`: the version that was seen.
    pub version: u64,
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
    pub mobile: String,
    /// False: somebody said that this number is not the patient's.
    pub mobile_confirmed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    pub source: String,
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
    #[schema(value_type = String)]
    pub expires_at: Timestamp,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<TextStatus>,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<Timestamp>,
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

#[utoipa::path(get, path = "/api/patients/{patient}", tag = "staff",
    params(("patient" = String, Path)), responses(
    (status = 200, body = PatientShown), (status = 404, description = "No such patient"),
))]
pub async fn show_patient(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let signed_in = sign_in(&app, &request).await?;
    signed_in.must_be(Role::CareTeam)?;
    signed_in.operation(Purpose::Identify)?;
    // R33: pictures, notes and what was asked are another purpose; without it only who it is.
    let condition = signed_in.operation(CAPTURE_PURPOSE).ok();
    let patient_id = id_in_path(&request, "patient", "patient")?;
    for _ in 0..DECISIONS {
        let record = Record::open(&app, patient_id, now).await?;
        let patient = own_patient(&record, &signed_in).await?.value;
        if patient.restricted {
            return Err(problems::restricted().into());
        }
        let may_see = |team: &str| condition.is_some() && signed_in.staff.is_in(team);
        let items = own_items(&record, may_see).await?;
        let mut shown = Vec::with_capacity(items.len());
        for item in items {
            shown.push(item_shown(&app, item, now).await?);
        }
        let listed = shown.len().to_string();
        let requests = record.list::<CaptureRequest>(REQUEST).await?.into_iter().rev();
        let requests = requests.filter(|request| may_see(&request.value.team));
        let notes = record.list::<Note>(NOTE).await?.into_iter().rev();
        let notes = notes.filter(|note| may_see(&note.value.team));
        let page = PatientShown {
            version: patient.version,
            given_name: patient.details.given_name.as_str().to_owned(),
            family_name: patient.details.family_name.as_str().to_owned(),
            date_of_birth: patient.details.date_of_birth.date().to_string(),
            age: patient.details.date_of_birth.age_on(crate::ledger::day(now)),
            nhs_number: patient.details.nhs_number.map(|number| number.to_string()),
            nhs_number_status: patient.details.nhs_number_status,
            gp_practice: patient.details.gp_practice.map(|gp| gp.code().to_owned()),
            mobile: patient.details.mobile.e164().to_owned(),
            mobile_confirmed: patient.mobile_confirmed,
            email: patient.details.email.map(|email| email.as_str().to_owned()),
            source: patient.details.source,
            kept_until: patient.due.to_string(),
            patient: patient.patient,
            requests: requests.map(|found| request_shown(found.value, now)).collect(),
            notes: notes.map(|found| note_shown(found.value)).collect(),
            items: shown,
        };
        let Some(operation) = condition.as_ref().filter(|_| !page.items.is_empty()) else {
            return Ok(Reply::ok(&page));
        };
        // Thumbnails are pictures: listing them is one event.
        let about = [("items", listed.as_str())];
        if record.commit(operation, "items-listed", &about, vec![], None).await?.settled() {
            return Ok(Reply::ok(&page));
        }
    }
    Err(too_busy())
}

/// Newest first, kept, of the teams that the caller may see.
async fn own_items(
    record: &Record<'_>,
    may_see: impl Fn(&str) -> bool,
) -> Result<Vec<Item>, Failure> {
    let items = record.list::<Item>(ITEM).await?.into_iter().rev().map(|found| found.value);
    let own = |item: &Item| item.keeping == Keeping::Kept && may_see(&item.team);
    Ok(items.filter(own).collect())
}

async fn item_shown(app: &App, item: Item, now: Timestamp) -> Result<ItemShown, Failure> {
    Ok(ItemShown {
        thumbnail_url: sign_thumbnail(app, &item, now).await?,
        item: item.item,
        request: item.request,
        team: item.team,
        kind: "photo",
        body_site: item.body_site.as_str().to_owned(),
        laterality: item.laterality.as_str().to_owned(),
        captured_at: item.captured_at,
        file_says_taken_at: item.file_says_taken_at,
        filed_at: item.filed_at,
        sha256: item.sha256,
        sent_sha256: item.sent_sha256,
        content_type: item.content_type,
        bytes: item.bytes,
        width: item.width,
        height: item.height,
        orientation: item.orientation,
        removed: item.removed,
        kept_until: item.due.to_string(),
        first_viewed_at: item.first_viewed_at,
    })
}

fn request_shown(capture: CaptureRequest, now: Timestamp) -> RequestShown {
    use domain::capture_request::RequestState;
    let state = match capture.state {
        RequestState::Open if capture.expires_at <= now => "expired",
        RequestState::Open => "open",
        RequestState::Submitted => "submitted",
        RequestState::Declined => "declined",
        RequestState::Withdrawn => "withdrawn",
        RequestState::Cancelled => "cancelled",
    };
    RequestShown {
        text: capture.current_text().map(|text| text.status),
        request: capture.request,
        team: capture.team,
        purpose: capture.reason.as_str().to_owned(),
        body_site: capture.body_site.as_str().to_owned(),
        laterality: capture.laterality.as_str().to_owned(),
        photos: capture.photos,
        state: state.to_owned(),
        created_at: capture.created_at,
        expires_at: capture.expires_at,
        opened_at: capture.opened_at,
        submitted_at: capture.submitted_at,
        patient_note: capture.patient_note,
    }
}

fn note_shown(note: Note) -> NoteShown {
    NoteShown {
        note: note.note,
        team: note.team,
        item: note.item,
        text: note.text,
        at: note.at,
        by: note.by_name,
    }
}
