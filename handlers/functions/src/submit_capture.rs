//! `submit-capture`: "that is all". Says when someone will look and what to do if it gets worse.
//!
//! Trigger: HTTP POST /api/capture/submit. Touches: the record, and the
//! team's inbox where the patient wrote something. Sent again it is the same 200; one
//! that comes late, after a photo was refused, does not close what was opened again.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::capture_request::{RequestState, TransitionRefused};
use domain::free_text::{FreeText, NotFreeText};
use domain::record::request::CaptureRequest;
use domain::record::upload::Upload;
use domain::upload_state::UploadState;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::capture_problems::{nothing_to_send, request_closed};
use crate::problems;
use crate::record::{DECISIONS, too_busy};
use crate::request_uploads::{uploads_of, was_sent};
use crate::session::{CAPTURE_PURPOSE, Session};
use crate::visit::Visit;
use crate::words_row::tell_words;

/// Characters of the patient's note.
const LONGEST: usize = 500;

pub fn function() -> Function<App> {
    Function::http("submit-capture", &[Method::POST], "api/capture/submit", submit_capture)
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Submission {
    /// Anything the team should know, up to 500 characters.
    #[serde(default)]
    pub note: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sent {
    #[schema(example = "sent")]
    pub state: &'static str,
    /// To whom, by name.
    pub team: String,
    /// Photos that have arrived.
    pub photos: usize,
    /// When somebody looks, in words.
    pub looked_at: String,
    /// What to do if it gets worse, in words.
    pub if_worse: String,
    pub phone: String,
}

#[utoipa::path(post, path = "/api/capture/submit", tag = "patient", request_body = Submission,
    responses(
    (status = 200, body = Sent),
    (status = 401, description = "The session has ended"),
    (status = 409, description = "No photo has arrived"),
    (status = 422, description = "The note is too long"),
))]
pub async fn submit_capture(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let submission: Submission = request.json()?;
    let session = Session::changing(&app, &request, now).await?;
    let note = parse_note(submission.note.as_deref())?;
    for _ in 0..DECISIONS {
        let visit = Visit::by_session(&app, &session, now).await?;
        let operation = visit.operation(CAPTURE_PURPOSE)?;
        let uploads = uploads_of(&app, &session.patient, &session.request).await?;
        let before = &visit.capture.value;
        let there: Vec<&Upload> = uploads
            .iter()
            .map(|upload| &upload.value)
            .filter(|upload| matches!(upload.state, UploadState::Arrived | UploadState::Filed))
            .collect();
        let reply = Reply::ok(&Sent {
            state: "sent",
            team: visit.team_name().to_owned(),
            photos: there.len(),
            looked_at: visit.controller.looked_at.clone(),
            if_worse: visit.controller.if_worse.clone(),
            phone: visit.controller.phone.clone(),
        });
        let new = there.iter().filter(|upload| !was_sent(before, upload)).count();
        if before.state == RequestState::Submitted || (before.submitted_at.is_some() && new == 0) {
            return Ok(reply);
        }
        let new = u32::try_from(new).unwrap_or(u32::MAX);
        let state = before.state.submit(new).map_err(|refused| match refused {
            TransitionRefused::NothingArrived => nothing_to_send(refused),
            refused => request_closed(refused),
        })?;
        let after = CaptureRequest {
            state,
            submitted_at: Some(now),
            reopened_for: 0,
            patient_note: note.clone().or_else(|| before.patient_note.clone()),
            ..before.clone()
        };
        if after.patient_note.is_some() {
            tell_words(&app, &after, &session.patient, now).await?;
        }
        let changes = vec![visit.capture.replace(&after)?];
        let about = [("request", session.request.as_str())];
        let event = "capture-submitted";
        if visit.record.commit(&operation, event, &about, changes, None).await?.settled() {
            return Ok(reply);
        }
    }
    Err(too_busy())
}

