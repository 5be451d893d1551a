//! The text that carries the link: first name and link, one segment, for every name (R43).

use unicode_normalization::UnicodeNormalization as _;

use crate::letter_folding::plain_letters;
use crate::person_name::PersonName;

/// Septets of one GSM-7 segment; a second one doubles the cost and may arrive first.
pub const ONE_SEGMENT: usize = 160;
/// The longest name in a text; a longer one is cut.
const LONGEST_NAME: usize = 24;
/// Greets those whose name has no letter that every phone can show, or is half of the answer.
const NO_NAME: &str = "Hello";
const ASKS: &str = ", your care team asks you for photos: ";

/// The longest link, in septets, that leaves room for a greeting. The settings refuse a public
/// origin that makes longer ones (`/r#` and the code take 33 of them).
pub const LONGEST_LINK: usize = ONE_SEGMENT - ASKS.len() - NO_NAME.len();

/// GSM 03.38 basic alphabet without its escape.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Its extension: an escape and one more septet.
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// `Sam, your care team asks you for photos: https://…/r#…`
///
/// At most 160 septets for every name and every link of at most [`LONGEST_LINK`]. Only the first
/// word of the given names is used, in letters that every phone shows.
pub fn text_message(first_name: Option<&PersonName>, link: &str) -> String {
    format!("{}{ASKS}{link}", greeted_name(first_name, link))
}

/// The name in that text, for a provider that puts it into a template of its own.
pub fn greeted_name(first_name: Option<&PersonName>, link: &str) -> String {
    let rest = ASKS.len() + gsm7_length(link).unwrap_or(ONE_SEGMENT);
    let room = ONE_SEGMENT.saturating_sub(rest).min(LONGEST_NAME);
    greeted(first_name, room)
}

/// Length in septets, extended characters as two; `None` where the text would not go as GSM-7.
pub fn gsm7_length(text: &str) -> Option<usize> {
    text.chars().map(septets).sum()
}

fn septets(c: char) -> Option<usize> {
    if BASIC.contains(c) {
        Some(1)
    } else if EXTENDED.contains(c) {
        Some(2)
    } else {
        None
    }
}

/// The first name in letters, hyphens and apostrophes of the basic alphabet; nothing that a phone
/// could take for a second link, and no digit of a number typed into the wrong field.
fn greeted(first_name: Option<&PersonName>, room: usize) -> String {
    let name = first_name.map(PersonName::as_str).unwrap_or_default();
    let first_word = name.split(' ').next().unwrap_or_default();
    let letters: String = first_word.nfc().flat_map(shown).take(room).collect();
    let name = letters.trim_matches(['-', '\'']);
    if name.is_empty() { NO_NAME.to_owned() } else { name.to_owned() }
}

/// A letter as it is where the alphabet has it, else its plain letters, else nothing.
fn shown(c: char) -> Vec<char> {
    if is_shown(c) {
        return vec![c];
    }
    match c {
        '’' | '‘' | 'ʼ' | 'ʻ' | '`' | '´' => return vec!['\''],
        '\u{2010}'..='\u{2015}' => return vec!['-'],
        _ => {}
    }
    let mut plain = Vec::new();
    for part in std::iter::once(c).nfkd() {
        if is_shown(part) {
            plain.push(part);
        } else if let Some(letters) = part.to_lowercase().next().and_then(plain_letters) {
            let mut letters = letters.chars();
            let first = letters.next();
            plain.extend(
                first.map(|l| if part.is_uppercase() { l.to_ascii_uppercase() } else { l }),
            );
            plain.extend(letters);
        }
    }
    plain
}

