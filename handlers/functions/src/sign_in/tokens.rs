//! `OpenID` Connect access tokens, validated here and nowhere else: issuer, audience and algorithms
//! are ours to fix; the token only chooses among known keys by `kid`. Works with Entra ID (RS256)
//! and with the local issuer (ES256).

use custom_handler::Failure;
use jiff::Timestamp;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use super::jwks::{Jwks, KeysUnavailable};
use crate::problems;

/// Seconds by which the issuer's clock and ours may differ.
const LEEWAY_SECONDS: i64 = 60;

/// Checks tokens of one issuer for one audience.
pub struct Tokens {
    issuer: String,
    audience: String,
    keys: Jwks,
    /// Unit tests of other files: the token is the subject.
    #[cfg(test)]
    trusts_subjects: bool,
}

#[derive(Debug, Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    iat: Option<i64>,
    /// Scopes, as Entra ID writes them into an access token and never into another.
    #[serde(default)]
    scp: Option<String>,
    /// Entra ID's own key of a person in a tenant; `sub` differs from app to app there.
    #[serde(default)]
    oid: Option<String>,
}

impl Tokens {
    /// For tokens of `issuer` that name `audience`.
    pub fn new(issuer: &str, audience: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            keys: Jwks::of(issuer),
            #[cfg(test)]
            trusts_subjects: false,
        }
    }

    /// For unit tests of functions that are not about tokens.
    #[cfg(test)]
    pub fn trusting_subjects() -> Self {
        Self { trusts_subjects: true, ..Self::new("http://127.0.0.1:7073", "test") }
    }

    /// Who the token speaks of; 401 for anything but a good token.
    pub async fn subject(&self, token: &str, now: Timestamp) -> Result<String, Failure> {
        #[cfg(test)]
        if self.trusts_subjects {
            return Ok(token.to_owned());
        }
        let refused = |why: &str| Failure::from(problems::sign_in_first()).with_log(why);
        let header = decode_header(token).map_err(|_| refused("not a token"))?;
        if !matches!(header.alg, Algorithm::RS256 | Algorithm::ES256) {
            return Err(refused("algorithm is not RS256 or ES256"));
        }
        let kid = header.kid.ok_or_else(|| refused("no kid"))?;
        let key = match self.keys.find(&kid, now).await {
            Ok(Some(key)) => key,
            Ok(None) => return Err(refused("unknown kid")),
            Err(KeysUnavailable(why)) => return Err(Failure::retry(why)),
        };
        let algorithm = algorithm_of(&key).ok_or_else(|| refused("key of another kind"))?;
        if header.alg != algorithm {
            return Err(refused("algorithm is not the key's"));
        }
        let decoding = DecodingKey::from_jwk(&key).map_err(|_| refused("key does not parse"))?;
        let mut rules = Validation::new(algorithm);
        rules.set_issuer(&[&self.issuer]);
        rules.set_audience(&[&self.audience]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The library reads the machine's clock; ours may be set (`--at`), so we compare below.
        rules.validate_exp = false;
        let claims = decode::<Claims>(token, &decoding, &rules)
            .map_err(|error| refused(&format!("{:?}", error.kind())))?
            .claims;
        let seconds = now.as_second();
        if seconds >= claims.exp.saturating_add(LEEWAY_SECONDS) {
            return Err(refused("expired"));
        }
        let is_to_come = |moment: Option<i64>| {
            moment.is_some_and(|at| seconds.saturating_add(LEEWAY_SECONDS) < at)
        };
        if is_to_come(claims.nbf) || is_to_come(claims.iat) {
            return Err(refused("not valid yet"));
        }
        if !is_access_token(header.typ.as_deref(), &claims) {
            return Err(refused("not an access token"));
        }
        Ok(claims.oid.unwrap_or(claims.sub))
    }
}

/// An ID token may name the same audience, where pages and API are one registration of Entra ID: it
/// says who signed in, not that they may call. An access token says what it is in its header
/// (RFC 9068 §4) or, from Entra ID, has scopes.
fn is_access_token(kind: Option<&str>, claims: &Claims) -> bool {
    let kind = kind.unwrap_or_default().to_ascii_lowercase();
    kind.trim_start_matches("application/") == "at+jwt" || claims.scp.is_some()
}

fn algorithm_of(key: &Jwk) -> Option<Algorithm> {
    match &key.algorithm {
        AlgorithmParameters::RSA(_) => Some(Algorithm::RS256),
        AlgorithmParameters::EllipticCurve(_) => Some(Algorithm::ES256),
        _ => None,
    }
}
