//! Makes a recorded case happen again and says what was different.

mod setting;
mod start;
mod timeout;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;

use self::setting::Setting;
use self::timeout::Timeout;
use super::apps::Apps;
use super::client::{ClientSaw, exchange};
use super::compare::{
    Difference, Ended, Pairing, Place, Sent, compare_answer, compare_messages, compare_outcomes,
    compare_requests, interchangeable, recorded_ends,
};
use super::conduct::{Conduct, Head};
use super::recording::{Case, Received};
use super::response::Response;
use super::rig::Rig;
use super::stage::Script;
use super::stimulus::{Message, Stimulus, part_about, requests_for};

/// How long a replay waits for what the recording says must come.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long after a client's answer, when all else must have happened already.
const PATIENCE_AFTER_ANSWER: Duration = Duration::from_secs(3);
/// How long it then waits for what must not come.
const SETTLING: Duration = Duration::from_millis(25);

/// Hosts that cases share because they leave nothing behind, by the text of their app.
#[derive(Default)]
pub struct SharedRigs {
    rigs: HashMap<String, Rig>,
}

impl SharedRigs {
    pub async fn take_down(self) {
        for rig in self.rigs.into_values() {
            rig.take_down().await;
        }
    }
}

/// What a case needs before it can be replayed, found out without a host.
pub struct Prepared {
    stimulus: Stimulus,
    setting: Setting,
    response: HashMap<String, Response>,
    usual: Response,
    timeout: Option<Timeout>,
    /// What reached the handler is not recorded; who was fed is told in words.
    told_by_sentences: bool,
}

impl Prepared {
    pub fn new(case: &Case, apps: &Apps) -> Result<Self, String> {
        let stimulus = Stimulus::of(case)?;
        let timeout = Timeout::of(case, &stimulus);
        let setting = Setting::of(case, &stimulus, apps, timeout.as_ref())?;
        if matches!(stimulus, Stimulus::Start) {
            let (response, usual) = (HashMap::new(), Response::Usual);
            let told_by_sentences = false;
            return Ok(Self { stimulus, setting, response, usual, timeout, told_by_sentences });
        }
        let told_by_sentences = case.requests.is_empty() && case.queue_message.is_none();
        let scale = |delay: Duration| timeout.as_ref().map_or(delay, |t| t.scale_delay(delay));
        let mut response = HashMap::new();
        let mut usual = Response::Usual;
        match (&stimulus, case.response_given.as_str()) {
            (Stimulus::Messages(messages), Some(text)) if told_by_sentences => {
                for Message { function, .. } in messages {
                    let part = part_about(text, function).unwrap_or_else(|| text.to_owned());
                    let given = timeout::response(&part, timeout.as_ref())?;
                    response.insert(format!("/{function}"), given);
                }
            }
            _ => {
                let given = Response::read(&case.response_given, scale)?;
                // What is asked besides (a redirect's target, a timer) is answered as usual.
                match case.requests.first() {
                    Some(first) if !case.further_requests().is_empty() => {
                        response.insert(first.target(), given);
                    }
                    _ => usual = given,
                }
            }
        }
        Ok(Self { stimulus, setting, response, usual, timeout, told_by_sentences })
    }

    /// Whether the case may run in a host that other cases run in too.
    pub fn shares(&self) -> bool {
        self.setting.shares && !matches!(self.stimulus, Stimulus::Start)
    }

    fn script(&self) -> Script {
        let (by_target, usual) = (self.response.clone(), self.usual.clone());
        Arc::new(move |head: &Head, _| -> Conduct {
            by_target.get(&head.target).unwrap_or(&usual).conduct(head)
        })
    }
}

