//! Names of people, as the care team knows them (R22, R23).

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use crate::identity_check::search_key;
use crate::one_line::one_line;

/// A given or family name: 1 to 100 characters (Unicode NFC), at least one letter, no control,
/// invisible or markup characters. Apostrophes and hyphens of every kind are fine.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonName(String);

/// Why a text is not a name; the words stand beside the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAName {
    /// Empty, or only spaces.
    #[error("Enter a name")]
    Missing,
    /// Over 100 characters.
    #[error("A name must be 100 characters or fewer")]
    TooLong,
    /// Only digits or punctuation.
    #[error("A name must have at least one letter")]
    LetterExpected,
    /// A sign that is in nobody's name but in markup, addresses and damaged text.
    #[error("A name can have letters, spaces, hyphens and apostrophes. Take out the other signs")]
    SignNotAllowed,
}

/// Signs that have a meaning somewhere downstream (HTML, templates, addresses, spreadsheets) and
/// are in nobody's name.
const SIGNS: &str = "<>&\"={}[]|\\^~#%*+@$;:!?_";

impl PersonName {
    /// Reads a name: trimmed, inner white space folded to single spaces.
    pub fn parse(text: &str) -> Result<Self, NotAName> {
        let name: String = one_line(text).nfc().collect();
        if name.is_empty() {
            return Err(NotAName::Missing);
        }
        if name.chars().count() > 100 {
            return Err(NotAName::TooLong);
        }
        // Look-alikes too (full-width <, or < joined with an accent): they come apart under NFKD.
        if name.chars().chain(name.nfkd()).any(is_refused) {
            return Err(NotAName::SignNotAllowed);
        }
        // By the search key, so that no name exists that nobody could find or confirm.
        if !search_key(&name).chars().any(char::is_alphabetic) {
            return Err(NotAName::LetterExpected);
        }
        Ok(Self(name))
    }

    /// The name in full.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first letter in upper case and always three dots, so that the length tells nothing:
    /// `S•••`. All that a page may show before identity is confirmed.
    pub fn masked(&self) -> String {
        let first = self.0.chars().find(|c| c.is_alphabetic());
        let first = first.and_then(|c| c.to_uppercase().find(|c| c.is_alphabetic()));
        first.into_iter().chain("•••".chars()).collect()
    }
}

/// `A••• B•••`.
pub fn masked_full(given_name: &PersonName, family_name: &PersonName) -> String {
    format!("{} {}", given_name.masked(), family_name.masked())
}

fn is_refused(c: char) -> bool {
    c.is_control() || SIGNS.contains(c) || is_invisible(c) || is_without_meaning(c)
}

/// Characters that hide or reorder others. The zero-width joiners stay: Persian and Indic names
/// are written with them.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// The replacement character of damaged text, private use, and code points that are no characters.
fn is_without_meaning(c: char) -> bool {
    matches!(c,
        '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fff9}'..='\u{ffff}'
        | '\u{f0000}'..='\u{10ffff}')
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Says nothing: `Debug` ends in logs.
impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(..)")
    }
}
