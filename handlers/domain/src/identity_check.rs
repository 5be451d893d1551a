//! Who somebody is, asked kindly: surname and date of birth, not spelling (R24).

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::canonical_combining_class;

use crate::date_of_birth::DateOfBirth;
use crate::letter_folding::plain_letters;
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

/// A name as it is compared and searched: lower-case letters and digits alone. Case, accents,
/// hyphens, spaces and apostrophes (straight, curly or left out) do not count; ß is ss, ø is o.
pub fn search_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for letter in name.nfkd().flat_map(char::to_lowercase).nfkd() {
        match plain_letters(letter) {
            Some(plain) => key.push_str(plain),
            None if letter == 'ς' => key.push('σ'),
            None if counts(letter) => key.push(letter),
            None => {}
        }
    }
    key
}

/// Accents fall away; marks that make another letter (the voicing of kana, the nukta and virama of
/// Indic scripts) stay, and so do vowel signs.
fn counts(c: char) -> bool {
    match canonical_combining_class(c) {
        0 => c.is_alphanumeric() && !is_apostrophe_letter(c),
        class => (7..=9).contains(&class),
    }
}

/// The apostrophes that Unicode calls letters: ʼ ʻ ʿ ꞌ and their like.
fn is_apostrophe_letter(c: char) -> bool {
    matches!(c, '\u{2b9}'..='\u{2ff}' | '\u{a78b}' | '\u{a78c}')
}
