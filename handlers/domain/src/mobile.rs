//! Mobile numbers as people write them, kept as E.164: where the link is texted (R42, R43).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::deployment::Deployment;

/// A mobile in E.164, e.g. `+447700900123`; shown as `07700 900123`.
///
/// Of a number from abroad no more is known than its country: whether a text arrives, its network
/// says. Whether texts go abroad at all is the controller's to say.
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
    #[error("Enter a mobile number, like 07700 900123, or leave it empty")]
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
    /// More or fewer digits than any number has, or a country code that no country has.
    #[error(
        "A number from abroad has 8 to 15 digits with its country code, like +1 202 555 0123. \
         Check it"
    )]
    NotFromAbroad,
    /// 07700 900000 to 900999 are for drama and belong to nobody (Ofcom).
    #[error("Numbers from 07700 900000 to 07700 900999 are made up. Enter the patient's own")]
    MadeUp,
}

impl Mobile {
    /// Reads what a person typed: `07700 900123`, `+44 7700 900123`, `0044 (0)7700-900123`,
    /// `7700900123`; from abroad with `+` or `00` and the country code.
    ///
    /// The numbers reserved for drama are refused in production.
    pub fn parse(text: &str, deployment: Deployment) -> Result<Self, NotAMobile> {
        let dialled: String = text.chars().filter(|c| !is_punctuation(*c)).collect();
        if let Some(abroad) = from_abroad(&dialled)? {
            return Ok(Self(format!("+{abroad}")));
        }
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

    /// True of a number with another country code than 44.
    pub fn is_abroad(&self) -> bool {
        !self.0.starts_with("+44")
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
    let national = digits.strip_prefix("44").unwrap_or(digits);
    Ok(national.strip_prefix('0').unwrap_or(national))
}

/// Country code and number, where `+` or `00` leads abroad. The nought behind the country code is
/// dialled inside a country alone and dropped, in brackets or not; Italy's numbers keep theirs.
fn from_abroad(dialled: &str) -> Result<Option<String>, NotAMobile> {
    let Some(digits) = dialled.strip_prefix('+').or_else(|| dialled.strip_prefix("00")) else {
        return Ok(None);
    };
    if digits.starts_with("44") {
        return Ok(None);
    }
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NotAMobile::NotANumber);
    }
    let code = country_code(digits);
    let (country, national) = digits.split_at_checked(code).unwrap_or((digits, ""));
    let national = match national.strip_prefix('0') {
        Some(rest) if country != "39" => rest,
        _ => national,
    };
    let number = format!("{country}{national}");
    if digits.starts_with('0') || !(8..=15).contains(&number.len()) {
        return Err(NotAMobile::NotFromAbroad);
    }
    Ok(Some(number))
}

/// How many digits the country code has (ITU-T E.164, list of assigned codes).
fn country_code(digits: &str) -> usize {
    const OF_TWO: [&str; 43] = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "45", "46", "47",
        "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64",
        "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
    ];
    match digits.get(..2) {
        Some(two) if two.starts_with(['1', '7']) => 1,
        Some(two) if OF_TWO.contains(&two) => 2,
        _ => 3,
    }
}

fn is_punctuation(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}')
}

