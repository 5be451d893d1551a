//! Who somebody is, asked kindly: surname and date of birth, not spelling (R24).

use jiff::civil::Date;

use crate::date_of_birth::DateOfBirth;
use crate::letter_folding::{Folded, ReadSoFar, fold};
use crate::name_dress::undressings;
use crate::one_line::one_line;
use crate::pasted_signs::without_pasted_signs;
use crate::person_name::PersonName;

/// What the person with the phone typed.
pub struct IdentityAnswer {
    /// The family name as typed; some type the whole name.
    pub family_name: String,
    /// The date of birth as typed.
    pub date_of_birth: Date,
}

/// Who the record says the patient is.
#[derive(Debug, Clone, Copy)]
pub struct WhoItIs<'a> {
    /// None of a person with one name.
    pub given_name: Option<&'a PersonName>,
    /// Or the only name.
    pub family_name: &'a PersonName,
    /// The day.
    pub date_of_birth: &'a DateOfBirth,
}

/// What somebody typed, without what a phone pasted with it: empty where nothing else is there.
pub fn typed_name(text: &str) -> String {
    one_line(&without_pasted_signs(text))
}

/// True where both parts fit. Both are always compared, and the caller learns one bit: which
/// field was wrong is never said (C4).
pub fn is_same_person(answer: &IdentityAnswer, who: WhoItIs<'_>) -> bool {
    let same_name = is_name_of(&answer.family_name, who.given_name, who.family_name);
    let same_day = answer.date_of_birth == who.date_of_birth.date();
    same_name & same_day
}

/// True for the whole surname, with any of the first names before or behind it, with or without
/// gaps. Not for half a surname, not for a first name alone, and not with another first name: twins
/// have one surname and one birthday.
pub fn is_name_of(typed: &str, given_name: Option<&PersonName>, family_name: &PersonName) -> bool {
    let together = |form: Vec<&str>| fold(&form.concat());
    let texts = undressings(typed).into_iter().map(together);
    let surnames: Vec<Folded> = undressings(family_name.as_str())
        .into_iter()
        .map(together)
        .filter(|surname| !surname.is_empty())
        .collect();
    let given_name = given_name.map(PersonName::as_str).unwrap_or_default();
    let first_names: Vec<Vec<Folded>> = undressings(given_name)
        .into_iter()
        .map(|form| form.into_iter().map(fold).collect())
        .collect();
    texts.filter(|text| !text.is_empty()).any(|text| {
        surnames.iter().any(|surname| {
            first_names.iter().any(|first_names| is_read_as(&text, first_names, surname))
        })
    })
}

fn is_read_as(text: &Folded, first_names: &[Folded], surname: &Folded) -> bool {
    let start = ReadSoFar::nothing(text);
    let names_first = some_of(&start, first_names).then(surname);
    let surname_first = some_of(&start.then(surname), first_names);
    names_first.is_all() || surname_first.is_all()
}

/// Some of these names, in their order, or none.
fn some_of<'a>(start: &ReadSoFar<'a>, names: &[Folded]) -> ReadSoFar<'a> {
    names.iter().fold(start.clone(), |so_far, name| so_far.or(&so_far.then(name)))
}

#[cfg(test)]
mod property;
#[cfg(test)]
mod tests;
