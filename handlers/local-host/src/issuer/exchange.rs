//! `POST /token`: a code, or a refresh token, for fresh tokens.

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use serde_json::json;

use super::form::Form;
use super::grants::{Grant, GrantRefused};
use super::token::TOKEN_LIFE;
use super::{Issuer, random};
use crate::dev::page;

/// Why nothing is given, in the words of RFC 6749 §5.2.
enum ExchangeRefused {
    InvalidRequest(&'static str),
    InvalidGrant(GrantRefused),
    UnsupportedGrantType,
    /// The machine has no randomness, or the subject left the staff document.
    Unavailable,
}

impl From<GrantRefused> for ExchangeRefused {
    fn from(refused: GrantRefused) -> Self {
        Self::InvalidGrant(refused)
    }
}

impl Issuer {
    pub(super) fn exchange(&self, request: &Request<Bytes>) -> Response<Bytes> {
        match self.try_exchange(request) {
            Ok(answer) => answer,
            Err(refused) => refused.into_response(),
        }
    }

    fn try_exchange(&self, request: &Request<Bytes>) -> Result<Response<Bytes>, ExchangeRefused> {
        let form = read_form(request)
            .ok_or(ExchangeRefused::InvalidRequest("the body is no form of distinct names"))?;
        let need = |name, said| form.get(name).ok_or(ExchangeRefused::InvalidRequest(said));
        let client = need("client_id", "client_id is missing")?;
        let refresh = random::fresh_token().ok_or(ExchangeRefused::Unavailable)?;
        let now = self.clock.now();
        let mut grants = self.grants();
        let grant = match need("grant_type", "grant_type is missing")? {
            "authorization_code" => {
                let code = need("code", "code is missing")?;
                let redirect_uri = need("redirect_uri", "redirect_uri is missing")?;
                let verifier = need("code_verifier", "code_verifier is missing")?;
                let grant = grants.redeem_code(code, client, redirect_uri, verifier, now)?;
                grants.add_refresh(refresh.clone(), code, grant.clone(), now);
                grant
            }
            "refresh_token" => {
                let token = need("refresh_token", "refresh_token is missing")?;
                grants.rotate_refresh(token, client, refresh.clone(), now)?
            }
            _ => return Err(ExchangeRefused::UnsupportedGrantType),
        };
        drop(grants);
        self.tokens(&grant, &refresh)
    }

    fn tokens(&self, grant: &Grant, refresh: &str) -> Result<Response<Bytes>, ExchangeRefused> {
        let now = self.clock.now();
        let access = self
            .access_token(&grant.subject, &grant.client, &grant.scope, now)
            .ok_or(ExchangeRefused::Unavailable)?;
        let identity = self.identity_token(grant, now).ok_or(ExchangeRefused::Unavailable)?;
        Ok(page::json(
            StatusCode::OK,
            &json!({
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": TOKEN_LIFE.as_secs(),
                "scope": grant.scope,
                "id_token": identity,
                "refresh_token": refresh,
            }),
        ))
    }
}

/// `None`: another content type, or no form.
pub(super) fn read_form(request: &Request<Bytes>) -> Option<Form> {
    let content_type = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return None;
    }
    Form::parse(std::str::from_utf8(request.body()).ok()?)
}

impl ExchangeRefused {
    fn into_response(self) -> Response<Bytes> {
        let (status, error, said) = match self {
            Self::InvalidRequest(said) => {
                (StatusCode::BAD_REQUEST, "invalid_request", said.to_owned())
            }
            Self::InvalidGrant(refused) => {
                (StatusCode::BAD_REQUEST, "invalid_grant", refused.to_string())
            }
            Self::UnsupportedGrantType => (
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "grant_type is authorization_code or refresh_token".to_owned(),
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "sign in again".to_owned(),
            ),
        };
        page::json(status, &json!({ "error": error, "error_description": said }))
    }
}
