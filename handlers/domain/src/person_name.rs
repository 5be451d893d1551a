//! Names of people, as the care team knows them (R22, R23).

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::letter_folding::search_key;
use crate::one_line::one_line;
use crate::pasted_signs::without_pasted_signs;
use crate::shown_as_link::is_shown_as_link;

/// A given or family name: 1 to 100 characters (Unicode NFC), at least one letter, no control or
/// markup characters. Apostrophes and hyphens of every kind are fine. A person with one name has it
/// as family name.
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
    /// A phone would make a link or a number to call of it.
    #[error("A phone would show this name as a link. Put a space behind each full stop")]
    ShownAsLink,
}

/// Signs that have a meaning somewhere downstream (HTML, templates, addresses, spreadsheets) and
/// are in nobody's name.
const SIGNS: &str = "<>&\"={}[]|\\^~#%*+@$;:!?_";

impl PersonName {
    /// Reads a name: trimmed, inner white space folded to single spaces, without signs that nobody
    /// sees and that came with a paste.
    pub fn parse(text: &str) -> Result<Self, NotAName> {
        let name: String = one_line(&without_pasted_signs(text)).nfc().collect();
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
        if is_shown_as_link(&name) {
            return Err(NotAName::ShownAsLink);
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
    /// `S•••`. A name of one letter or sign is three dots alone: its mask would be the whole of it.
    pub fn masked(&self) -> String {
        let counts = |c: char| !search_key(c.encode_utf8(&mut [0; 4])).is_empty();
        let is_letter = |c: &char| c.is_alphabetic() && !is_combining_mark(*c) && counts(*c);
        let mut letters = self.0.chars().filter(is_letter);
        let first = letters.next().filter(|_| letters.next().is_some());
        let first = first.and_then(|c| c.to_uppercase().find(|c| c.is_alphabetic()));
        first.into_iter().chain("•••".chars()).collect()
    }
}

fn is_refused(c: char) -> bool {
    c.is_control() || SIGNS.contains(c) || is_without_meaning(c)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> PersonName {
        PersonName::parse(text).unwrap()
    }

    #[test]
    fn names_of_the_world_are_taken_as_they_are_r22() {
        for text in [
            "Sam",
            "O'Neil",
            "O’Neil",
            "O`Neil",
            "Jean-Luc",
            "Mary Ann",
            "St. John-Smythe",
            "Zoë",
            "Łukasz",
            "Nguyễn",
            "Ó Súilleabháin",
            "D’Souza",
            "Al-ʿAbbās",
            "Hawaiʻi",
            "राम",
            "محمد",
            "李",
            "Мария",
            "می\u{200c}خواهم",
            "Raj s/o Kumar",
            "Sam (Sammy)",
            "X Æ A-12",
        ] {
            assert_eq!(name(text).as_str(), text);
        }
    }

    #[test]
    fn spaces_are_folded_and_accents_joined() {
        assert_eq!(name("  Mary \u{a0} Ann ").as_str(), "Mary Ann");
        assert_eq!(name("Zoe\u{308}").as_str(), "Zoë");
    }

    #[test]
    fn what_a_phone_pastes_is_dropped_and_never_refused() {
        for pasted in [
            "\u{feff}Mary Ann",
            "Mary\u{200b} Ann",
            "\u{202a}Mary Ann\u{202c}",
            "Mary \u{200e} \u{200f} Ann",
            "Ma\u{200d}ry Ann\u{200c}",
            "Mary\u{ad} Ann\u{fffc}",
            "Mary\u{2028}Ann",
            "Mary  \u{a0}  Ann",
        ] {
            assert_eq!(name(pasted).as_str(), "Mary Ann", "{pasted:?}");
        }
        assert_eq!(PersonName::parse("\u{200b}\u{feff}"), Err(NotAName::Missing));
    }

    #[test]
    fn markup_and_its_look_alikes_are_refused() {
        for text in [
            "<b>Sam</b>",
            "Sam & Co",
            "Sam\"",
            "=Sam()",
            "sam@example.org",
            "Sam＜",
            "Sam<\u{338}",
            "Sam\u{0}",
            "Sam\u{1b}[2J",
            "Sam\u{fffd}",
            "Sam\u{e000}",
            "{{Sam}}",
            "Sam; drop",
            "Sam\u{37e}",
        ] {
            assert_eq!(PersonName::parse(text), Err(NotAName::SignNotAllowed), "{text}");
        }
    }

    #[test]
    fn what_a_phone_shows_as_a_link_is_nobodys_name() {
        for text in ["evil.example/pay", "Sam evil.example", "St.John", "Sam 07700900123"] {
            assert_eq!(PersonName::parse(text), Err(NotAName::ShownAsLink), "{text}");
        }
    }

    #[test]
    fn a_name_has_a_letter_and_1_to_100_characters() {
        assert_eq!(PersonName::parse(" \t "), Err(NotAName::Missing));
        for text in ["-", "'", "ʼ", "...", "12", "\u{301}"] {
            assert_eq!(PersonName::parse(text), Err(NotAName::LetterExpected), "{text}");
        }
        assert!(PersonName::parse(&"é".repeat(100)).is_ok());
        assert_eq!(PersonName::parse(&"é".repeat(101)), Err(NotAName::TooLong));
    }

    #[test]
    fn a_masked_name_is_one_letter_and_always_three_dots() {
        assert_eq!(name("Bo").masked(), "B•••");
        assert_eq!(name("bartholomew").masked(), "B•••");
        assert_eq!(name("'t Hooft").masked(), "T•••");
        assert_eq!(name("ßuß").masked(), "S•••");
        assert_eq!(name("Élodie").masked(), "É•••");
        assert_eq!(name("欧阳").masked(), "欧•••");
    }

    #[test]
    fn a_name_of_one_letter_or_sign_is_three_dots_alone() {
        for one in ["O", "é", "E\u{301}", "'t", "李", "김", "ß", "रा", "Oʼ"] {
            assert_eq!(name(one).masked(), "•••", "{one}");
        }
    }

    proptest! {
        #[test]
        fn a_mask_tells_one_letter_of_any_name(
            text in proptest::collection::vec(any::<char>(), 1..40),
        ) {
            if let Ok(name) = PersonName::parse(&text.into_iter().collect::<String>()) {
                let mask = name.masked();
                let first = mask.strip_suffix("•••").unwrap();
                prop_assert!(first.chars().count() <= 1 && first.chars().all(char::is_alphabetic));
                prop_assert_ne!(search_key(first), search_key(name.as_str()));
            }
        }

        #[test]
        fn a_name_reads_back_as_itself(text in proptest::collection::vec(any::<char>(), 1..40)) {
            if let Ok(name) = PersonName::parse(&text.into_iter().collect::<String>()) {
                prop_assert_eq!(PersonName::parse(name.as_str()), Ok(name));
            }
        }
    }
}
