//! `request-capture`: staff ask a patient for pictures; a text with a link is put on its way, or
//! the link is given to them in the room (R27).
//!
//! Trigger: HTTP POST /api/patients/{patient}/requests. Touches: links, queue `sms`, the record.
//! With an `Idempotency-Key` the same call gives the same request, however often it comes. A link
//! that is given here is kept nowhere either: a repeat derives it again.

use std::time::Duration;

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::attempts::Attempts;
use domain::body_site::{BodySite, Laterality, check_side};
use domain::capture_request::{Delivery, RequestState, parse_photos};
use domain::free_text::{FreeText, NotFreeText};
use domain::link_life::{LinkLife, expires_at, given_here_until, last_day};
use domain::london::day_of;
use domain::ports::documents::Change;
use domain::purpose::RequestReason;
use domain::record::request::{CaptureRequest, Text, TextStatus};
use domain::record::{REQUEST, TOLD, document_id};
use domain::register::staff::Role;
use domain::sha256_hex::Sha256Hex;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::{App, stored};
use crate::as_staff::StaffDoor;
use crate::details_form::field;
use crate::links::{code_of, link_in_text, write_link};
use crate::own_patient::{id_in_path, own_patient};
use crate::press::key_used_otherwise;
use crate::problems;
use crate::record::{DECISIONS, Record, too_busy};
use crate::seen::{must_be_kept, note_contact};
use crate::session::CAPTURE_PURPOSE;
use crate::sign_in::staff::SignedIn;
use crate::takes_texts::must_take_texts;
use crate::text_on_its_way::put_text;

const DOOR: StaffDoor = StaffDoor { function: "request-capture", purpose: CAPTURE_PURPOSE };

