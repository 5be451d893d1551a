//! Names folded to what people mean: without case, accents or gaps, in the letters that they type.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::canonical_combining_class;

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

/// Letters that Unicode does not take apart: `ß` → `ss`, `ø` → `o`; `None` for capitals and for every letter that normalisation (NFKD)
/// handles itself.
pub(crate) fn plain_letters(lower_case: char) -> Option<&'static str> {
    Some(match lower_case {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' | 'ɖ' | 'ɗ' => "d",
        'ħ' => "h",
        'ŧ' => "t",
        'ŋ' => "n",
        'ı' | 'ɨ' => "i",
        'ĸ' | 'ƙ' => "k",
        'ʉ' => "u",
        'ə' | 'ǝ' => "e",
        'ɓ' => "b",
        'ƴ' => "y",
        _ => return None,
    })
}
