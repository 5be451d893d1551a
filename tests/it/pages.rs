//! The pages as a browser is handed them, through the local host: where each is, in which form, and
//! the headers of every answer there is.

use std::path::Path;

use domain::sha256_hex::Sha256Hex;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::running_app::{ASHA, RunningApp};

const PAGE: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// What a web build would have put beside host.json.
fn build_pages(folder: &Path) {
    let mut list = json!({});
    std::fs::create_dir_all(folder.join("assets")).unwrap();
    for (name, content_type, immutable) in [
        ("patient.html", PAGE, false),
        ("staff.html", PAGE, false),
        ("assets/patient-1a2b.js", SCRIPT, true),
        ("icon.svg", "image/svg+xml", false),
    ] {
        let contents = format!("the file {name}");
        let sha256 = Sha256Hex::of(&contents).to_string();
        list[name] =
            json!({ "contentType": content_type, "sha256": sha256, "immutable": immutable });
        std::fs::write(folder.join(name), contents).unwrap();
    }
    std::fs::write(folder.join("assets/patient-1a2b.js.br"), "brotli").unwrap();
    std::fs::write(folder.join("pages.json"), list.to_string()).unwrap();
}

async fn app_with_pages() -> RunningApp {
    let mut app = RunningApp::start().await;
    build_pages(&app.data().parent().unwrap().join("app/pages"));
    assert!(app.start_host().await);
    app
}

/// R147, R148: what every answer has, whoever made it.
fn look_at(headers: &HeaderMap, what: &str) {
    let header = |name: &str| {
        let values: Vec<_> = headers.get_all(name).iter().collect();
        assert_eq!(values.len(), 1, "{what}: {name} stands there {} times", values.len());
        values[0].to_str().unwrap().to_owned()
    };
    let policy = header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; "), "{what}: {policy}");
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{what}");
    // R120: nobody else's script, style, font, picture or ear.
    for source in policy.split(' ').filter(|source| source.contains("://")) {
        assert!(source.starts_with("http://127.0.0.1:"), "{what}: {source}");
    }
    assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(header("referrer-policy"), "no-referrer", "{what}");
    assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{what}");
    let kept = header("cache-control");
    let is_api = what.contains("/api/") || what.contains("settings.json");
    assert!(kept == "no-store" || !is_api, "{what}: {kept}");
    // Plain http on this machine: a browser told to insist on https would lose its way.
    assert!(!headers.contains_key("strict-transport-security"), "{what}");
    if headers.get("content-type").is_some_and(|kind| kind == PAGE) {
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{what}");
        assert_eq!(kept, "no-store", "{what}");
        let camera = header("permissions-policy").contains("camera=(self)");
        assert_eq!(camera, what.ends_with("/r"), "{what}: only the patient's page has a camera");
    }
    // R121: no cookie that nobody needs; those of a session are set by calls of the patient.
    assert!(!headers.contains_key("set-cookie"), "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_guarded() {
    let app = app_with_pages().await;
    let asha = app.sign_in(ASHA).await;
    let api: Value = serde_json::from_str(
        &std::fs::read_to_string(crate::running_app::root().join("tests/golden/openapi.json"))
            .unwrap(),
    )
    .unwrap();
    let mut calls: Vec<(String, String)> = [
        "/",
        "/r",
        "/staff",
        "/staff/inbox",
        "/assets/patient-1a2b.js",
        "/icon.svg",
        "/plain.css",
        "/nothing",
        "/privacy",
        "/privacy/riverside",
        "/privacy/nobody",
        "/api/nothing",
        "/api/%41",
        "/favicon.ico",
    ]
    .iter()
    .flat_map(|path| ["GET", "HEAD"].map(|method| (method.to_owned(), (*path).to_owned())))
    .collect();
    for (path, methods) in api["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let path = path.replace('{', "x").replace('}', "");
            calls.push((method.to_uppercase(), path));
        }
    }
    assert!(calls.len() > 40);
    for (method, path) in calls {
        for token in [None, Some(asha.token())] {
            let call = app.http.request(method.parse().unwrap(), format!("{}{path}", app.front));
            let call =
                if method == "GET" || method == "HEAD" { call } else { call.json(&json!({})) };
            let call = token.into_iter().fold(call, reqwest::RequestBuilder::bearer_auth);
            let answer = call.send().await.unwrap();
            let what = format!("{method} {} {path}", answer.status().as_u16());
            look_at(answer.headers(), &what);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_comes_in_the_form_the_browser_asks_for() {
    let app = app_with_pages().await;
    let get = |path: &str| app.http.get(format!("{}{path}", app.front));
    let script = "/assets/patient-1a2b.js";

    let small = get(script).header("accept-encoding", "gzip, br").send().await.unwrap();
    assert_eq!(small.headers()["content-encoding"], "br");
    assert_eq!(small.headers()["vary"], "Accept-Encoding");
    assert_eq!(small.headers()["cache-control"], "public, max-age=31536000, immutable");
    let etag = small.headers()["etag"].clone();
    assert_eq!(small.text().await.unwrap(), "brotli");

    let known = get(script).header("accept-encoding", "br").header("if-none-match", etag);
    let known = known.send().await.unwrap();
    assert_eq!(known.status(), 304);
    assert_eq!(known.bytes().await.unwrap().len(), 0);

    let plain = get(script).send().await.unwrap();
    assert!(!plain.headers().contains_key("content-encoding"));
    assert_eq!(plain.text().await.unwrap(), "the file assets/patient-1a2b.js");

    let head = app.http.head(format!("{}{script}", app.front)).send().await.unwrap();
    assert_eq!(
        (head.status().as_u16(), head.headers()["content-type"].clone()),
        (200, SCRIPT.parse().unwrap())
    );
    assert_eq!(head.bytes().await.unwrap().len(), 0);
}
