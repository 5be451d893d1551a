//! `show-capture`: the request as the patient sees it after identity, and where each photo stands.
//!
//! Trigger: HTTP GET /api/capture. Touches: nothing.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::capture_request::RequestState;
use domain::capture_session::seconds_left;
use domain::record::upload::{Source, Upload};
use domain::upload_state::UploadState;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::request_uploads::{places_left, takes_a_place, uploads_of};
use crate::session::{CAPTURE_PURPOSE, Session};
use crate::visit::Visit;

/// How to take a picture that a clinician can use.
const TIPS: [&str; 3] = [
    "Stand near a window, in daylight.",
    "Hold the phone an arm's length away.",
    "Put something plain behind it, like a towel.",
];

pub fn function() -> Function<App> {
    Function::http("show-capture", &[Method::GET], "api/capture", show_capture)
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaptureShown {
    pub request: String,
    /// `open` or `submitted`; open again with `submitted` where some must be taken again.
    #[schema(value_type = String)]
    pub state: RequestState,
    pub submitted: bool,
    /// Why, in the clinician's words.
    pub reason: String,
    #[schema(example = "knee")]
    pub body_site: String,
    #[schema(example = "left")]
    pub laterality: String,
    /// Both in words.
    #[schema(example = "left knee")]
    pub body_part: String,
    /// True where the page asks more carefully.
    pub intimate: bool,
    /// How many pictures were asked for.
    pub photos: u32,
    /// How many more may be added.
    pub places_left: u32,
    /// A word from the team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub team: String,
    pub controller: String,
    /// Its notice stands at `/privacy/{controllerId}`.
    #[schema(example = "riverside")]
    pub controller_id: String,
    pub phone: String,
    pub tips: [&'static str; 3],
    /// `null` before a choice was made.
    pub consent_given: Option<bool>,
    /// Oldest first, without those that were taken out.
    pub uploads: Vec<UploadShown>,
    /// What the patient wrote when sending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient_note: Option<String>,
    /// When somebody looks, in words.
    pub looked_at: String,
    /// What to do if it gets worse, in words.
    pub if_worse: String,
    /// Until the session ends.
    pub seconds_left: u64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UploadShown {
    pub upload: String,
    /// `granted`, `arrived`, `filed` or `refused`.
    #[schema(value_type = String)]
    pub state: UploadState,
    /// `camera` or `file`.
    #[schema(value_type = String)]
    pub source: Source,
    /// Why it could not be used, in a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// The same for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal_words: Option<String>,
}

#[utoipa::path(get, path = "/api/capture", tag = "patient", responses(
    (status = 200, body = CaptureShown), (status = 401, description = "The session has ended"),
    (status = 409, description = "The cookie is another request's"),
))]
pub async fn show_capture(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let session = Session::of(&app, &request, now).await?;
    let visit = Visit::by_session(&app, &session, now).await?;
    visit.operation(CAPTURE_PURPOSE)?;
    let uploads = uploads_of(&app, &session.patient, &session.request).await?;
    let capture = &visit.capture.value;
    Ok(Reply::ok(&CaptureShown {
        request: capture.request.clone(),
        state: capture.state,
        submitted: capture.submitted_at.is_some(),
        reason: capture.reason.as_str().to_owned(),
        body_site: capture.body_site.as_str().to_owned(),
        laterality: capture.laterality.as_str().to_owned(),
        body_part: capture.body_site.words_with(capture.laterality),
        intimate: capture.body_site.is_intimate(),
        photos: capture.photos,
        places_left: if capture.state.is_open() { places_left(capture, &uploads, now) } else { 0 },
        note: capture.note.clone(),
        team: visit.team_name().to_owned(),
        controller: visit.controller.name.clone(),
        controller_id: visit.controller.controller.clone(),
        phone: visit.controller.phone.clone(),
        tips: TIPS,
        consent_given: visit.standing_consent().await?.map(|_| true),
        uploads: uploads
            .into_iter()
            .map(|upload| upload.value)
            .filter(|upload| is_shown(upload, now))
            .map(upload_shown)
            .collect(),
        patient_note: capture.patient_note.clone(),
        looked_at: visit.controller.looked_at.clone(),
        if_worse: visit.controller.if_worse.clone(),
        seconds_left: seconds_left(session.expires_at, now),
    }))
}

/// A grant that ran out before its bytes came was never sent: its place is free again.
fn is_shown(upload: &Upload, now: Timestamp) -> bool {
    takes_a_place(upload, now) || upload.state == UploadState::Refused
}

fn upload_shown(upload: Upload) -> UploadShown {
    UploadShown {
        upload: upload.upload,
        state: upload.state,
        source: upload.source,
        refusal: upload.refusal,
        refusal_words: upload.refusal_words,
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::{Value, json};

    use crate::patient_page::PatientPage;
    use crate::testing::{TestApp, body};

    #[tokio::test]
    async fn after_identity_the_page_knows_what_is_asked() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::identified(&test, 3).await;
        let shown = body(&page.show().await.unwrap());
        assert_eq!(shown["reason"], "To see how your knee heals");
        assert_eq!(shown["bodyPart"], "left knee");
        assert_eq!(shown["team"], "Wound Care Team");
        assert_eq!(shown["lookedAt"], "within one working day");
        assert_eq!((&shown["photos"], &shown["placesLeft"]), (&json!(3), &json!(3)));
        assert_eq!((&shown["consentGiven"], &shown["submitted"]), (&Value::Null, &json!(false)));
        assert_eq!(shown["secondsLeft"], 1800);
    }

    #[tokio::test]
    async fn photos_are_shown_with_their_state_until_they_are_taken_out() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 3).await;
        let arrived = page.sent(b"one").await;
        test.pass(SignedDuration::from_secs(1));
        let taken_out = page.sent(b"two").await;
        page.remove(&taken_out).await.unwrap();
        page.granted(b"three").await;
        let states = |shown: &Value| {
            let uploads = shown["uploads"].as_array().unwrap().clone();
            uploads.into_iter().map(|upload| upload["state"].clone()).collect::<Vec<_>>()
        };
        let shown = body(&page.show().await.unwrap());
        assert_eq!(states(&shown), ["arrived", "granted"]);
        assert_eq!(shown["placesLeft"], 1);

        // A grant that ran out unused was never sent: it is gone, and its place is free.
        test.pass(SignedDuration::from_mins(15));
        let shown = body(&page.show().await.unwrap());
        assert_eq!(states(&shown), ["arrived"]);
        assert_eq!(shown["placesLeft"], 2);

        // Not a picture at all: refused, and said so in words.
        page.file(&arrived).await;
        let shown = body(&page.show().await.unwrap());
        assert_eq!(states(&shown), ["refused"]);
        assert_ne!(shown["uploads"][0]["refusalWords"], Value::Null);
    }
}
