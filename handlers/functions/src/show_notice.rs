//! `show-notice`: the platform's privacy notice, for everybody, without script (R1, R3). It ends
//! with whom to phone and where each organisation's own notice is.
//!
//! Trigger: HTTP GET and HEAD /privacy. Touches: nothing.

use std::fmt::Write as _;

use custom_handler::{Failure, Function, Method, Reply, Request, StatusCode};
use domain::notice::Notice;
use domain::ports::documents::{Container, Query, list_all};
use domain::register::CONTROLLER_DIRECTORY;
use domain::register::directory_entry::DirectoryEntry;

use crate::app::{App, stored};
use crate::notice_html::notice_html;
use crate::notices::{PLATFORM_NOTICE, of_platform, path_of};
use crate::plain_page::{PlainPage, escape};
use crate::www_pages::Surface;

pub fn function() -> Function<App> {
    Function::http("show-notice", &[Method::GET, Method::HEAD], "privacy", show_notice)
}

#[utoipa::path(get, path = "/privacy", tag = "open", responses(
    (status = 200, description = "HTML; with `?as=text` the plain text that the hash is of"),
))]
pub async fn show_notice(app: App, request: Request) -> Result<Reply, Failure> {
    let notice = of_platform(&app.settings.operator);
    let reply = if let Some(text) = text_of(&notice, &request) {
        text
    } else {
        let of_each = organisations(&app).await?;
        let contents = notice_html(&notice, &text_path(PLATFORM_NOTICE)) + &of_each;
        PlainPage::new("Privacy notice", contents).reply(&app, StatusCode::OK)
    };
    Ok(Surface::Plain.guard(reply, &app.settings))
}

/// Where the text is that the hash is of.
pub fn text_path(notice: &str) -> String {
    path_of(notice) + "?as=text"
}

/// The notice as plain text, where that was asked for.
pub fn text_of(notice: &Notice, request: &Request) -> Option<Reply> {
    let asked = request.query("as").is_some_and(|form| form == "text");
    asked.then(|| Reply::bytes(StatusCode::OK, "text/plain; charset=utf-8", notice.text()))
}

async fn organisations(app: &App) -> Result<String, Failure> {
    let all = Query::prefix("");
    let rows = list_all(&*app.documents, Container::Register, CONTROLLER_DIRECTORY, all).await;
    let mut html = String::from(
        "<h2 class=\"nhsuk-heading-m\">Hospitals and clinics, and who to phone</h2>\n\
         <ul class=\"nhsuk-list nhsuk-list--bullet\">\n",
    );
    for row in stored(rows)? {
        let entry = stored(row.read::<DirectoryEntry>())?;
        // Writing to a String cannot fail.
        let _ = writeln!(
            html,
            "<li><a href=\"{}\">{}</a>, phone {}</li>",
            path_of(&entry.controller),
            escape(&entry.name),
            escape(&entry.phone)
        );
    }
    html.push_str("</ul>\n");
    Ok(html)
}

#[cfg(test)]
mod tests {
    use domain::notice::PLATFORM;
    use domain::sha256_hex::Sha256Hex;

    use super::*;
    use crate::testing::TestApp;

    async fn get(test: &TestApp, path: &str) -> String {
        let call = Request::for_test(Method::GET, path).build();
        let reply = show_notice(test.app.clone(), call).await.unwrap();
        assert_eq!(reply.status().as_u16(), 200);
        String::from_utf8(reply.body().to_vec()).unwrap()
    }

    // R1, R3, R158: for everybody, with every section and the officer's address.
    #[tokio::test]
    async fn anybody_reads_all_sections_and_finds_whom_to_ask() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = get(&test, "/privacy").await;
        for (heading, _) in PLATFORM.sections {
            assert!(page.contains(&format!(">{heading}</h2>")), "{heading}");
        }
        for part in [
            "mailto:dpo@operator.example.org",
            "0303 123 1113",
            "<a href=\"/privacy/riverside\">Riverside Hospital</a>, phone 020 7946 0018",
            "<a href=\"/privacy/hillview\">Hillview Clinic</a>, phone 01632 960018",
        ] {
            assert!(page.contains(part), "{part}");
        }
        assert!(!page.contains("<script"));
    }

    // R17.
    #[tokio::test]
    async fn the_fingerprint_on_the_page_is_that_of_its_plain_text() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = get(&test, "/privacy").await;
        let text = get(&test, "/privacy?as=text").await;
        assert!(page.contains(&Sha256Hex::of(&text).to_string()));
        assert!(page.contains("Version 2026-11") && page.contains("22 November 2026"));
    }
}
