//! Where the code stands in what somebody opened, typed or pasted: a link with a full stop behind it,
//! a whole message, an address that a mail filter has rewritten.

use crate::pasted_signs::without_pasted_signs;

/// Letters and digits of a code.
const LETTERS: usize = 26;
/// Filters that rewrite what others have rewritten encode it once more.
const DECODED: usize = 3;

/// The 26 letters and digits of the first code in it. Whatever stands around them is no part of
/// them, and no letter or digit touches them.
pub(crate) fn code_in(text: &str) -> Option<String> {
    let decoded = (0..DECODED).fold(text.to_owned(), |text, _| percent_decoded(&text));
    let text = without_pasted_signs(&decoded);
    let behind = text.rsplit_once('#').map_or("", |(_, behind)| behind);
    let is_something = behind.chars().any(char::is_alphanumeric);
    first_code(if is_something { behind } else { &text })
}

/// Bytes as `%23`; what is none stays as it is.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let byte = match tail {
            [high, low, ..] if *first == b'%' => hex(*high).zip(hex(*low)),
            _ => None,
        };
        bytes.push(byte.map_or(*first, |(high, low)| high * 16 + low));
        rest = tail.get(if byte.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Groups that stand beside each other, with nothing but spaces between them.
fn first_code(text: &str) -> Option<String> {
    let is_of_it = |c: char| c.is_alphanumeric() || is_hyphen(c) || c.is_whitespace();
    let stretches: Vec<Vec<String>> = text.split(|c| !is_of_it(c)).map(groups).collect();
    // A code in one piece first: words of a message may happen to have 26 letters together.
    let whole = stretches.iter().flatten().find(|group| is_code(group)).cloned();
    whole.or_else(|| stretches.iter().find_map(|groups| code_of(groups)))
}

/// Letters and digits between spaces, without their hyphens.
fn groups(stretch: &str) -> Vec<String> {
    let bare = |group: &str| group.chars().filter(|c| !is_hyphen(*c)).collect();
    stretch.split_whitespace().map(bare).collect()
}

/// The first neighbours that have 26 letters and digits together. A code that has lost one borrows
/// none from the word behind it.
fn code_of(groups: &[String]) -> Option<String> {
    (0..groups.len()).find_map(|from| {
        let mut code = String::new();
        for group in groups.get(from..)? {
            code.push_str(group);
            if group.len() == LETTERS - 1 {
                return None;
            }
            if code.len() >= LETTERS {
                break;
            }
        }
        is_code(&code).then_some(code)
    })
}

fn is_code(text: &str) -> bool {
    text.len() == LETTERS && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CODE: &str = "4TM2PXXM72DEBN1HTDD3A0MECK";
    const SHOWN: &str = "4TM2P-XXM72-DEBN1-HTDD3-A0MECK";

    #[test]
    fn whatever_stands_around_a_code_is_no_part_of_it() {
        for text in [
            SHOWN.to_owned(),
            CODE.to_owned(),
            format!("https://photos.example.org/r#{SHOWN}"),
            format!("https://photos.example.org/r#{SHOWN}."),
            format!("(https://photos.example.org/r#{SHOWN})."),
            format!("<https://photos.example.org/r#{SHOWN}>"),
            format!("{SHOWN}, please"),
            format!("“{SHOWN}”"),
            format!("*{SHOWN}*"),
            format!("_{CODE}_"),
            format!("{SHOWN}/"),
            format!("{SHOWN}#"),
            format!("r#{SHOWN}\u{200b}"),
            format!("\u{2068}{SHOWN}\u{2069}"),
            "4TM2P-XXM\u{ad}72-DEBN1-HT\u{200b}DD3-A0MECK".to_owned(),
            "4TM2P XXM72 DEBN1 HTDD3 A0MECK".to_owned(),
            "4TM2P XXM72 DEBN1 HTDD3 A0MEC K".to_owned(),
            "4TM2P-XXM72 DEBN1 - HTDD3\nA0MECK".to_owned(),
            "4TM2P–XXM72—DEBN1‑HTDD3−A0MECK".to_owned(),
            "4-T-M-2-P-X-X-M-7-2-D-E-B-N-1-H-T-D-D-3-A-0-M-E-C-K".to_owned(),
        ] {
            assert_eq!(code_in(&text).as_deref(), Some(CODE), "{text:?}");
        }
    }

    #[test]
    fn a_whole_message_and_a_rewritten_address_are_read() {
        for text in [
            format!(
                "Sam, your care team asks you for photos: https://photos.example.org/r#{SHOWN}"
            ),
            format!("Your care team asks you for photos. The code is {SHOWN} until Friday"),
            format!("The code is {SHOWN}.\n\nKind regards"),
            format!(
                "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fphotos.example.org\
                 %2Fr%23{SHOWN}&data=05%7C02%7Csam%40example.org&sdata=AAAAAAAAAAAAAAAAAAAAAAAAAA%3D"
            ),
            format!(
                "https://filter.example.org/?u=https%253A%252F%252Fa.example%252Fr%2523{SHOWN}"
            ),
            format!("https://filter.example.org/v3/__https://photos.example.org/r*{SHOWN}__;Iw!!a"),
            format!("%23{SHOWN}"),
            "%34TM2P%2DXXM72%2DDEBN1%2DHTDD3%2DA0MECK".to_owned(),
        ] {
            assert_eq!(code_in(&text).as_deref(), Some(CODE), "{text:?}");
        }
    }

    #[test]
    fn a_code_that_lost_a_letter_borrows_none_and_one_more_is_none() {
        let lost = "4TM2P-XXM72-DEBN1-HTDD3-A0MEC";
        for text in [
            lost.to_owned(),
            format!("{lost} A nice day"),
            format!("{lost} is the code"),
            format!("{lost}&data=05"),
            format!("{lost}.K"),
            format!("{} I", lost.replace('-', "")),
            format!("I {lost}"),
            format!("{SHOWN}X"),
            format!("X{SHOWN}"),
            format!("{SHOWN}-X"),
            format!("{CODE}é"),
            String::new(),
            "#".to_owned(),
            "Look for the latest text message that your care team sent to you".to_owned(),
        ] {
            assert_eq!(code_in(&text), None, "{text:?}");
        }
    }

    #[test]
    fn the_last_sign_of_a_number_counts() {
        let other = "ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZZ";
        assert_eq!(code_in(&format!("{other}#{SHOWN}")).as_deref(), Some(CODE));
        assert_eq!(code_in(&format!("{other}#x")), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in proptest::collection::vec(any::<char>(), 0..60)) {
            let _ = code_in(&text.into_iter().collect::<String>());
        }

        #[test]
        fn broken_percent_signs_stay_as_they_are(text in "[%0-9a-fA-FgG]{0,12}") {
            let _ = percent_decoded(&text);
            let plain = text.replace('%', "");
            prop_assert_eq!(percent_decoded(&plain), plain);
        }
    }
}
