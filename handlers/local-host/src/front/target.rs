//! Request targets: what the web server under the host makes of a path, and what leaves it again.
//!
//! Percent escapes are decoded once (`%2F` stays, and so does what is not UTF-8), then dot
//! segments are removed; towards the handler the path is encoded again, so `%2F` has become
//! `%252F` and `%2B` a plain `+`.

use crate::percent::{encode, escaped};

/// Decodes the path of a request target and removes its dot segments. `None`: the server answers
/// 400 (a NUL byte, or bytes beyond ASCII).
pub(crate) fn decode_path(raw: &str) -> Option<String> {
    if !raw.is_ascii() {
        return None;
    }
    let decoded = decode_escapes(raw);
    if decoded.contains('\0') {
        return None;
    }
    Some(remove_dot_segments(&decoded))
}

/// Encodes a decoded path for the handler.
pub(crate) fn encode_path(path: &str) -> String {
    encode(path, |byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte))
}

/// Escapes what may not stand in a query; escapes that are already there stay as they are.
pub(crate) fn encode_query(query: &str) -> String {
    encode(query, |byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte))
}

fn decode_escapes(raw: &str) -> String {
    let bytes = raw.as_bytes();
    let mut decoded = String::with_capacity(raw.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let (character, length) = match escaped(bytes, at) {
            // An escaped slash stays escaped.
            None | Some(b'/') => (char::from(*byte), 1),
            Some(first) if first.is_ascii() => (char::from(first), 3),
            Some(first) => escaped_character(bytes, at, first).unwrap_or(('%', 1)),
        };
        decoded.push(character);
        at += length;
    }
    decoded
}

/// The UTF-8 character that a run of escapes stands for, with the length of the run.
fn escaped_character(bytes: &[u8], at: usize, first: u8) -> Option<(char, usize)> {
    let length = match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let run: Vec<u8> =
        (0..length).map(|index| escaped(bytes, at + 3 * index)).collect::<Option<_>>()?;
    let character = std::str::from_utf8(&run).ok()?.chars().next()?;
    Some((character, 3 * length))
}

/// RFC 3986 §5.2.4 on an absolute path.
fn remove_dot_segments(path: &str) -> String {
    if !path.contains("/.") {
        return path.to_owned();
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                // `/a/..` is the folder `/`, not nothing.
                if last {
                    kept.push("");
                }
            }
            other => kept.push(other),
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the handler receives for a path that a client sent.
    fn through(raw: &str) -> String {
        encode_path(&decode_path(raw).unwrap())
    }

    #[test]
    fn paths_arrive_as_recorded() {
        for (sent, received) in [
            ("/..", "/"),
            ("/./api/patients", "/api/patients"),
            ("/api/x/../orders/./7", "/api/orders/7"),
            ("/api/links/%2e%2e/identity", "/api/identity"),
            ("/api/patients/a%2Fb", "/api/patients/a%252Fb"),
            ("/api/things/%252F", "/api/things/%252F"),
            ("/api/deep/%252e%252e/..%5C..%5Cx", "/api/deep/%252e%252e/..%5C..%5Cx"),
            ("/a\\b", "/a%5Cb"),
            ("/api/things/%", "/api/things/%25"),
            ("/api/things/%zz", "/api/things/%25zz"),
            ("/api/things/%FF", "/api/things/%25FF"),
            ("/api/things/%E0%A4", "/api/things/%25E0%25A4"),
            ("/api/things/caf%C3%A9", "/api/things/caf%C3%A9"),
            ("/api/things/a%2Bb", "/api/things/a+b"),
            ("/api/things/a%3Bb", "/api/things/a;b"),
            ("/api/things/x%0d%0aX-A:%201", "/api/things/x%0D%0AX-A:%201"),
            ("/api/things/x%3Fy", "/api/things/x%3Fy"),
            ("/api/things/...", "/api/things/..."),
            ("/api/a[1]b|c%22d", "/api/a%5B1%5Db%7Cc%22d"),
            ("/api//orders/7", "/api//orders/7"),
        ] {
            assert_eq!(through(sent), received, "{sent}");
        }
    }

    #[test]
    fn a_query_keeps_its_escapes_and_brackets() {
        assert_eq!(encode_query("q=[1]|x%22y'z"), "q=[1]%7Cx%22y'z");
        assert_eq!(encode_query("pct=%2C+%2f"), "pct=%2C+%2f");
    }

    #[test]
    fn a_nul_or_a_raw_byte_beyond_ascii_is_refused() {
        assert_eq!(decode_path("/a%00b"), None);
        assert_eq!(decode_path("/Jürgen"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_path_leaves_with_a_dot_segment_or_a_byte_that_must_be_escaped(
            raw in "/[ -~]{0,40}",
        ) {
            let received = through(&raw.replace('?', ""));
            proptest::prop_assert!(received.starts_with('/'));
            let dots = received.split('/').any(|segment| matches!(segment, "." | ".."));
            proptest::prop_assert!(!dots, "{}", received);
            let harmless = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}?#".contains(&byte);
            proptest::prop_assert!(received.bytes().all(harmless), "{}", received);
        }
    }
}
