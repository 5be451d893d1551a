//! What a document would change, in lines for an administrator.

use std::fmt;

use domain::register::staff::Staff;
use serde_json::Value;

/// More letters than this of a wording help nobody at a terminal.
const MOST_LETTERS: usize = 60;

/// One line: `+` comes, `~` changes, `-` goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference(String);

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Difference {
    /// A controller or a member of staff that was not there.
    pub fn comes(who: &str, words: &str) -> Self {
        Self(format!("+ {who}: {words}"))
    }

    /// A member of staff who is back, or who is somebody else's now.
    pub fn turns(who: &str, words: &str) -> Self {
        Self(format!("~ {who}: {words}"))
    }

    /// A member of staff whom the document no longer names.
    pub fn goes(who: &str) -> Self {
        Self(format!("- {who}: may do nothing from now on"))
    }

    /// A line for each place in which two documents differ.
    pub fn between(who: &str, before: &Value, after: &Value) -> Vec<Self> {
        let mut lines = Vec::new();
        compare("", before, after, &mut lines);
        lines.into_iter().map(|line| Self(format!("~ {who}: {line}"))).collect()
    }
}

/// `staff ann@example.org (riverside)`.
pub fn named(staff: &Staff) -> String {
    format!("staff {} ({})", staff.email, staff.controller)
}

/// What somebody may do.
pub fn rights(staff: &Staff) -> String {
    let roles = serde_json::to_value(&staff.roles).unwrap_or_default();
    let roles: Vec<&str> =
        roles.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    format!("teams {}; roles {}", staff.teams.join(", "), roles.join(", "))
}

fn compare(place: &str, before: &Value, after: &Value, lines: &mut Vec<String>) {
    let inner = |name: &str| {
        if place.is_empty() { name.to_owned() } else { format!("{place}/{name}") }
    };
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                entry(&inner(name), before.get(name), after.get(name), lines);
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            for at in 0..before.len().max(after.len()) {
                entry(&inner(&at.to_string()), before.get(at), after.get(at), lines);
            }
        }
        _ if before == after => {}
        _ => lines.push(format!("{place} {} -> {}", shown(before), shown(after))),
    }
}

fn entry(place: &str, before: Option<&Value>, after: Option<&Value>, lines: &mut Vec<String>) {
    match (before, after) {
        (Some(before), Some(after)) => compare(place, before, after, lines),
        (None, Some(after)) => lines.push(format!("{place} added: {}", shown(after))),
        (Some(before), None) => lines.push(format!("{place} removed: {}", shown(before))),
        (None, None) => {}
    }
}

/// A value in one short line.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::Object(members) => {
            let shown = |(name, value): (&String, &Value)| format!("{name} {}", shown(value));
            let mut members: Vec<String> = members.iter().map(shown).collect();
            members.sort();
            return members.join(", ");
        }
        other => other.to_string(),
    };
    match text.char_indices().nth(MOST_LETTERS) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines(before: &Value, after: &Value) -> Vec<String> {
        let lines = Difference::between("controller x", before, after);
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_place_that_differs_has_a_line() {
        let before = json!({ "a": 1, "b": { "c": "x", "d": true }, "e": [1, 2], "same": [] });
        let after = json!({ "a": 2, "b": { "c": "y" }, "e": [1, 2, 3], "same": [], "new": null });
        assert_eq!(
            lines(&before, &after),
            [
                "~ controller x: a 1 -> 2",
                "~ controller x: b/c \"x\" -> \"y\"",
                "~ controller x: b/d removed: true",
                "~ controller x: e/2 added: 3",
                "~ controller x: new added: null",
            ]
        );
        assert!(lines(&after, &after).is_empty());
    }

    #[test]
    fn a_long_wording_is_cut_at_a_letter() {
        let long = json!({ "text": "é".repeat(100) });
        let line = lines(&json!({ "text": "" }), &long).remove(0);
        assert!(line.ends_with("é…"), "{line}");
        assert!(line.chars().count() < 100, "{line}");
    }
}
