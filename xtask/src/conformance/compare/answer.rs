//! What the client saw, against what the recorded client saw.

use serde_json::Value;

use super::super::client::{ClientSaw, End};
use super::super::wire::{AnswerHead, dechunk};
use super::body::differing;
use super::{Difference, Pairing, Place};

/// Whoever answers sets these anew.
const IGNORED: [&str; 2] = ["date", "server"];

/// Compares with `client_saw` (or `admin_reply`) of a recording: an object with `raw_head` and
/// `body`, a text, or a text with its middle left out.
pub fn compare_answer(pairing: &mut Pairing, recorded: &Value, saw: &ClientSaw) -> Vec<Difference> {
    if let Some(text) = recorded.as_str() {
        return compare_excerpt(text, saw);
    }
    let raw_head = recorded["raw_head"].as_str().unwrap_or_default();
    let (interim, rest) = match raw_head.strip_prefix("[interim") {
        Some(marked) => {
            let head = marked.split_once(']').map_or(marked, |(_, head)| head).trim();
            let rest = recorded["body"].as_str().unwrap_or_default();
            let rest = rest.split_once("[/interim]").map_or(rest, |(_, rest)| rest).trim_start();
            (vec![head.to_owned()], Some(rest))
        }
        None => (Vec::new(), None),
    };
    let mut differences = Vec::new();
    if interim != saw.interim {
        let (expected, got) = (interim.join(" | "), saw.interim.join(" | "));
        differences.push(Difference::new(Place::AnswerHeader("1xx".into()), expected, got));
    }
    let body = |text: &str| serde_json::json!({ "body": text });
    match rest {
        None => differences.extend(compare_final(pairing, raw_head, recorded, saw)),
        Some(rest) => {
            let (head, text) = rest.split_once("\r\n\r\n").unwrap_or((rest, ""));
            differences.extend(compare_final(pairing, head, &body(text), saw));
        }
    }
    differences
}

fn compare_final(
    pairing: &mut Pairing,
    raw_head: &str,
    recorded: &Value,
    saw: &ClientSaw,
) -> Vec<Difference> {
    let Some(expected) = AnswerHead::parse(raw_head) else {
        return compare_breaking_off(raw_head, saw);
    };
    let Some(got) = saw.head() else {
        let got = format!("{:?} {}", saw.end, String::from_utf8_lossy(&saw.wire));
        return vec![Difference::new(Place::Status, expected.status, got)];
    };
    if expected.status != got.status {
        let got = format!("{} {}", got.status, String::from_utf8_lossy(&saw.body()));
        return vec![Difference::new(Place::Status, expected.status, got)];
    }
    let mut differences = Vec::new();
    if expected.version != got.version {
        let place = Place::AnswerVersion;
        differences.push(Difference::new(place, &expected.version, &got.version));
    }
    if saw.end != End::Complete {
        differences.push(Difference::new(Place::AnswerEnd, "complete", format!("{:?}", saw.end)));
    }
    let body = compare_body(pairing, recorded, saw);
    // A body of other ids, times or differing text has its own length.
    let same_length = recorded["body_length_on_wire"].is_null()
        && recorded["body"]
            .as_str()
            .is_none_or(|text| text == String::from_utf8_lossy(&saw.body()));
    differences.extend(compare_headers(&expected, &got, same_length));
    differences.extend(body);
    differences
}

/// Order and spelling of an answer's header names tell a client nothing.
fn compare_headers(expected: &AnswerHead, got: &AnswerHead, same_length: bool) -> Vec<Difference> {
    let values = |head: &AnswerHead| -> Vec<(String, String)> {
        let mut list: Vec<(String, String)> = head
            .headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
            .filter(|(name, _)| !IGNORED.contains(&name.as_str()))
            .map(|(name, value)| {
                let hides = name == "content-length" && !same_length;
                (name, if hides { String::from("(its own)") } else { value })
            })
            .collect();
        list.sort();
        list
    };
    let (expected, mut got) = (values(expected), values(got));
    let mut differences = Vec::new();
    for (name, value) in expected {
        let exact = got.iter().position(|pair| *pair == (name.clone(), value.clone()));
        let found = exact.or_else(|| got.iter().position(|(other, _)| *other == name));
        let other = found.map(|at| got.remove(at).1);
        if other.as_ref() != Some(&value) {
            let other = other.unwrap_or_else(|| "(absent)".to_owned());
            differences.push(Difference::new(Place::AnswerHeader(name), value, other));
        }
    }
    for (name, value) in got {
        differences.push(Difference::new(Place::AnswerHeader(name), "(absent)", value));
    }
    differences
}

