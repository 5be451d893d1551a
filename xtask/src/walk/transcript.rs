//! What a walk was answered, step by step, without what is chance: two systems that do the same say
//! the same.

use std::time::Duration;

use serde_json::{Value, json};

use super::MadeUpPerson;
use super::photo::sha256_hex;

/// An answer as it came.
#[derive(Debug, Clone)]
pub struct Heard {
    pub step: &'static str,
    pub status: u16,
    pub bytes: Vec<u8>,
    /// From the first byte sent to the last one read.
    pub took: Duration,
}

/// `{"step": …, "status": …, "body": …}` for each answer. Of a step that was asked again and again
/// the last one counts: how often depends on how fast the machine is.
pub fn transcript(heard: &[Heard], person: &MadeUpPerson, origin: &str) -> Vec<Value> {
    let chance = Chance::of(person, origin);
    let mut lines: Vec<Value> = Vec::new();
    for answer in heard {
        let body = match serde_json::from_slice(&answer.bytes) {
            Ok(body) => chance.taken_out(body),
            Err(_) => json!({ "sha256": sha256_hex(&answer.bytes) }),
        };
        if lines.last().is_some_and(|last| last["step"] == answer.step) {
            lines.pop();
        }
        lines.push(json!({ "step": answer.step, "status": answer.status, "body": body }));
    }
    lines
}

/// What differs from walk to walk, and what stands for it. The longer ones come first: one may be
/// part of another.
struct Chance(Vec<(String, &'static str)>);

impl Chance {
    fn of(person: &MadeUpPerson, origin: &str) -> Self {
        let mut known = vec![
            (origin.to_owned(), "<front>"),
            (person.family_name.clone(), "<family name>"),
            (person.given_name.clone(), "<given name>"),
            (person.nhs_number.clone(), "<nhs number>"),
            (person.mobile_e164.clone(), "<mobile>"),
            (person.mobile_as_written(), "<mobile>"),
            (spaced(&person.nhs_number), "<nhs number>"),
            (format!("{} {}", person.given_name, masked(&person.family_name)), "<masked>"),
        ];
        known.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Self(known)
    }

    fn taken_out(&self, value: Value) -> Value {
        match value {
            Value::Array(values) => values.into_iter().map(|value| self.taken_out(value)).collect(),
            Value::Object(members) => {
                let taken_out = |(name, value): (String, Value)| match name.as_str() {
                    "age" => (name, "<age>".into()),
                    _ => (name, self.taken_out(value)),
                };
                members.into_iter().map(taken_out).collect()
            }
            // How much of a session is left depends on how fast the machine is.
            Value::Number(number) if number.as_f64().is_some_and(|number| number >= 60.0) => {
                "<number>".into()
            }
            Value::String(text) => self.word(&text).into(),
            other => other,
        }
    }

    fn word(&self, text: &str) -> String {
        if text.parse::<jiff::Timestamp>().is_ok() {
            return "<moment>".to_owned();
        }
        if text.parse::<jiff::civil::Date>().is_ok() {
            return "<day>".to_owned();
        }
        let mut text = without_ids(text);
        for (known, stands) in &self.0 {
            text = text.replace(known, stands);
        }
        match text.split_once("/r#") {
            Some((before, _)) => format!("{before}/r#<code>"),
            None if text.starts_with("http") => "<signed address>".to_owned(),
            None => text,
        }
    }
}

/// `A•••`, as a page shows a name before it knows who is there.
fn masked(name: &str) -> String {
    name.chars().take(1).chain("•••".chars()).collect()
}

/// `999 000 0018`, as the NHS writes its numbers.
fn spaced(number: &str) -> String {
    let (three, rest) = number.split_at_checked(3).unwrap_or((number, ""));
    let (next, last) = rest.split_at_checked(3).unwrap_or((rest, ""));
    format!("{three} {next} {last}")
}

/// An id may be a part of a longer one, after the moment that sorts it: `1795344624865-item-01m81…`.
fn without_ids(text: &str) -> String {
    let parts = text.split('-').map(|part| match part {
        id if is_id(id) => "<id>",
        millis if millis.len() == 13 && millis.bytes().all(|byte| byte.is_ascii_digit()) => {
            "<moment>"
        }
        other => other,
    });
    parts.collect::<Vec<_>>().join("-")
}

/// As the handler makes them.
fn is_id(text: &str) -> bool {
    text.len() == 26 && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(step: &'static str, body: &Value) -> Heard {
        let bytes = body.to_string().into_bytes();
        Heard { step, status: 200, bytes, took: Duration::ZERO }
    }

    #[test]
    fn chance_is_taken_out_and_what_the_service_says_stays() {
        let person = MadeUpPerson::new();
        let text = format!("{}, photos: http://127.0.0.1:1/r#ab-cd", person.given_name);
        let body = json!({
            "patient": "01kb6xhz9p4n8s3v5w7y2d1c0e",
            "row": "1795344624865-item-01kb6xhz9p4n8s3v5w7y2d1c0e", "at": "2026-11-22T10:00:00.5Z",
            "text": text, "url": "http://127.0.0.1:2/x?sig=s", "title": "Sent", "left": 3, "ms": 812, "age": 36,
        });
        let lines = transcript(&[heard("a", &body)], &person, "http://127.0.0.1:1");
        let expected = json!({
            "patient": "<id>", "row": "<moment>-item-<id>", "at": "<moment>", "text": "<given name>, photos: <front>/r#<code>",
            "url": "<signed address>", "title": "Sent", "left": 3, "ms": "<number>", "age": "<age>",
        });
        assert_eq!(lines, [json!({ "step": "a", "status": 200, "body": expected })]);
    }

    #[test]
    fn of_a_step_that_is_asked_again_the_last_answer_counts() {
        let person = MadeUpPerson::new();
        let answers = [heard("a", &json!(1)), heard("a", &json!(2)), heard("b", &json!(3))];
        let lines = transcript(&answers, &person, "http://127.0.0.1:1");
        let bodies: Vec<&Value> = lines.iter().map(|line| &line["body"]).collect();
        assert_eq!(bodies, [&json!(2), &json!(3)]);
    }
}
