//! PKCE, S256 only (RFC 7636): `plain` proves nothing to whoever saw the request.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// What the client promised at `/authorize`: BASE64URL(SHA-256(verifier)), 43 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge(String);

impl Challenge {
    /// `None`: this is no S256 challenge.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hash = URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32);
        is_hash.then(|| Self(text.to_owned()))
    }

    /// True for the verifier that this challenge was made from (RFC 7636 §4.6).
    pub fn is_met_by(&self, verifier: &str) -> bool {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        (43..=128).contains(&verifier.len())
            && verifier.bytes().all(unreserved)
            && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_is_met_and_its_neighbour_is_not() {
        let challenge = Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"));
    }

    #[test]
    fn a_verifier_that_is_too_short_is_refused_even_when_its_hash_fits() {
        let challenge = Challenge(URL_SAFE_NO_PAD.encode(Sha256::digest("short")));
        assert!(!challenge.is_met_by("short"));
    }

    #[test]
    fn what_is_no_hash_is_no_challenge() {
        assert_eq!(Challenge::parse(""), None);
        assert_eq!(Challenge::parse("dBjftJeZ4CVP"), None);
    }
}
