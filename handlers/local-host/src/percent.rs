//! Percent escapes, both ways.

/// Escapes every byte that may not stay.
pub(crate) fn encode(text: &str, stays: impl Fn(u8) -> bool) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit =
        |nibble: u8| DIGITS.get(usize::from(nibble)).map_or('0', |digit| char::from(*digit));
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if stays(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', digit(byte >> 4), digit(byte & 0x0f)]);
        }
    }
    encoded
}

/// The byte that `%xx` at this place stands for; `None` where there is no escape.
pub(crate) fn escaped(bytes: &[u8], at: usize) -> Option<u8> {
    if bytes.get(at) != Some(&b'%') {
        return None;
    }
    let digit = |offset| char::from(*bytes.get(at + offset)?).to_digit(16);
    u8::try_from(digit(1)? * 16 + digit(2)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_go_both_ways() {
        let encoded = encode("a é", |byte| byte.is_ascii_alphanumeric());
        assert_eq!(encoded, "a%20%C3%A9");
        assert_eq!(escaped(encoded.as_bytes(), 4), Some(0xC3));
        assert_eq!(escaped(b"%zz", 0), None);
        assert_eq!(escaped(b"%2", 0), None);
    }
}
