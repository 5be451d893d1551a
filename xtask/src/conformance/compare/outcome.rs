//! What came of the invocations, against what the real host made of them.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use local_host::Outcome;
use serde_json::Value;

use super::{Difference, Pairing, Place};

/// How one recorded invocation ended, as far as the recording says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ended {
    pub function: Option<String>,
    pub ok: Option<bool>,
    /// The exception chain, links joined by ` --> `.
    pub exception: Option<String>,
}

/// The invocations that `host_result` tells of. `None`: it does not say how many there were.
pub fn recorded_ends(result: &Value) -> Option<Vec<Ended>> {
    if let Some(list) = result["invocation"].as_array().or(result["function_executed"].as_array()) {
        return Some(list.iter().map(of_pair).collect());
    }
    if let Some(list) = result.as_array() {
        return Some(list.iter().map(of_result).collect());
    }
    if let Some(words) = result["function_log"].as_array() {
        let ended = |word: &Value| Ended { ok: Some(word == "Succeeded"), ..Ended::default() };
        return Some(words.iter().map(ended).collect());
    }
    if let Some(lines) = result["forwarder"].as_array() {
        let ok = |line: &Value| line.as_str().map(|text| text.contains("-> None "));
        return Some(lines.iter().map(|l| Ended { ok: ok(l), ..Ended::default() }).collect());
    }
    for member in [&result["function_result"], &result["result"], result] {
        if member["ok"].is_boolean() {
            return Some(vec![of_result(member)]);
        }
    }
    let text = result.as_str().or(result["host_log"].as_str())?;
    let ok = if text.contains("TimeoutException") || text.contains("Failed") {
        false
    } else if text.contains("Succeeded") {
        true
    } else {
        return None;
    };
    // Of such a sentence only the kind of failure is certain.
    let exception = text.contains("FunctionTimeoutException").then(|| TIMEOUT.to_owned());
    Some(vec![Ended { function: None, ok: Some(ok), exception }])
}

const TIMEOUT: &str = "Microsoft.Azure.WebJobs.Host.FunctionTimeoutException";

/// `"name"` or `["name", "Succeeded", …]`.
fn of_pair(pair: &Value) -> Ended {
    let name = pair.as_str().or_else(|| pair[0].as_str()).map(str::to_owned);
    let ok = pair[1].as_str().map(|word| word == "Succeeded");
    Ended { function: name, ok, exception: None }
}

/// `{ok, ex}` or `{ok, exception}`; `file` is the function's name in some recordings and the
/// message's in others.
fn of_result(result: &Value) -> Ended {
    let text = |name: &str| result[name].as_str().map(str::to_owned);
    let exception = text("ex").or_else(|| text("exception"));
    let named = exception.as_deref().and_then(|chain| {
        let (_, rest) = chain.split_once("Functions.")?;
        let end = rest.find(|c: char| c.is_whitespace() || c == '(').unwrap_or(rest.len());
        rest.get(..end).map(str::to_owned)
    });
    let file = text("file").filter(|file| file.parse::<u64>().is_err());
    Ended { function: file.or(named), ok: result["ok"].as_bool(), exception }
}

/// Compares in any order: parallel invocations end as they like.
pub fn compare_outcomes(
    pairing: &mut Pairing,
    expected: &[Ended],
    outcomes: &[Outcome],
) -> Vec<Difference> {
    let mut left: Vec<&Outcome> = outcomes.iter().collect();
    let mut differences = Vec::new();
    let mut missing = Vec::new();
    for ended in expected {
        let fits = |outcome: &&Outcome| {
            ended.function.as_ref().is_none_or(|name| *name == outcome.function)
        };
        let same_end = |outcome: &&Outcome| {
            fits(outcome)
                && ended.ok.is_none_or(|ok| ok == outcome.result.is_ok())
                && same_chain(pairing, ended, outcome)
        };
        let at = left.iter().position(same_end).or_else(|| left.iter().position(fits));
        let Some(outcome) = at.map(|at| left.remove(at)) else {
            missing.push(ended);
            continue;
        };
        if ended.ok.is_some_and(|ok| ok != outcome.result.is_ok()) {
            differences.push(Difference::new(
                Place::Invocations,
                shown(ended),
                shown_outcome(outcome),
            ));
        } else if let (Some(chain), Err(ours)) = (&ended.exception, &outcome.result) {
            differences.extend(compare_chains(pairing, chain, ours));
        }
    }
    if !missing.is_empty() || !left.is_empty() {
        let none = |list: String| if list.is_empty() { "no more".to_owned() } else { list };
        let expected = missing.iter().map(|ended| shown(ended)).collect::<Vec<_>>().join(", ");
        let got = left.iter().map(|o| shown_outcome(o)).collect::<Vec<_>>().join(", ");
        differences.push(Difference::new(Place::Invocations, none(expected), none(got)));
    }
    differences
}

