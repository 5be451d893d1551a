//! Plain pages without script, and the other answers that demo services give.

use std::fmt::Write as _;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::{Response, StatusCode};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

const STYLE: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;\
    padding:0 1rem;color:#1b2a33;background:#fff}li{margin:.75rem 0;overflow-wrap:anywhere}\
    a{color:#134e4a}main a:only-child{display:inline-block;min-height:2.75rem;padding:.5rem 0}\
    button{font:inherit;min-height:2.75rem;padding:.5rem 1rem;color:#fff;background:#134e4a;\
    border:2px solid #134e4a;border-radius:.25rem}\
    :focus-visible{outline:3px solid #1b2a33;outline-offset:2px}\
    pre{white-space:pre-wrap;overflow-wrap:anywhere}";

/// The source that lets this style in and no other.
static STYLE_SOURCE: LazyLock<String> =
    LazyLock::new(|| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(STYLE))));

/// A page. `may_post_to` is what its policy lets its forms reach: CSP sources.
pub fn html(status: StatusCode, title: &str, body: &str, may_post_to: &str) -> Response<Bytes> {
    page(status, title, "", body, may_post_to)
}

/// A page without forms that is fetched again by itself every so many seconds.
pub fn live_html(title: &str, seconds: u32, body: &str) -> Response<Bytes> {
    let again = format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">");
    page(StatusCode::OK, title, &again, body, "'none'")
}

fn page(
    status: StatusCode,
    title: &str,
    head: &str,
    body: &str,
    may_post_to: &str,
) -> Response<Bytes> {
    let title = escape(title);
    let text = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">{head}\
         <title>{title}</title><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1>{body}</main></body></html>"
    );
    let policy = format!(
        "default-src 'none'; style-src {}; form-action {may_post_to}; frame-ancestors 'none'; \
         base-uri 'none'",
        *STYLE_SOURCE
    );
    let mut answer = answer(status, "text/html; charset=utf-8", Bytes::from(text));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    answer
}

/// A page that says no.
pub fn refuse(status: StatusCode, said: &str) -> Response<Bytes> {
    html(status, said, "", "'none'")
}

pub fn json(status: StatusCode, body: &impl Serialize) -> Response<Bytes> {
    match serde_json::to_vec(body) {
        Ok(text) => answer(status, "application/json", Bytes::from(text)),
        Err(_) => empty(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

pub fn empty(status: StatusCode) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = status;
    answer
}

/// Sends the browser on with GET.
pub fn redirect(to: &str) -> Response<Bytes> {
    let Ok(place) = HeaderValue::from_str(to) else {
        return refuse(StatusCode::BAD_REQUEST, "That is no address");
    };
    let mut answer = empty(StatusCode::SEE_OTHER);
    answer.headers_mut().insert(header::LOCATION, place);
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn answer(status: StatusCode, content_type: &'static str, body: Bytes) -> Response<Bytes> {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Not `no-referrer`: a form posted under that sends `Origin: null`, and we look at it.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    answer
}

/// Text for HTML, in elements and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' | '>' | '&' | '"' | '\'' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "&#{};", u32::from(character));
            }
            other => out.push(other),
        }
    }
    out
}
