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
