//! The app, the clock and the past that a case needs.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::apps::{App, Apps, told_by_envelope, well_known};
use super::super::client::ToSend;
use super::super::compare::{Difference, Place, recorded_ends};
use super::super::recording::{Case, Received};
use super::super::rig::{MASTER_KEY, Rig, RigSpec};
use super::super::stage::Script;
use super::super::stimulus::{Stimulus, function_of};
use super::timeout::Timeout;

/// Functions that leave nothing behind, so that one host serves all their cases.
const EVENTS: [&str; 7] = ["q", "qbin", "qret", "qretry", "hany", "hq", "hmulti"];
/// How long before a timer's moment its host starts.
const LEAD: SignedDuration = SignedDuration::from_millis(700);

pub struct Setting {
    pub app: App,
    pub shares: bool,
    now: Option<Timestamp>,
    statuses: Vec<(String, Value)>,
    /// The times that the case's timers were given, as the recording writes them.
    pub known_moments: Vec<String>,
    /// When a timer is recorded to have run again.
    pub later_runs: Vec<Timestamp>,
}

impl Setting {
    pub fn of(
        case: &Case,
        stimulus: &Stimulus,
        apps: &Apps,
        timeout: Option<&Timeout>,
    ) -> Result<Self, String> {
        let mut app = app_of(case, stimulus, apps)?;
        if let Some(timeout) = timeout {
            app = app.function_timeout(timeout.ours);
        }
        let timers = timer_envelopes(case);
        let hangs = case.response_given["hang"].as_bool().unwrap_or(false);
        let mut setting = Self {
            app,
            shares: timeout.is_none() && timers.is_empty() && !hangs,
            now: None,
            statuses: Vec::new(),
            known_moments: Vec::new(),
            later_runs: later_runs(&case.host_result),
        };
        for (function, envelope) in timers {
            setting.know(&function, &envelope, matches!(stimulus, Stimulus::Timer { .. }));
        }
        if setting.shares {
            // Far from any timer's moment.
            setting.now = "2026-11-22T00:20:40Z".parse().ok();
        }
        Ok(setting)
    }

    pub fn spec(&self, script: Option<Script>) -> RigSpec {
        let mut spec = RigSpec::ordinary(self.app.clone());
        spec.now = self.now;
        spec.timer_statuses.clone_from(&self.statuses);
        spec.script = script;
        spec
    }

    /// Takes over what the host knew of a timer, and sets the clock to just before it ran.
    fn know(&mut self, function: &str, envelope: &Value, by_itself: bool) {
        let data = envelope["Data"].as_object().and_then(|data| data.values().next());
        let status = data.map_or(&Value::Null, |data| &data["ScheduleStatus"]);
        let moment = |text: &Value| text.as_str().and_then(|t| t.parse::<Timestamp>().ok());
        let ran_at = moment(&envelope["Metadata"]["sys"]["UtcNow"]);
        let next = moment(&status["Next"]);
        for name in ["Last", "Next", "LastUpdated"] {
            self.known_moments.extend(status[name].as_str().map(str::to_owned));
        }
        let never = |name: &str| status[name].as_str().is_some_and(|t| t.starts_with("0001"));
        if status.is_object() && !(never("Last") && never("LastUpdated")) {
            self.statuses.push((function.to_owned(), status.clone()));
        }
        let Some(ran_at) = ran_at else { return };
        let is_past_due = data.is_some_and(|data| data["IsPastDue"] == json!(true));
        self.now = Some(match next {
            // It ran when its moment had come.
            Some(next) if next <= ran_at && !is_past_due => next - LEAD,
            None if by_itself && !self.runs_on_startup(function) => ran_at - LEAD,
            // It ran because the host started, or because somebody asked.
            _ => ran_at,
        });
    }

    fn runs_on_startup(&self, function: &str) -> bool {
        self.app.functions.get(function).is_some_and(|declared| {
            declared["bindings"]
                .as_array()
                .is_some_and(|all| all.iter().any(|b| b["runOnStartup"] == json!(true)))
        })
    }
}

fn app_of(case: &Case, stimulus: &Stimulus, apps: &Apps) -> Result<App, String> {
    if let Some(name) = &case.app {
        return apps.get(name).cloned().ok_or_else(|| format!("apps.json has no app {name}"));
    }
    if case.from.as_deref() == Some("yarp-only") {
        return Ok(App::behind_the_proxy());
    }
    let names: Vec<String> = match stimulus {
        Stimulus::Start => vec!["q".to_owned()],
        Stimulus::Client(..) => {
            let ran = recorded_ends(&case.host_result).unwrap_or_default();
            let mut names: Vec<String> =
                ran.into_iter().filter_map(|ended| ended.function).collect();
            if case.requests.first().is_some_and(|request| envelope_of(request).is_some()) {
                names.extend(function_of(case));
            }
            let of_an_app = case.from.is_some() || asks_admin(case) || !names.is_empty();
            let is_known = |name: &String| well_known(name).is_some();
            if of_an_app && !names.iter().any(is_known) && apps.with_functions(&names).is_some() {
                let app = apps.with_functions(&names).cloned();
                return app.ok_or_else(|| format!("no app has {}", names.join(", ")));
            }
            names
        }
        Stimulus::Messages(messages) => messages.iter().map(|m| m.function.clone()).collect(),
        Stimulus::Admin { function, .. } => {
            // `nosuch` exists nowhere; its host must have something to run nevertheless.
            let exists = well_known(function).is_some() || !case.requests.is_empty();
            vec![if exists { function.clone() } else { "q".to_owned() }]
        }
        Stimulus::Timer { function, .. } => vec![function.clone()],
    };
    app_with(names, case, apps)
}

