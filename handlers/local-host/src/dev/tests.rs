//! The demo pages as a script and a browser meet them.

use std::fs;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use serde_json::{Value, json};

use super::DevPages;
use crate::issuer::{DemoStaff, Issuer, IssuerOptions};
use crate::{FrontService as _, HostClock};

struct Front {
    pages: DevPages,
    folder: tempfile::TempDir,
}

fn front() -> Front {
    let folder = tempfile::tempdir().unwrap();
    let issuer = Issuer::open(IssuerOptions {
        origin: "http://127.0.0.1:7073".to_owned(),
        public_origin: "http://127.0.0.1:7071".to_owned(),
        audience: "api://aftersight".to_owned(),
        staff: vec![DemoStaff {
            subject: "demo-nurse-1".to_owned(),
            name: "Asha Rao".to_owned(),
            email: "asha.rao@riverside.example.net".to_owned(),
            controller: "Riverside Hospital".to_owned(),
            teams: vec!["Wound Care Team".to_owned()],
            roles: vec!["care-team".to_owned()],
        }],
        key_file: folder.path().join("issuer-key.pem"),
        clock: HostClock::real(),
    })
    .unwrap();
    let pages = DevPages::new(Arc::new(issuer), folder.path().join("outbox"));
    Front { pages, folder }
}

impl Front {
    async fn send(&self, request: http::request::Builder, body: &'static str) -> Response<Bytes> {
        let request = request.header(header::HOST, "localhost:7071");
        self.pages.answer(request.body(Bytes::from_static(body.as_bytes())).unwrap()).await
    }

    async fn json(&self, path: &str) -> Value {
        let request = Request::get(path).header(header::ACCEPT, "application/json");
        serde_json::from_slice(self.send(request, "").await.body()).unwrap()
    }

    fn text_arrives(&self, reference: &str, at: &str, text: &str) {
        let outbox = self.folder.path().join("outbox");
        fs::create_dir_all(&outbox).unwrap();
        let kept = json!({ "reference": reference, "to": "+447700900123", "text": text, "at": at });
        fs::write(outbox.join(format!("{reference}.json")), kept.to_string()).unwrap();
    }
}

#[tokio::test]
async fn a_script_reads_the_addresses_and_gets_a_token_for_one() {
    let front = front();
    let email = front.json("/dev/sign-in").await["staff"][0]["email"].clone();
    assert_eq!(email, "asha.rao@riverside.example.net");
    let request = Request::post("/dev/sign-in").header(header::CONTENT_TYPE, "application/json");
    let answer = front.send(request, r#"{"as":"asha.rao@riverside.example.net"}"#).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let token: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(token["token"].as_str().unwrap().split('.').count(), 3);
}

#[tokio::test]
async fn a_form_of_another_site_gets_no_token() {
    let body = r#"{"as":"asha.rao@riverside.example.net"}"#;
    for content_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let request = Request::post("/dev/sign-in").header(header::CONTENT_TYPE, content_type);
        let status = front().send(request, body).await.status();
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{content_type}");
    }
}

#[tokio::test]
async fn nobody_of_that_address_is_a_404_and_no_json_a_400() {
    for (body, status) in
        [(r#"{"as":"x@example.org"}"#, StatusCode::NOT_FOUND), ("{", StatusCode::BAD_REQUEST)]
    {
        let request =
            Request::post("/dev/sign-in").header(header::CONTENT_TYPE, "application/json");
        assert_eq!(front().send(request, body).await.status(), status);
    }
}

#[tokio::test]
async fn texts_are_shown_newest_first_and_broken_files_are_passed_over() {
    let front = front();
    assert_eq!(front.json("/dev/phone").await, json!([]));
    front.text_arrives("a", "2026-11-22T09:00:00Z", "first");
    front.text_arrives("b", "2026-11-22T10:00:00Z", "second");
    fs::write(front.folder.path().join("outbox/c.json"), "{").unwrap();
    fs::write(front.folder.path().join("outbox/d.tmp"), "half").unwrap();
    let texts = front.json("/dev/phone").await;
    let order: Vec<&str> =
        texts.as_array().unwrap().iter().map(|text| text["text"].as_str().unwrap()).collect();
    assert_eq!(order, ["second", "first"]);
}

#[tokio::test]
async fn a_link_in_a_text_can_be_followed_and_markup_stays_text() {
    let front = front();
    let text = "<b>Asha</b>: http://127.0.0.1:7071/r#AAAA-BBBB";
    front.text_arrives("a", "2026-11-22T09:00:00Z", text);
    let page = front.send(Request::get("/dev/phone").header(header::ACCEPT, "text/html"), "").await;
    let page = std::str::from_utf8(page.body()).unwrap();
    let link = "http://127.0.0.1:7071/r#AAAA-BBBB";
    assert!(page.contains(&format!("<a href=\"{link}\">{link}</a>")));
    assert!(!page.contains("<b>"));
}

#[tokio::test]
async fn the_phone_shows_plain_times_and_looks_again_by_itself() {
    let front = front();
    front.text_arrives("a", "2026-11-22T14:05:07.123456789Z", "a text");
    let page = front.send(Request::get("/dev/phone").header(header::ACCEPT, "text/html"), "").await;
    let page = std::str::from_utf8(page.body()).unwrap();
    assert!(page.contains("<time>22 November 2026, 14:05:07</time>"), "{page}");
    assert!(page.contains("<meta http-equiv=\"refresh\" content=\"5\">"), "{page}");
}

#[tokio::test]
async fn a_name_that_leads_here_from_elsewhere_is_refused() {
    let front = front();
    for path in ["/dev/sign-in", "/dev/phone", "/dev/"] {
        let request = Request::get(path).header(header::HOST, "rebound.example.org");
        let answer = front.pages.answer(request.body(Bytes::new()).unwrap()).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
    }
}
