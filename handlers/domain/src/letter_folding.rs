//! Names folded to what people mean: without case, accents or gaps, in the letters that they type.
//!
//! A letter that carries a mark may be typed in two ways: ü is u or ue. So a name folds to a pattern,
//! in which some letters may be left out, and two names are the same where one text fits both.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::canonical_combining_class;

/// A name as it is searched: lower-case letters and digits alone. Case, accents, hyphens, spaces and
/// apostrophes (straight, curly or left out) do not count; ß is ss, ø is o.
pub fn search_key(name: &str) -> String {
    fold(name).spelt(false)
}

/// The same with every mark written out: ü is ue, å is aa, ø is oe.
pub fn written_out(name: &str) -> String {
    fold(name).spelt(true)
}

/// A name as it is compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Folded(Vec<Letter>);

/// A letter of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Letter {
    letter: char,
    /// It writes out the mark of the letter before, and may be missing.
    is_mark: bool,
}

/// The pattern of a name.
pub(crate) fn fold(name: &str) -> Folded {
    let mut letters: Vec<Letter> = Vec::with_capacity(name.len());
    let mut push = |letter, is_mark| letters.push(Letter { letter, is_mark });
    let mut last = '\0';
    for letter in name.nfkd().flat_map(char::to_lowercase).nfkd() {
        match (last, letter) {
            // Taken apart by Unicode: the mark follows its letter.
            ('a' | 'o' | 'u', '\u{308}') => push('e', true),
            ('a', '\u{30a}') => push('a', true),
            (_, 'ø') => {
                push('o', false);
                push('e', true);
            }
            _ => match plain_letters(letter) {
                Some(plain) => plain.chars().for_each(|letter| push(letter, false)),
                None if letter == 'ς' => push('σ', false),
                None if counts(letter) => push(letter, false),
                None => {}
            },
        }
        last = letter;
    }
    Folded(letters)
}

impl Folded {
    /// True where nothing of the name counts.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn spelt(&self, with_marks: bool) -> String {
        let shown = self.0.iter().filter(|letter| with_marks || !letter.is_mark);
        shown.map(|letter| letter.letter).collect()
    }
}

/// How far a text has been read: the places in a pattern where what was read so far may end.
///
/// All spellings go side by side, so a hundred letters with marks cost no more than a hundred
/// squared steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReadSoFar<'a> {
    text: &'a Folded,
    /// One for each place before, between and behind its letters.
    ends: Vec<bool>,
}

impl<'a> ReadSoFar<'a> {
    /// Nothing of the text.
    pub(crate) fn nothing(text: &'a Folded) -> Self {
        let ends = (0..=text.0.len()).map(|place| place == 0).collect();
        Self { text, ends }.with_marks_left_out()
    }

    /// Where `name` was read from here on.
    pub(crate) fn then(&self, name: &Folded) -> Self {
        let mut so_far = self.clone();
        for letter in &name.0 {
            let mut ends = vec![letter.is_mark; so_far.ends.len()];
            for (end, before) in ends.iter_mut().zip(&so_far.ends) {
                *end &= *before;
            }
            for (place, read) in so_far.text.0.iter().enumerate() {
                if so_far.ends[place] && read.letter == letter.letter {
                    ends[place + 1] = true;
                }
            }
            so_far = Self { text: so_far.text, ends }.with_marks_left_out();
        }
        so_far
    }

    /// Either of the two.
    pub(crate) fn or(&self, other: &Self) -> Self {
        let ends = self.ends.iter().zip(&other.ends).map(|(one, other)| one | other).collect();
        Self { text: self.text, ends }
    }

    /// True where the text ends here.
    pub(crate) fn is_all(&self) -> bool {
        self.ends.last().copied().unwrap_or_default()
    }

    fn with_marks_left_out(mut self) -> Self {
        for (place, letter) in self.text.0.iter().enumerate() {
            if letter.is_mark && self.ends[place] {
                self.ends[place + 1] = true;
            }
        }
        self
    }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_same(one: &str, other: &str) -> bool {
        let (one, other) = (fold(one), fold(other));
        let there = ReadSoFar::nothing(&one).then(&other).is_all();
        assert_eq!(
            there,
            ReadSoFar::nothing(&other).then(&one).is_all(),
            "it is the same both ways"
        );
        there
    }

    #[test]
    fn a_letter_with_a_mark_has_two_spellings() {
        for (one, other) in [
            ("Müller", "Muller"),
            ("Müller", "Mueller"),
            ("MU\u{308}LLER", "mueller"),
            ("Håse", "Hase"),
            ("Håse", "Haase"),
            ("Jäger", "Jager"),
            ("Jäger", "Jaeger"),
            ("Söder", "Soeder"),
            ("Sørensen", "Soerensen"),
            ("Sørensen", "Sorensen"),
            ("Sörensen", "Sørensen"),
            ("Übüä", "Uebuae"),
        ] {
            assert!(is_same(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn a_letter_without_a_mark_has_one() {
        for (one, other) in [
            ("Muller", "Mueller"),
            ("Bauer", "Baur"),
            ("Haase", "Hase"),
            ("Soerensen", "Sorensen"),
            ("Zoë", "Zoee"),
            ("Müller", "Mueeller"),
            ("Håse", "Haese"),
        ] {
            assert!(!is_same(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn a_hundred_letters_with_marks_are_compared_at_once() {
        let marked = "ü".repeat(100);
        assert!(is_same(&marked, &"ue".repeat(100)));
        assert!(is_same(&marked, &"ueu".repeat(50)));
        assert!(!is_same(&marked, &format!("{}x", "ue".repeat(100))));
        assert!(!is_same(&marked, &"u".repeat(99)));
    }

    #[test]
    fn a_name_is_searched_without_marks_or_with_each_written_out() {
        assert_eq!(
            (search_key("Ångström").as_str(), written_out("Ångström").as_str()),
            ("angstrom", "aangstroem")
        );
        assert_eq!(
            (search_key("Bauer").as_str(), written_out("Bauer").as_str()),
            ("bauer", "bauer")
        );
        assert_eq!(written_out("Søren"), "soeren");
    }

    proptest! {
        #[test]
        fn every_name_is_itself_in_each_of_its_spellings(
            text in proptest::collection::vec(any::<char>(), 0..30),
        ) {
            let name: String = text.into_iter().collect();
            prop_assert!(is_same(&name, &name));
            prop_assert!(is_same(&name, &search_key(&name)));
            prop_assert!(is_same(&name, &written_out(&name)));
        }
    }
}