/// Replays one case.
pub async fn replay(
    case: &Case,
    prepared: Prepared,
    shared: &mut SharedRigs,
) -> Result<Vec<Difference>, String> {
    if matches!(prepared.stimulus, Stimulus::Start) {
        return start::replay(case, prepared.setting).await;
    }
    let script = prepared.script();
    let shares = prepared.shares();
    let key = format!("{:?}", prepared.setting.app);
    let rig = match shared.rigs.remove(&key).filter(|_| shares) {
        Some(rig) => rig,
        None => Rig::put_up(prepared.setting.spec(Some(Arc::clone(&script)))).await?,
    };
    if shares {
        rig.stage.set_script(script);
        rig.queues.forget();
        rig.forget_outcomes();
    }
    let found = replay_in(case, &prepared, &rig).await;
    if shares && found.is_ok() {
        shared.rigs.insert(key, rig);
    } else {
        rig.take_down().await;
    }
    found
}

async fn replay_in(case: &Case, prepared: &Prepared, rig: &Rig) -> Result<Vec<Difference>, String> {
    let expected: Vec<Received> = match &prepared.stimulus {
        Stimulus::Messages(messages) if prepared.told_by_sentences => requests_for(messages),
        _ => [case.requests.clone(), case.further_requests()].concat(),
    };
    let count = case.host_result["requests_to_handler"].as_u64();
    let count = count.and_then(|n| usize::try_from(n).ok()).or(prepared.timer_runs(case));
    let ends = recorded_ends(&case.host_result).or_else(|| {
        // It is not told how it ended, but it ended once.
        (!case.requests.is_empty()).then(|| vec![Ended::default()])
    });
    let saw = deliver(prepared, rig, count.unwrap_or_default()).await?;
    let wanted = count.unwrap_or(expected.len()).max(expected.len());
    let arrived = |stage: &super::stage::Stage| {
        stage.requests().iter().filter(|seen| seen.is_complete()).count() >= wanted
    };
    let patience = if saw.is_some() { PATIENCE_AFTER_ANSWER } else { PATIENCE };
    rig.stage.wait(patience, arrived).await;
    // Timers that fall due beside the case have ends that no recording tells of.
    let beside = case.further_requests().iter().filter(|r| is_timer(rig, r)).count();
    let outcomes = ends.as_ref().map_or(0, Vec::len) + beside;
    rig.wait_for_outcomes(outcomes, patience).await;
    tokio::time::sleep(SETTLING).await;
    Ok(compare(case, prepared, rig, &expected, count, ends, saw.as_ref()))
}

/// Does what caused the case, and returns what a client saw of it.
async fn deliver(
    prepared: &Prepared,
    rig: &Rig,
    timer_runs: usize,
) -> Result<Option<ClientSaw>, String> {
    match &prepared.stimulus {
        Stimulus::Start => Ok(None),
        Stimulus::Client(to_send, _) => {
            let saw = exchange(rig.front(), to_send.clone(), PATIENCE).await;
            saw.map(Some).map_err(|e| e.to_string())
        }
        Stimulus::Messages(messages) => {
            let begun = tokio::time::Instant::now();
            for message in messages {
                let after = prepared
                    .timeout
                    .as_ref()
                    .map_or(message.after, |t| t.scale_start(message.after));
                tokio::time::sleep_until(begun + after).await;
                rig.send_message(&message.function, &message.bytes).await?;
            }
            Ok(None)
        }
        Stimulus::Admin { function, body } => {
            let request = setting::admin_request(function, body);
            let saw = exchange(rig.front(), request, PATIENCE).await;
            saw.map(Some).map_err(|e| e.to_string())
        }
        // Its moment comes by itself; only a long wait for the next one is cut short.
        Stimulus::Timer { .. } => {
            for (at, moment) in prepared.setting.later_runs.iter().enumerate().take(timer_runs) {
                rig.wait_for_outcomes(at + 1, PATIENCE).await;
                // A handler that is being killed must be back before the next moment.
                rig.stage.wait(PATIENCE, |stage| stage.lives().len() > at + 1).await;
                rig.jump_to(*moment, SignedDuration::from_millis(400));
            }
            Ok(None)
        }
    }
}

fn is_timer(rig: &Rig, request: &Received) -> bool {
    rig.app.is_timer(request.target().trim_start_matches('/'))
}

impl Prepared {
    fn timer_runs(&self, case: &Case) -> Option<usize> {
        let later = self.setting.later_runs.len();
        (later > 0).then_some(later + case.requests.len())
    }

