//! Whether a phone or a mail program would make a link of a name: it decides by the text alone, and
//! whoever reads it decides by where it stands.

use unicode_normalization::UnicodeNormalization as _;

/// Digits in a row, spaces and hyphens between them, from which phones offer to call.
const CALLED: usize = 7;

/// True where somewhere in `text` stands an address (`evil.example/pay`), a numeric one, or a number
/// to call. Which endings exist changes from year to year, so any two letters behind a dot are one.
pub fn is_shown_as_link(text: &str) -> bool {
    let plain: Vec<char> = text.nfkc().filter(|c| !is_joiner(*c)).map(dotted).collect();
    let text: String = plain.iter().collect();
    text.contains("://")
        || plain.windows(4).any(is_domain)
        || has_number(&plain)
        || is_numeric(&text)
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

/// The dots that browsers read as one (RFC 3490, section 3.1).
fn dotted(c: char) -> char {
    if matches!(c, '\u{3002}' | '\u{ff0e}' | '\u{ff61}') { '.' } else { c }
}

fn is_domain(four: &[char]) -> bool {
    matches!(four, [before, '.', first, second]
        if before.is_alphanumeric() && first.is_alphabetic() && second.is_alphabetic())
}

/// `192.0.2.1`
fn is_numeric(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit() && c != '.').any(|word| {
        let parts: Vec<&str> = word.split('.').filter(|part| !part.is_empty()).collect();
        parts.len() >= 4
    })
}

fn has_number(text: &[char]) -> bool {
    let mut digits = 0;
    for c in text {
        if c.is_numeric() {
            digits += 1;
            if digits >= CALLED {
                return true;
            }
        } else if !matches!(c, ' ' | '-' | '(' | ')' | '\u{2010}'..='\u{2015}') {
            digits = 0;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_phones_make_a_link_of_is_seen() {
        for text in [
            "evil.example/pay",
            "Sam evil.example",
            "www.example.org",
            "St.John",
            "x.co",
            "пример.рф",
            "evil。example",
            "evil．example",
            "ｅｖｉｌ．ｅｘａｍｐｌｅ",
            "evil.\u{200d}example",
            "ev\u{200b}il.example",
            "https://x",
            "192.0.2.1/pay",
            "Call 09098 790 000",
            "0909-879-0000",
            "٠٩٠٩٨٧٩٠",
        ] {
            assert!(is_shown_as_link(text), "{text}");
        }
    }

    #[test]
    fn names_of_people_and_teams_are_none() {
        for text in [
            "Sam",
            "St. John-Smythe",
            "J.R.R. Tolkien",
            "J. Smith",
            "Smith Jr.",
            "Raj s/o Kumar",
            "Dr. med. Weber",
            "Ward 12B",
            "Burns 24/7",
            "111 service",
            "Clinic 3.5",
            "Wound Care Team…",
            "X Æ A-12",
        ] {
            assert!(!is_shown_as_link(text), "{text}");
        }
    }
}