impl fmt::Display for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_abroad() {
            return f.write_str(&self.0);
        }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn in_trial(text: &str) -> Result<Mobile, NotAMobile> {
        Mobile::parse(text, Deployment::Trial)
    }

    #[test]
    fn a_number_is_read_as_people_write_it_r42() {
        for text in [
            "07700 900123",
            "07700900123",
            " 07700-900-123 ",
            "+44 7700 900123",
            "+447700900123",
            "+44 (0)7700 900123",
            "0044 7700 900123",
            "0044 (0) 7700.900.123",
            "447700900123",
            "7700 900123",
        ] {
            assert_eq!(in_trial(text).unwrap().e164(), "+447700900123", "{text}");
        }
    }

    #[test]
    fn it_is_shown_as_people_say_it_and_confirmed_by_its_last_three_digits() {
        let mobile = in_trial("+447700900123").unwrap();
        assert_eq!(mobile.to_string(), "07700 900123");
        assert_eq!(mobile.last_three(), "123");
        assert_eq!(serde_json::to_value(&mobile).unwrap(), "+447700900123");
        assert_eq!(format!("{mobile:?}"), "Mobile(..)");
    }

    #[test]
    fn each_wrong_number_is_told_what_is_wrong_with_it() {
        use NotAMobile::{
            ElevenDigitsExpected, NotANumber, NotFromAbroad, NotMobile, Pager, PersonalNumber,
        };
        for (text, why) in [
            ("", NotANumber),
            ("   ", NotANumber),
            ("ask her mother", NotANumber),
            ("07700 900123 (daughter)", NotANumber),
            ("+", NotANumber),
            ("07700 ９００１２３", NotANumber),
            ("07700 90012", ElevenDigitsExpected),
            ("07700 9001234", ElevenDigitsExpected),
            ("020 7946 0018", NotMobile),
            ("01632 960001", NotMobile),
            ("0800 1111", NotMobile),
            ("999", NotMobile),
            ("070 0900 1234", PersonalNumber),
            ("+44 70 0900 1234", PersonalNumber),
            ("076 0012 3456", Pager),
            ("+1 202 55", NotFromAbroad),
            ("+0 202 555 0123", NotFromAbroad),
            ("+49 1520 1234567890123", NotFromAbroad),
            ("+1 202 CALL ME", NotANumber),
            ("+44 20 7946 0018", NotMobile),
        ] {
            assert_eq!(in_trial(text), Err(why), "{text}");
        }
    }

    #[test]
    fn a_number_from_abroad_is_kept_without_the_nought_that_is_dialled_at_home() {
        for (text, kept) in [
            ("+1 202 555 0123", "+12025550123"),
            ("001 (202) 555-0123", "+12025550123"),
            ("+49 (0)1512 3456789", "+4915123456789"),
            ("0049 01512 3456789", "+4915123456789"),
            ("+353 085 012 3456", "+353850123456"),
            ("+39 06 1234 5678", "+390612345678"),
            ("+7 912 345 67 89", "+79123456789"),
        ] {
            let mobile = in_trial(text).unwrap();
            assert_eq!((mobile.e164(), mobile.is_abroad()), (kept, true), "{text}");
            assert_eq!(mobile.to_string(), kept);
        }
        assert!(!in_trial("07700 900123").unwrap().is_abroad());
    }

    #[test]
    fn jersey_guernsey_and_the_isle_of_man_are_taken() {
        for text in ["07624 490123", "07797 712345", "07781 123456"] {
            assert!(Mobile::parse(text, Deployment::Production).is_ok(), "{text}");
        }
    }

    #[test]
    fn drama_numbers_end_where_ofcom_says() {
        for (text, is_drama) in [
            ("07700 899999", false),
            ("07700 900000", true),
            ("07700 900999", true),
            ("07700 901000", false),
        ] {
            let parsed = Mobile::parse(text, Deployment::Production);
            assert_eq!(parsed == Err(NotAMobile::MadeUp), is_drama, "{text}");
            assert!(in_trial(text).is_ok(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_way_of_writing_a_mobile_is_the_same_mobile(
            network in prop_oneof![Just(71_u32), Just(74), Just(75), Just(77), Just(78), Just(79)],
            line in 0..100_000_000_u32,
            prefix in prop_oneof![Just("0"), Just("+44"), Just("+44 (0)"), Just("0044 "), Just("44")],
            gap in prop_oneof![Just(""), Just(" "), Just("-"), Just(".")],
        ) {
            let (first, last) = (line / 10_000, line % 10_000);
            let written = format!("{prefix}{network}{gap}{first:04}{gap}{last:04}");
            let expected = format!("+44{network}{line:08}");
            let mobile = in_trial(&written).unwrap();
            prop_assert_eq!(mobile.e164(), expected);
        }

        #[test]
        fn whatever_is_taken_is_e164_and_reads_back_as_itself(
            text in "[+0-9 ()-]{0,18}",
        ) {
            if let Ok(mobile) = in_trial(&text) {
                let is_e164 = (9..=16).contains(&mobile.e164().len());
                let is_mobile = mobile.is_abroad()
                    || mobile.e164().len() == 13 && mobile.e164().starts_with("+447");
                prop_assert!(is_e164 && is_mobile, "{}", mobile.e164());
                prop_assert_eq!(in_trial(&mobile.to_string()).unwrap(), mobile);
            }
        }
    }
}
