//! The text that carries the link: first name and link, one segment, for every name (R43).

use unicode_normalization::UnicodeNormalization as _;

use crate::letter_folding::plain_letters;
use crate::person_name::PersonName;

/// Septets of one GSM-7 segment; a second one doubles the cost and may arrive first.
pub const ONE_SEGMENT: usize = 160;
/// The longest name in a text; a longer one is cut.
const LONGEST_NAME: usize = 24;
/// Greets those whose name has no letter that every phone can show.
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
pub fn text_message(first_name: &PersonName, link: &str) -> String {
    let rest = ASKS.len() + gsm7_length(link).unwrap_or(ONE_SEGMENT);
    let room = ONE_SEGMENT.saturating_sub(rest).min(LONGEST_NAME);
    format!("{}{ASKS}{link}", greeted(first_name, room))
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
fn greeted(first_name: &PersonName, room: usize) -> String {
    let first_word = first_name.as_str().split(' ').next().unwrap_or_default();
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
