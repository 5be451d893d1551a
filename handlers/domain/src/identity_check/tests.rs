//! Which names are the patient's and which are not, case by case.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::letter_folding::search_key;

const TODAY: Date = date(2026, 11, 22);

fn whole_fits(typed: &str, given_name: &str, family_name: &str) -> bool {
    let answer = IdentityAnswer { family_name: typed.to_owned(), date_of_birth: date(1980, 3, 31) };
    let born = DateOfBirth::parse("1980-03-31", TODAY).unwrap();
    let given_name = PersonName::parse(given_name).ok();
    let who = WhoItIs {
        given_name: given_name.as_ref(),
        family_name: &PersonName::parse(family_name).unwrap(),
        date_of_birth: &born,
    };
    is_same_person(&answer, who)
}

fn fits(typed: &str, family_name: &str) -> bool {
    whole_fits(typed, "Zebedee", family_name)
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
        ("Mc Donald", "McDonald"),
        ("vanderberg", "van der Berg"),
    ] {
        assert!(fits(answered, on_record), "{answered} should be {on_record}");
    }
}

#[test]
fn what_a_phone_pastes_never_counts() {
    for answered in [
        "\u{feff}Smith",
        "Smith\u{200b}",
        "\u{202a}Smith\u{202c}",
        "Smi\u{ad}th",
        "\u{2068}Smith\u{2069} ",
        "Sm\u{200d}ith\u{200e}",
        "Smith\u{fffc}",
        "\u{a0}Smith \u{2003}",
    ] {
        assert!(fits(answered, "Smith"), "{answered:?}");
    }
}

#[test]
fn a_mark_may_be_written_out_on_either_side() {
    for (one, other) in [
        ("Mueller", "Müller"),
        ("Haakansson", "Håkansson"),
        ("Jaeger", "Jäger"),
        ("Soederberg", "Söderberg"),
        ("Soerensen", "Sørensen"),
        ("Sørensen", "Sörensen"),
    ] {
        assert!(fits(one, other) && fits(other, one), "{one} and {other}");
    }
    for (one, other) in [("Bauer", "Baur"), ("Haase", "Hase"), ("Mueller", "Muller")] {
        assert!(!fits(one, other) && !fits(other, one), "{one} and {other}");
    }
}

#[test]
fn another_surname_is_another_surname_r24() {
    for (answered, on_record) in [
        ("Smyth", "Smith"),
        ("", "Smith"),
        ("'-", "Smith"),
        ("रमा", "राम"),
        ("かき", "がき"),
        ("Berg", "van der Berg"),
        ("Neil", "O'Neil"),
        ("Donald", "McDonald"),
        ("Smithson", "Smith"),
    ] {
        assert!(!fits(answered, on_record), "{answered} should not be {on_record}");
    }
}

#[test]
fn half_of_a_double_barrelled_surname_is_refused() {
    for half in ["Smith", "Jones", "Ada Smith", "Jones Ada", "Smith Ada Jones", "Jones-Smith"] {
        assert!(!whole_fits(half, "Ada", "Smith-Jones"), "{half}");
    }
    assert!(!whole_fits("Smith-Jones", "Ada", "Smith"), "nor is one name more");
}

#[test]
fn the_whole_name_is_taken_before_or_behind_the_surname_with_or_without_a_gap() {
    for typed in [
        "Bell",
        "Ada Bell",
        "Bell Ada",
        "Bell, Ada Mary",
        "Mary Bell",
        "Ada Mary Bell",
        "AdaBell",
        "bellada",
        "ADAMARYBELL",
        "Mrs Ada Bell",
        "Bell, Mrs Ada",
    ] {
        assert!(whole_fits(typed, "Ada Mary", "Bell"), "{typed}");
    }
    assert!(whole_fits("Jörg Mueller", "Joerg", "Müller"));
    assert!(whole_fits("Jean Luc Picard", "Jean-Luc", "Picard"));
}