/// The alphabet's Latin letters; its few Greek capitals would leave torsos of Greek names.
fn is_shown(c: char) -> bool {
    matches!(c, '-' | '\'')
        || c.is_ascii_alphabetic()
        || (!c.is_ascii() && c < '\u{100}' && c.is_alphabetic() && BASIC.contains(c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::letter_folding::search_key;
    use crate::link_code::LinkCode;

    fn text(name: &str, link: &str) -> String {
        text_message(Some(&PersonName::parse(name).unwrap()), link)
    }

    fn greeting(name: &str) -> String {
        let text = text(name, "https://photos.example.org/r#X");
        text.split_once(ASKS).unwrap().0.to_owned()
    }

    fn is_subsequence(part: &str, whole: &str) -> bool {
        let mut whole = whole.chars();
        part.chars().all(|c| whole.any(|other| other == c))
    }

    #[test]
    fn the_text_is_a_name_a_line_and_the_link_r43() {
        let code = LinkCode::derive(&[7; 32], "01jd3x8k2m9qwertyasdfghzxc", 1);
        let link = format!("https://photos.example.org/r#{code}");
        let expected = "Sam, your care team asks you for photos: \
                        https://photos.example.org/r#4TM2P-XXM72-DEBN1-HTDD3-A0MECK";
        assert_eq!(text("Sam", &link), expected);
    }

    #[test]
    fn names_are_written_in_letters_that_every_phone_shows_r43() {
        for (name, shown) in [
            ("Sam", "Sam"),
            ("Zoë", "Zoe"),
            ("José", "José"),
            ("Søren", "Søren"),
            ("Łukasz", "Lukasz"),
            ("Nguyễn", "Nguyen"),
            ("Þór", "Thor"),
            ("Œdipe", "Oedipe"),
            ("Siân", "Sian"),
            ("D’Arcy", "D'Arcy"),
            ("Jean–Luc", "Jean-Luc"),
            ("Ａｎｎａ", "Anna"),
            ("'t", "t"),
            ("J.P.", "JP"),
            ("Мария", "Hello"),
            ("Γιώργος", "Hello"),
            ("李", "Hello"),
            ("राम", "Hello"),
        ] {
            assert_eq!(greeting(name), shown, "{name}");
        }
    }

    #[test]
    fn who_has_one_name_is_greeted_without_it_r43() {
        let text = text_message(None, "https://photos.example.org/r#X");
        assert_eq!(
            text,
            "Hello, your care team asks you for photos: https://photos.example.org/r#X"
        );
    }

    #[test]
    fn only_the_first_word_is_used_and_no_digit_or_address_in_it_r43() {
        assert_eq!(greeting("Mary Ann Smith"), "Mary");
        // What a phone would show as an address or a number to call is refused before it comes here.
        for name in ["Sam9990000018", "www.example.org/Sam"] {
            assert!(PersonName::parse(name).is_err(), "{name}");
        }
    }

    #[test]
    fn the_longest_name_and_the_longest_link_fill_one_segment() {
        let link = "x".repeat(LONGEST_LINK);
        assert_eq!(gsm7_length(&text("Hello", &link)), Some(ONE_SEGMENT));
        let longest = greeting("Hubertblaineaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        assert_eq!(longest.len(), LONGEST_NAME);
    }

    #[test]
    fn septets_are_counted_as_networks_count_them() {
        assert_eq!(BASIC.chars().count(), 127, "GSM 03.38 has 128 places, one of them the escape");
        assert_eq!(EXTENDED.chars().count(), 10);
        assert_eq!(gsm7_length(""), Some(0));
        assert_eq!(gsm7_length("abc @ £5"), Some(8));
        assert_eq!(gsm7_length("[€]"), Some(6));
        assert_eq!(gsm7_length("it’s"), None);
        assert_eq!(gsm7_length("ŵ"), None);
    }

    #[test]
    fn every_letter_there_is_is_shown_in_one_septet_each_or_not_at_all_r43() {
        for letter in '\0'..=char::MAX {
            let shown = shown(letter);
            assert!(shown.iter().all(|c| is_shown(*c) && septets(*c) == Some(1)), "{letter:?}");
        }
    }

    proptest! {
        #[test]
        fn any_name_gives_one_segment_with_name_and_link_and_nothing_else_r43(
            name in prop_oneof![
                "\\PC{1,100}",
                "[\\p{L}\\p{M}'’ -]{1,100}",
                "[A-Za-zÀ-žƀ-ɏḀ-ỿ'’ -]{1,100}",
            ],
            link in "https://[a-z.-]{1,76}/r#[0-9A-Z]{5}(-[0-9A-Z]{5}){3}-[0-9A-Z]{6}",
        ) {
            if let Ok(first_name) = PersonName::parse(&name) {
                let text = text_message(Some(&first_name), &link);
                prop_assert!(gsm7_length(&text).is_some_and(|length| length <= ONE_SEGMENT));
                let (greeting, after) = text.split_once(',').unwrap();
                prop_assert_eq!(after, format!(" your care team asks you for photos: {link}"));
                prop_assert!(greeting.chars().all(is_shown) && greeting.chars().any(char::is_alphabetic));
                let first_word = first_name.as_str().split(' ').next().unwrap();
                prop_assert!(
                    greeting == NO_NAME
                        || is_subsequence(&search_key(greeting), &search_key(first_word))
                );
            }
        }
    }
}
