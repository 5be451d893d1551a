//! Who somebody is, asked kindly: surname and date of birth, not spelling (R24).

use jiff::civil::Date;

use crate::date_of_birth::DateOfBirth;
use crate::letter_folding::search_key;
use crate::person_name::PersonName;

/// What the person with the phone typed.
pub struct IdentityAnswer {
    /// The family name as typed.
    pub family_name: String,
    /// The date of birth as typed.
    pub date_of_birth: Date,
}

/// True where both parts fit. Both are always compared, and the caller learns one bit: which
/// field was wrong is never said (C4).
pub fn is_same_person(
    answer: &IdentityAnswer,
    family_name: &PersonName,
    date_of_birth: &DateOfBirth,
) -> bool {
    let name = search_key(&answer.family_name);
    let same_name = !name.is_empty() && name == search_key(family_name.as_str());
    let same_day = answer.date_of_birth == date_of_birth.date();
    same_name & same_day
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const TODAY: Date = date(2026, 11, 22);

    fn fits(answered: &str, on_record: &str) -> bool {
        let answer =
            IdentityAnswer { family_name: answered.to_owned(), date_of_birth: date(1980, 3, 31) };
        let born = DateOfBirth::parse("1980-03-31", TODAY).unwrap();
        is_same_person(&answer, &PersonName::parse(on_record).unwrap(), &born)
    }

    #[test]
    fn a_surname_is_compared_kindly_r24() {
        for (answered, on_record) in [
            ("smith", "Smith"),
            ("  SMITH ", "Smith"),
            ("O'Neil", "O’Neil"),
            ("oneil", "O'Neil"),
            ("O Neil", "O`Neil"),
            ("OʼNeil", "O´Neil"),
            ("Smith Jones", "Smith-Jones"),
            ("smithjones", "Smith–Jones"),
            ("Nguyen", "Nguyễn"),
            ("Muller", "Müller"),
            ("Strasse", "Straße"),
            ("STRASSE", "straße"),
            ("Sorensen", "Sørensen"),
            ("Lukasiewicz", "Łukasiewicz"),
            ("Thorsson", "Þórsson"),
            ("Aero", "Ærø"),
            ("St John", "St. John"),
            ("Isik", "Işık"),
            ("Zoe\u{308}", "Zoë"),
            ("ＳＭＩＴＨ", "Smith"),
            ("ΠΑΠΑΔΟΠΟΥΛΟΣ", "Παπαδόπουλος"),
            ("al Abbas", "Al-ʿAbbās"),
        ] {
            assert!(fits(answered, on_record), "{answered} should be {on_record}");
        }
    }

    #[test]
    fn another_surname_is_another_surname_r24() {
        for (answered, on_record) in [
            ("Smyth", "Smith"),
            ("Smith", "Smith-Jones"),
            ("", "Smith"),
            ("'-", "Smith"),
            ("रमा", "राम"),
            ("かき", "がき"),
        ] {
            assert!(!fits(answered, on_record), "{answered} should not be {on_record}");
        }
    }

    #[test]
    fn both_parts_must_fit_r24() {
        let born = DateOfBirth::parse("1980-03-31", TODAY).unwrap();
        let smith = PersonName::parse("Smith").unwrap();
        let answer = |family_name: &str, date_of_birth| IdentityAnswer {
            family_name: family_name.to_owned(),
            date_of_birth,
        };
        assert!(is_same_person(&answer("Smith", date(1980, 3, 31)), &smith, &born));
        assert!(!is_same_person(&answer("Smith", date(1980, 3, 30)), &smith, &born));
        assert!(!is_same_person(&answer("Jones", date(1980, 3, 31)), &smith, &born));
    }

    #[test]
    fn every_letter_there_is_folds_once_and_for_all() {
        for letter in '\0'..=char::MAX {
            let key = search_key(&letter.to_string());
            assert_eq!(search_key(&key), key, "{letter:?}");
        }
    }

    #[test]
    fn a_stored_name_without_letters_confirms_nobody_r24() {
        let stored: PersonName = serde_json::from_str(r#""-""#).unwrap();
        let born = DateOfBirth::parse("1980-03-31", TODAY).unwrap();
        let answer =
            IdentityAnswer { family_name: "'".to_owned(), date_of_birth: date(1980, 3, 31) };
        assert!(!is_same_person(&answer, &stored, &born));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing_more(text in proptest::collection::vec(any::<char>(), 0..30)) {
            let key = search_key(&text.into_iter().collect::<String>());
            prop_assert_eq!(search_key(&key), key);
        }

        #[test]
        fn case_marks_and_gaps_never_count(
            letters in "[a-zßøæłàéïõüñçžğ]{1,20}",
            gaps in proptest::collection::vec(
                prop_oneof![Just(""), Just("-"), Just(" "), Just("'"), Just("’"), Just("\u{301}")],
                20,
            ),
            capitals in proptest::collection::vec(any::<bool>(), 20),
        ) {
            let mut dressed = String::new();
            for ((letter, gap), is_capital) in letters.chars().zip(gaps).zip(capitals) {
                if is_capital {
                    dressed.extend(letter.to_uppercase());
                } else {
                    dressed.push(letter);
                }
                dressed.push_str(gap);
            }
            prop_assert_eq!(search_key(&dressed), search_key(&letters));
        }

        #[test]
        fn every_name_that_is_taken_can_be_confirmed(
            text in proptest::collection::vec(any::<char>(), 1..30),
        ) {
            let text: String = text.into_iter().collect();
            if PersonName::parse(&text).is_ok() {
                prop_assert!(fits(&text, &text));
            }
        }
    }
}
