//! `GET /authorize/end`: nobody is signed in here any more (`OpenID` Connect RP-Initiated Logout 1.0).

use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::{Request, Response, StatusCode};

use super::Issuer;
use super::authorize::{SESSION_COOKIE, cookie};
use super::form::{Form, with_query};
use crate::dev::page;

impl Issuer {
    /// Ends the session and what was granted in it, then sends the browser back to a page of ours,
    /// or says that it is done. Another site that sends somebody here makes them choose again.
    pub(super) fn end_session(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let Some(form) = Form::parse(request.uri().query().unwrap_or_default()) else {
            return page::refuse(StatusCode::BAD_REQUEST, "A parameter stands twice.");
        };
        let back = form.get("post_logout_redirect_uri");
        if back.is_some_and(|uri| !self.is_on_public_origin(uri)) {
            let said = "The post_logout_redirect_uri is not a page of this system.";
            return page::refuse(StatusCode::BAD_REQUEST, said);
        }
        if let Some(token) = cookie(request, SESSION_COOKIE) {
            self.grants().end_session(token);
        }
        let mut answer = match back {
            Some(uri) => {
                let state = form.get("state").map(|state| ("state", state));
                page::redirect(&with_query(uri, &state.into_iter().collect::<Vec<_>>()))
            }
            None => page::html(StatusCode::OK, "You are signed out", "", "'none'"),
        };
        let gone = format!("{SESSION_COOKIE}=; Max-Age=0; HttpOnly; SameSite=Lax; Path=/authorize");
        if let Ok(value) = HeaderValue::from_str(&gone) {
            answer.headers_mut().insert(header::SET_COOKIE, value);
        }
        answer
    }
}