fn parse_note(note: Option<&str>) -> Result<Option<String>, Failure> {
    let words = match FreeText::lines(note.unwrap_or_default(), LONGEST) {
        Ok(note) => return Ok(Some(note.into())),
        Err(NotFreeText::Missing) => return Ok(None),
        Err(NotFreeText::TooLong { .. }) => "Keep your note to 500 characters",
        Err(NotFreeText::HiddenSign) => "Your note has a sign that cannot be shown. Type it again",
    };
    Err(problems::wrong_fields(vec![("note".into(), words.into())]).into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::patient_page::{PatientPage, cookie};
    use crate::testing::{TestApp, body, status};

    #[tokio::test]
    async fn sending_says_who_looks_and_when_and_twice_is_once() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 2).await;
        page.sent(b"one").await;
        let note = json!({ "note": " It itches. " });
        let first = submit_capture(test.app.clone(), page.call(&note)).await.unwrap();
        let again = page.submit().await.unwrap();
        assert_eq!(body(&first), body(&again));
        let told = body(&first);
        assert_eq!((&told["state"], &told["photos"]), (&json!("sent"), &json!(1)));
        assert_eq!(told["team"], "Wound Care Team");
        assert_eq!(told["lookedAt"], "within one working day");
        assert_eq!(page.stored().await["patientNote"], "It itches.");
        assert_eq!(page.count_events("capture-submitted").await, 1);
        assert_eq!(status(&page.grant(b"two").await.unwrap_err()), 409);
    }

    #[tokio::test]
    async fn nothing_is_sent_before_a_photo_has_arrived() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        page.granted(b"one").await;
        let failure = page.submit().await.unwrap_err();
        assert_eq!((status(&failure), failure.as_problem().kind()), (409, "no-photo"));
        assert_eq!(page.stored().await["state"], "open");
    }

    #[tokio::test]
    async fn a_long_or_hidden_note_is_refused() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        page.sent(b"one").await;
        for note in ["x".repeat(501), "bell \u{7}".to_owned(), "a\u{202e}b".to_owned()] {
            let call = page.call(&json!({ "note": note }));
            assert_eq!(status(&submit_capture(test.app.clone(), call).await.unwrap_err()), 422);
        }
        let call = page.call(&json!({ "note": "ü".repeat(500) }));
        submit_capture(test.app.clone(), call).await.unwrap();
    }

    // DESIGN, "An upload": a refusal after sending opens the request again for that many.
    #[tokio::test]
    async fn a_refusal_after_sending_takes_one_more_and_no_late_repeat_closes_it() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let mut page = PatientPage::agreed(&test, 3).await;
        let bad = page.sent(b"not a picture").await;
        page.submit().await.unwrap();
        page.file(&bad).await;
        assert_eq!(page.stored().await["state"], "open");
        assert_eq!(page.stored().await["reopenedFor"], 1);

        // The same tap, sent again by a slow network.
        page.submit().await.unwrap();
        assert_eq!(page.stored().await["state"], "open");

        // The same link opens again, for one photo.
        assert_eq!(body(&page.open().await.unwrap())["photos"], 1);
        page.session = cookie(&page.answer("Bell", "1980-02-29").await.unwrap());
        test.pass(jiff::SignedDuration::from_secs(1));
        page.sent(b"another").await;
        assert_eq!(status(&page.grant(b"one too many").await.unwrap_err()), 409);
        page.submit().await.unwrap();
        assert_eq!(page.stored().await["state"], "submitted");
        assert_eq!(page.stored().await["reopenedFor"], 0);
    }

    // Whoever sends nothing but rubbish comes to an end, and is one task until then.
    #[tokio::test]
    async fn however_many_photos_are_refused_the_team_has_one_row() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 3).await;
        let mut refused = 0;
        for round in 0..10_u8 {
            let mut sent = Vec::new();
            while let Ok(granted) = page.grant(&[b'?', round, refused]).await {
                let upload = body(&granted)["upload"].as_str().unwrap().to_owned();
                test.let_arrive(&page.blob(&upload), vec![b'?', round, refused]).await;
                page.finish(&upload).await.unwrap();
                sent.push(upload);
                refused += 1;
            }
            page.submit().await.unwrap();
            for upload in sent {
                page.file(&upload).await;
                assert_eq!(page.upload_state(&upload).await, "refused");
                assert_eq!(page.inbox().await, ["refused"]);
            }
            test.pass(jiff::SignedDuration::from_secs(60));
        }
        assert_eq!(refused, 6, "three were asked for, and three more in their place");
        assert_eq!(page.stored().await["state"], "submitted");
        assert_eq!(page.stored().await["reopenings"], 3);
    }
}
