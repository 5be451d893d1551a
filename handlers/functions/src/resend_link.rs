//! `resend-link`: staff send the link again; the old code dies, wrong answers are forgiven. Who is
//! inside goes on: what a patient is just sending is not thrown away.
//!
//! Trigger: HTTP POST /api/patients/{patient}/requests/{request}/resend. Touches: links, queue
//! `sms`, the record. A second tap within 60 seconds is answered with what the first one did.

use std::time::Duration;

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::capture_request::Delivery;
use domain::link_life::{
    LinkLife, RequestFacts, ResendRefused, expires_at, may_resend, resend_is_same,
};
use domain::record::request::{CaptureRequest, Text, TextStatus};
use domain::register::staff::Role;
use domain::who_may_end::Ending;

use crate::app::App;
use crate::as_staff::StaffDoor;
use crate::links::write_link;
use crate::own_patient::{id_in_path, own_patient};
use crate::own_request::own_request;
use crate::problems;
use crate::record::{DECISIONS, Record, too_busy};
use crate::request_capture::RequestMade;
use crate::session::CAPTURE_PURPOSE;
use crate::sign_in::staff::SignedIn;
use crate::takes_texts::{confirm_mobile_first, is_confirmed, must_take_texts};
use crate::text_on_its_way::put_text;

const DOOR: StaffDoor = StaffDoor { function: "resend-link", purpose: CAPTURE_PURPOSE };

pub fn function() -> Function<App> {
    let route = "api/patients/{patient}/requests/{request}/resend";
    Function::http("resend-link", &[Method::POST], route, resend_link)
}

#[utoipa::path(post, path = "/api/patients/{patient}/requests/{request}/resend", tag = "staff",
    params(("patient" = String, Path), ("request" = String, Path)), responses(
    (status = 200, body = RequestMade),
    (status = 404, description = "No such patient or request"),
    (status = 409, description = "The request is closed, or the number must be confirmed first"),
))]
pub async fn resend_link(app: App, request: Request) -> Result<Reply, Failure> {
    DOOR.open(app, request, resend).await
}

async fn resend(app: App, request: Request, signed_in: SignedIn) -> Result<Reply, Failure> {
    let now = app.now();
    signed_in.must_be(Role::CareTeam)?;
    let operation = signed_in.operation(CAPTURE_PURPOSE)?;
    let patient_id = id_in_path(&request, "patient", "patient")?;
    let request_id = id_in_path(&request, "request", "request")?;
    let reference = app.id(now);
    for _ in 0..DECISIONS {
        let record = Record::open(&app, patient_id, now).await?;
        let patient = own_patient(&record, &signed_in).await?;
        let capture = own_request(&record, &signed_in, request_id).await?;
        let before = &capture.value;
        let is_confirmed = is_confirmed(&app, &patient.value).await?;
        may_resend(&RequestFacts::of(before, is_confirmed)).map_err(|refused| match refused {
            ResendRefused::NumberNotConfirmed => confirm_mobile_first(),
            ResendRefused::Closed => problems::not_in_this_state(refused.to_string()),
        })?;
        must_take_texts(&app, &signed_in.controller, &patient.value).await?;
        // The first request counts as a sending, but its code may have been killed since.
        if resend_is_same(before.last_sent_at, now) && before.current_text().is_some() {
            return Ok(Reply::ok(&RequestMade::new(request_id, before.expires_at, None)));
        }
        let generation = before.generation + 1;
        let life = LinkLife::parse(before.life_days).unwrap_or_default();
        let ends = expires_at(now, life);
        let controller = &signed_in.controller.controller;
        let key_version =
            write_link(&app, controller, patient_id, request_id, generation, ends).await?;
        put_text(&app, patient_id, request_id, generation, now, Duration::from_secs(2)).await?;
        let mut texts = before.texts.clone();
        let reference = reference.clone();
        texts.push(Text { reference, generation, status: TextStatus::Created, at: now });
        let after = CaptureRequest {
            key_version,
            expires_at: ends,
            delivery: Delivery::Text,
            last_sent_at: now,
            attempts: before.attempts.clear(),
            texts,
            ..before.after(Ending::LinkResent, generation)
        };
        let changes = vec![capture.replace(&after)?];
        let about = [("request", request_id)];
        if record.commit(&operation, "link-resent", &about, changes, None).await?.settled() {
            return Ok(Reply::ok(&RequestMade::new(request_id, ends, None)));
        }
    }
    Err(too_busy())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::json;

    use crate::testing::{ASHA, BEN, TestApp, status};

    async fn resend(app: &TestApp, who: &str, patient: &str, request: &str) -> Result<(), u16> {
        let at = [("patient", patient), ("request", request)];
        let call = TestApp::staff_at(who, &at, &json!({}));
        let reply = super::resend_link(app.app.clone(), call).await;
        reply.map(drop).map_err(|failure| status(&failure))
    }

    #[tokio::test]
    async fn a_resend_makes_a_new_code_and_a_second_tap_does_not() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let patient = app.add_patient().await;
        let request = app.request_capture(&patient).await;
        let first = app.code(&patient, &request).await;
        resend(&app, ASHA, &patient, &request).await.unwrap();
        assert_eq!(app.code(&patient, &request).await, first, "within a minute it is the same");
        app.pass(SignedDuration::from_secs(61));
        resend(&app, ASHA, &patient, &request).await.unwrap();
        let second = app.code(&patient, &request).await;
        assert_ne!(second, first);
        resend(&app, ASHA, &patient, &request).await.unwrap();
        assert_eq!(app.code(&patient, &request).await, second);
    }

    #[tokio::test]
    async fn another_team_resends_nothing() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let patient = app.add_patient().await;
        let request = app.request_capture(&patient).await;
        app.pass(SignedDuration::from_secs(61));
        assert_eq!(resend(&app, BEN, &patient, &request).await, Err(404));
    }
}