/// The exceptions in a case's log lines must be links of what failed here.
pub fn compare_log(pairing: &mut Pairing, log: &Value, outcomes: &[Outcome]) -> Vec<Difference> {
    let lines = log.as_array().into_iter().flatten().filter_map(Value::as_str);
    let told: BTreeSet<&str> = lines.map(|line| line.trim_start_matches("---> ")).collect();
    let chains: Vec<&str> = outcomes
        .iter()
        .filter_map(|outcome| outcome.result.as_ref().err())
        .map(String::as_str)
        .collect();
    let mut differences = Vec::new();
    for line in told {
        // A namespace tells the exception itself from what is logged about it.
        let Some((class, _)) = line.split_once("Exception: ").filter(|(c, _)| c.contains('.'))
        else {
            continue;
        };
        let (expected, ours) = (links(line), chains.iter().flat_map(|chain| links(chain)));
        let found = ours.into_iter().any(|(our_class, our_message)| {
            expected.first().is_some_and(|(class, message)| {
                *class == our_class && pairing.same(message, &our_message)
            })
        });
        if !found {
            let place = Place::Exception(format!("{class}Exception"));
            differences.push(Difference::new(place, line, chains.join(" | ")));
        }
    }
    differences
}

fn same_chain(pairing: &Pairing, ended: &Ended, outcome: &Outcome) -> bool {
    match (&ended.exception, &outcome.result) {
        (Some(chain), Err(ours)) => compare_chains(&mut pairing.clone(), chain, ours).is_empty(),
        _ => true,
    }
}

/// Of functions that were fed alike at one time, any may have come first: their names are taken
/// out of what is compared.
pub fn interchangeable(ends: &[Ended], outcomes: &[Outcome]) -> (Vec<Ended>, Vec<Outcome>) {
    let names: Vec<&str> = ends.iter().filter_map(|ended| ended.function.as_deref()).collect();
    let nameless = |text: &str| {
        names.iter().fold(text.to_owned(), |text, name| {
            text.replace(&format!("Functions.{name}"), "Functions.<any>")
        })
    };
    let ends = ends.iter().map(|ended| Ended {
        function: None,
        exception: ended.exception.as_deref().map(nameless),
        ..ended.clone()
    });
    let outcomes = outcomes.iter().map(|outcome| Outcome {
        result: outcome.result.clone().map_err(|chain| nameless(&chain)),
        ..outcome.clone()
    });
    (ends.collect(), outcomes.collect())
}

fn shown(ended: &Ended) -> String {
    let end = match ended.ok {
        Some(true) => "Succeeded",
        Some(false) => "Failed",
        None => "ended",
    };
    format!("{} {end}", ended.function.as_deref().unwrap_or("a function"))
}

fn shown_outcome(outcome: &Outcome) -> String {
    match &outcome.result {
        Ok(()) => format!("{} Succeeded", outcome.function),
        Err(chain) => format!("{} Failed ({chain})", outcome.function),
    }
}

/// Link by link: each exception's class, then its message.
fn compare_chains(pairing: &mut Pairing, expected: &str, got: &str) -> Vec<Difference> {
    let (expected, got) = (links(expected), links(got));
    let mut differences = Vec::new();
    for at in 0..expected.len().max(got.len()) {
        let absent = || ("(absent)".to_owned(), String::new());
        let (class, message) = expected.get(at).cloned().unwrap_or_else(absent);
        let (our_class, our_message) = got.get(at).cloned().unwrap_or_else(absent);
        // A sentence of the recording may have told the class only.
        let told = !message.is_empty() || at > 0;
        if class != our_class || (told && !pairing.same(&message, &our_message)) {
            let text = |class: &str, message: &str| format!("{class}: {message}");
            let place = Place::Exception(class.clone());
            let (expected, got) = (text(&class, &message), text(&our_class, &our_message));
            differences.push(Difference::new(place, expected, got));
        }
    }
    differences
}