fn compare_body(pairing: &mut Pairing, recorded: &Value, saw: &ClientSaw) -> Vec<Difference> {
    let body = saw.body();
    let got = String::from_utf8_lossy(&body).into_owned();
    let Some(expected) = recorded["body"].as_str() else {
        return compare_ends(pairing, recorded, &got);
    };
    // A recording may hold a chunked body as it stood on the wire.
    let taken_apart = dechunk(expected.as_bytes()).filter(|_| got != expected);
    let expected = match taken_apart {
        Some(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        None => expected.to_owned(),
    };
    differing(pairing, &expected, &got)
        .into_iter()
        .map(|(path, expected, got)| Difference::new(Place::AnswerBody(path), expected, got))
        .collect()
}

/// Of a long body only its length, start and end were recorded.
fn compare_ends(pairing: &mut Pairing, recorded: &Value, got: &str) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut check = |place: &str, expected: Option<&str>, from_end: bool| {
        let Some(expected) = expected else { return };
        let count = expected.chars().count();
        // Ids, ports and times inside may be longer or shorter than the recorded ones.
        let fits = (count.saturating_sub(8)..=count + 8).any(|count| {
            let cut: String = if from_end {
                let skipped = got.chars().count().saturating_sub(count);
                got.chars().skip(skipped).collect()
            } else {
                got.chars().take(count).collect()
            };
            pairing.same(expected, &cut)
        });
        if !fits {
            let place = Place::AnswerBody(place.to_owned());
            let skipped = if from_end { got.chars().count().saturating_sub(count) } else { 0 };
            let got: String = got.chars().skip(skipped).take(count).collect();
            differences.push(Difference::new(place, expected, got));
        }
    };
    check("start", recorded["body_start"].as_str(), false);
    check("end", recorded["body_end"].as_str(), true);
    // A body of one letter over and over has neither ids nor times: its length must be the same.
    if let Some(length) = recorded["body_length_on_wire"].as_u64() {
        let start = recorded["body_start"].as_str().unwrap_or_default();
        let is_filler = start.chars().all(|c| start.starts_with(c));
        let length = usize::try_from(length).unwrap_or_default();
        if is_filler && length != got.len() {
            let place = Place::AnswerBody("length".to_owned());
            differences.push(Difference::new(place, length.to_string(), got.len().to_string()));
        }
    }
    differences
}

/// `<<ConnectionResetError>>`: the client was cut off.
fn compare_breaking_off(recorded: &str, saw: &ClientSaw) -> Vec<Difference> {
    if recorded.contains("ConnectionResetError") && saw.end == End::Reset {
        return Vec::new();
    }
    let got = format!("{:?} {}", saw.end, String::from_utf8_lossy(&saw.wire));
    vec![Difference::new(Place::AnswerEnd, recorded, got)]
}

