//! Signs that nobody sees and nobody typed: phones paste them with a name from a chat, a calendar or
//! a word processor. They are dropped, never refused, and never count.

/// `text` without them.
pub(crate) fn without_pasted_signs(text: &str) -> String {
    let seen: Vec<char> = text.chars().filter(|c| !is_unseen(*c)).collect();
    let mut kept = String::with_capacity(text.len());
    let mut before = None;
    for (place, c) in seen.iter().enumerate() {
        if !is_joiner(*c) {
            kept.push(*c);
            before = Some(*c);
            continue;
        }
        let after = seen.get(place + 1..).and_then(|rest| rest.iter().find(|c| !is_joiner(**c)));
        let is_first = !kept.ends_with(is_joiner);
        if is_first && before.is_some_and(is_joined) && after.is_some_and(|c| is_joined(*c)) {
            kept.push(*c);
        }
    }
    kept
}

/// Signs that hide, break or reorder others, choose a drawing, or hold the place of a letter or of a
/// pasted picture.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffc}' | '\u{e0000}'..='\u{e0fff}')
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Arabic, Indic and the scripts between them and Mongolian: a zero-width joiner between two of
/// their letters is spelling.
fn is_joined(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{1aff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_nobody_sees_is_dropped() {
        for pasted in [
            "\u{feff}Sam",
            "S\u{200b}am",
            "Sam\u{200e}",
            "\u{202a}Sam\u{202c}",
            "\u{2068}Sam\u{2069}",
            "S\u{ad}am",
            "Sa\u{200d}m",
            "Sam\u{200c}",
            "\u{fffc}Sam",
            "Sam\u{fe0f}",
            "Sam\u{e0020}",
            "S\u{2060}a\u{34f}m",
        ] {
            assert_eq!(without_pasted_signs(pasted), "Sam", "{pasted:?}");
        }
    }

    #[test]
    fn joiners_that_are_spelling_stay_once() {
        assert_eq!(without_pasted_signs("می\u{200c}خواهم"), "می\u{200c}خواهم");
        assert_eq!(without_pasted_signs("می\u{200c}\u{200d}خواهم\u{200c}"), "می\u{200c}خواهم");
        assert_eq!(without_pasted_signs("क्\u{200d}ष"), "क्\u{200d}ष");
        assert_eq!(without_pasted_signs("می\u{200c} Sam"), "می Sam");
    }

    proptest! {
        #[test]
        fn dropping_twice_changes_nothing_more(
            text in proptest::collection::vec(any::<char>(), 0..40),
        ) {
            let once = without_pasted_signs(&text.into_iter().collect::<String>());
            prop_assert_eq!(without_pasted_signs(&once), once);
        }
    }
}
