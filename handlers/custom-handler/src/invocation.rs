//! The id that the host gives to each invocation, and the marks of a proxied request.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue};

/// Set by the host on every request but its readiness probe.
pub(crate) const INVOCATION_ID: HeaderName =
    HeaderName::from_static("x-azure-functions-invocationid");
/// First mark of a proxied HTTP request; the host overwrites what a client sends.
pub(crate) const PROXIED_ID: HeaderName = HeaderName::from_static("x-ms-invocation-id");
/// Second mark of a proxied HTTP request. Its value is never believed (rule i).
pub(crate) const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

const LONGEST: usize = 64;

/// Names one firing of a function: a GUID on the real host, kept across the repeats of a request
/// whose connection broke. Letters, digits and hyphens only, so it may stand in a log.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct InvocationId(Arc<str>);

impl InvocationId {
    /// The id as the host wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let readable = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let fits = !text.is_empty() && text.len() <= LONGEST && text.bytes().all(readable);
        fits.then(|| Self(text.into()))
    }

    /// Another one each time, as the host gives them.
    pub(crate) fn for_test() -> Self {
        static GIVEN: AtomicU64 = AtomicU64::new(0);
        let number = GIVEN.fetch_add(1, Ordering::Relaxed);
        Self(format!("00000000-0000-4000-8000-{number:012}").into())
    }

    fn from_value(value: Option<&HeaderValue>) -> Option<Self> {
        value.and_then(|value| value.to_str().ok()).and_then(Self::parse)
    }
}

impl fmt::Display for InvocationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for InvocationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InvocationId({})", self.0)
    }
}

/// Who sent a request, as far as its headers can tell (rule a).
pub(crate) enum Sender {
    /// The host's proxy, for a client outside: both marks are there.
    Proxy(InvocationId),
    /// The host itself, for an event: an invocation id and neither mark.
    Host(InvocationId),
    /// The readiness probe, or somebody who is not the host.
    Unnamed,
    /// An id and one mark only: no host sends that.
    Unclear,
}

impl Sender {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let marks = (InvocationId::from_value(headers.get(PROXIED_ID)), headers.get(FORWARDED_FOR));
        match marks {
            (Some(id), Some(_)) => Self::Proxy(id),
            (None, None) if !headers.contains_key(PROXIED_ID) => {
                match InvocationId::from_value(headers.get(INVOCATION_ID)) {
                    Some(id) => Self::Host(id),
                    None => Self::Unnamed,
                }
            }
            _ => Self::Unclear,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_holds_nothing_that_could_forge_a_log_line() {
        assert!(InvocationId::parse("0d3c5e0c-1d3f-4a52-9d0e-2f6a3e0b7c11").is_some());
        for text in ["", "a b", "a\"b", "ä", "spoofed, 0d3c5e0c", &"a".repeat(65)] {
            assert!(InvocationId::parse(text).is_none(), "{text:?}");
        }
    }

    // Rule a: only both marks together make a proxied request, and one alone makes nothing.
    #[test]
    fn only_both_marks_make_a_proxied_request() {
        let sender = |names: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for name in names {
                headers.insert(*name, HeaderValue::from_static("0d3c5e0c"));
            }
            match Sender::of(&headers) {
                Sender::Proxy(_) => "proxy",
                Sender::Host(_) => "host",
                Sender::Unnamed => "unnamed",
                Sender::Unclear => "unclear",
            }
        };
        let id = "x-azure-functions-invocationid";

        assert_eq!(sender(&[id, "x-ms-invocation-id", "x-forwarded-for"]), "proxy");
        assert_eq!(sender(&[id]), "host");
        assert_eq!(sender(&[id, "x-ms-invocation-id"]), "unclear");
        assert_eq!(sender(&[id, "x-forwarded-for"]), "unclear");
        assert_eq!(sender(&[]), "unnamed");
    }
}
