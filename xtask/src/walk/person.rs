//! A made-up patient, new with every walk.

use serde_json::{Value, json};

use crate::machine::{chance, one_of};

/// Somebody who does not exist. Numbers come from the ranges kept for that: mobiles of Ofcom's
/// drama range, NHS numbers that begin with 999.
pub struct MadeUpPerson {
    pub given_name: String,
    pub family_name: String,
    pub date_of_birth: String,
    pub nhs_number: String,
    /// `+447700900123`.
    pub mobile_e164: String,
}

impl MadeUpPerson {
    pub fn new() -> Self {
        let stem = one_of(&["Quillfeather", "Thistlewick", "Brambleford", "Winterbourne"]);
        Self {
            // Letters that nobody is called, so that a search for them later finds only this one.
            given_name: rare_letters(),
            family_name: format!("{}-{}", stem.unwrap_or("Quillfeather"), rare_letters()),
            // Grown up, and not so old that the service would ask.
            date_of_birth: format!(
                "{}-{:02}-{:02}",
                1940 + chance() % 60,
                1 + chance() % 12,
                1 + chance() % 28
            ),
            nhs_number: fresh_nhs_number(),
            mobile_e164: format!("+447700900{:03}", chance() % 1000),
        }
    }

    /// The body of `POST /api/patients`.
    pub fn as_new_patient(&self) -> Value {
        json!({
            "givenName": self.given_name,
            "familyName": self.family_name,
            "dateOfBirth": self.date_of_birth,
            "nhsNumber": self.nhs_number,
            "mobile": self.mobile_as_written(),
        })
    }

    /// The mobile as people write it: `07700 900123`.
    pub fn mobile_as_written(&self) -> String {
        let national = self.mobile_e164.trim_start_matches("+44");
        let (area, rest) = national.split_at_checked(4).unwrap_or((national, ""));
        format!("0{area} {rest}")
    }
}

fn rare_letters() -> String {
    let letters = b"bcdfghjklmnpqrstvwxz";
    let mut text: String = (0..7).filter_map(|_| one_of(letters)).map(char::from).collect();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// `999` and six digits of chance with the check digit that mod 11 asks for.
fn fresh_nhs_number() -> String {
    loop {
        if let Some(number) = nhs_number(chance() % 1_000_000) {
            return number;
        }
    }
}

/// The number with these six digits after `999`, where there is one.
pub fn nhs_number(six_digits: u64) -> Option<String> {
    let digits = format!("999{six_digits:06}");
    check_digit(&digits).map(|check| format!("{digits}{check}"))
}

/// Modulus 11 over nine digits with weights 10 to 2. `None`: no valid number begins like this.
fn check_digit(nine_digits: &str) -> Option<u32> {
    let digits = nine_digits.chars().filter_map(|character| character.to_digit(10));
    let sum: u32 = digits.zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        check => Some(check),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_that_of_known_numbers() {
        for number in ["9990000018", "9990000026", "9990000034"] {
            let (nine, check) = number.split_at(9);
            assert_eq!(check_digit(nine).unwrap().to_string(), check);
        }
        // 11 - 1 = 10: no digit says that.
        assert_eq!(check_digit("100000001"), None);
    }

    #[test]
    fn a_made_up_person_can_be_told_from_every_other() {
        let (one, other) = (MadeUpPerson::new(), MadeUpPerson::new());
        assert_ne!(one.family_name, other.family_name);
        assert_eq!(one.nhs_number.len(), 10);
        assert!(one.mobile_as_written().starts_with("07700 900"), "{}", one.mobile_as_written());
    }
}
