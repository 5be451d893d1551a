//! The code in the link: 130 bits that are derived, texted and typed, and stored nowhere (R42).

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::sha256_hex::Sha256Hex;
use crate::typed_link::code_in;

/// Crockford's base 32: no I, L, O, so that nobody mistakes 1 and 0, and no U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 26 letters of 5 bits.
const LETTERS: usize = 26;

/// 26 letters and digits of Crockford's base 32, upper-case; shown as
/// `XXXXX-XXXXX-XXXXX-XXXXX-XXXXXX`, which is 30 characters of the text message.
///
/// Has no serde on purpose: a code is in no document, message or log. Rows are found by
/// [`LinkCode::row_id`].
#[derive(Clone, PartialEq, Eq)]
pub struct LinkCode(String);

/// A text that is no code; the words are for the patient who types it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotALinkCode {
    /// Fewer or more than 26 letters and digits.
    #[error("Enter the whole code from the text message: 26 letters and digits")]
    WholeCodeExpected,
    /// A letter or sign that no code has.
    #[error("This code has a letter or sign that our codes do not have. Check it")]
    LetterNotInCodes,
}

impl LinkCode {
    /// HMAC-SHA-256 of the link's id and generation, cut to its first 130 bits: the same link
    /// gives the same code again, so a text that is sent twice carries one link.
    pub fn derive(key: &[u8; 32], link_id: &str, generation: u32) -> Self {
        // HMAC fills a short key with zeros to its block; doing so here leaves nothing to fail.
        let mut block = [0; 64];
        block[..32].copy_from_slice(key);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        // The length first: no other id and generation run together into the same bytes.
        mac.update(&(link_id.len() as u64).to_be_bytes());
        mac.update(link_id.as_bytes());
        mac.update(&generation.to_be_bytes());
        let tag = mac.finalize().into_bytes();
        let bit = |at: usize| tag[at / 8] >> (7 - at % 8) & 1;
        let letter = |place: usize| {
            let five = (0..5).fold(0, |five, step| five << 1 | usize::from(bit(place * 5 + step)));
            char::from(ALPHABET[five])
        };
        Self((0..LETTERS).map(letter).collect())
    }

    /// Reads a code as people type, paste and forward it: either case, any grouping, I and L for 1, O
    /// for 0, out of a whole link or message.
    pub fn parse(text: &str) -> Result<Self, NotALinkCode> {
        let typed = code_in(text).ok_or(NotALinkCode::WholeCodeExpected)?;
        let read = typed.chars().map(|c| match c.to_ascii_uppercase() {
            'I' | 'L' => Ok('1'),
            'O' => Ok('0'),
            letter if u8::try_from(letter).is_ok_and(|b| ALPHABET.contains(&b)) => Ok(letter),
            _ => Err(NotALinkCode::LetterNotInCodes),
        });
        read.collect::<Result<String, _>>().map(Self)
    }

    /// Id of its row in `links`: SHA-256 of the 26 characters, lower-case hex.
    pub fn row_id(&self) -> String {
        Sha256Hex::of(&self.0).to_string()
    }
}

impl fmt::Display for LinkCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, letter) in self.0.chars().enumerate() {
            let gap = if matches!(place, 5 | 10 | 15 | 20) { "-" } else { "" };
            write!(f, "{gap}{letter}")?;
        }
        Ok(())
    }
}

/// Says nothing: a code is a key to a record, and `Debug` ends in logs.
impl fmt::Debug for LinkCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: [u8; 32] = [7; 32];
    const LINK: &str = "01jd3x8k2m9qwertyasdfghzxc";

    #[test]
    fn a_code_is_pinned_to_its_key_link_and_generation_r42() {
        // Computed apart from this code, with Python's hmac and hashlib.
        let code = LinkCode::derive(&KEY, LINK, 1);
        assert_eq!(code.to_string(), "4TM2P-XXM72-DEBN1-HTDD3-A0MECK");
        let row = "ce804c31e9e2762a3ae01b791e178ff06fd7b966553faab13dc5ae66e6388b64";
        assert_eq!(code.row_id(), row);
    }

    #[test]
    fn another_key_link_or_generation_is_another_code() {
        let code = LinkCode::derive(&KEY, LINK, 1);
        assert_ne!(code, LinkCode::derive(&[8; 32], LINK, 1));
        assert_ne!(code, LinkCode::derive(&KEY, "01jd3x8k2m9qwertyasdfghzxd", 1));
        assert_ne!(code, LinkCode::derive(&KEY, LINK, 2));
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = LinkCode::derive(&KEY, LINK, 1);
        for text in [
            "4TM2P-XXM72-DEBN1-HTDD3-A0MECK",
            "4tm2pxxm72debn1htdd3a0meck",
            " 4tm2p xxm72 debnl htdd3 aOmeck ",
            "4TM2P–XXM72–DEBNI–HTDD3–AoMECK",
            "https://photos.example.org/r#4TM2P-XXM72-DEBN1-HTDD3-A0MECK",
        ] {
            assert_eq!(LinkCode::parse(text), Ok(code.clone()), "{text}");
        }
    }

    #[test]
    fn what_is_no_code_is_told_why() {
        let missing_one = "4TM2P-XXM72-DEBN1-HTDD3-A0MEC";
        for text in ["", missing_one, "4TM2P-XXM72-DEBN1-HTDD3-A0MECKX"] {
            assert_eq!(LinkCode::parse(text), Err(NotALinkCode::WholeCodeExpected), "{text}");
        }
        for text in ["4TM2P_XXM72", "４TM2P-XXM72-DEBN1-HTDD3-A0MECK", "<script>"] {
            assert_eq!(LinkCode::parse(text), Err(NotALinkCode::WholeCodeExpected), "{text}");
        }
        let with_u = LinkCode::parse("4TM2P-XXM72-DEBN1-HTDD3-A0MECU");
        assert_eq!(with_u, Err(NotALinkCode::LetterNotInCodes));
    }

    #[test]
    fn debug_tells_nothing() {
        assert_eq!(format!("{:?}", LinkCode::derive(&KEY, LINK, 1)), "LinkCode(..)");
    }

    proptest! {
        #[test]
        fn whatever_is_shown_reads_back_in_any_case_and_grouping(
            key in any::<[u8; 32]>(),
            link in "[0-9a-z]{1,26}",
            generation in any::<u32>(),
            lower in proptest::collection::vec(any::<bool>(), 30),
            gap in prop_oneof![Just(""), Just(" "), Just("-"), Just("\u{2011}"), Just("\n")],
        ) {
            let code = LinkCode::derive(&key, &link, generation);
            let shown = code.to_string();
            prop_assert_eq!(shown.len(), 30);
            let typed: String = shown
                .chars()
                .zip(lower)
                .map(|(letter, lower)| if lower { letter.to_ascii_lowercase() } else { letter })
                .flat_map(|letter| letter.to_string().replace('-', gap).chars().collect::<Vec<_>>())
                .collect();
            prop_assert_eq!(LinkCode::parse(&shown), Ok(code.clone()));
            let read = LinkCode::parse(&typed).unwrap();
            prop_assert_eq!(read.row_id(), code.row_id());
        }

        #[test]
        fn no_text_makes_it_panic(text in proptest::collection::vec(any::<char>(), 0..40)) {
            let _ = LinkCode::parse(&text.into_iter().collect::<String>());
        }
    }
}
