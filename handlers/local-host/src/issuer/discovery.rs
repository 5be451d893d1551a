//! What clients and the handler read first: the configuration and the public key.

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{Request, Response, StatusCode};
use serde_json::json;

use super::Issuer;
use crate::dev::page;

impl Issuer {
    /// `OpenID` Connect Discovery 1.0 §3.
    pub(super) fn discovery(&self) -> Response<Bytes> {
        let at = |path: &str| format!("{}{path}", self.origin);
        let document = json!({
            "issuer": self.origin,
            "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"),
            "revocation_endpoint": at("/revoke"),
            "revocation_endpoint_auth_methods_supported": ["none"],
            "jwks_uri": at("/jwks"),
            "end_session_endpoint": at("/authorize/end"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "subject_types_supported": ["public"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "prompt_values_supported": ["none", "login", "select_account"],
            "authorization_response_iss_parameter_supported": true,
        });
        page::json(StatusCode::OK, &document)
    }

    pub(super) fn jwks(&self) -> Response<Bytes> {
        page::json(StatusCode::OK, &json!({ "keys": [self.key.jwk()] }))
    }

    /// Lets the pages of the public origin, and no others, read the answer.
    pub(super) fn let_pages_read(
        &self,
        request: &Request<Bytes>,
        mut answer: Response<Bytes>,
    ) -> Response<Bytes> {
        let headers = answer.headers_mut();
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
        let origin = request.headers().get(header::ORIGIN);
        if let Some(origin) = origin.filter(|origin| *origin == self.public_origin.as_str()) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            for (name, value) in PREFLIGHT {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
        answer
    }
}

const PREFLIGHT: [(HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
    (header::ACCESS_CONTROL_MAX_AGE, "600"),
];
