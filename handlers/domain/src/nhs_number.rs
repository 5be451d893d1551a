//! NHS numbers: ten digits, the last a check digit, typed the way people type them (R25).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::deployment::Deployment;

/// Ten digits that pass modulus 11, e.g. `9990000018`; stored so, shown as `999 000 0018`.
///
/// Scottish CHI and Northern Irish H&C numbers share the form and are taken too: a hospital near
/// the border treats their holders, and ranges not yet issued may be issued tomorrow. Only the
/// range that starts with 9 is known to belong to nobody.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NhsNumber(String);

/// Why a text is not an NHS number we take; the words stand beside the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnNhsNumber {
    /// Other than ten digits, spaces and hyphens aside.
    #[error("Enter an NHS number with 10 digits, like 999 000 0018")]
    TenDigitsExpected,
    /// Two letters, six digits, one letter A to D: the other number on people's letters.
    #[error(
        "This is a National Insurance number. Enter the NHS number: 10 digits, like 999 000 0018"
    )]
    NationalInsurance,
    /// The check digit does not fit.
    #[error("This is not an NHS number: a digit is wrong or two have changed places. Check it")]
    CheckDigit,
    /// `000 000 0000`, `111 111 1111` … pass modulus 11 and are nobody's.
    #[error("An NHS number is never the same digit 10 times. Check it")]
    OneDigitOnly,
    /// A number starting with 9 where real patients are.
    #[error(
        "NHS numbers that start with 9 are for testing. Enter the number on the patient's record"
    )]
    ForTesting,
    /// A number that may be somebody's, in a trial.
    #[error(
        "This is a trial system. Enter an NHS number that starts with 9, never a patient's own"
    )]
    MayBeSomebodys,
}

impl NhsNumber {
    /// Reads what a person typed: spaces and hyphens anywhere are fine.
    ///
    /// A number starting with 9 is refused in production, any other in a trial.
    pub fn parse(text: &str, deployment: Deployment) -> Result<Self, NotAnNhsNumber> {
        let digits: String = text.chars().filter(|c| !is_separator(*c)).collect();
        if is_national_insurance_number(&digits) {
            return Err(NotAnNhsNumber::NationalInsurance);
        }
        let [first, .., last] = digits.as_bytes() else {
            return Err(NotAnNhsNumber::TenDigitsExpected);
        };
        if digits.len() != 10 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotAnNhsNumber::TenDigitsExpected);
        }
        if digits.bytes().all(|b| b == *first) {
            return Err(NotAnNhsNumber::OneDigitOnly);
        }
        if check_digit(&digits) != Some(u32::from(last - b'0')) {
            return Err(NotAnNhsNumber::CheckDigit);
        }
        match (deployment, *first == b'9') {
            (Deployment::Production, true) => Err(NotAnNhsNumber::ForTesting),
            (Deployment::Trial, false) => Err(NotAnNhsNumber::MayBeSomebodys),
            _ => Ok(Self(digits)),
        }
    }

    /// The ten digits without spaces.
    pub fn digits(&self) -> &str {
        &self.0
    }
}

/// Modulus 11 over the first nine digits, weights 10 down to 2; `None` where the remainder would
/// ask for a check digit of 10, which no issued number has.
fn check_digit(digits: &str) -> Option<u32> {
    let sum: u32 = digits
        .bytes()
        .zip((2..=10).rev())
        .map(|(byte, weight)| u32::from(byte - b'0') * weight)
        .sum();
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        digit => Some(digit),
    }
}

fn is_separator(c: char) -> bool {
    // People paste from letters and spreadsheets, which bring their own dashes.
    c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn is_national_insurance_number(text: &str) -> bool {
    let text = text.as_bytes();
    text.len() == 9
        && text.iter().take(2).all(u8::is_ascii_alphabetic)
        && text.iter().skip(2).take(6).all(u8::is_ascii_digit)
        && text.last().is_some_and(|b| matches!(b.to_ascii_uppercase(), b'A'..=b'D'))
}

impl fmt::Display for NhsNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, digit) in self.0.chars().enumerate() {
            let gap = if matches!(place, 3 | 6) { " " } else { "" };
            write!(f, "{gap}{digit}")?;
        }
        Ok(())
    }
}