fn asks_admin(case: &Case) -> bool {
    let head = case.client.as_ref().map(|client| client.head.as_slice()).unwrap_or_default();
    super::super::wire::find(head, b" /admin/").is_some()
}

fn app_with(names: Vec<String>, case: &Case, apps: &Apps) -> Result<App, String> {
    let beside = case.further_requests();
    let beside = beside.iter().filter(|request| envelope_of(request).is_some());
    let is_event = |name: &String| EVENTS.contains(&name.as_str());
    if names.iter().all(is_event) && beside.clone().count() == 0 {
        let all = EVENTS.iter().filter_map(|n| Some(((*n).to_owned(), well_known(n)?)));
        return Ok(App::of(all));
    }
    let mut functions = BTreeMap::new();
    let beside = beside.map(|request| request.target().trim_start_matches('/').to_owned());
    for name in names.into_iter().chain(beside) {
        let envelope = case
            .requests
            .iter()
            .chain(&case.further_requests())
            .find(|request| request.target().trim_start_matches('/') == name)
            .and_then(envelope_of);
        let declared = well_known(&name)
            .or_else(|| {
                let app = apps.with_functions(std::slice::from_ref(&name))?;
                app.functions.get(&name).cloned()
            })
            .or_else(|| told_by_envelope(&name, &envelope?))
            .or_else(|| told_by_envelope(&name, &json!({ "Data": { "msg": "" } })));
        let mut declared = declared.ok_or_else(|| format!("nothing declares {name}"))?;
        if case.admin_request.is_some() {
            // It ran at the start of the recording's host, before the case.
            declared["bindings"][0]["runOnStartup"] = json!(false);
        }
        if let Some(schedule) = schedule_told(&case.host_result) {
            declared["bindings"][0]["schedule"] = json!(schedule);
        }
        functions.insert(name, declared);
    }
    Ok(App::of(functions))
}

/// "Succeeded; schedule */30 * * * * *"
fn schedule_told(result: &Value) -> Option<String> {
    let (_, schedule) = result.as_str()?.split_once("schedule ")?;
    Some(schedule.trim().to_owned())
}

fn envelope_of(request: &Received) -> Option<Value> {
    serde_json::from_str(&request.body_text()).ok().filter(|v: &Value| v["Data"].is_object())
}

/// The timer events among what the handler received.
fn timer_envelopes(case: &Case) -> Vec<(String, Value)> {
    let all = case.requests.iter().chain(&case.further_requests()).cloned().collect::<Vec<_>>();
    all.iter()
        .filter_map(|request| {
            let envelope = envelope_of(request)?;
            let data = envelope["Data"].as_object()?.values().next()?;
            let function = request.target().trim_start_matches('/').to_owned();
            data.get("Schedule").is_some().then_some((function, envelope))
        })
        .collect()
}

/// `requests_for_timer_in_32_s`: all runs but the first.
fn later_runs(result: &Value) -> Vec<Timestamp> {
    let lists = result.as_object().into_iter().flatten();
    lists
        .filter(|(name, _)| name.starts_with("requests_for_timer"))
        .flat_map(|(_, moments)| moments.as_array().into_iter().flatten().skip(1))
        .filter_map(|moment| moment.as_str()?.parse::<Timestamp>().ok())
        // It ran a little after its moment.
        .filter_map(|moment| Timestamp::from_second(moment.as_second()).ok())
        .collect()
}

/// `POST /admin/functions/{function}` with the master key.
pub fn admin_request(function: &str, body: &str) -> ToSend {
    let head = format!(
        "POST /admin/functions/{function} HTTP/1.1\r\nHost: localhost\r\n\
         x-functions-key: {MASTER_KEY}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    ToSend {
        head: head.into_bytes(),
        body: vec![body.as_bytes().to_vec()],
        pause: Duration::ZERO,
        waits_to_continue: false,
    }
}

/// A run must be on record afterwards.
pub fn unsaved_statuses(rig: &Rig, stimulus: &Stimulus) -> Vec<Difference> {
    let Stimulus::Timer { function, envelope } = stimulus else { return Vec::new() };
    let before = envelope["Data"].as_object().and_then(|data| data.values().next());
    let before = before.map_or(&Value::Null, |data| &data["ScheduleStatus"]["LastUpdated"]);
    match rig.timer_status(function) {
        Some(status) if status["LastUpdated"] != *before => Vec::new(),
        status => {
            let got = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
            vec![Difference::new(Place::TimerStatus, "saved after the run", got)]
        }
    }
}
