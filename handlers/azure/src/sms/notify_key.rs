//! A key of GOV.UK Notify, and the token it makes for each request (Notify, "Authorisation header").

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;

const UUID_LENGTH: usize = 36;
const HEADER: &str = r#"{"typ":"JWT","alg":"HS256"}"#;

/// `{name}-{service id}-{secret}`, taken apart. Its `Debug` says nothing.
#[derive(Clone)]
pub struct NotifyKey {
    service: String,
    secret: String,
}

impl std::fmt::Debug for NotifyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NotifyKey(..)")
    }
}

/// It is no key; its text is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key of GOV.UK Notify is a name and two UUIDs, with hyphens between")]
pub struct NotifyKeyRefused;

impl NotifyKey {
    /// Takes apart what Notify showed once.
    pub fn parse(text: &str) -> Result<Self, NotifyKeyRefused> {
        let text = text.trim();
        let uuid = |end: usize| {
            let found = text.get(end.checked_sub(UUID_LENGTH)?..end)?;
            is_uuid(found).then(|| found.to_owned())
        };
        let end = text.len();
        let secret = uuid(end).ok_or(NotifyKeyRefused)?;
        let before = end.checked_sub(UUID_LENGTH + 1).ok_or(NotifyKeyRefused)?;
        let service = uuid(before).ok_or(NotifyKeyRefused)?;
        Ok(Self { service, secret })
    }

    /// A token that Notify takes for 30 seconds around `now`: one is made for each request.
    pub(super) fn token(&self, now: Timestamp) -> Option<String> {
        let claims = format!(r#"{{"iss":"{}","iat":{}}}"#, self.service, now.as_second());
        let signed =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(claims));
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).ok()?;
        mac.update(signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        Some(format!("{signed}.{signature}"))
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == UUID_LENGTH
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: &str = "26785a09-ab16-4eb0-8407-a37497a57506";
    const SECRET: &str = "3d844edf-8d35-48ac-975b-e847b4f122b0";

    #[test]
    fn a_key_is_taken_apart_from_its_end() {
        let key = NotifyKey::parse(&format!("our-name-1-{SERVICE}-{SECRET}\n")).unwrap();
        assert_eq!((key.service.as_str(), key.secret.as_str()), (SERVICE, SECRET));
        assert_eq!(format!("{key:?}"), "NotifyKey(..)");
        for wrong in ["", "name", SECRET, &format!("{SERVICE}{SECRET}"), &"é".repeat(60)] {
            assert!(NotifyKey::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_token_says_who_and_when_and_is_signed() {
        let key = NotifyKey::parse(&format!("n-{SERVICE}-{SECRET}")).unwrap();
        let token = key.token("2026-11-22T10:00:00Z".parse().unwrap()).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts.as_slice() else { panic!() };
        assert_eq!(URL_SAFE_NO_PAD.decode(header).unwrap(), HEADER.as_bytes());
        let claims: serde_json::Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        assert_eq!(claims, serde_json::json!({ "iss": SERVICE, "iat": 1_795_341_600 }));
        assert_eq!(URL_SAFE_NO_PAD.decode(signature).unwrap().len(), 32);
    }
}
