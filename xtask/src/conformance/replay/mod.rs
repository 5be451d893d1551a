//! Makes a recorded case happen again and says what was different.

mod judge;
mod setting;
mod start;
mod timeout;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use self::judge::Expected;
use self::setting::Setting;
use self::timeout::Timeout;
use super::apps::Apps;
use super::client::{ClientSaw, exchange};
use super::compare::{Difference, Ended, Sent, recorded_ends};
use super::conduct::{Conduct, Head};
use super::recording::{Case, Received};
use super::response::Response;
use super::rig::Rig;
use super::stage::{Script, Stage};
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
    let expected = prepared.expected(case);
    if !case.host_result["handler_starts"].is_null() {
        // Starts are counted from a handler that is there.
        rig.stage.wait(PATIENCE, |stage| !stage.lives().is_empty()).await;
    }
    let lives_before = rig.stage.lives().len();
    let saw = deliver(prepared, rig, expected.count.unwrap_or_default()).await?;
    let patience = if saw.is_some() { PATIENCE_AFTER_ANSWER } else { PATIENCE };
    let wanted = expected.count.unwrap_or_default().max(expected.requests.len());
    let arrived =
        |stage: &Stage| stage.requests().iter().filter(|seen| seen.is_complete()).count() >= wanted;
    rig.stage.wait(patience, arrived).await;
    let is_timer = |request: &&Received| rig.app.is_timer(request.target().trim_start_matches('/'));
    let beside = case.further_requests().iter().filter(is_timer).count();
    let outcomes = expected.ends.as_ref().map_or(0, Vec::len) + beside;
    rig.wait_for_outcomes(outcomes, patience).await;
    tokio::time::sleep(SETTLING).await;
    Ok(judge::compare(case, prepared, rig, &expected, lives_before, saw.as_ref()))
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

impl Prepared {
    fn expected(&self, case: &Case) -> Expected {
        let later = self.setting.later_runs.len();
        let runs = (later > 0).then_some(later + case.requests.len());
        let told = case.host_result["requests_to_handler"].as_u64();
        Expected {
            requests: match &self.stimulus {
                Stimulus::Messages(messages) if self.told_by_sentences => requests_for(messages),
                _ => [case.requests.clone(), case.further_requests()].concat(),
            },
            count: told.and_then(|count| usize::try_from(count).ok()).or(runs),
            ends: recorded_ends(&case.host_result).or_else(|| {
                // It is not told how it ended, but it ended once.
                (!case.requests.is_empty()).then(|| vec![Ended::default()])
            }),
        }
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
