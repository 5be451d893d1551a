//! `/dev/*` on the front: sign in from a script, and the phone that every text arrives on.
//!
//! These pages belong to the development host. The handler has no such routes, so they cannot
//! reach production.

pub(crate) mod loopback;
pub(crate) mod page;
mod phone;
mod sign_in;
mod start;
#[cfg(test)]
mod tests;

pub use start::{DevOptions, DevRefused, start};

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};

use crate::FrontService;
use crate::issuer::Issuer;

/// The pages under `/dev/`, for [`crate::HostOptions::extra`].
pub struct DevPages {
    issuer: Arc<Issuer>,
    /// Folder of texts that "arrived", one JSON file each.
    outbox: PathBuf,
}

impl DevPages {
    pub fn new(issuer: Arc<Issuer>, outbox: PathBuf) -> Self {
        Self { issuer, outbox }
    }

    async fn route(&self, request: Request<Bytes>) -> Response<Bytes> {
        // A name that resolves to 127.0.0.1 must not make another site's page ours.
        if !loopback::is_loopback_host(request.headers()) {
            return page::refuse(StatusCode::FORBIDDEN, "Only for this machine");
        }
        match (request.method(), request.uri().path()) {
            (&Method::GET | &Method::HEAD, "/dev/") => page::html(
                StatusCode::OK,
                "Demo tools",
                "<ul><li><a href=\"/dev/sign-in\">Sign in</a></li>\
                 <li><a href=\"/dev/phone\">Phone</a></li></ul>",
                "'none'",
            ),
            (&Method::GET | &Method::HEAD, "/dev/sign-in") => self.show_staff(&request),
            (&Method::POST, "/dev/sign-in") => self.sign_in(&request),
            (&Method::GET | &Method::HEAD, "/dev/phone") => self.show_phone(&request).await,
            _ => page::refuse(StatusCode::NOT_FOUND, "There is no such page"),
        }
    }
}

impl FrontService for DevPages {
    fn answer(&self, request: Request<Bytes>) -> BoxFuture<'_, Response<Bytes>> {
        self.route(request).boxed()
    }
}

/// True where the client asks for JSON and not for a page.
fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept
        .is_some_and(|accept| accept.contains("application/json") && !accept.contains("text/html"))
}
