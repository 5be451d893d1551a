//! Percent-encoding of one path segment or query value (RFC 3986).

use std::fmt::Write as _;

/// Encodes everything but unreserved characters: a `/` in a name becomes `%2F`, as the Azure SDKs
/// write it, so that no name can climb out of its container when a client folds `..`.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Decodes; `None` for a broken escape or bytes that are no UTF-8. A `+` stays a plus: base64 ids
/// and signatures carry it.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, behind @ ..] = rest {
        rest = behind;
        if *byte != b'%' {
            out.push(*byte);
            continue;
        }
        let [high, low, behind @ ..] = rest else { return None };
        out.push(hex(*high)? << 4 | hex(*low)?);
        rest = behind;
    }
    String::from_utf8(out).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_encoded_comes_back(text in ".*") {
            prop_assert_eq!(decode(&encode(&text)), Some(text));
        }
    }

    #[test]
    fn a_slash_is_no_segment_of_its_own() {
        assert_eq!(encode("a/../ü b"), "a%2F..%2F%C3%BC%20b");
    }

    #[test]
    fn broken_escapes_are_refused() {
        for broken in ["%", "%4", "%zz", "%+1", "%ff"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
        assert_eq!(decode("a+b%2B").as_deref(), Some("a+b+"));
    }
}
