//! `withdraw-consent`: the patient takes their yes back; the request closes (R71).
//!
//! Trigger: HTTP DELETE /api/capture/consent. Touches: inbox, `incoming`, the record, the session's
//! row. What is not yet in the record is erased; what is stays and is the team's to answer for.
//! Sent again after it was done, the session has ended: nothing changes twice.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::inbox_row::InboxKind;
use domain::record::consent::Consent;
use domain::record::request::CaptureRequest;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::capture_problems::{no_consent_to_withdraw, request_closed};
use crate::record::{DECISIONS, too_busy};
use crate::request_uploads::{TakenOut, take_out_unfiled, uploads_of};
use crate::session::{Nothing, Session, delete_row, without_cookies};
use crate::visit::Visit;

pub fn function() -> Function<App> {
    Function::http("withdraw-consent", &[Method::DELETE], "api/capture/consent", withdraw_consent)
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Withdrawn {
    pub given: bool,
    #[schema(example = "withdrawn")]
    pub state: &'static str,
    /// Photos that had arrived and were deleted.
    pub deleted: usize,
    /// Photos that are in the record already.
    pub in_record: usize,
    /// What happens next, in words.
    pub next: String,
    pub controller: String,
    pub phone: String,
}

#[utoipa::path(delete, path = "/api/capture/consent", tag = "patient", request_body = Nothing,
    responses(
    (status = 200, body = Withdrawn, description = "Closed; ends the session"),
    (status = 401, description = "The session has ended"),
    (status = 409, description = "There is no consent to take back"),
))]
pub async fn withdraw_consent(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let session = Session::changing(&app, &request, now).await?;
    withdraw(&app, &session, now).await
}

/// Takes the standing consent back and closes the request.
pub async fn withdraw(app: &App, session: &Session, now: Timestamp) -> Result<Reply, Failure> {
    for _ in 0..DECISIONS {
        let visit = Visit::by_session(app, session, now).await?;
        let standing = visit.standing_consent().await?.ok_or_else(no_consent_to_withdraw)?;
        let before = &visit.capture.value;
        let state = before.state.withdraw().map_err(request_closed)?;
        visit.tell_team(InboxKind::Withdrawn, &before.request, None).await?;
        let uploads = uploads_of(app, &session.patient, &session.request).await?;
        let mut taken_out = take_out_unfiled(app, &uploads).await?;
        let mut changes = std::mem::take(&mut taken_out.changes);
        let taken_back = Consent { withdrawn_at: Some(now), ..standing.value.clone() };
        changes.push(standing.replace(&taken_back)?);
        changes.push(visit.capture.replace(&CaptureRequest { state, ..before.clone() })?);
        let about =
            [("consent", standing.value.consent.as_str()), ("request", before.request.as_str())];
        let operation = visit.operation_to_end();
        let event = "consent-withdrawn";
        if visit.record.commit(&operation, event, &about, changes, None).await?.settled() {
            delete_row(app, &session.row).await?;
            return Ok(without_cookies(app, withdrawn(&visit, &taken_out)));
        }
    }
    Err(too_busy())
}

fn withdrawn(visit: &Visit<'_>, taken_out: &TakenOut) -> Reply {
    let controller = &visit.controller;
    let kept = match taken_out.filed {
        0 => "No photos of this request are kept.".to_owned(),
        _ => "Photos that the team has already stay in your record until the team has decided \
              what to do with them. You can ask them to delete these photos."
            .to_owned(),
    };
    Reply::ok(&Withdrawn {
        given: false,
        state: "withdrawn",
        deleted: taken_out.arrived,
        in_record: taken_out.filed,
        next: format!(
            "You have taken your yes back. The team will be told, and this link no longer works. \
             {kept} To ask about it, phone {} on {}.",
            controller.name, controller.phone
        ),
        controller: controller.name.clone(),
        phone: controller.phone.clone(),
    })
}

#[cfg(test)]
mod tests {
    use domain::ports::blobs::{BlobContainer, ReadBlobs as _};

    use crate::patient_page::PatientPage;
    use crate::testing::{TestApp, body, status};

    // R71.
    #[tokio::test]
    async fn taking_back_closes_the_request_and_erases_what_is_not_filed() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 3).await;
        let filed = page.sent(&media::testing::camera_jpeg(64, 48)).await;
        page.file(&filed).await;
        let arrived = page.sent(b"two").await;
        let granted = page.granted(b"three").await;

        let reply = page.withdraw().await.unwrap();

        let told = body(&reply);
        assert_eq!((&told["deleted"], &told["inRecord"]), (&1.into(), &1.into()));
        assert!(reply.header_value("set-cookie").unwrap().contains("Max-Age=0"));
        assert_eq!(page.stored().await["state"], "withdrawn");
        for (upload, state) in [(&filed, "filed"), (&arrived, "removed"), (&granted, "removed")] {
            assert_eq!(page.upload_state(upload).await, state);
        }
        let left = test.store.list(BlobContainer::Incoming, &page.patient, None, 10).await.unwrap();
        assert_eq!(left, Vec::<String>::new());
        assert!(page.inbox().await.contains(&"withdrawn".to_owned()));
    }

    // R71.
    #[tokio::test]
    async fn nothing_can_be_sent_afterwards_and_twice_changes_nothing() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        page.withdraw().await.unwrap();
        assert_eq!(status(&page.grant(b"one").await.unwrap_err()), 401);
        assert_eq!(status(&page.withdraw().await.unwrap_err()), 401);
        assert_eq!(page.inbox().await, ["withdrawn"]);
        assert_eq!(page.count_events("consent-withdrawn").await, 1);
    }

    // UK GDPR Art 7(3): sending does not end the right to change one's mind.
    #[tokio::test]
    async fn a_yes_can_be_taken_back_after_sending() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let upload = page.sent(b"one").await;
        page.submit().await.unwrap();
        page.withdraw().await.unwrap();
        assert_eq!(page.upload_state(&upload).await, "removed");
    }

    #[tokio::test]
    async fn there_is_nothing_to_take_back_before_a_yes() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::identified(&test, 1).await;
        assert_eq!(status(&page.withdraw().await.unwrap_err()), 409);
        assert_eq!(page.stored().await["state"], "open");
    }

    // R10 switched off must never keep anybody from taking back.
    #[tokio::test]
    async fn a_paused_agreement_does_not_keep_anybody_from_taking_back() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        crate::patient_page::change_controller(&test, |controller| {
            controller["instruction"]["active"] = false.into();
        })
        .await;
        page.withdraw().await.unwrap();
    }
}