pub fn function() -> Function<App> {
    let route = "api/patients/{patient}/requests";
    Function::http("request-capture", &[Method::POST], route, request_capture)
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewRequest {
    /// Why, in the clinician's words, 1 to 200 characters; the patient reads it after identity.
    pub purpose: String,
    #[schema(example = "knee")]
    pub body_site: String,
    /// `left`, `right`, `both` or `none`.
    #[schema(example = "left")]
    pub laterality: String,
    /// 1 to 10.
    pub photos: u32,
    /// 1 to 28; the controller's own where left out. Not with `here`.
    #[serde(default)]
    pub expires_in_days: Option<u32>,
    /// A word to the patient, up to 500 characters.
    #[serde(default)]
    pub note: Option<String>,
    /// For which of my teams; my first where left out.
    #[serde(default)]
    pub team: Option<String>,
    /// The patient is in the room: nothing is texted, the answer holds the link, for one hour.
    #[serde(default, skip_serializing_if = "is_false")]
    pub here: bool,
}

/// Left out where it says nothing, so that a key used before there was `here` fits its wish.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields by reference")]
fn is_false(value: &bool) -> bool {
    !value
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestMade {
    pub request: String,
    /// RFC 3339.
    #[schema(value_type = String)]
    pub expires_at: Timestamp,
    /// The last day on which its link opens, in London; missing where its hour counts.
    #[schema(value_type = Option<String>, example = "2026-12-10")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_day: Option<Date>,
    /// Only with `here`, and not once another link has taken its place: whoever has it may answer
    /// who the patient is. Nothing keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl RequestMade {
    pub fn new(request: impl Into<String>, expires_at: Timestamp, link: Option<String>) -> Self {
        Self { request: request.into(), expires_at, last_day: last_day(expires_at), link }
    }
}

/// What an `Idempotency-Key` led to.
#[derive(Serialize, Deserialize)]
struct FirstAnswer {
    fingerprint: String,
    answer: Kept,
}

/// What is kept of an answer: never its link.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    request: String,
    expires_at: Timestamp,
}

/// The parsed form.
struct Asked {
    reason: RequestReason,
    body_site: BodySite,
    laterality: Laterality,
    photos: u32,
    /// For the link that is texted, now or later.
    life: LinkLife,
    delivery: Delivery,
    note: Option<String>,
}

#[utoipa::path(post, path = "/api/patients/{patient}/requests", tag = "staff",
    params(("patient" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = NewRequest, responses(
    (status = 201, body = RequestMade),
    (status = 403, description = "Nothing of this organisation is kept any longer"),
    (status = 409, description = "The mobile number must be confirmed first; not with `here`"),
    (status = 422, description = "`errors` names each wrong field, or the key was used otherwise, or \
        there is no number that may be texted (`kind` is `no-mobile`)"),
))]
pub async fn request_capture(app: App, request: Request) -> Result<Reply, Failure> {
    DOOR.open(app, request, ask).await
}

async fn ask(app: App, request: Request, signed_in: SignedIn) -> Result<Reply, Failure> {
    let now = app.now();
    signed_in.must_be(Role::CareTeam)?;
    let operation = signed_in.operation(CAPTURE_PURPOSE)?;
    must_be_kept(&signed_in.controller, day_of(now))?;
    let patient_id = id_in_path(&request, "patient", "patient")?;
    let new: NewRequest = request.json()?;
    let asked = parse(&new, &signed_in)?;
    let team = signed_in.team(new.team.as_deref())?;
    let key = idempotency_key(&request, &signed_in)?;
    let fingerprint = Sha256Hex::of(serde_json::to_vec(&new).map_err(Failure::broken)?).to_string();

    let id = app.id(now);
    let reference = app.id(now);
    let ends = match asked.delivery {
        Delivery::Text => expires_at(now, asked.life),
        Delivery::Here => given_here_until(now),
    };
    for _ in 0..DECISIONS {
        let record = Record::open(&app, patient_id, now).await?;
        let patient = own_patient(&record, &signed_in).await?;
        if let Some(key) = &key
            && let Some(first) = record.read::<FirstAnswer>(key).await?
        {
            if first.value.fingerprint != fingerprint {
                return Err(key_used_otherwise().into());
            }
            let Kept { request, expires_at } = first.value.answer;
            let link = link_given(&app, &record, &request).await?;
            return Ok(Reply::created(&RequestMade::new(request, expires_at, link)));
        }
        if asked.delivery == Delivery::Text {
            must_take_texts(&app, &signed_in.controller, &patient.value).await?;
        }
        let controller = &signed_in.controller.controller;
        // The message first: it takes the link away where the request never comes. Of a link that
        // is given here it sends nothing.
        put_text(&app, patient_id, &id, 1, now, Duration::from_secs(2)).await?;
        let key_version = write_link(&app, controller, patient_id, &id, 1, ends).await?;
        let capture = CaptureRequest {
            request: id.clone(),
            controller: controller.clone(),
            team: team.clone(),
            purpose: CAPTURE_PURPOSE,
            reason: asked.reason.clone(),
            body_site: asked.body_site,
            laterality: asked.laterality,
            photos: asked.photos,
            note: asked.note.clone(),
            state: RequestState::Open,
            grants: 0,
            reopened_for: 0,
            reopenings: 0,
            created_at: now,
            created_by: signed_in.staff.subject.clone(),
            life_days: asked.life.days(),
            expires_at: ends,
            generation: 1,
            current_from: 1,
            asks_from: 0,
            key_version,
            delivery: asked.delivery,
            last_sent_at: now,
            renewed_at: Vec::new(),
            attempts: Attempts::default(),
            texts: first_text(asked.delivery, &reference, now),
            opened_at: None,
            identified_at: None,
            session: None,
            submitted_at: None,
            patient_note: None,
        };
        let mut changes = vec![stored(Change::create(document_id(REQUEST, &id), &capture))?];
        changes.extend(note_contact(&app, &signed_in.controller, &patient, now).await?);
        if let Some(key) = &key {
            let answer = Kept { request: id.clone(), expires_at: ends };
            let first = FirstAnswer { fingerprint: fingerprint.clone(), answer };
            changes.push(stored(Change::create(key, &first))?);
        }
        let delivery = ("delivery", asked.delivery.as_str());
        let about = [("request", id.as_str()), ("team", team.as_str()), delivery];
        if record.commit(&operation, "capture-requested", &about, changes, None).await?.settled() {
            let link = link_of(&app, &capture).await?;
            return Ok(Reply::created(&RequestMade::new(id, ends, link)));
        }
    }
    Err(too_busy())
}

/// The link of a request that was made before, where it still is the one that was given.
async fn link_given(
    app: &App,
    record: &Record<'_>,
    request: &str,
) -> Result<Option<String>, Failure> {
    let capture = record.read::<CaptureRequest>(&document_id(REQUEST, request)).await?;
    match capture {
        Some(capture) => link_of(app, &capture.value).await,
        None => Ok(None),
    }
}

/// Of a request given here. A text's link is for the phone alone.
async fn link_of(app: &App, capture: &CaptureRequest) -> Result<Option<String>, Failure> {
    if capture.delivery != Delivery::Here {
        return Ok(None);
    }
    let CaptureRequest { request, generation, key_version, .. } = capture;
    let code = code_of(app, request, *generation, *key_version).await?;
    Ok(code.map(|code| link_in_text(app, &code)))
}

/// The text that has to be sent: none where the link is given here, so that `dispatch-sms` finds
/// nothing to do.
fn first_text(delivery: Delivery, reference: &str, now: Timestamp) -> Vec<Text> {
    match delivery {
        Delivery::Text => vec![Text {
            reference: reference.to_owned(),
            generation: 1,
            status: TextStatus::Created,
            at: now,
        }],
        Delivery::Here => Vec::new(),
    }
}

fn parse(new: &NewRequest, signed_in: &SignedIn) -> Result<Asked, Failure> {
    let mut wrong = Vec::new();
    let reason = field(&mut wrong, "purpose", RequestReason::parse(&new.purpose));
    let body_site = field(&mut wrong, "bodySite", BodySite::parse(&new.body_site));
    let laterality = field(&mut wrong, "laterality", Laterality::parse(&new.laterality));
    if let (Some(site), Some(side)) = (body_site, laterality) {
        field(&mut wrong, "laterality", check_side(site, side));
    }
    let photos = field(&mut wrong, "photos", parse_photos(new.photos));
    if new.here && new.expires_in_days.is_some() {
        let line = "A link that is given in the room works for one hour. Leave the days out";
        wrong.push(("expiresInDays".into(), line.into()));
    }
    let delivery = if new.here { Delivery::Here } else { Delivery::Text };
    let days = new.expires_in_days.unwrap_or(signed_in.controller.link_days);
    let life = field(&mut wrong, "expiresInDays", LinkLife::parse(days));
    let note = match FreeText::lines(new.note.as_deref().unwrap_or_default(), 500) {
        Err(NotFreeText::Missing) => None,
        Err(NotFreeText::TooLong { .. }) => {
            wrong.push(("note".into(), "Keep the note to the patient to 500 characters".into()));
            None
        }
        note => field(&mut wrong, "note", note),
    };
    match (reason, body_site, laterality, photos, life) {
        (Some(reason), Some(body_site), Some(laterality), Some(photos), Some(life))
            if wrong.is_empty() =>
        {
            let note = note.map(String::from);
            Ok(Asked { reason, body_site, laterality, photos, life, delivery, note })
        }
        _ => Err(problems::wrong_fields(wrong).into()),
    }
}

/// The document that remembers the first answer; the caller's own keys only.
fn idempotency_key(request: &Request, signed_in: &SignedIn) -> Result<Option<String>, Failure> {
    let Some(key) = request.header("idempotency-key") else { return Ok(None) };
    if key.is_empty() || key.len() > 200 {
        let line = ("Idempotency-Key".into(), "Send a key of 1 to 200 characters".into());
        return Err(problems::wrong_fields(vec![line]).into());
    }
    let own = format!("{}\n{key}", signed_in.staff.subject);
    Ok(Some(format!("{TOLD}key-{}", Sha256Hex::of(own))))
}

#[cfg(test)]
mod tests;
