//! `www-pages`: the pages and their assets. Its name sorts last on purpose: the host tries routes
//! in the order of function names, and this one takes whatever GET and HEAD are left.
//!
//! Trigger: HTTP GET and HEAD, everything else. Touches: nothing.

use custom_handler::{Failure, Function, Method, Reply, Request, StatusCode};

use crate::app::App;

/// Nothing but the style in the page itself.
const POLICY: &str = "default-src 'none'; style-src 'sha256-B5q2sqGjFEpBVamzWrYDMO8M2V9/7ijBBSVfJrt48os='; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HOME: &str = include_str!("www_pages/home.html");
const NOT_FOUND: &str = include_str!("www_pages/not_found.html");

pub fn function() -> Function<App> {
    Function::http("www-pages", &[Method::GET, Method::HEAD], "{*path}", www_pages)
}

pub async fn www_pages(_: App, request: Request) -> Result<Reply, Failure> {
    // `/r` is where a link from a text lands; its code stays behind the `#`, in the browser.
    let (status, page) = match request.path.as_str() {
        "/" | "/r" => (StatusCode::OK, HOME),
        _ => (StatusCode::NOT_FOUND, NOT_FOUND),
    };
    Ok(Reply::bytes(status, "text/html; charset=utf-8", page)
        .header("Content-Security-Policy", POLICY)
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "no-referrer")
        .header("Cache-Control", "no-store")
        .header("Cross-Origin-Opener-Policy", "same-origin")
        .header("Cross-Origin-Resource-Policy", "same-origin"))
}
