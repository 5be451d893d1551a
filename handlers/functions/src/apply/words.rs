//! The words of a controllers' document: every text shows what it says, and no name that patients
//! read is one that their phone makes a link of.

use domain::free_text::{FreeText, NotFreeText};
use domain::public_name::check_public_name;
use domain::register::controller::Controller;
use serde_json::Value;

/// Characters of the longest text, a section of a notice.
const LONGEST: usize = 20_000;

/// Checks every text of an entry, whatever its field; the error names the field.
pub(super) fn check_texts(place: &str, value: &Value) -> Result<(), String> {
    match value {
        Value::String(text) => match FreeText::lines(text, LONGEST) {
            Ok(_) | Err(NotFreeText::Missing) => Ok(()),
            Err(refused) => Err(format!("`{place}`: {refused}")),
        },
        Value::Array(values) => values
            .iter()
            .enumerate()
            .try_for_each(|(at, value)| check_texts(&format!("{place}/{at}"), value)),
        Value::Object(members) => members
            .iter()
            .try_for_each(|(name, value)| check_texts(&format!("{place}/{name}"), value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// Checks the names that patients read.
pub(super) fn check_names<'a>(
    controller: &'a Controller,
    staff: impl Iterator<Item = &'a str>,
) -> Result<(), String> {
    let teams = controller.teams.iter().map(|team| team.name.as_str());
    for name in std::iter::once(controller.name.as_str()).chain(teams).chain(staff) {
        check_public_name(name).map_err(|refused| format!("the name `{name}`: {refused}"))?;
    }
    Ok(())
}
