//! `renew-link`: the patient has a new link sent in place of one that expired or was lost.
//!
//! Trigger: HTTP POST /api/links/renew. Touches: `links`, queue `sms`, the request. The text goes
//! to the number on the record, whoever asks; wrong answers are not forgiven. Whoever asks with a
//! code that was replaced ends nothing: the new code opens beside the living one. A repeat within a
//! minute is answered with what the first one did.

use std::time::Duration;

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::capture_request::Delivery;
use domain::link_life::{LinkLife, RequestFacts, expires_at, may_renew, resend_is_same};
use domain::record::request::{CaptureRequest, Text, TextStatus};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::capture_problems::no_new_link;
use crate::links::{find_link, write_link};
use crate::open_link::LinkCall;
use crate::record::{DECISIONS, too_busy};
use crate::session::CAPTURE_PURPOSE;
use crate::takes_texts::takes_texts;
use crate::text_on_its_way::put_text;
use crate::visit::Visit;

pub fn function() -> Function<App> {
    Function::http("renew-link", &[Method::POST], "api/links/renew", renew_link)
}

#[derive(Serialize, ToSchema)]
pub struct Renewed {
    /// To which number is told to nobody before identity.
    pub sent: bool,
}

#[utoipa::path(post, path = "/api/links/renew", tag = "patient", request_body = LinkCall,
    responses(
    (status = 200, body = Renewed, description = "On its way; an expired code no longer opens"),
    (status = 404, description = "No such link"),
    (status = 409, description = "It still works, or no new one may be sent (now)"),
    (status = 410, description = "The request is closed"),
))]
pub async fn renew_link(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let call: LinkCall = request.json()?;
    let link = find_link(&app, &request, call.code.as_deref(), now).await?;
    let reference = app.id(now);
    for _ in 0..DECISIONS {
        let visit = Visit::by_link(&app, &link, now).await?;
        let before = &visit.capture.value;
        let operation = visit.operation(CAPTURE_PURPOSE)?;
        let just_renewed = |at| resend_is_same(at, now) && link.generation < before.generation;
        if before.renewed_at.last().is_some_and(|at| just_renewed(*at)) {
            return Ok(Reply::ok(&Renewed { sent: true }));
        }
        // Without a number, or with one that the controller does not text any more, there is none
        // that is confirmed.
        let patient = &visit.patient.value;
        let is_confirmed = takes_texts(&app, &visit.controller, patient).await?;
        let facts = RequestFacts::of(before, is_confirmed);
        let ending = may_renew(&facts, link.generation, now)
            .map_err(|refused| no_new_link(&visit.controller, refused, now))?;
        let life = LinkLife::parse(before.life_days).map_err(Failure::broken)?;
        let ends = expires_at(now, life);
        let generation = before.generation.saturating_add(1);
        let key_version =
            write_link(&app, &before.controller, &link.patient, &link.request, generation, ends)
                .await?;
        let hidden_for = Duration::from_secs(2);
        put_text(&app, &link.patient, &link.request, generation, now, hidden_for).await?;
        let mut after = CaptureRequest {
            key_version,
            expires_at: ends,
            delivery: Delivery::Text,
            last_sent_at: now,
            ..before.after(ending, generation)
        };
        after.renewed_at.push(now);
        after.texts.push(Text {
            reference: reference.clone(),
            generation,
            status: TextStatus::Created,
            at: now,
        });
        let changes = vec![visit.capture.replace(&after)?];
        let about = [("request", link.request.as_str())];
        let told = visit.record.commit(&operation, "link-renewed", &about, changes, None).await?;
        if told.settled() {
            return Ok(Reply::ok(&Renewed { sent: true }));
        }
    }
    Err(too_busy())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::json;

    use crate::patient_page::{PatientPage, problem};
    use crate::testing::{TestApp, body, status};

    const ELEVEN_DAYS: SignedDuration = SignedDuration::from_hours(11 * 24);

    #[tokio::test]
    async fn a_new_link_opens_and_the_old_code_dies() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let mut page = PatientPage::asked_for(&test, 1).await;
        test.pass(ELEVEN_DAYS);

        assert_eq!(body(&page.renew().await.unwrap()), json!({ "sent": true }));

        let old = page.open().await.unwrap_err();
        assert_eq!((status(&old), &problem(&old)["reason"]), (410, &json!("replaced")));
        page.code = test.code(&page.patient, &page.request).await;
        let shown = body(&page.open().await.unwrap());
        assert_eq!(shown["lastDay"], "2026-12-13", "ten days from the day of the renewal");
        let texts = page.stored().await["texts"].clone();
        assert_eq!((&texts[1]["generation"], &texts[1]["status"]), (&json!(2), &json!("created")));
    }

    #[tokio::test]
    async fn who_lost_the_newer_link_gets_another_and_the_newer_one_still_opens() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::asked_for(&test, 1).await;
        test.pass(SignedDuration::from_secs(61));
        let at = [("patient", page.patient.as_str()), ("request", page.request.as_str())];
        let call = TestApp::staff_at(crate::testing::ASHA, &at, &json!({}));
        crate::resend_link::resend_link(test.app.clone(), call).await.unwrap();
        let newer = test.code(&page.patient, &page.request).await;
        test.pass(SignedDuration::from_secs(61));

        assert_eq!(body(&page.renew().await.unwrap()), json!({ "sent": true }));

        let beside = test.code(&page.patient, &page.request).await;
        assert_ne!(newer, beside);
        assert_eq!(status(&page.open().await.unwrap_err()), 410);
        let mut page = page;
        for code in [newer, beside] {
            page.code = code;
            page.open().await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_repeat_within_a_minute_sends_no_second_text() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::asked_for(&test, 1).await;
        test.pass(ELEVEN_DAYS);
        page.renew().await.unwrap();
        test.pass(SignedDuration::from_secs(59));
        page.renew().await.unwrap();
        assert_eq!(page.stored().await["generation"], 2);
        test.pass(SignedDuration::from_secs(1));
        assert_eq!(status(&page.renew().await.unwrap_err()), 409);
    }

    #[tokio::test]
    async fn a_link_that_still_works_is_not_renewed() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::asked_for(&test, 1).await;
        let failure = page.renew().await.unwrap_err();
        assert_eq!(status(&failure), 409);
        assert_eq!(problem(&failure)["type"], "/problems/link-still-works");
    }

    #[tokio::test]
    async fn three_renewals_are_all() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let mut page = PatientPage::asked_for(&test, 1).await;
        for _ in 0..3 {
            test.pass(ELEVEN_DAYS);
            page.renew().await.unwrap();
            page.code = test.code(&page.patient, &page.request).await;
        }
        test.pass(ELEVEN_DAYS);
        assert_eq!(problem(&page.open().await.unwrap_err())["renewable"], false);
        assert_eq!(status(&page.renew().await.unwrap_err()), 409);
        assert_eq!(page.stored().await["generation"], 4);
    }

    #[tokio::test]
    async fn wrong_answers_survive_renewal() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let mut page = PatientPage::asked_for(&test, 1).await;
        for _ in 0..3 {
            assert_eq!(page.answer_wrong().await, 401);
        }
        test.pass(ELEVEN_DAYS);
        page.renew().await.unwrap();
        page.code = test.code(&page.patient, &page.request).await;
        let failure = page.answer("Bellow", "1980-02-29").await.unwrap_err();
        assert_eq!(problem(&failure)["triesLeft"], 1);
    }

    #[tokio::test]
    async fn a_closed_request_is_never_renewed() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::asked_for(&test, 1).await;
        page.decline().await.unwrap();
        test.pass(ELEVEN_DAYS);
        assert_eq!(status(&page.renew().await.unwrap_err()), 410);
    }
}
