//! `request-capture`: staff ask a patient for pictures; a text with a link is put on its way.
//!
//! Trigger: HTTP POST /api/patients/{patient}/requests. Touches: links, queue `sms`, the record.
//! With an `Idempotency-Key` the same call gives the same request, however often it comes.

use std::time::Duration;

use custom_handler::{Failure, Function, Method, Problem, Reply, Request, StatusCode};
use domain::attempts::Attempts;
use domain::body_site::{BodySite, Laterality, check_side};
use domain::capture_request::{RequestState, parse_photos};
use domain::link_life::{LinkLife, expires_at};
use domain::ports::documents::Change;
use domain::purpose::RequestReason;
use domain::record::request::{CaptureRequest, Text, TextStatus};
use domain::record::{REQUEST, TOLD, document_id};
use domain::register::staff::Role;
use domain::sha256_hex::Sha256Hex;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::{App, stored};
use crate::details_form::field;
use crate::links::write_link;
use crate::own_patient::{id_in_path, own_patient};
use crate::problems;
use crate::record::{DECISIONS, Record, too_busy};
use crate::seen::note_contact;
use crate::session::CAPTURE_PURPOSE;
use crate::sign_in::staff::{SignedIn, sign_in};
use crate::text_on_its_way::put_text;

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
    /// 1 to 28; the controller's own where left out.
    #[serde(default)]
    pub expires_in_days: Option<u32>,
    /// A word to the patient, up to 500 characters.
    #[serde(default)]
    pub note: Option<String>,
    /// For which of my teams; my first where left out.
    #[serde(default)]
    pub team: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestMade {
    pub request: String,
    /// RFC 3339.
    #[schema(value_type = String)]
    pub expires_at: Timestamp,
}

/// What an `Idempotency-Key` led to.
#[derive(Serialize, Deserialize)]
struct FirstAnswer {
    fingerprint: String,
    answer: RequestMade,
}

/// The parsed form.
struct Asked {
    reason: RequestReason,
    body_site: BodySite,
    laterality: Laterality,
    photos: u32,
    life: LinkLife,
    note: Option<String>,
}

#[utoipa::path(post, path = "/api/patients/{patient}/requests", tag = "staff",
    params(("patient" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = NewRequest, responses(
    (status = 201, body = RequestMade),
    (status = 409, description = "The mobile number must be confirmed first"),
    (status = 422, description = "`errors` names each wrong field, or the key was used otherwise"),
))]
pub async fn request_capture(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let signed_in = sign_in(&app, &request).await?;
    signed_in.must_be(Role::CareTeam)?;
    let operation = signed_in.operation(CAPTURE_PURPOSE)?;
    let patient_id = id_in_path(&request, "patient", "patient")?;
    let new: NewRequest = request.json()?;
    let asked = parse(&new, &signed_in)?;
    let team = signed_in.team(new.team.as_deref())?;
    let key = idempotency_key(&request, &signed_in)?;
    let fingerprint = Sha256Hex::of(serde_json::to_vec(&new).map_err(Failure::broken)?).to_string();

    let id = app.id(now);
    let reference = app.id(now);
    let ends = expires_at(now, asked.life);
    for _ in 0..DECISIONS {
        let record = Record::open(&app, patient_id, now).await?;
        let patient = own_patient(&record, &signed_in).await?;
        if let Some(key) = &key
            && let Some(first) = record.read::<FirstAnswer>(key).await?
        {
            if first.value.fingerprint == fingerprint {
                return Ok(Reply::created(&first.value.answer));
            }
            return Err(key_used_otherwise().into());
        }
        if !patient.value.mobile_confirmed {
            return Err(confirm_mobile_first().into());
        }
        let controller = &signed_in.controller.controller;
        // The message first: it takes the link away where the request never comes.
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
            reopened_for: 0,
            created_at: now,
            created_by: signed_in.staff.subject.clone(),
            life_days: asked.life.days(),
            expires_at: ends,
            generation: 1,
            key_version,
            last_sent_at: now,
            renewed_at: Vec::new(),
            attempts: Attempts::default(),
            texts: vec![Text {
                reference: reference.clone(),
                generation: 1,
                status: TextStatus::Created,
                at: now,
            }],
            opened_at: None,
            identified_at: None,
            session: None,
            submitted_at: None,
            patient_note: None,
        };
        let answer = RequestMade { request: id.clone(), expires_at: ends };
        let mut changes = vec![stored(Change::create(document_id(REQUEST, &id), &capture))?];
        changes.extend(note_contact(&app, &signed_in.controller, &patient, now).await?);
        if let Some(key) = &key {
            let first = FirstAnswer { fingerprint: fingerprint.clone(), answer };
            changes.push(stored(Change::create(key, &first))?);
        }
        let about = [("request", id.as_str()), ("team", team.as_str())];
        if record.commit(&operation, "capture-requested", &about, changes, None).await?.settled() {
            return Ok(Reply::created(&RequestMade { request: id, expires_at: ends }));
        }
    }
    Err(too_busy())
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
    let days = new.expires_in_days.unwrap_or(signed_in.controller.link_days);
    let life = field(&mut wrong, "expiresInDays", LinkLife::parse(days));
    let note = new.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    if note.is_some_and(|note| note.chars().count() > 500) {
        wrong.push(("note".into(), "Keep the note to the patient to 500 characters".into()));
    }
    match (reason, body_site, laterality, photos, life) {
        (Some(reason), Some(body_site), Some(laterality), Some(photos), Some(life))
            if wrong.is_empty() =>
        {
            let note = note.map(str::to_owned);
            Ok(Asked { reason, body_site, laterality, photos, life, note })
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

fn key_used_otherwise() -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "key-used", "This key was used already")
        .detail("The same Idempotency-Key came with another request before. Nothing was sent.")
}