#[test]
fn a_first_name_alone_or_another_is_refused() {
    for typed in [
        "Ada",
        "Ada Mary",
        "Mary",
        "Eve Bell",
        "Bell Eve",
        "Ada Eve Bell",
        "A Bell",
        "Adam Bell",
        "Ad Bell",
        "Ada Ada Bell",
        "Bell Bell",
        "Ada Bell Mary",
    ] {
        assert!(!whole_fits(typed, "Ada Mary", "Bell"), "{typed}");
    }
}

#[test]
fn titles_generations_and_former_names_are_dropped_on_both_sides() {
    for (typed, family_name) in [
        ("Mrs Bell", "Bell"),
        ("Dr. Bell", "Bell"),
        ("Bell Jr", "Bell"),
        ("Bell, Sr.", "Bell"),
        ("Bell III", "Bell"),
        ("Bell née Jones", "Bell"),
        ("Bell (nee Jones)", "Bell"),
        ("Bell", "Bell Jr"),
        ("Bell", "Bell née Jones"),
        ("Ada Bell", "Bell II"),
        ("Bell", "Dr Bell"),
        ("Prof Bell", "Dr Bell"),
    ] {
        assert!(whole_fits(typed, "Ada", family_name), "{typed} should be {family_name}");
    }
    assert!(whole_fits("Ada Bell", "Dr Ada", "Bell"));
    assert!(!whole_fits("Jones", "Ada", "Bell née Jones"));
}

#[test]
fn lord_nee_and_junior_are_surnames_too() {
    for surname in ["Lord", "Nee", "Junior", "Master", "Senior", "Dame"] {
        for typed in [surname.to_owned(), format!("Ada {surname}"), format!("Mrs {surname}")] {
            assert!(whole_fits(&typed, "Ada", surname), "{typed}");
        }
        assert!(!whole_fits("Ada", "Ada", surname), "{surname}");
    }
    assert!(!fits("Mr", "Bell") && !fits("Jr", "Bell"));
}

#[test]
fn a_person_with_one_name_is_asked_for_it() {
    for typed in ["Madonna", "madonna ", "Ms Madonna"] {
        assert!(whole_fits(typed, "", "Madonna"), "{typed}");
    }
    assert!(!whole_fits("Madonna Bell", "", "Madonna"));
    assert!(!whole_fits("", "", "Madonna"));
}

#[test]
fn both_parts_must_fit_r24() {
    let born = DateOfBirth::parse("1980-03-31", TODAY).unwrap();
    let smith = PersonName::parse("Smith").unwrap();
    let who = WhoItIs { given_name: None, family_name: &smith, date_of_birth: &born };
    let answer = |family_name: &str, date_of_birth| IdentityAnswer {
        family_name: family_name.to_owned(),
        date_of_birth,
    };
    assert!(is_same_person(&answer("Smith", date(1980, 3, 31)), who));
    assert!(!is_same_person(&answer("Smith", date(1980, 3, 30)), who));
    assert!(!is_same_person(&answer("Jones", date(1980, 3, 31)), who));
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
    let who = WhoItIs { given_name: None, family_name: &stored, date_of_birth: &born };
    for typed in ["'", "-", ""] {
        let answer =
            IdentityAnswer { family_name: typed.to_owned(), date_of_birth: date(1980, 3, 31) };
        assert!(!is_same_person(&answer, who));
    }
}

#[test]
fn a_name_of_a_hundred_letters_with_marks_and_fifty_first_names_is_compared_at_once() {
    let surname = "ü".repeat(100);
    let first_names = vec!["ö"; 50].join(" ");
    assert!(whole_fits(
        &format!("{} {}", "oe".repeat(50), "ue".repeat(100)),
        &first_names,
        &surname
    ));
    assert!(!whole_fits(&format!("{}x", "ue".repeat(100)), &first_names, &surname));
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
