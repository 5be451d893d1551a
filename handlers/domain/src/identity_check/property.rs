//! Ten thousand people who type their names as people do, and ten thousand near misses.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use unicode_normalization::UnicodeNormalization as _;

use super::*;
use crate::letter_folding::search_key;

/// First names and surnames of which no two are the same in any spelling, and no surname is the run
/// of others.
const FIRST: &[&str] = &[
    "Ada",
    "Bérénice",
    "Chloë",
    "Dörte",
    "Åsa",
    "Jean-Luc",
    "Siân",
    "Søren",
    "Wei",
    "Łukasz",
    "Nguyệt",
    "Мария",
    "محمد",
    "राम",
    "Þórunn",
    "Uğur",
    "Mary",
    "Joseph",
    "Priya",
    "Kwame",
];
const SURNAMES: &[&str] = &[
    "Bell",
    "O'Neil",
    "McDonald",
    "van der Berg",
    "Müller",
    "Haase",
    "Bauer",
    "Sørensen",
    "Nguyễn",
    "Smith-Jones",
    "al-Abbas",
    "St. John",
    "Łukasiewicz",
    "Åkesson",
    "Götz",
    "Khan",
    "Lord",
    "Nee",
    "Junior",
    "Παπαδόπουλος",
    "欧阳",
    "Ó Súilleabháin",
    "de la Cruz",
    "Straße",
];
const PASTED: &[&str] = &[
    "", "\u{200b}", "\u{feff}", "\u{200e}", "\u{200f}", "\u{202a}", "\u{202c}", "\u{2068}",
    "\u{2069}", "\u{ad}", "\u{2060}", "\u{fffc}", " ", "\u{a0}",
];
const TITLES: &[&str] = &["", "", "Mr ", "MRS ", "dr. ", "Prof Dr ", "Miss\u{a0}", "Rev. "];
const BEHIND: &[&str] =
    &["", "", " Jr", ", Sr.", " II", " iii", " IV", " née Jones", " (nee Rossi)"];

/// Somebody on record.
#[derive(Debug, Clone)]
struct Somebody {
    first_names: Vec<&'static str>,
    surname: &'static str,
}

impl Somebody {
    fn is(&self, typed: &str) -> bool {
        let given_name = PersonName::parse(&self.first_names.join(" ")).ok();
        is_name_of(typed, given_name.as_ref(), &PersonName::parse(self.surname).unwrap())
    }
}

fn somebody() -> impl Strategy<Value = Somebody> {
    (proptest::sample::subsequence(FIRST, 0..=3), select(SURNAMES))
        .prop_map(|(first_names, surname)| Somebody { first_names, surname })
}

/// How a thumb and a keyboard write a text that is meant to be the same.
#[derive(Debug, Clone)]
struct Hand {
    pasted: Vec<&'static str>,
    case: u8,
    marks: u8,
    gap: &'static str,
}

fn hand() -> impl Strategy<Value = Hand> {
    let pasted = proptest::collection::vec(select(PASTED), 8);
    let gap = select(&[" ", "", "  ", "-", "\u{a0}"][..]);
    (pasted, 0..3_u8, 0..4_u8, gap).prop_map(|(pasted, case, marks, gap)| Hand {
        pasted,
        case,
        marks,
        gap,
    })
}

impl Hand {
    fn write(&self, text: &str) -> String {
        let text: String = match self.marks {
            0 => text.to_owned(),
            1 => text.nfd().collect(),
            2 => text.chars().map(written_out).collect(),
            _ => text.nfd().filter(|c| !('\u{300}'..'\u{370}').contains(c)).collect(),
        };
        let text = match self.case {
            0 => text,
            1 => text.to_lowercase(),
            _ => text.to_uppercase(),
        };
        let mut written = String::new();
        for (place, c) in text.chars().enumerate() {
            written.push(c);
            // A sign between a letter and its mark would tear them apart: no keyboard does that.
            if c.is_ascii_alphabetic() && !text.chars().nth(place + 1).is_some_and(is_mark) {
                written.push_str(self.pasted[place % self.pasted.len()]);
            }
        }
        written
    }
}

fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

fn written_out(c: char) -> String {
    match c {
        'ü' => "ue".into(),
        'ö' | 'ø' => "oe".into(),
        'å' => "aa".into(),
        'ä' => "ae".into(),
        'Å' => "Aa".into(),
        c => c.to_string(),
    }
}

/// Another first name than these.
fn other_first(somebody: &Somebody, other: Index) -> &'static str {
    let others: Vec<&&str> =
        FIRST.iter().filter(|first| !somebody.first_names.contains(first)).collect();
    others[other.index(others.len())]
}

fn other_surname(somebody: &Somebody, other: Index) -> &'static str {
    let others: Vec<&&str> = SURNAMES.iter().filter(|name| **name != somebody.surname).collect();
    others[other.index(others.len())]
}

/// One letter less, one more, another, or two in each other's place.
fn mistyped(name: &str, how: u8, place: Index) -> String {
    let mut letters: Vec<char> = name.nfc().collect();
    let place = place.index(letters.len());
    match how {
        0 => drop(letters.remove(place)),
        1 => letters.insert(place, 'q'),
        2 => letters[place] = 'q',
        _ => letters.rotate_left(1),
    }
    letters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn ten_thousand_ways_to_type_a_name_are_the_same_person(
        somebody in somebody(),
        typed_names in proptest::bits::u8::between(0, 3),
        surname_first in any::<bool>(),
        hand in hand(),
        title in select(TITLES),
        behind in select(BEHIND),
    ) {
        let names: Vec<&str> = somebody
            .first_names
            .iter()
            .enumerate()
            .filter(|(place, _)| typed_names & (1 << place) != 0)
            .map(|(_, name)| *name)
            .collect();
        let order: Vec<&str> = if surname_first {
            [somebody.surname].into_iter().chain(names).collect()
        } else {
            names.into_iter().chain([somebody.surname]).collect()
        };
        let typed = format!("{title}{}{behind}", hand.write(&order.join(hand.gap)));
        prop_assert!(somebody.is(&typed), "{typed:?} is {somebody:?}");
    }

    #[test]
    fn ten_thousand_near_misses_are_somebody_else(
        somebody in somebody(),
        miss in 0..6_u8,
        how in 0..4_u8,
        place in any::<Index>(),
        other in any::<Index>(),
        hand in hand(),
        title in select(TITLES),
    ) {
        let surname = somebody.surname;
        let first = somebody.first_names.first().copied();
        let halves: Vec<&str> = surname.split([' ', '-', '\'']).filter(|half| half.len() > 1).collect();
        let typed = match miss {
            0 => mistyped(surname, how, place),
            1 => other_surname(&somebody, other).to_owned(),
            2 => format!("{} {surname}", other_first(&somebody, other)),
            3 => format!("{surname} {}", other_first(&somebody, other)),
            // The first name alone, or half of a surname with two halves.
            4 => first.unwrap_or("").to_owned(),
            _ if halves.len() > 1 => halves[other.index(halves.len())].to_owned(),
            _ => format!("x{surname}"),
        };
        // A letter less that counts for nothing is no miss, nor are two of one letter turned round.
        prop_assume!(search_key(&typed) != search_key(surname) || miss == 4);
        let typed = format!("{title}{}", hand.write(&typed));
        prop_assert!(!somebody.is(&typed), "{typed:?} is not {somebody:?}");
    }
}
