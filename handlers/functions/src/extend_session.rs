//! `extend-session`: half an hour more, so that nobody loses photos to a slow hand.
//!
//! Trigger: HTTP POST /api/capture/session. Touches: the session's row in `links`. Extending twice
//! is extending once.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::capture_request::RequestState;
use domain::capture_session::{SESSION, SESSION_COOKIE, seconds_left, session_ends_at};
use domain::link_row::LinkRow;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::problems;
use crate::session::{CAPTURE_PURPOSE, Nothing, Session, with_cookie, write_row};
use crate::visit::Visit;

pub fn function() -> Function<App> {
    Function::http("extend-session", &[Method::POST], "api/capture/session", extend_session)
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionLeft {
    pub seconds_left: u64,
}

#[utoipa::path(post, path = "/api/capture/session", tag = "patient", request_body = Nothing,
    responses(
    (status = 200, body = SessionLeft, description = "Sets the cookie for 30 minutes more"),
    (status = 401, description = "The session has ended"),
))]
pub async fn extend_session(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let session = Session::changing(&app, &request, now).await?;
    let visit = Visit::by_session(&app, &session, now).await?;
    visit.operation(CAPTURE_PURPOSE)?;
    let capture = &visit.capture.value;
    if capture.expires_at <= now || capture.state == RequestState::Submitted {
        // Whoever is inside may finish; nobody stays for ever in a request whose time is over, nor
        // in one that was sent: what is shown there is the photos.
        let left = seconds_left(session.expires_at, now);
        return Ok(Reply::ok(&SessionLeft { seconds_left: left }));
    }
    let name = app.settings.cookies.cookie_name(SESSION_COOKIE);
    let token = request.cookie(&name).ok_or_else(problems::session_ended)?;
    let expires_at = session_ends_at(now);
    let row = LinkRow::Session {
        patient: session.patient.clone(),
        request: session.request.clone(),
        expires_at,
    };
    write_row(&app, &session.row, &row).await?;
    let reply = Reply::ok(&SessionLeft { seconds_left: seconds_left(expires_at, now) });
    Ok(with_cookie(&app, reply, SESSION_COOKIE, token, SESSION))
}

#[cfg(test)]
mod tests {
    use custom_handler::Request;
    use jiff::SignedDuration;
    use serde_json::json;

    use super::*;
    use crate::patient_page::{PatientPage, cookie};
    use crate::testing::{TestApp, body, status};

    #[tokio::test]
    async fn half_an_hour_more_counts_from_now() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::identified(&test, 1).await;
        for _ in 0..3 {
            test.pass(SignedDuration::from_mins(29));
            let reply = extend_session(test.app.clone(), page.call(&json!({}))).await.unwrap();
            assert_eq!(body(&reply)["secondsLeft"], 1800);
            assert_eq!(cookie(&reply), page.session);
        }
        test.pass(SignedDuration::from_mins(30));
        let ended = extend_session(test.app.clone(), page.call(&json!({}))).await.unwrap_err();
        assert_eq!(status(&ended), 401);
    }

    #[tokio::test]
    async fn nobody_stays_in_a_request_whose_time_is_over() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let mut page = PatientPage::asked_for(&test, 1).await;
        let ten = SignedDuration::from_mins(10);
        test.pass(page.opens_for().await.checked_sub(ten).unwrap());
        page.identify().await;
        test.pass(SignedDuration::from_mins(20));
        let reply = extend_session(test.app.clone(), page.call(&json!({}))).await.unwrap();
        assert_eq!(body(&reply)["secondsLeft"], 600);
    }

    #[tokio::test]
    async fn a_session_ends_within_half_an_hour_of_sending() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        page.sent(b"one").await;
        test.pass(SignedDuration::from_mins(10));
        page.submit().await.unwrap();
        for left in [1200, 600] {
            let reply = extend_session(test.app.clone(), page.call(&json!({}))).await.unwrap();
            assert_eq!(body(&reply)["secondsLeft"], left);
            page.show().await.unwrap();
            test.pass(SignedDuration::from_mins(10));
        }
        let ended = extend_session(test.app.clone(), page.call(&json!({}))).await.unwrap_err();
        assert_eq!(status(&ended), 401);
        assert_eq!(status(&page.show().await.unwrap_err()), 401);
    }

    // DESIGN, "The session": a form of another site cannot send JSON.
    #[tokio::test]
    async fn a_changing_call_without_a_json_body_is_refused() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::identified(&test, 1).await;
        let call = Request::for_test(Method::POST, "/").header("cookie", &page.session).build();
        let refused = extend_session(test.app.clone(), call).await.unwrap_err();
        assert_eq!(status(&refused), 415);
    }
}