/// Class and message of each link, without what the machine and the handler's server put in.
fn links(chain: &str) -> Vec<(String, String)> {
    let chain = chain.split("\n   at ").next().unwrap_or_default();
    chain
        .split(" --> ")
        .map(|link| {
            let (class, message) = link.split_once(": ").unwrap_or((link, ""));
            // "THROWN by TryExecuteAsync: X: …" says how X came up.
            let (class, message) = match class.strip_prefix("THROWN by ") {
                Some(_) => message.split_once(": ").unwrap_or((message, "")),
                None => (class, message),
            };
            (class.to_owned(), without_accidents(message))
        })
        .collect()
}

fn without_accidents(message: &str) -> String {
    let is_accident = |line: &str| {
        let line = line.trim_start().to_ascii_lowercase();
        ["date: ", "connection: ", "keep-alive: "].iter().any(|name| line.starts_with(name))
    };
    let lines: Vec<&str> = message.split('\n').filter(|line| !is_accident(line)).collect();
    let message = lines.join("\n");
    // functionTimeout is shortened in the replay.
    match message.strip_prefix("Timeout value of ").and_then(|rest| rest.split_once(' ')) {
        Some((_, rest)) => format!("Timeout value of <functionTimeout> {rest}"),
        None => message,
    }
}

