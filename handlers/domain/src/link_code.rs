//! The code in the link: 130 bits that are derived, texted and typed, and stored nowhere (R42).

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::sha256_hex::Sha256Hex;

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

    /// Reads a code as people type it: either case, any grouping, I and L for 1, O for 0; a whole
    /// pasted link is read from its `#` on.
    pub fn parse(text: &str) -> Result<Self, NotALinkCode> {
        let typed = text.rsplit_once('#').map_or(text, |(_, code)| code);
        let mut code = String::with_capacity(LETTERS);
        for c in typed.chars().filter(|c| !is_separator(*c)) {
            code.push(match c.to_ascii_uppercase() {
                'I' | 'L' => '1',
                'O' => '0',
                letter if u8::try_from(letter).is_ok_and(|b| ALPHABET.contains(&b)) => letter,
                _ => return Err(NotALinkCode::LetterNotInCodes),
            });
            if code.len() > LETTERS {
                return Err(NotALinkCode::WholeCodeExpected);
            }
        }
        if code.len() < LETTERS {
            return Err(NotALinkCode::WholeCodeExpected);
        }
        Ok(Self(code))
    }

    /// Id of its row in `links`: SHA-256 of the 26 characters, lower-case hex.
    pub fn row_id(&self) -> String {
        Sha256Hex::of(&self.0).to_string()
    }
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}')
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
