//! Whether two texts say the same but for ids, times and ports.
//!
//! Such tokens are lifted out and compared for what they must keep: one id stands for one id
//! throughout a case, and the times of one text keep their distances. A token that was part of
//! the stimulus is no accident and must come through unchanged.

use std::collections::HashMap;

use jiff::Timestamp;

/// Two looks at a clock within one case lie apart by scheduling, on a busy machine for long; what
/// is told apart here is a week, ten minutes, and no time.
const TOLERANCE_SECONDS: f64 = 60.0;

/// What recordings put in the place of what was taken out of them.
const PLACEHOLDERS: [&str; 3] = ["<key>", "<host id>", "<master key>"];

#[derive(Clone, Default)]
pub struct Pairing {
    stimulus: String,
    ids: HashMap<String, String>,
    ids_back: HashMap<String, String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Token {
    kind: Kind,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Id,
    Time,
    Other,
}

impl Pairing {
    /// `stimulus`: everything that was put in, in whatever form.
    pub fn new(stimulus: String) -> Self {
        Self { stimulus, ..Self::default() }
    }

    pub fn same(&mut self, expected: &str, got: &str) -> bool {
        if PLACEHOLDERS.iter().any(|name| expected.contains(name)) {
            // What stands for anything may stand for an id too: no tokens are paired.
            return same_but_for_placeholders(&Self::lift(expected).0, &Self::lift(got).0);
        }
        let (expected, tokens) = Self::lift(expected);
        let (got, got_tokens) = Self::lift(got);
        expected == got
            && tokens.len() == got_tokens.len()
            && tokens.iter().zip(&got_tokens).all(|(expected, got)| self.pairs(expected, got))
            && self.same_distances(&tokens, &got_tokens)
    }

    fn was_put_in(&self, token: &Token) -> bool {
        self.stimulus.contains(&token.text)
    }

    fn pairs(&mut self, expected: &Token, got: &Token) -> bool {
        if self.was_put_in(expected) {
            return expected.text == got.text;
        }
        if expected.kind != Kind::Id {
            // A clock may happen to show what was put in.
            return true;
        }
        if self.was_put_in(got) {
            return false;
        }
        let there = self.ids.entry(expected.text.clone()).or_insert_with(|| got.text.clone());
        let back = self.ids_back.entry(got.text.clone()).or_insert_with(|| expected.text.clone());
        *there == got.text && *back == expected.text
    }

    /// The times that the host itself took keep their distances.
    fn same_distances(&self, expected: &[Token], got: &[Token]) -> bool {
        let taken = expected
            .iter()
            .zip(got)
            .filter(|(expected, _)| expected.kind == Kind::Time && !self.was_put_in(expected))
            .filter_map(|(expected, got)| Some((seconds(&expected.text)?, seconds(&got.text)?)));
        let taken: Vec<(f64, f64)> = taken.collect();
        let Some((first, our_first)) = taken.first().copied() else { return true };
        taken
            .iter()
            .all(|(time, ours)| ((time - first) - (ours - our_first)).abs() <= TOLERANCE_SECONDS)
    }

    /// The text with its tokens replaced by what kind they are, and the tokens.
    fn lift(text: &str) -> (String, Vec<Token>) {
        let (mut normal, mut tokens) = (String::with_capacity(text.len()), Vec::new());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let starts_word = !normal.ends_with(|c: char| c.is_ascii_alphanumeric());
            let found = if starts_word || first == '"' { token_at(rest) } else { None };
            let passed = if let Some(found) = found {
                normal.push_str(&found.shown);
                tokens.push(Token { kind: found.kind, text: found.text.to_owned() });
                found.text.len()
            } else {
                normal.push(first);
                first.len_utf8()
            };
            rest = rest.get(passed..).unwrap_or_default();
        }
        (normal, tokens)
    }
}

struct Found<'a> {
    kind: Kind,
    text: &'a str,
    shown: String,
}

