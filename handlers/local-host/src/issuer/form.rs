//! `application/x-www-form-urlencoded`: queries and token requests in, redirects out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The parameters of a request. A name given twice is refused (RFC 6749 §3.1).
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Form(BTreeMap<String, String>);

impl Form {
    /// `None`: a name stands twice, or what is percent-encoded is not UTF-8.
    pub fn parse(text: &str) -> Option<Self> {
        let mut values = BTreeMap::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if values.insert(decode(name)?, decode(value)?).is_some() {
                return None;
            }
        }
        Some(Self(values))
    }

    /// A value; an empty one counts as absent (RFC 6749 §3.1).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Every name and value, by name.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) = (rest.next()?, rest.next()?);
                let digit = |byte| char::from(byte).to_digit(16);
                u8::try_from(digit(high)? * 16 + digit(low)?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// `base` with the pairs added to its query.
pub fn with_query(base: &str, pairs: &[(&str, &str)]) -> String {
    let mut url = base.to_owned();
    for (name, value) in pairs {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&encode(name));
        url.push('=');
        url.push_str(&encode(value));
    }
    url
}

fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_given_twice_is_refused() {
        assert_eq!(Form::parse("state=a&state=b"), None);
    }

    #[test]
    fn a_cut_escape_is_refused() {
        for text in ["a=%", "a=%2", "a=%zz", "a=%ff"] {
            assert_eq!(Form::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_empty_value_counts_as_absent() {
        assert_eq!(Form::parse("nonce=").unwrap().get("nonce"), None);
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read_back(value in "\\PC{0,40}") {
            let url = with_query("http://127.0.0.1/back?kept=1", &[("state", &value)]);
            let form = Form::parse(url.split_once('?').unwrap().1).unwrap();
            prop_assert_eq!(form.get("kept"), Some("1"));
            prop_assert_eq!(form.get("state").unwrap_or(""), value);
        }
    }
}
