//! Two bodies: the same text, or where their JSON differs.

use serde_json::Value;

use super::Pairing;

/// Where two texts differ: JSON path (empty for the whole), expected, got.
pub fn differing(
    pairing: &mut Pairing,
    expected: &str,
    got: &str,
) -> Vec<(String, String, String)> {
    if pairing.same(expected, got) {
        return Vec::new();
    }
    let mut found = Vec::new();
    if let (Ok(expected), Ok(got)) = (parse(expected), parse(got)) {
        walk(pairing, &expected, &got, "$", &mut found);
    }
    if found.is_empty() {
        // The same values, written otherwise: order of members, escapes, white space.
        found.push((String::new(), expected.to_owned(), got.to_owned()));
    }
    found
}

/// Only objects and arrays have inside what is worth a path.
fn parse(text: &str) -> Result<Value, ()> {
    serde_json::from_str(text)
        .ok()
        .filter(|value: &Value| value.is_object() || value.is_array())
        .ok_or(())
}

fn walk(
    pairing: &mut Pairing,
    expected: &Value,
    got: &Value,
    path: &str,
    found: &mut Vec<(String, String, String)>,
) {
    match (expected, got) {
        (Value::Object(a), Value::Object(b)) => {
            for name in a.keys().chain(b.keys().filter(|name| !a.contains_key(*name))) {
                let path = format!("{path}.{name}");
                match (a.get(name), b.get(name)) {
                    (Some(a), Some(b)) => walk(pairing, a, b, &path, found),
                    (a, b) => found.push((path, text_or_absent(a), text_or_absent(b))),
                }
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                walk(pairing, a, b, &format!("{path}[{at}]"), found);
            }
        }
        _ => {
            // With its name, so that a member's own accidents are known by it.
            let name = path.rsplit('.').next().unwrap_or_default();
            let (a, b) = (expected.to_string(), got.to_string());
            if !pairing.same(&format!("\"{name}\":{a}"), &format!("\"{name}\":{b}")) {
                found.push((path.to_owned(), a, b));
            }
        }
    }
}

fn text_or_absent(value: Option<&Value>) -> String {
    value.map_or_else(|| "(absent)".to_owned(), Value::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(expected: &str, got: &str) -> Vec<String> {
        let found = differing(&mut Pairing::default(), expected, got);
        found.into_iter().map(|(path, _, _)| path).collect()
    }

    #[test]
    fn each_differing_member_is_named() {
        assert!(paths(r#"{"a":1,"b":[1,2]}"#, r#"{"a":1,"b":[1,2]}"#).is_empty());
        assert_eq!(
            paths(r#"{"a":1,"b":[1,{"c":2}],"d":1}"#, r#"{"a":2,"b":[1,{"c":3}],"e":1}"#),
            ["$.a", "$.b[1].c", "$.d", "$.e"]
        );
    }

    #[test]
    fn another_order_or_another_escape_is_a_difference() {
        assert_eq!(paths(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#), [""]);
        assert_eq!(paths(r#"{"a":"ü"}"#, r#"{"a":"\u00fc"}"#), [""]);
    }

    #[test]
    fn what_is_no_json_differs_as_a_whole() {
        assert_eq!(paths("done", "gone"), [""]);
        assert_eq!(paths("5", "6"), [""]);
    }
}