/// A whole answer as one text whose middle was left out with ` … `.
fn compare_excerpt(text: &str, saw: &ClientSaw) -> Vec<Difference> {
    if !text.starts_with("HTTP/1.") {
        return compare_breaking_off(text, saw);
    }
    let got = String::from_utf8_lossy(&saw.wire);
    let status = |text: &str| text.split("\r\n").next().unwrap_or_default().to_owned();
    if status(text) != status(&got) {
        return vec![Difference::new(Place::Status, status(text), got)];
    }
    let Some((_, body)) = text.rsplit_once("\r\n\r\n") else { return Vec::new() };
    let ours = String::from_utf8_lossy(saw.raw_body()).into_owned();
    let differs = body != ours;
    let difference = || Difference::new(Place::AnswerBody(String::new()), body, ours.clone());
    differs.then(difference).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn saw(wire: &str) -> ClientSaw {
        ClientSaw { interim: vec![], wire: wire.into(), pieces: vec![], end: End::Complete }
    }

    fn places(recorded: &Value, saw: &ClientSaw) -> Vec<Place> {
        let differences = compare_answer(&mut Pairing::default(), recorded, saw);
        differences.into_iter().map(|difference| difference.place).collect()
    }

    const RECORDED: &str = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-A: 1\r\nDate: Sun, 22 Nov 2026 00:24:32 GMT\r\nServer: Kestrel";

    #[test]
    fn date_server_order_and_spelling_are_not_looked_at() {
        let ours = saw("HTTP/1.1 200 OK\r\nx-a: 1\r\ncontent-length: 4\r\n\r\ndone");
        assert!(places(&json!({ "raw_head": RECORDED, "body": "done" }), &ours).is_empty());
    }

    #[test]
    fn each_planted_difference_is_found() {
        let recorded = json!({ "raw_head": RECORDED, "body": "done" });
        let header = |name: &str| Place::AnswerHeader(name.into());
        let of = |wire: &str| places(&recorded, &saw(wire));
        assert_eq!(
            of("HTTP/1.1 201 Created\r\nContent-Length: 4\r\nX-A: 1\r\n\r\ndone"),
            [Place::Status]
        );
        assert_eq!(of("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone"), [header("x-a")]);
        assert_eq!(
            of("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-A: 2\r\n\r\ndone"),
            [header("x-a")]
        );
        assert_eq!(
            of("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-A: 1\r\nX-B: 1\r\n\r\ndone"),
            [header("x-b")]
        );
        assert_eq!(
            of("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-A: 1\r\n\r\ngone"),
            [Place::AnswerBody(String::new())]
        );
        assert_eq!(
            of(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n4\r\ndone\r\n0\r\n\r\n"
            ),
            [header("content-length"), header("transfer-encoding")]
        );
        let mut cut = saw("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-A: 1\r\n\r\ndo");
        cut.end = End::Closed;
        assert_eq!(places(&recorded, &cut), [Place::AnswerEnd, Place::AnswerBody(String::new())]);
    }

    #[test]
    fn two_headers_of_one_name_are_both_compared() {
        let head = "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0";
        let recorded = json!({ "raw_head": head, "body": "" });
        let of = |wire: &str| places(&recorded, &saw(wire));
        assert!(
            of(
                "HTTP/1.1 200 OK\r\nSet-Cookie: b=2\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n"
            )
            .is_empty()
        );
        assert_eq!(of("HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n").len(), 1);
    }

    #[test]
    fn an_interim_answer_is_part_of_the_recording() {
        let recorded = json!({
            "raw_head": "[interim after 0.00s] HTTP/1.1 100 Continue",
            "body": " [/interim] HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-A: 1\r\n\r\ndone",
        });
        let mut ours = saw("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-A: 1\r\n\r\ndone");
        assert_eq!(places(&recorded, &ours), [Place::AnswerHeader("1xx".into())]);
        ours.interim = vec!["HTTP/1.1 100 Continue".to_owned()];
        assert!(places(&recorded, &ours).is_empty());
    }

    #[test]
    fn a_broken_connection_is_no_answer() {
        let recorded = json!({ "raw_head": "<<ConnectionResetError>>", "body": "" });
        let mut ours = saw("HTTP/1.1 200 OK\r\n\r\n");
        assert_eq!(places(&recorded, &ours), [Place::AnswerEnd]);
        ours.end = End::Reset;
        assert!(places(&recorded, &ours).is_empty());
    }

    #[test]
    fn an_excerpt_is_compared_at_its_ends() {
        let recorded =
            json!("HTTP/1.1 200 OK\r\nContent-Length: 13\r\nCon … estrel\r\n\r\nok GET /r/ok\n");
        assert!(
            places(&recorded, &saw("HTTP/1.1 200 OK\r\nA: b\r\n\r\nok GET /r/ok\n")).is_empty()
        );
        assert_eq!(places(&recorded, &saw("HTTP/1.1 404 Not Found\r\n\r\n")), [Place::Status]);
        assert_eq!(
            places(&recorded, &saw("HTTP/1.1 200 OK\r\nA: b\r\n\r\nok GET /r/no\n")),
            [Place::AnswerBody(String::new())]
        );
    }

    #[test]
    fn of_a_long_body_the_ends_are_compared() {
        let recorded = json!({ "raw_head": "HTTP/1.1 200 OK\r\nContent-Length: 9999", "body_length_on_wire": 9999, "body_start": "[{\"a\"", "body_end": "}]" });
        assert!(
            places(&recorded, &saw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[{\"a\":1}]"))
                .is_empty()
        );
        assert_eq!(
            places(&recorded, &saw("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"a\":1}]")),
            [Place::AnswerBody("start".into())]
        );
    }
}