/// 409 while nobody has confirmed a number that somebody declined.
pub fn confirm_mobile_first() -> Problem {
    Problem::new(StatusCode::CONFLICT, "confirm-mobile", "Confirm the mobile number first").detail(
        "Somebody with this number said that the message was not for them. Ask the patient for \
         their number, correct or confirm it, then send again. Nothing was sent.",
    )
}

#[cfg(test)]
mod tests {
    use custom_handler::{Method, Request};
    use serde_json::{Value, json};

    use crate::testing::{ASHA, TestApp, body, status};

    fn wish(changes: &Value) -> Value {
        let mut form = json!({ "purpose": "To see how your knee heals", "bodySite": "knee",
            "laterality": "left", "photos": 1 });
        for (key, value) in changes.as_object().unwrap() {
            form[key] = value.clone();
        }
        form
    }

    async fn ask(app: &TestApp, patient: &str, key: &str, form: &Value) -> Result<Value, u16> {
        let request = Request::for_test(Method::POST, "/")
            .header("authorization", &format!("Bearer {ASHA}"))
            .header("idempotency-key", key)
            .param("patient", patient)
            .json(form)
            .build();
        let reply = super::request_capture(app.app.clone(), request).await;
        reply.map(|reply| body(&reply)).map_err(|failure| status(&failure))
    }

    #[tokio::test]
    async fn the_same_key_gives_the_same_request_and_another_wish_is_refused() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let patient = app.add_patient().await;
        let first = ask(&app, &patient, "k1", &wish(&json!({}))).await.unwrap();
        assert_eq!(ask(&app, &patient, "k1", &wish(&json!({}))).await.unwrap(), first);
        assert_eq!(ask(&app, &patient, "k1", &wish(&json!({ "photos": 2 }))).await, Err(422));
        let other = ask(&app, &patient, "k2", &wish(&json!({}))).await.unwrap();
        assert_ne!(other["request"], first["request"]);
    }

    #[tokio::test]
    async fn a_side_cannot_be_forgotten_and_days_have_bounds() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let patient = app.add_patient().await;
        for wrong in [
            json!({ "laterality": "none" }),
            json!({ "bodySite": "back", "laterality": "left" }),
            json!({ "photos": 0 }),
            json!({ "photos": 11 }),
            json!({ "expiresInDays": 29 }),
            json!({ "purpose": "" }),
        ] {
            assert_eq!(ask(&app, &patient, "k", &wish(&wrong)).await, Err(422), "{wrong}");
        }
    }

    #[tokio::test]
    async fn an_inactive_purpose_or_agreement_runs_nothing() {
        // R10, R31.
        for (pointer, value) in [
            ("/controllers/0/purposes/1/active", json!(false)),
            ("/controllers/0/instruction/active", json!(false)),
        ] {
            let app = TestApp::at("2026-11-22T10:00:00Z").await;
            let patient = app.add_patient().await;
            app.apply_with(pointer, value).await;
            assert_eq!(ask(&app, &patient, "k", &wish(&json!({}))).await, Err(403), "{pointer}");
        }
    }
}
