//! Query strings, read without trusting them.

use std::borrow::Cow;

/// The first value of `name`, with `+` as a space, escapes undone, and bytes that are not UTF-8
/// replaced. A name without `=` has the value "".
pub(crate) fn value_of(query: &str, name: &str) -> Option<String> {
    query.split('&').filter(|pair| !pair.is_empty()).find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key) == name).then(|| decode(value).into_owned())
    })
}

fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'%', [high, low, tail @ ..]) if let Some(decoded) = hex_byte(*high, *low) => {
                bytes.push(decoded);
                rest = tail;
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn hex_byte(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_and_plus_signs_are_undone() {
        let query = "x=1&name=J%C3%BCrgen&y=a%20b+c&x=2&flag&empty=&pct=%2C%2f";

        assert_eq!(value_of(query, "x").as_deref(), Some("1"));
        assert_eq!(value_of(query, "name").as_deref(), Some("Jürgen"));
        assert_eq!(value_of(query, "y").as_deref(), Some("a b c"));
        assert_eq!(value_of(query, "flag").as_deref(), Some(""));
        assert_eq!(value_of(query, "empty").as_deref(), Some(""));
        assert_eq!(value_of(query, "pct").as_deref(), Some(",/"));
        assert_eq!(value_of(query, "absent"), None);
    }

    #[test]
    fn broken_escapes_stay_as_they_are() {
        assert_eq!(value_of("a=%&b=%2&c=%zz&d=%ff", "a").as_deref(), Some("%"));
        assert_eq!(value_of("b=%2", "b").as_deref(), Some("%2"));
        assert_eq!(value_of("c=%zz", "c").as_deref(), Some("%zz"));
        assert_eq!(value_of("d=%ff", "d").as_deref(), Some("\u{fffd}"));
    }

    proptest! {
        #[test]
        fn no_query_string_is_too_strange(query in ".{0,64}", name in ".{0,8}") {
            let _ = value_of(&query, &name);
        }

        #[test]
        fn what_is_escaped_comes_back(value in any::<String>()) {
            let escaped = value.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"));

            prop_assert_eq!(value_of(&format!("v={escaped}"), "v"), Some(value));
        }
    }
}
