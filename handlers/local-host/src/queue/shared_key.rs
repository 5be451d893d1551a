//! The `SharedKey` of Azure Storage: an HMAC over the request in a canonical form.
//!
//! Source: "Authorize with Shared Key" of the Azure Storage documentation, queue service.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// An account and its key.
#[derive(Clone)]
pub(crate) struct SharedKey {
    account: String,
    key: Vec<u8>,
}

/// What of a request is signed.
pub(crate) struct Signed<'a> {
    pub method: &'a str,
    /// The path of the URL, encoded, with the account in it where the endpoint has one.
    pub path: &'a str,
    /// Parameters with their values decoded.
    pub query: &'a [(&'a str, String)],
    pub content_length: usize,
    pub content_type: &'a str,
    /// Every `x-ms-` header, names in lower case.
    pub headers: &'a [(&'a str, String)],
}

impl SharedKey {
    /// `None`: the key is not base64.
    pub fn new(account: &str, key_base64: &str) -> Option<Self> {
        let key = STANDARD.decode(key_base64.trim()).ok()?;
        Some(Self { account: account.to_owned(), key })
    }

    /// The value of `Authorization`.
    pub fn authorization(&self, signed: &Signed<'_>) -> String {
        let text = self.string_to_sign(signed);
        // HMAC takes a key of any length.
        let signature = Hmac::<Sha256>::new_from_slice(&self.key)
            .map(|mac| STANDARD.encode(mac.chain_update(text.as_bytes()).finalize().into_bytes()))
            .unwrap_or_default();
        format!("SharedKey {}:{signature}", self.account)
    }

    fn string_to_sign(&self, signed: &Signed<'_>) -> String {
        // Since version 2015-02-21 a length of zero is signed as nothing.
        let length = match signed.content_length {
            0 => String::new(),
            length => length.to_string(),
        };
        let lines = |pairs: &[(&str, String)]| {
            let mut lines: Vec<String> =
                pairs.iter().map(|(name, value)| format!("{name}:{}", value.trim())).collect();
            lines.sort();
            lines
        };
        // After the type: Date (x-ms-date stands for it), four conditions, Range; all empty.
        let fixed = format!("{}\n\n\n{length}\n\n{}\n", signed.method, signed.content_type);
        let mut parts = vec![format!("{fixed}\n\n\n\n\n")];
        parts.extend(lines(signed.headers));
        parts.push(format!("/{}{}", self.account, signed.path));
        parts.extend(lines(signed.query));
        parts.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key that every storage emulator has.
    const EMULATOR: &str =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    #[test]
    fn a_get_is_signed_in_the_documented_form() {
        let key = SharedKey::new("devstoreaccount1", EMULATOR).unwrap();
        let headers = [
            ("x-ms-version", "2021-12-02".to_owned()),
            ("x-ms-date", "Sun, 22 Nov 2026 00:00:00 GMT".to_owned()),
        ];
        let query = [("visibilitytimeout", "600".to_owned()), ("numofmessages", "16".to_owned())];
        let signed = Signed {
            method: "GET",
            path: "/devstoreaccount1/sms/messages",
            query: &query,
            content_length: 0,
            content_type: "",
            headers: &headers,
        };
        assert_eq!(
            key.string_to_sign(&signed),
            "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Sun, 22 Nov 2026 00:00:00 GMT\nx-ms-version:2021-12-02\n\
             /devstoreaccount1/devstoreaccount1/sms/messages\nnumofmessages:16\nvisibilitytimeout:600"
        );
        assert_eq!(
            key.authorization(&signed),
            "SharedKey devstoreaccount1:GEjgcYjMC3NHTzcB/TOUKM3Y8EBVtKMgkHpiD+pyOmI="
        );
    }

    #[test]
    fn a_body_is_signed_by_its_length_and_type() {
        let key = SharedKey::new("a", "QUJD").unwrap();
        let signed = Signed {
            method: "POST",
            path: "/q/messages",
            query: &[],
            content_length: 5,
            content_type: "application/xml",
            headers: &[],
        };
        assert_eq!(
            key.string_to_sign(&signed),
            "POST\n\n\n5\n\napplication/xml\n\n\n\n\n\n\n/a/q/messages"
        );
    }

    #[test]
    fn a_key_that_is_no_base64_is_refused() {
        assert!(SharedKey::new("a", "not base64!").is_none());
    }
}
