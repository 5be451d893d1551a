//! A person's names as others see them: the whole name, and what anybody who holds the phone may see
//! before identity is confirmed. The surname is half of the answer, so it is never shown before it.

use crate::letter_folding::{Folded, ReadSoFar, fold};
use crate::name_dress::undressings;
use crate::person_name::PersonName;

/// `Ada Bell`; of a person with one name that name.
pub fn whole_name(given_name: Option<&PersonName>, family_name: &PersonName) -> String {
    match given_name {
        Some(given_name) => format!("{given_name} {family_name}"),
        None => family_name.to_string(),
    }
}

/// `Ada B•••`: the first name, which the text has told, and one letter of the surname. Who has one
/// name, or a first name that is their surname, is `M•••`.
pub fn masked_name(given_name: Option<&PersonName>, family_name: &PersonName) -> String {
    match told_first_name(given_name, family_name) {
        Some(first) => format!("{first} {}", family_name.masked()),
        None => family_name.masked(),
    }
}

/// The first name that a text may greet and the first page may show, without its title. None of a
/// person with one name, and none where it would tell the surname (James James).
pub fn told_first_name(
    given_name: Option<&PersonName>,
    family_name: &PersonName,
) -> Option<PersonName> {
    let forms = undressings(given_name?.as_str());
    let first = *forms.last()?.first()?;
    let tells = tells_surname(first, family_name);
    if tells { None } else { PersonName::parse(first).ok() }
}

/// True where a first name is the surname in any spelling, or holds it between its hyphens.
fn tells_surname(first: &str, family_name: &PersonName) -> bool {
    let surnames: Vec<Folded> =
        undressings(family_name.as_str()).iter().map(|form| fold(&form.concat())).collect();
    let pieces: Vec<&str> = first.split(|c: char| !c.is_alphanumeric()).collect();
    let runs = (0..pieces.len()).flat_map(|from| (from..pieces.len()).map(move |to| from..=to));
    let told = runs.filter_map(|run| pieces.get(run)).map(|run| fold(&run.concat()));
    let mut told = told.chain([fold(first)]);
    told.any(|told| surnames.iter().any(|name| ReadSoFar::nothing(&told).then(name).is_all()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(given_name: &str, family_name: &str) -> String {
        let given_name = PersonName::parse(given_name).ok();
        masked_name(given_name.as_ref(), &PersonName::parse(family_name).unwrap())
    }

    #[test]
    fn the_first_name_is_told_and_the_surname_is_one_letter() {
        assert_eq!(masked("Ada", "Bell"), "Ada B•••");
        assert_eq!(masked("Ada Mary", "van der Berg"), "Ada V•••");
        assert_eq!(masked("Dr Ada", "Bell"), "Ada B•••");
        assert_eq!(masked("Jean-Luc", "Picard"), "Jean-Luc P•••");
    }

    #[test]
    fn a_surname_of_one_letter_is_only_dots() {
        assert_eq!(masked("Ada", "O"), "Ada •••");
        assert_eq!(masked("Wei", "李"), "Wei •••");
        assert_eq!(masked("", "E"), "•••");
    }

    #[test]
    fn a_person_with_one_name_is_one_letter() {
        assert_eq!(masked("", "Madonna"), "M•••");
    }

    #[test]
    fn a_first_name_that_is_the_surname_in_any_spelling_is_never_told() {
        for (given_name, family_name, mask) in [
            ("James", "James", "J•••"),
            ("JAMES", "Ja\u{301}mes", "J•••"),
            ("Müller", "Mueller", "M•••"),
            ("Dr James", "James Jr", "J•••"),
            ("James-Ada", "James", "J•••"),
            ("Ada-James-Luc", "James", "J•••"),
            ("James Ada", "James", "J•••"),
            ("Anne-Marie", "Anne Marie", "A•••"),
        ] {
            assert_eq!(masked(given_name, family_name), mask, "{given_name} {family_name}");
        }
        assert_eq!(
            masked("Ada James", "James"),
            "Ada J•••",
            "the text tells the first of them only"
        );
        assert_eq!(masked("James", "James-Smith"), "James J•••", "half of it is no answer");
        assert_eq!(masked("Jameson", "James"), "Jameson J•••");
    }

    #[test]
    fn the_whole_name_is_what_is_there() {
        let bell = PersonName::parse("Bell").unwrap();
        assert_eq!(whole_name(PersonName::parse("Ada").ok().as_ref(), &bell), "Ada Bell");
        assert_eq!(whole_name(None, &bell), "Bell");
    }
}
