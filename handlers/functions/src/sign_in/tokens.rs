//! `OpenID` Connect access tokens, validated here and nowhere else: issuer, audience and algorithms
//! are ours to fix; the token only chooses among known keys by `kid`. Works with Entra ID (RS256)
//! and with the local issuer (ES256).

use custom_handler::Failure;
use jiff::Timestamp;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};

use super::claims::{Claims, own_scope};
use super::jwks::{Jwks, KeysUnavailable};
use crate::problems;

/// Checks tokens of one issuer for one audience.
pub struct Tokens {
    issuer: String,
    audience: String,
    /// What a token with scopes must have.
    scope: String,
    keys: Jwks,
    /// Unit tests of other files: the token is the subject.
    #[cfg(test)]
    trusts_subjects: bool,
}

impl Tokens {
    /// For tokens of `issuer` that name `audience`; `asked` is what the pages ask it for.
    pub fn new(issuer: &str, audience: &str, asked: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            scope: own_scope(asked).to_owned(),
            keys: Jwks::of(issuer),
            #[cfg(test)]
            trusts_subjects: false,
        }
    }

    /// For unit tests of functions that are not about tokens.
    #[cfg(test)]
    pub fn trusting_subjects() -> Self {
        Self { trusts_subjects: true, ..Self::new("http://127.0.0.1:7073", "test", "openid") }
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
        // `exp` is required by our claims.
        rules.set_required_spec_claims(&["iss", "aud", "sub"]);
        // The library reads the machine's clock; ours may be set (`--at`), so the claims compare.
        rules.validate_exp = false;
        let claims = decode::<Claims>(token, &decoding, &rules)
            .map_err(|error| refused(&format!("{:?}", error.kind())))?
            .claims;
        claims.caller(header.typ.as_deref(), &self.scope, now).map_err(refused)
    }
}

fn algorithm_of(key: &Jwk) -> Option<Algorithm> {
    match &key.algorithm {
        AlgorithmParameters::RSA(_) => Some(Algorithm::RS256),
        AlgorithmParameters::EllipticCurve(_) => Some(Algorithm::ES256),
        _ => None,
    }
}
