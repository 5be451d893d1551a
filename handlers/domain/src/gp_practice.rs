//! The registered GP practice, by its ODS code (R25).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Codes that say "no practice", "unknown" and "not applicable" instead of naming one.
const NOT_REGISTERED: [&str; 3] = ["V81997", "V81998", "V81999"];

/// The ODS code of a GP practice: a letter other than I, O, X, Z and five digits (`Y01234`), or
/// ALD, GUE, JER and three digits (Alderney, Guernsey, Jersey). Upper-case.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GpPractice(String);

/// Why a text is not a practice code; the words stand beside the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAGpPractice {
    /// Nothing we know as the code of a practice.
    #[error("Enter the code of the GP practice: one letter and 5 digits, like A81001")]
    CodeExpected,
    /// Nine characters: a practice and one of its branches.
    #[error("This is the code of a branch. Enter the first 6 characters, the practice's own code")]
    Branch,
}

impl GpPractice {
    /// Reads a code; case and surrounding or inner spaces do not matter.
    pub fn parse(text: &str) -> Result<Self, NotAGpPractice> {
        let code: String =
            text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        if is_practice(&code) {
            return Ok(Self(code));
        }
        let is_branch = code.len() == 9
            && code.get(..6).is_some_and(is_practice)
            && code.bytes().skip(6).all(|b| b.is_ascii_digit());
        Err(if is_branch { NotAGpPractice::Branch } else { NotAGpPractice::CodeExpected })
    }

    /// Six characters, upper-case.
    pub fn code(&self) -> &str {
        &self.0
    }

    /// False for V81997 to V81999: the patient has no known practice.
    pub fn is_registered(&self) -> bool {
        !NOT_REGISTERED.contains(&self.code())
    }
}

fn is_practice(code: &str) -> bool {
    let is_digits = |rest: &[u8], count| rest.len() == count && rest.iter().all(u8::is_ascii_digit);
    match code.as_bytes() {
        [b'A', b'L', b'D', rest @ ..]
        | [b'G', b'U', b'E', rest @ ..]
        | [b'J', b'E', b'R', rest @ ..] => is_digits(rest, 3),
        [b'A'..=b'H' | b'J'..=b'N' | b'P'..=b'W' | b'Y', rest @ ..] => is_digits(rest, 5),
        _ => false,
    }
}

impl fmt::Display for GpPractice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_registered() { &self.0 } else { "not registered" })
    }
}

/// Says nothing: where somebody is registered is personal, and `Debug` ends in logs.
impl fmt::Debug for GpPractice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GpPractice(..)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_practice_code_is_taken_in_either_case_r25() {
        for (text, code) in [("A81001", "A81001"), (" y01234 ", "Y01234"), ("gue001", "GUE001")] {
            assert_eq!(GpPractice::parse(text).unwrap().code(), code);
        }
    }

    #[test]
    fn other_codes_are_refused_r25() {
        for text in [
            "", "A8100", "A810011", "I81001", "O81001", "X81001", "Z81001", "81001A", "RJ1",
            "ALD01", "ABC123", "A8100é",
        ] {
            assert_eq!(GpPractice::parse(text), Err(NotAGpPractice::CodeExpected), "{text}");
        }
    }

    #[test]
    fn the_code_of_a_branch_is_called_that() {
        assert_eq!(GpPractice::parse("K81003001"), Err(NotAGpPractice::Branch));
    }

    #[test]
    fn three_codes_say_that_there_is_no_practice() {
        for text in ["V81997", "V81998", "V81999"] {
            let practice = GpPractice::parse(text).unwrap();
            assert!(!practice.is_registered());
            assert_eq!(practice.to_string(), "not registered");
        }
        let practice = GpPractice::parse("V81996").unwrap();
        assert!(practice.is_registered());
        assert_eq!(practice.to_string(), "V81996");
    }

    proptest! {
        #[test]
        fn whatever_is_taken_is_six_upper_case_letters_and_digits(text in "\\PC{0,10}") {
            if let Ok(practice) = GpPractice::parse(&text) {
                prop_assert_eq!(practice.code().len(), 6);
                let is_plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
                prop_assert!(practice.code().bytes().all(is_plain));
            }
        }
    }
}
