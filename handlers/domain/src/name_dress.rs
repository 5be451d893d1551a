//! What stands around a name and is no part of it: titles, Jr and Sr, numerals, and the name before a
//! marriage. People write them on one paper and leave them out on the next.
//!
//! Each of these words is somebody's name too (Lord, Nee, Junior). So a name is never undressed down
//! to nothing, and who compares names compares the dressed ones as well.

use crate::letter_folding::search_key;

/// Before a name, and sometimes behind it in a list. None of them is a common first name.
const TITLES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "mister",
    "missus",
    "master",
    "dr",
    "doctor",
    "prof",
    "professor",
    "sir",
    "dame",
    "lady",
    "lord",
    "madam",
    "rev",
    "revd",
    "reverend",
    "fr",
    "capt",
    "herr",
    "frau",
    "mme",
    "mlle",
    "madame",
    "monsieur",
    "senor",
    "senora",
    "signor",
    "signora",
];

/// Behind a name, never its first word.
const BEHIND: &[&str] = &["jr", "jnr", "junior", "sr", "snr", "senior", "ii", "iii", "iv"];

/// Nobody has more of them in a row, and what somebody types must not cost more.
const MOST: usize = 4;

/// Begins the name that was borne before.
const BORN_AS: &str = "nee";

/// The words of a name; a comma divides them too.
pub(crate) fn words(name: &str) -> Vec<&str> {
    let divides = |c: char| c.is_whitespace() || c == ',';
    name.split(divides).filter(|word| !search_key(word).is_empty()).collect()
}

/// A name as it is written, then as it is without what stands around it: more and more is taken off,
/// since each of it may belong to the name. None is empty where the name is not.
pub(crate) fn undressings(name: &str) -> Vec<Vec<&str>> {
    let dressed = words(name);
    let mut forms = vec![dressed.clone()];
    for whole in [&dressed[..], without_former(&dressed)] {
        let in_front = whole.iter().take_while(|word| is_one_of(TITLES, word)).take(MOST).count();
        let behind =
            whole.iter().rev().take_while(|word| is_one_of(BEHIND, word)).take(MOST).count();
        let around = (0..=in_front).flat_map(|front| (0..=behind).map(move |back| (front, back)));
        let bare = around.filter_map(|(front, back)| {
            let end = whole.len().saturating_sub(back);
            whole.get(front..end).map(<[&str]>::to_vec)
        });
        for form in bare.chain([without_anywhere(whole)]) {
            if !form.is_empty() && !forms.contains(&form) {
                forms.push(form);
            }
        }
    }
    forms
}

/// `Smith née Jones` is `Smith`. Somebody's whole name may be Nee.
fn without_former<'a, 'b>(words: &'b [&'a str]) -> &'b [&'a str] {
    let last = words.len().saturating_sub(1);
    let inside = words.get(1..last).unwrap_or_default();
    let marker = inside.iter().rposition(|word| is_one_of(&[BORN_AS], word));
    marker.and_then(|place| words.get(..=place)).unwrap_or(words)
}

/// `Bell, Mrs Ada`, `Bell Jr Ada`.
fn without_anywhere<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let is_dress = |(place, word): (usize, &&str)| {
        is_one_of(TITLES, word) || (place > 0 && is_one_of(BEHIND, word))
    };
    words.iter().enumerate().filter(|found| !is_dress(*found)).map(|(_, word)| *word).collect()
}

fn is_one_of(list: &[&str], word: &str) -> bool {
    list.contains(&search_key(word).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(name: &str) -> Vec<String> {
        undressings(name).iter().map(|form| form.join(" ")).collect()
    }

    #[test]
    fn titles_generations_and_former_names_are_taken_off() {
        for (name, bare) in [
            ("Mrs Bell", "Bell"),
            ("Prof. Dr. Bell", "Bell"),
            ("Bell Jr.", "Bell"),
            ("Bell, III", "Bell"),
            ("Bell née Jones", "Bell"),
            ("Bell (nee Jones)", "Bell"),
            ("MRS ADA BELL JR", "ADA BELL"),
            ("Bell, Mrs Ada", "Bell Ada"),
            ("Dr Lord", "Lord"),
        ] {
            let forms = forms(name);
            assert!(forms.contains(&bare.to_owned()), "{name}: {forms:?}");
        }
    }

    #[test]
    fn a_name_is_never_undressed_to_nothing() {
        for name in ["Lord", "Nee", "Junior", "Nee Jones", "Lord Sir", "Master"] {
            let forms = forms(name);
            assert_eq!(forms[0], name);
            assert!(forms.iter().all(|form| !form.is_empty()), "{name}: {forms:?}");
        }
        assert_eq!(forms("Lord"), ["Lord"]);
        assert_eq!(forms("Junior"), ["Junior"]);
        assert_eq!(forms("Ada Nee"), ["Ada Nee"]);
        assert_eq!(forms(""), [""]);
    }

    #[test]
    fn particles_belong_to_the_name() {
        for name in ["van der Berg", "O'Neil", "Mc Donald", "de la Cruz", "al Abbas", "St John"] {
            assert_eq!(forms(name), [name]);
        }
    }
}
