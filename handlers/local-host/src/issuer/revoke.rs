//! `POST /revoke`: a page that is done with a refresh token says so (RFC 7009).

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::json;

use super::Issuer;
use super::exchange::read_form;
use super::grants::GrantRefused;
use crate::dev::page;

impl Issuer {
    /// Ends every refresh token of the same sign-in. What is known to nobody is over already, and
    /// that is success (§2.2); an access token is signed and ends by itself.
    pub(super) fn revoke(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let form = read_form(request);
        let asked =
            form.as_ref().and_then(|form| Some((form.get("token")?, form.get("client_id")?)));
        let Some((token, client)) = asked else {
            return refused("invalid_request", "token and client_id are asked for");
        };
        match self.grants().revoke_refresh(token, client) {
            Err(GrantRefused::OtherClient) => {
                refused("invalid_client", "it was given to another client")
            }
            _ => page::empty(StatusCode::OK),
        }
    }
}

fn refused(error: &str, said: &str) -> Response<Bytes> {
    page::json(StatusCode::BAD_REQUEST, &json!({ "error": error, "error_description": said }))
}
