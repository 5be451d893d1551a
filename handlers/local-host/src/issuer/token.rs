//! The claims of access and identity tokens.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::grants::Grant;
use super::{Issuer, random};

/// How long a token is good for.
pub const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// An access token's claims (RFC 9068 §2.2). Who the subject is and what they may do stands in
/// the service's register, not here.
#[derive(Serialize)]
struct AccessClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    client_id: &'a str,
    scope: &'a str,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
}

/// An identity token's claims (`OpenID` Connect Core §2).
#[derive(Serialize)]
struct IdentityClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    name: &'a str,
    email: &'a str,
    auth_time: i64,
    iat: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
}

impl Issuer {
    /// `None`: this machine has no randomness to give.
    pub(super) fn access_token(
        &self,
        subject: &str,
        client: &str,
        scope: &str,
        now: Timestamp,
    ) -> Option<String> {
        let claims = AccessClaims {
            iss: &self.origin,
            aud: &self.audience,
            sub: subject,
            client_id: client,
            scope,
            iat: now.as_second(),
            nbf: now.as_second(),
            exp: expiry(now),
            jti: random::fresh_token()?,
        };
        self.key.sign("at+jwt", &claims).ok()
    }

    /// `None`: the subject is no longer one of the staff.
    pub(super) fn identity_token(&self, grant: &Grant, now: Timestamp) -> Option<String> {
        let person = self.person(&grant.subject)?;
        let claims = IdentityClaims {
            iss: &self.origin,
            aud: &grant.client,
            sub: &grant.subject,
            name: &person.name,
            email: &person.email,
            auth_time: grant.signed_in_at.as_second(),
            iat: now.as_second(),
            exp: expiry(now),
            nonce: grant.nonce.as_deref(),
        };
        self.key.sign("JWT", &claims).ok()
    }
}

fn expiry(now: Timestamp) -> i64 {
    now.as_second().saturating_add(TOKEN_LIFE.as_secs())
}
