//! `end-session`: the patient is done, and the next person who holds the phone sees nothing of it.
//!
//! Trigger: HTTP POST /api/capture/end. Touches: the session's row in `links`, which goes, and both
//! cookies of this browser. Ending twice is ending once; photos that were sent stay sent.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::capture_session::{OPENER_COOKIE, SESSION_COOKIE};
use domain::link_row::LinkRow;
use domain::ports::documents::Container;
use serde_json::{Value, json};

use crate::app::{App, stored};
use crate::problems;
use crate::session::{Nothing, delete_row, is_other_page, own_page, token_row, without_cookies};

pub fn function() -> Function<App> {
    Function::http("end-session", &[Method::POST], "api/capture/end", end_session)
}

#[utoipa::path(post, path = "/api/capture/end", tag = "patient", request_body = Nothing,
    responses(
    (status = 200, body = Nothing, description = "Takes both cookies away"),
    (status = 409, description = "The cookie is another request's"),
))]
pub async fn end_session(app: App, request: Request) -> Result<Reply, Failure> {
    request.json::<Value>()?;
    own_page(&app, &request)?;
    let cookies = &app.settings.cookies;
    let session = request.cookie(&cookies.cookie_name(SESSION_COOKIE));
    if session.or(request.cookie(&cookies.cookie_name(OPENER_COOKIE))).is_none() {
        return Ok(Reply::ok(&json!({})));
    }
    if let Some(token) = session {
        let row = token_row(token);
        let found = stored(app.documents.get(Container::Links, &row, &row).await)?;
        let session = stored(found.map(|found| found.read::<LinkRow>()).transpose())?;
        if let Some(LinkRow::Session { request: capture, .. }) = session {
            if is_other_page(&request, &capture) {
                return Err(problems::other_request().into());
            }
            delete_row(&app, &row).await?;
        }
    }
    Ok(without_cookies(&app, Reply::ok(&json!({}))))
}

#[cfg(test)]
mod tests {
    use custom_handler::Request;

    use super::*;
    use crate::patient_page::PatientPage;
    use crate::testing::{TestApp, status};

    async fn end(page: &PatientPage<'_>) -> Result<Reply, Failure> {
        end_session(page.test.app.clone(), page.call(&json!({}))).await
    }

    #[tokio::test]
    async fn who_finishes_leaves_nothing_for_the_next_person_with_the_phone() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let upload = page.sent(b"one").await;
        page.submit().await.unwrap();

        let reply = end(&page).await.unwrap();
        assert!(reply.header_value("set-cookie").unwrap().contains("Max-Age=0"));

        assert_eq!(status(&page.show().await.unwrap_err()), 401);
        page.file(&upload).await;
        assert_eq!(page.count_events("capture-submitted").await, 1);
    }

    #[tokio::test]
    async fn ending_twice_or_without_a_session_is_fine() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::identified(&test, 1).await;
        end(&page).await.unwrap();
        end(&page).await.unwrap();
        let stranger = Request::for_test(Method::POST, "/").json(&json!({})).build();
        end_session(test.app.clone(), stranger).await.unwrap();
    }

    #[tokio::test]
    async fn a_page_ends_its_own_session_and_no_other() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::identified(&test, 1).await;
        for (header, value, refused) in [
            ("aftersight-request", "another", 409),
            ("origin", "https://elsewhere.example.org", 403),
        ] {
            let call = Request::for_test(Method::POST, "/")
                .header("cookie", &page.session)
                .header(header, value)
                .json(&json!({}))
                .build();
            let failure = end_session(test.app.clone(), call).await.unwrap_err();
            assert_eq!(status(&failure), refused);
        }
        page.show().await.unwrap();
    }
}
