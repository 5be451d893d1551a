//! A name cut into what people search for: its parts, and the whole of it run together.

use std::collections::BTreeSet;

use crate::letter_folding::{search_key, written_out};
use crate::name_dress::words;

/// A part of a name in at most two spellings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamePart {
    /// Every mark dropped: `muller`.
    pub plain: String,
    /// Every mark written out, where that is another text: `mueller`.
    pub written_out: Option<String>,
}

impl NamePart {
    fn of(text: &str) -> Option<Self> {
        let (plain, long) = (search_key(text), written_out(text));
        let written_out = (long != plain).then_some(long);
        (!plain.is_empty()).then_some(Self { plain, written_out })
    }

    /// Its spellings.
    pub fn spellings(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.plain.as_str()).chain(self.written_out.as_deref())
    }
}

/// The parts of a name: cut at spaces, hyphens and apostrophes, and the whole name run together as
/// one more (`o`, `brien`, `obrien`). Each once, in order; none of a text without letters or digits.
pub fn name_parts(name: &str) -> Vec<NamePart> {
    let words = words(name);
    let whole = words.concat();
    let cut = words.iter().flat_map(|word| word.split(divides));
    let mut seen = BTreeSet::new();
    let parts = cut.chain([whole.as_str()]).filter_map(NamePart::of);
    parts.filter(|part| seen.insert(part.clone())).collect()
}

/// Hyphens and apostrophes of every kind. The letters among them end no part of a name that is
/// written without them: they count for nothing.
fn divides(c: char) -> bool {
    matches!(c,
        '-' | '\'' | '`' | '´' | '’' | '‘' | '‛' | '′' | '＇' | '－' | '\u{2010}'..='\u{2015}'
        | '\u{2b9}'..='\u{2bf}' | '\u{2c8}' | '\u{2ca}' | '\u{2cb}' | '\u{a78b}' | '\u{a78c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(name: &str) -> Vec<String> {
        let parts = name_parts(name);
        parts.iter().map(|part| part.spellings().collect::<Vec<_>>().join("/")).collect()
    }

    #[test]
    fn a_name_is_cut_at_spaces_hyphens_and_apostrophes_and_run_together() {
        for (name, expected) in [
            ("O'Brien", &["o", "brien", "obrien"][..]),
            ("OʼBrien", &["o", "brien", "obrien"]),
            ("van der Berg", &["van", "der", "berg", "vanderberg"]),
            ("Smith-Jones", &["smith", "jones", "smithjones"]),
            ("Smith – Jones", &["smith", "jones", "smithjones"]),
            ("Bell", &["bell"]),
            ("St. John", &["st", "john", "stjohn"]),
            ("Ng Ng", &["ng", "ngng"]),
        ] {
            assert_eq!(parts(name), expected, "{name}");
        }
    }

    #[test]
    fn a_part_has_at_most_two_spellings() {
        assert_eq!(
            parts("Müller-Lüdenscheidt"),
            [
                "muller/mueller",
                "ludenscheidt/luedenscheidt",
                "mullerludenscheidt/muellerluedenscheidt",
            ]
        );
    }

    #[test]
    fn signs_alone_are_no_part() {
        for signs in ["", " ", "%", "*", "'", "- ' -", "\u{200b}", "…"] {
            assert_eq!(parts(signs), Vec::<String>::new(), "{signs:?}");
        }
    }
}