/// Says nothing: `Debug` ends in logs.
impl fmt::Debug for NhsNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NhsNumber(..)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn in_trial(text: &str) -> Result<NhsNumber, NotAnNhsNumber> {
        NhsNumber::parse(text, Deployment::Trial)
    }

    /// The rule said another way: with the check digit weighing 1, the sum is a multiple of 11.
    fn passes_modulus_11(digits: &[u32; 10]) -> bool {
        let sum: u32 =
            digits.iter().zip((1..=10).rev()).map(|(digit, weight)| digit * weight).sum();
        sum.is_multiple_of(11)
    }

    fn taken_somewhere(text: &str) -> bool {
        [Deployment::Production, Deployment::Trial]
            .iter()
            .any(|deployment| NhsNumber::parse(text, *deployment).is_ok())
    }

    #[test]
    fn people_type_spaces_and_hyphens_where_they_like_r25() {
        for text in
            ["9990000018", "999 000 0018", " 999-000-0018 ", "99 90 00 00 18", "999–000–0018"]
        {
            assert_eq!(in_trial(text).unwrap().digits(), "9990000018", "{text}");
        }
    }

    #[test]
    fn a_number_is_shown_in_threes_and_a_four() {
        assert_eq!(in_trial("9990000026").unwrap().to_string(), "999 000 0026");
    }

    #[test]
    fn a_check_digit_of_0_comes_from_11_and_10_is_no_check_digit_r25() {
        assert!(in_trial("999 000 0050").is_ok());
        for last in 0..=9 {
            let refused = in_trial(&format!("999 000 014{last}"));
            assert_eq!(refused, Err(NotAnNhsNumber::CheckDigit), "no number starts 999 000 014");
        }
    }

    #[test]
    fn well_known_numbers_are_told_right_from_wrong_r25() {
        assert!(in_trial("943 476 5919").is_ok());
        assert!(NhsNumber::parse("485 777 3457", Deployment::Production).is_ok());
        assert_eq!(in_trial("943 476 5918"), Err(NotAnNhsNumber::CheckDigit));
        assert_eq!(in_trial("999 123 4567"), Err(NotAnNhsNumber::CheckDigit));
        assert_eq!(in_trial("943476591X"), Err(NotAnNhsNumber::TenDigitsExpected));
    }

    #[test]
    fn one_digit_ten_times_passes_modulus_11_and_is_refused_all_the_same_r25() {
        for digit in 0..10_u32 {
            assert!(passes_modulus_11(&[digit; 10]));
            let text = digit.to_string().repeat(10);
            for deployment in [Deployment::Production, Deployment::Trial] {
                assert_eq!(NhsNumber::parse(&text, deployment), Err(NotAnNhsNumber::OneDigitOnly),);
            }
        }
    }

    #[test]
    fn test_numbers_and_real_ones_never_meet() {
        let made_up = NhsNumber::parse("999 000 0018", Deployment::Production);
        assert_eq!(made_up, Err(NotAnNhsNumber::ForTesting));
        assert_eq!(in_trial("485 777 3457"), Err(NotAnNhsNumber::MayBeSomebodys));
    }

    #[test]
    fn a_national_insurance_number_is_called_by_its_name() {
        for text in ["QQ 12 34 56 C", "qq123456c", "QQ-123456-A"] {
            assert_eq!(in_trial(text), Err(NotAnNhsNumber::NationalInsurance), "{text}");
        }
        assert_eq!(in_trial("QQ 12 34 56 X"), Err(NotAnNhsNumber::TenDigitsExpected));
    }

    #[test]
    fn debug_tells_nothing() {
        assert_eq!(format!("{:?}", in_trial("9990000018").unwrap()), "NhsNumber(..)");
    }

    proptest! {
        #[test]
        fn a_number_is_taken_exactly_when_modulus_11_and_its_digits_say_so_r25(
            digits in proptest::array::uniform10(0..10_u32),
        ) {
            let text: String = digits.iter().map(u32::to_string).collect();
            let is_one_digit = digits.iter().all(|digit| *digit == digits[0]);
            prop_assert_eq!(taken_somewhere(&text), passes_modulus_11(&digits) && !is_one_digit);
        }

        #[test]
        fn one_wrong_digit_or_two_swapped_neighbours_never_pass(
            stem in 0..1_000_000_000_u64, place in 0..10_usize, other in 0..10_u8, swap in 0..9_usize,
        ) {
            let right = (0..10).map(|last| format!("{stem:09}{last}")).find(|n| taken_somewhere(n));
            if let Some(right) = right {
                let mut changed = right.clone().into_bytes();
                changed[place] = b'0' + other;
                let mut swapped = right.clone().into_bytes();
                swapped.swap(swap, swap + 1);
                for wrong in [changed, swapped] {
                    let wrong = String::from_utf8(wrong).unwrap();
                    prop_assert!(wrong == right || !taken_somewhere(&wrong));
                }
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in proptest::collection::vec(any::<char>(), 0..14)) {
            let _ = in_trial(&text.into_iter().collect::<String>());
        }
    }
}
