//! A replayed case beside its recording.

use local_host::Outcome;
use serde_json::Value;

use super::super::client::ClientSaw;
use super::super::compare::{
    Difference, Ended, Pairing, Place, Sent, compare_answer, compare_log, compare_messages,
    compare_outcomes, compare_requests, interchangeable,
};
use super::super::recording::{Case, Received};
use super::super::rig::Rig;
use super::super::stage::Seen;
use super::super::stimulus::Stimulus;
use super::{Prepared, setting};

/// What the recording says must have happened.
pub struct Expected {
    pub requests: Vec<Received>,
    /// How many there were, where only the first of equal ones is recorded.
    pub count: Option<usize>,
    pub ends: Option<Vec<Ended>>,
}

/// All differences between what is expected and what the rig saw.
pub fn compare(
    case: &Case,
    prepared: &Prepared,
    rig: &Rig,
    expected: &Expected,
    lives_before: usize,
    saw: Option<&ClientSaw>,
) -> Vec<Difference> {
    let result = &case.host_result;
    let mut pairing = Pairing::new(prepared.put_in());
    let mut differences = compare_handler(&mut pairing, prepared, rig, expected);
    if let Some(saw) = saw {
        for recorded in [&result["client_saw"], &result["admin_reply"]] {
            if !recorded.is_null() {
                differences.extend(compare_answer(&mut pairing, recorded, saw));
            }
        }
        differences.extend(compare_pieces(&mut pairing, &result["pieces_seen_by_client"], saw));
    }
    differences.extend(compare_ends(&mut pairing, case, prepared, rig, expected));
    differences.extend(compare_messages(&result["messages_written"], &written(rig)));
    if result.as_str().is_some_and(|text| text.contains("status saved")) {
        differences.extend(setting::unsaved_statuses(rig, &prepared.stimulus));
    }
    if let Some(starts) = result["handler_starts"].as_u64() {
        let got = rig.stage.lives().len() - lives_before;
        if usize::try_from(starts) != Ok(got) {
            let (expected, got) = (format!("{starts} started"), format!("{got} started"));
            differences.push(Difference::new(Place::Lives, expected, got));
        }
    }
    differences
}

fn compare_handler(
    pairing: &mut Pairing,
    prepared: &Prepared,
    rig: &Rig,
    expected: &Expected,
) -> Vec<Difference> {
    let nothing = Sent::default();
    let sent = prepared.sent().unwrap_or(&nothing);
    let requests = &expected.requests;
    let seen = in_recorded_order(requests, rig.stage.requests());
    if prepared.setting.later_runs.is_empty() {
        return compare_requests(pairing, requests, expected.count, &seen, sent);
    }
    // Each run of a timer is an invocation of its own.
    let mut differences = Vec::new();
    for run in &seen {
        let mut own = Pairing::new(prepared.put_in());
        let run = std::slice::from_ref(run);
        differences.extend(compare_requests(&mut own, requests, None, run, sent));
    }
    if expected.count.is_some_and(|count| count != seen.len()) {
        let count = expected.count.unwrap_or_default();
        let (expected, got) = (format!("{count} runs"), format!("{} runs", seen.len()));
        differences.push(Difference::new(Place::Requests, expected, got));
    }
    differences
}

fn compare_ends(
    pairing: &mut Pairing,
    case: &Case,
    prepared: &Prepared,
    rig: &Rig,
    expected: &Expected,
) -> Vec<Difference> {
    // What fell due beside the case has ends that no recording tells of.
    let beside: Vec<String> = case.further_requests().iter().map(Received::target).collect();
    let is_beside = |outcome: &Outcome| beside.contains(&format!("/{}", outcome.function));
    let mut outcomes = rig.outcomes();
    outcomes.retain(|outcome| !is_beside(outcome));
    let mut differences = Vec::new();
    if let Some(ends) = &expected.ends {
        let at_once = match &prepared.stimulus {
            Stimulus::Messages(all) => all.len() > 1 && all.iter().all(|m| m.after.is_zero()),
            _ => false,
        };
        differences = if at_once {
            let (ends, outcomes) = interchangeable(ends, &outcomes);
            compare_outcomes(pairing, &ends, &outcomes)
        } else {
            compare_outcomes(pairing, ends, &outcomes)
        };
    }
    differences.extend(compare_log(pairing, &case.host_result["host_log"], &outcomes));
    if let Some(timeout) = &prepared.timeout {
        differences.extend(timeout.compare(&outcomes));
    }
    differences
}

/// What stands in the queues that outputs write to.
fn written(rig: &Rig) -> Vec<(String, Vec<u8>)> {
    let queues = rig.app.output_queues().into_iter();
    queues
        .flat_map(|queue| {
            let messages = rig.queues.messages(&queue).into_iter();
            messages.map(move |bytes| (queue.clone(), bytes))
        })
        .collect()
}

/// Parallel events have no order: each request of the replay is put where its recorded
/// counterpart stands.
fn in_recorded_order(expected: &[Received], mut seen: Vec<Seen>) -> Vec<Seen> {
    let mut ordered = Vec::new();
    for recorded in expected {
        let target = recorded.target();
        if let Some(at) = seen.iter().position(|seen| seen.head.target == target) {
            ordered.push(seen.remove(at));
        }
    }
    ordered.extend(seen);
    ordered
}

/// A stream's pieces must not be held back: at least as many came.
fn compare_pieces(pairing: &mut Pairing, recorded: &Value, saw: &ClientSaw) -> Vec<Difference> {
    let Some(pieces) = recorded.as_array() else { return Vec::new() };
    let whole: String = pieces.iter().filter_map(|piece| piece[1].as_str()).collect();
    let (head, body) = whole.split_once("\r\n\r\n").unwrap_or((&whole, ""));
    let answer = serde_json::json!({ "raw_head": head, "body": body });
    let mut differences = compare_answer(pairing, &answer, saw);
    if saw.pieces.len() < pieces.len() {
        let place = Place::AnswerBody("pieces".to_owned());
        let (expected, got) = (pieces.len().to_string(), saw.pieces.len().to_string());
        differences.push(Difference::new(place, expected, got));
    }
    differences
}
