//! Ids: random, opaque, sortable by the moment they were made; safe in URLs, logs and messages.

use jiff::Timestamp;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A new id: 26 lower-case Crockford letters and digits, 48 bits of milliseconds then 80 random
/// bits, so that ids sort by age and cannot be guessed.
pub fn new_id(now: Timestamp, random: &[u8; 32]) -> String {
    let millis = u128::try_from(now.as_millisecond().max(0)).unwrap_or(0) & 0xffff_ffff_ffff;
    let tail = random[..10].iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let value = millis << 80 | tail;
    (0..26)
        .rev()
        .map(|place| char::from(ALPHABET[usize::try_from(value >> (place * 5) & 31).unwrap_or(0)]))
        .collect()
}

/// The moment an id of [`new_id`] was made, to the millisecond; `None` for any other text.
pub fn made_at(id: &str) -> Option<Timestamp> {
    if id.len() != 26 {
        return None;
    }
    let place = |byte: u8| ALPHABET.iter().position(|letter| *letter == byte);
    let value = id
        .bytes()
        .try_fold(0_u128, |value, byte| Some((value << 5) | u128::try_from(place(byte)?).ok()?))?;
    Timestamp::from_millisecond(i64::try_from(value >> 80).ok()?).ok()
}

/// True for text that can stand in a path as an id: 1 to 64 of `[A-Za-z0-9_-]`
/// (functions-host rule h: nothing that an escape could hide in).
pub fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_moment_they_were_made() {
        let early = new_id(Timestamp::from_millisecond(1_000).unwrap(), &[255; 32]);
        let late = new_id(Timestamp::from_millisecond(1_001).unwrap(), &[0; 32]);
        assert!(early < late);
        assert_eq!(early.len(), 26);
    }

    #[test]
    fn an_id_tells_when_it_was_made() {
        let made = Timestamp::from_millisecond(1_795_341_600_123).unwrap();
        assert_eq!(made_at(&new_id(made, &[255; 32])), Some(made));
        assert_eq!(made_at("r-1"), None);
        assert_eq!(made_at(&"é".repeat(13)), None);
    }

    #[test]
    fn ids_are_safe_in_a_path() {
        let id = new_id(Timestamp::from_second(2_000_000_000).unwrap(), &[7; 32]);
        assert!(is_id(&id));
        assert!(!is_id("a/b") && !is_id("") && !is_id("a%2Fb") && !is_id("a b"));
    }
}