fn token_at(text: &str) -> Option<Found<'_>> {
    id_at(text)
        .or_else(|| time_at(text))
        .or_else(|| port_at(text))
        .or_else(|| receipt_at(text))
        .or_else(|| uptime_at(text))
}

fn id_at(text: &str) -> Option<Found<'_>> {
    let id = text.get(..36)?;
    let is_id = id.char_indices().all(|(at, c)| match at {
        8 | 13 | 18 | 23 => c == '-',
        _ => c.is_ascii_hexdigit(),
    });
    is_id.then(|| Found { kind: Kind::Id, text: id, shown: "<id>".to_owned() })
}

/// `2026-11-22T00:00:03.7306305Z`. The years 1 and 9999 mean "never" and stay.
fn time_at(text: &str) -> Option<Found<'_>> {
    let shape = "dddd-dd-ddTdd:dd:dd";
    let fits =
        |(pattern, c): (char, char)| if pattern == 'd' { c.is_ascii_digit() } else { c == pattern };
    let whole = text.get(..shape.len())?;
    if !shape.chars().zip(whole.chars()).all(fits)
        || whole.starts_with("0001")
        || whole.starts_with("9999")
    {
        return None;
    }
    let rest = text.get(shape.len()..)?;
    let digits = rest
        .strip_prefix('.')
        .map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    let fraction = if digits > 0 { digits + 1 } else { 0 };
    let zone = rest.get(fraction..).map_or("", |zone| {
        if zone.starts_with('Z') {
            "Z"
        } else if zone.starts_with("+00:00") {
            "+00:00"
        } else {
            ""
        }
    });
    let text = text.get(..shape.len() + fraction + zone.len())?;
    let shown =
        if fraction > 0 { format!("<time.fraction{zone}>") } else { format!("<time{zone}>") };
    Some(Found { kind: Kind::Time, text, shown })
}

fn port_at(text: &str) -> Option<Found<'_>> {
    let host = ["127.0.0.1:", "localhost:"].into_iter().find(|host| text.starts_with(host))?;
    let digits = text.get(host.len()..)?.bytes().take_while(u8::is_ascii_digit).count();
    let text = text.get(..host.len() + digits).filter(|_| digits > 0)?;
    Some(Found { kind: Kind::Other, text, shown: format!("{host}<port>") })
}

/// A queue's pop receipt, told by the member that holds it.
fn receipt_at(text: &str) -> Option<Found<'_>> {
    let name = "\"PopReceipt\":\"\\\"";
    let value = text.strip_prefix(name)?;
    let is_base64 = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'-');
    let length = value.bytes().take_while(is_base64).count();
    let text = text.get(..name.len() + length).filter(|_| length > 0)?;
    Some(Found { kind: Kind::Other, text, shown: format!("{name}<receipt>") })
}

/// How long the host has been up: a time like any other.
fn uptime_at(text: &str) -> Option<Found<'_>> {
    let name = "\"processUptime\":";
    let digits = text.strip_prefix(name)?.bytes().take_while(u8::is_ascii_digit).count();
    let text = text.get(..name.len() + digits).filter(|_| digits > 0)?;
    Some(Found { kind: Kind::Other, text, shown: format!("{name}<uptime>") })
}

#[expect(clippy::cast_precision_loss, reason = "a tolerance of seconds needs no exact nanoseconds")]
fn seconds(text: &str) -> Option<f64> {
    let text =
        if text.contains('Z') || text.contains('+') { text.to_owned() } else { format!("{text}Z") };
    let moment: Timestamp = text.parse().ok()?;
    Some(moment.as_nanosecond() as f64 / 1e9)
}

