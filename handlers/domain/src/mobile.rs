//! Mobile numbers as people write them, kept as E.164: where the link is texted (R42, R43).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::deployment::Deployment;

/// A UK mobile in E.164, e.g. `+447700900123`; shown as `07700 900123`.
///
/// Jersey, Guernsey and the Isle of Man are inside the UK's mobile ranges (07624, 07797 …) and
/// are taken: their people are treated in UK hospitals, and a text that their network does not
/// take becomes a task for the team. Personal numbers (070) and pagers (076) are refused.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mobile(String);

/// Why a text is not a mobile we can send to; the words stand beside the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAMobile {
    /// Nothing, letters, or signs that no phone number has.
    #[error("Enter a UK mobile number, like 07700 900123")]
    NotANumber,
    /// Too few or too many digits.
    #[error("A UK mobile number has 11 digits, like 07700 900123. Check it")]
    ElevenDigitsExpected,
    /// 01, 02, 03 …: texts would not arrive.
    #[error("This is not a mobile number. Enter one that starts with 07, like 07700 900123")]
    NotMobile,
    /// 070: forwarded at the caller's cost, and takes no texts.
    #[error("Numbers that start with 070 are not mobiles. Enter one like 07700 900123")]
    PersonalNumber,
    /// 076 other than 07624 of the Isle of Man.
    #[error("Numbers that start with 076 are pagers. Enter one like 07700 900123")]
    Pager,
    /// A country code other than 44.
    #[error("Texts can only be sent to UK mobile numbers, like 07700 900123")]
    NotUk,
    /// 07700 900000 to 900999 are for drama and belong to nobody (Ofcom).
    #[error("Numbers from 07700 900000 to 07700 900999 are made up. Enter the patient's own")]
    MadeUp,
}

impl Mobile {
    /// Reads what a person typed: `07700 900123`, `+44 7700 900123`, `0044 (0)7700-900123`,
    /// `7700900123`.
    ///
    /// The numbers reserved for drama are refused in production.
    pub fn parse(text: &str, deployment: Deployment) -> Result<Self, NotAMobile> {
        let dialled: String = text.chars().filter(|c| !is_punctuation(*c)).collect();
        let national = national_number(&dialled)?;
        match national.as_bytes() {
            [b'7', b'0', ..] => return Err(NotAMobile::PersonalNumber),
            [b'7', b'6', rest @ ..] if !rest.starts_with(b"24") => return Err(NotAMobile::Pager),
            [b'7', ..] => {}
            _ => return Err(NotAMobile::NotMobile),
        }
        if national.len() != 10 {
            return Err(NotAMobile::ElevenDigitsExpected);
        }
        if deployment == Deployment::Production && national.starts_with("7700900") {
            return Err(NotAMobile::MadeUp);
        }
        Ok(Self(format!("+44{national}")))
    }

    /// `+447700900123`, as providers want it.
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// The last three digits, for "send to the number that ends in 123?".
    pub fn last_three(&self) -> &str {
        self.0.get(self.0.len().saturating_sub(3)..).unwrap_or_default()
    }
}

/// The digits after the country code or trunk zero, whichever of the two was written, or both.
fn national_number(dialled: &str) -> Result<&str, NotAMobile> {
    let international = dialled.strip_prefix('+').or_else(|| dialled.strip_prefix("00"));
    let digits = international.unwrap_or(dialled);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NotAMobile::NotANumber);
    }
    let national = match (digits.strip_prefix("44"), international) {
        (Some(national), _) => national,
        (None, Some(_)) => return Err(NotAMobile::NotUk),
        (None, None) => digits,
    };
    Ok(national.strip_prefix('0').unwrap_or(national))
}

fn is_punctuation(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}')
}

impl fmt::Display for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let national = self.0.get(3..).unwrap_or_default();
        let (network, line) = national.split_at_checked(4).unwrap_or((national, ""));
        write!(f, "0{network} {line}")
    }
}

/// Says nothing: `Debug` ends in logs.
impl fmt::Debug for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mobile(..)")
    }
}