    /// Everything that was put in, as one text.
    fn put_in(&self) -> String {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut put_in = match &self.stimulus {
            Stimulus::Client(to_send, sent) => text(&to_send.head) + &text(&sent.body),
            Stimulus::Messages(messages) => {
                messages.iter().map(|message| text(&message.bytes)).collect()
            }
            Stimulus::Admin { body, .. } => body.clone(),
            Stimulus::Start | Stimulus::Timer { .. } => String::new(),
        };
        for moment in &self.setting.known_moments {
            put_in.push('\n');
            put_in.push_str(moment);
        }
        put_in
    }

    fn sent(&self) -> Option<&Sent> {
        match &self.stimulus {
            Stimulus::Client(_, sent) => Some(sent),
            _ => None,
        }
    }
}

fn compare(
    case: &Case,
    prepared: &Prepared,
    rig: &Rig,
    expected: &[Received],
    count: Option<usize>,
    ends: Option<Vec<Ended>>,
    saw: Option<&ClientSaw>,
) -> Vec<Difference> {
    let result = &case.host_result;
    let mut pairing = Pairing::new(prepared.put_in());
    let nothing = Sent::default();
    let sent = prepared.sent().unwrap_or(&nothing);
    let seen = in_recorded_order(expected, rig.stage.requests());
    // Each later run of a timer is an invocation of its own.
    let one_invocation = if prepared.setting.later_runs.is_empty() { seen.len() } else { 1 };
    let (first, later) = seen.split_at(one_invocation.min(seen.len()));
    let first_count = count.filter(|_| later.is_empty());
    let mut differences = compare_requests(&mut pairing, expected, first_count, first, sent);
    for run in later {
        let mut own = Pairing::new(prepared.put_in());
        let run = std::slice::from_ref(run);
        differences.extend(compare_requests(&mut own, expected, None, run, sent));
    }
    if !later.is_empty() && Some(seen.len()) != count {
        let place = Place::Requests;
        let (expected, got) = (format!("{count:?} runs"), format!("{} runs", seen.len()));
        differences.push(Difference::new(place, expected, got));
    }
    if let Some(saw) = saw {
        for recorded in [&result["client_saw"], &result["admin_reply"]] {
            if !recorded.is_null() {
                differences.extend(compare_answer(&mut pairing, recorded, saw));
            }
        }
        differences.extend(compare_pieces(&mut pairing, &result["pieces_seen_by_client"], saw));
    }
    let outcomes: Vec<_> = rig
        .outcomes()
        .into_iter()
        .filter(|outcome| {
            let target = format!("/{}", outcome.function);
            !case.further_requests().iter().any(|r| r.target() == target)
        })
        .collect();
    if let Some(ends) = ends {
        let (ends, outcomes) = match &prepared.stimulus {
            Stimulus::Messages(all) if all.len() > 1 && all.iter().all(|m| m.after.is_zero()) => {
                interchangeable(&ends, &outcomes)
            }
            _ => (ends, outcomes.clone()),
        };
        differences.extend(compare_outcomes(&mut pairing, &ends, &outcomes));
    }
    if let Some(timeout) = &prepared.timeout {
        differences.extend(timeout.compare(&outcomes));
    }
    let written: Vec<(String, Vec<u8>)> = rig
        .app
        .output_queues()
        .into_iter()
        .flat_map(|queue| {
            let messages = rig.queues.messages(&queue);
            messages.into_iter().map(move |bytes| (queue.clone(), bytes))
        })
        .collect();
    differences.extend(compare_messages(&result["messages_written"], &written));
    if result.as_str().is_some_and(|text| text.contains("status saved")) {
        differences.extend(setting::unsaved_statuses(rig, &prepared.stimulus));
    }
    differences
}

/// Parallel events have no order: each request of the replay is put where its recorded
/// counterpart stands.
fn in_recorded_order(
    expected: &[Received],
    mut seen: Vec<super::stage::Seen>,
) -> Vec<super::stage::Seen> {
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