/// A placeholder stands for any value but for none.
fn same_but_for_placeholders(expected: &str, got: &str) -> bool {
    let first = PLACEHOLDERS
        .iter()
        .filter_map(|name| expected.find(name).map(|at| (at, *name)))
        .min_by_key(|(at, _)| *at);
    let Some((at, name)) = first else { return expected == got };
    let (before, after) = expected.split_at(at);
    let Some(rest) = got.strip_prefix(before) else { return false };
    let value = rest.find('"').unwrap_or(rest.len());
    let after = after.strip_prefix(name).unwrap_or_default();
    value > 0 && same_but_for_placeholders(after, rest.get(value..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(expected: &str, got: &str) -> bool {
        Pairing::default().same(expected, got)
    }

    const A: &str = "8e185e61-7694-4c89-a3ed-7c9791e77a7b";
    const B: &str = "99109df5-c577-4322-b0c3-a069542770a5";

    #[test]
    fn one_id_stands_for_one_id_all_through_a_case() {
        let mut pairing = Pairing::default();
        assert!(pairing.same(&format!("id {A}"), &format!("id {B}")));
        assert!(pairing.same(A, B));
        assert!(!pairing.same(A, A));
        assert!(!pairing.same(B, B));
        assert!(!pairing.same(A, "none"));
    }

    #[test]
    fn what_was_put_in_comes_through_unchanged() {
        let mut pairing =
            Pairing::new(format!("{{\"id\":\"{A}\",\"at\":\"2024-04-06T15:30:00Z\"}}"));
        assert!(pairing.same(A, A));
        assert!(!pairing.same(A, B));
        assert!(!pairing.same("2024-04-06T15:30:00Z", "2024-04-06T15:31:00Z"));
        assert!(pairing.same("2026-11-22T00:00:00Z", "2024-04-06T15:30:00Z"));
        assert!(!pairing.same(B, A));
    }

    #[test]
    fn times_keep_their_form_and_their_distance() {
        assert!(same("2026-11-22T00:00:03+00:00", "2027-01-01T12:00:00+00:00"));
        assert!(!same("2026-11-22T00:00:03+00:00", "2027-01-01T12:00:00Z"));
        assert!(!same("2026-11-22T00:00:03+00:00", "2027-01-01T12:00:00.5+00:00"));
        assert!(same("2026-11-22T00:00:03.1234567Z", "2027-01-01T12:00:00.5Z"));
        let message = |from: &str, until: &str| format!("{from} {until}");
        let week = message("2026-11-22T00:00:03Z", "2026-11-29T00:00:03Z");
        assert!(same(&week, &message("2027-01-01T00:00:00Z", "2027-01-08T00:00:01Z")));
        assert!(!same(&week, &message("2027-01-01T00:00:00Z", "2027-01-07T00:00:00Z")));
    }

    #[test]
    fn never_is_no_time_to_ignore() {
        assert!(!same("0001-01-01T00:00:00+00:00", "2026-11-22T00:00:03+00:00"));
        assert!(!same("9999-12-31T23:59:59+00:00", "9999-12-30T23:59:59+00:00"));
    }

    #[test]
    fn ports_and_receipts_are_accidents_and_hosts_are_not() {
        assert!(same("127.0.0.1:40123", "127.0.0.1:7071"));
        assert!(!same("127.0.0.1:40123", "localhost:7071"));
        assert!(same(r#""PopReceipt":"\"AgA=\"""#, r#""PopReceipt":"\"b2=\"""#));
        assert!(!same(r#""PopReceipt":"\"AgA=\"""#, r#""PopReceipt":"\"\"""#));
    }

    #[test]
    fn a_placeholder_stands_for_any_value_but_for_none() {
        assert!(same(r#"{"value":"<key>","n":1}"#, r#"{"value":"abc","n":1}"#));
        assert!(!same(r#"{"value":"<key>","n":1}"#, r#"{"value":"abc","n":2}"#));
        assert!(!same(r#"{"value":"<key>"}"#, r#"{"value":""}"#));
        assert!(same(r#"{"value":"<key>"}"#, &format!(r#"{{"value":"{A}"}}"#)));
    }
}
