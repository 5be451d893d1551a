//! What people type into a form in their own words: one type for all of it, so that no field forgets
//! which signs make a text say something else than it shows.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::one_line::one_line;

/// A text that shows what it says: not empty, of bounded length, without control signs and without
/// signs that turn the order of what others read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FreeText(String);

/// Why a text is none; the words stand beside the field, which may have better ones for the first
/// two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotFreeText {
    /// Empty, or nothing that can be seen.
    #[error("Write something here")]
    Missing,
    /// Over its length.
    #[error("Keep this to {longest} characters")]
    TooLong {
        /// In characters.
        longest: usize,
    },
    /// A control or direction sign, which nobody sees and which may come with pasted text.
    #[error(
        "This text has a hidden sign that can change how it reads. Type it again, do not paste"
    )]
    HiddenSign,
}

impl FreeText {
    /// A text of one line: line ends and runs of spaces are folded to one space.
    pub fn line(text: &str, longest: usize) -> Result<Self, NotFreeText> {
        Self::of(one_line(&without_nothing(text)), longest)
    }

    /// A text of several lines: its line ends and tabs stay.
    pub fn lines(text: &str, longest: usize) -> Result<Self, NotFreeText> {
        let text = without_nothing(text).replace("\r\n", "\n");
        let text = text.replace(['\r', '\u{2028}', '\u{2029}'], "\n");
        Self::of(text.trim().to_owned(), longest)
    }

    fn of(text: String, longest: usize) -> Result<Self, NotFreeText> {
        if text.is_empty() {
            Err(NotFreeText::Missing)
        } else if text.chars().count() > longest {
            Err(NotFreeText::TooLong { longest })
        } else if text.chars().any(is_hidden) {
            Err(NotFreeText::HiddenSign)
        } else {
            Ok(Self(text))
        }
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<FreeText> for String {
    fn from(text: FreeText) -> Self {
        text.0
    }
}

/// Says nothing: `Debug` ends in logs.
impl fmt::Debug for FreeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FreeText(..)")
    }
}

/// Without signs that show nothing and change nothing: word processors leave them behind. The joiners
/// of Persian, Indic and emoji stay.
fn without_nothing(text: &str) -> String {
    let is_nothing = |c| matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}');
    text.chars().filter(|c| !is_nothing(*c)).collect()
}

/// Control signs but for line ends and tabs, and Unicode's explicit and implicit direction signs
/// (UAX 9, 2), with which a text reads as another one.
fn is_hidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2061}'..='\u{206f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Parse = fn(&str, usize) -> Result<FreeText, NotFreeText>;
    const BOTH: [Parse; 2] = [FreeText::line, FreeText::lines];

    #[test]
    fn a_text_of_one_line_has_one_line_and_a_longer_one_keeps_its_own() {
        let typed = " It itches.\r\n\tMostly  at night.\u{2028}Not by day. ";
        let line = FreeText::line(typed, 100).unwrap();
        assert_eq!(line.as_str(), "It itches. Mostly at night. Not by day.");
        let lines = FreeText::lines(typed, 100).unwrap();
        assert_eq!(lines.as_str(), "It itches.\n\tMostly  at night.\nNot by day.");
    }

    #[test]
    fn control_and_direction_signs_are_refused_in_either() {
        for sign in [
            '\0', '\u{7}', '\u{1b}', '\u{7f}', '\u{9b}', '\u{61c}', '\u{200e}', '\u{200f}',
            '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{206f}',
        ] {
            for parse in BOTH {
                let text = format!("left{sign}thgir");
                assert_eq!(parse(&text, 100), Err(NotFreeText::HiddenSign), "{sign:?}");
            }
        }
    }

    #[test]
    fn words_of_every_script_and_emoji_are_taken_as_they_are() {
        for text in ["می\u{200c}خواهم", "👩\u{200d}⚕\u{fe0f} ja", "Ça va?", "שלום", "a < b & c"]
        {
            for parse in BOTH {
                assert_eq!(parse(text, 100).unwrap().as_str(), text);
            }
        }
    }

    #[test]
    fn what_shows_nothing_is_dropped_and_nothing_alone_is_missing() {
        for parse in BOTH {
            assert_eq!(parse("\u{feff}it\u{ad}ches\u{200b}", 100).unwrap().as_str(), "itches");
            for nothing in ["", " \n\t ", "\u{feff}\u{200b}", "\u{2060} "] {
                assert_eq!(parse(nothing, 100), Err(NotFreeText::Missing));
            }
        }
    }

    #[test]
    fn its_length_counts_characters() {
        for parse in BOTH {
            assert!(parse(&"ü".repeat(50), 50).is_ok());
            let refused = parse(&"ü".repeat(51), 50).unwrap_err();
            assert_eq!(refused, NotFreeText::TooLong { longest: 50 });
            assert_eq!(refused.to_string(), "Keep this to 50 characters");
        }
    }

    proptest! {
        #[test]
        fn what_was_taken_is_taken_again_as_itself(
            text in proptest::collection::vec(any::<char>(), 0..40),
        ) {
            let text: String = text.into_iter().collect();
            for parse in BOTH {
                if let Ok(taken) = parse(&text, 1_000) {
                    prop_assert_eq!(parse(taken.as_str(), 1_000), Ok(taken));
                }
            }
        }
    }
}