/// Compares `messages_written` with what stands in the queues, by queue and bytes.
pub fn compare_messages(expected: &Value, written: &[(String, Vec<u8>)]) -> Vec<Difference> {
    let Some(expected) = expected.as_array() else { return Vec::new() };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut expected: Vec<String> = expected
        .iter()
        .map(|message| format!("{}: {}", text(&message["queue"]), text(&message["b64"])))
        .collect();
    let mut got: Vec<String> = written
        .iter()
        .map(|(queue, bytes)| format!("{queue}: {}", BASE64_STANDARD.encode(bytes)))
        .collect();
    // Queues beside one another have no order; within one it shows in the list.
    expected.sort_by(|a, b| a.split(':').next().cmp(&b.split(':').next()));
    got.sort_by(|a, b| a.split(':').next().cmp(&b.split(':').next()));
    let differs = expected != got;
    let difference = || Difference::new(Place::Messages, expected.join(", "), got.join(", "));
    differs.then(difference).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    fn outcome(function: &str, result: Result<(), &str>) -> Outcome {
        Outcome {
            function: function.into(),
            invocation_id: String::new(),
            result: result.map_err(str::to_owned),
            messages_written: vec![],
            would_hang: false,
            elapsed: Duration::ZERO,
        }
    }

    fn places(result: &Value, outcomes: &[Outcome]) -> Vec<Place> {
        let ends = recorded_ends(result).unwrap();
        compare_outcomes(&mut Pairing::default(), &ends, outcomes)
            .into_iter()
            .map(|difference| difference.place)
            .collect()
    }

    #[test]
    fn all_the_forms_of_a_result_are_read() {
        let ended = |function: Option<&str>, ok: Option<bool>| Ended {
            function: function.map(str::to_owned),
            ok,
            exception: None,
        };
        for (result, expected) in [
            (json!({"function_executed": ["a"]}), vec![ended(Some("a"), None)]),
            (json!({"function_executed": [["a", "Failed"]]}), vec![ended(Some("a"), Some(false))]),
            (json!({"invocation": []}), vec![]),
            (json!({"file": "17953", "ok": true, "ex": null}), vec![ended(None, Some(true))]),
            (
                json!({"function_result": {"ok": true, "exception": null}}),
                vec![ended(None, Some(true))],
            ),
            (json!("function Succeeded; status saved"), vec![ended(None, Some(true))]),
        ] {
            assert_eq!(recorded_ends(&result), Some(expected), "{result}");
        }
        assert_eq!(recorded_ends(&json!({"admin_reply": {}})), None);
        let told = recorded_ends(&json!({"host_log": "FunctionTimeoutException at 12 s"})).unwrap();
        assert_eq!(told[0].exception.as_deref(), Some(TIMEOUT));
    }

    #[test]
    fn an_end_that_differs_is_found() {
        let result = json!({"invocation": [["a", "Succeeded"]]});
        assert!(places(&result, &[outcome("a", Ok(()))]).is_empty());
        assert_eq!(places(&result, &[outcome("a", Err("X: y"))]), [Place::Invocations]);
        assert_eq!(places(&result, &[outcome("b", Ok(()))]), [Place::Invocations]);
        assert_eq!(places(&result, &[]), [Place::Invocations]);
        assert_eq!(
            places(&json!({"invocation": []}), &[outcome("a", Ok(()))]),
            [Place::Invocations]
        );
    }

    const CHAIN: &str = "A.B: failed: f --> C.D: Headers:\n{\n  Date: Sun\n  Keep-Alive: timeout=60\n  Content-Length: 2\n}";

    #[test]
    fn exceptions_are_compared_link_by_link_without_the_machines_part() {
        let result = json!({"ok": false, "ex": CHAIN});
        let of = |ours: &str| places(&result, &[outcome("f", Err(ours))]);
        assert!(of("A.B: failed: f --> C.D: Headers:\n{\n  Content-Length: 2\n}").is_empty());
        assert_eq!(of("A.B: failed: f"), [Place::Exception("C.D".into())]);
        assert_eq!(
            of("A.B: failed: g --> C.E: Headers:\n{\n  Content-Length: 2\n}"),
            [Place::Exception("A.B".into()), Place::Exception("C.D".into())]
        );
    }

    #[test]
    fn exceptions_in_the_log_must_be_links_of_what_failed() {
        let log = json!([
            "HttpForwardingException: not the exception, but a line about it",
            "A.B: no exception at all",
            "System.OtherException: late",
            "---> System.OtherException: late",
        ]);
        let of = |chain: &str| {
            let outcomes = [outcome("f", Err(chain))];
            compare_log(&mut Pairing::default(), &log, &outcomes).len()
        };
        assert_eq!(of("A.B: x --> System.OtherException: late"), 0);
        assert_eq!(of("A.B: x --> System.OtherException: early"), 1);
        assert_eq!(compare_log(&mut Pairing::default(), &log, &[]).len(), 1);
        assert!(compare_log(&mut Pairing::default(), &Value::Null, &[]).is_empty());
    }

    #[test]
    fn of_functions_fed_alike_any_may_fail_first() {
        let result = json!([{"file": "a", "ok": false, "ex": "X: Functions.a"}, {"file": "b", "ok": false, "ex": "Y: late"}]);
        let swapped = [outcome("a", Err("Y: late")), outcome("b", Err("X: Functions.b"))];
        assert_eq!(places(&result, &swapped).len(), 2);
        let (ends, outcomes) = interchangeable(&recorded_ends(&result).unwrap(), &swapped);
        assert!(compare_outcomes(&mut Pairing::default(), &ends, &outcomes).is_empty());
        let (ends, both) = interchangeable(&ends, &[swapped[0].clone(), swapped[0].clone()]);
        assert_eq!(compare_outcomes(&mut Pairing::default(), &ends, &both).len(), 1);
    }

    #[test]
    fn the_value_of_function_timeout_is_the_replays_own() {
        let timeout = "T: Timeout value of 00:00:12 was exceeded by function: Functions.e5";
        let result = json!({"file": "e5", "ok": false, "ex": timeout});
        let of = |ours: &str| places(&result, &[outcome("e5", Err(ours))]);
        assert!(of(&timeout.replace("12", "01")).is_empty());
        assert_eq!(of(&timeout.replace("e5", "e6")), [Place::Exception("T".into())]);
    }

    #[test]
    fn messages_are_compared_by_queue_and_bytes() {
        let expected = json!([{"queue": "out1", "text": null, "b64": "s201"}]);
        let bytes = BASE64_STANDARD.decode("s201").unwrap();
        assert!(compare_messages(&expected, &[("out1".into(), bytes.clone())]).is_empty());
        assert_eq!(compare_messages(&expected, &[("out2".into(), bytes)]).len(), 1);
        assert_eq!(compare_messages(&expected, &[]).len(), 1);
        assert_eq!(compare_messages(&json!([]), &[("out1".into(), vec![])]).len(), 1);
        assert!(compare_messages(&Value::Null, &[("out1".into(), vec![])]).is_empty());
    }
}
