//! Cases that are about the start of the handler: probe, delay, refusal, exit codes.

use std::sync::Arc;
use std::time::Duration;

use local_host::StopReason;
use serde_json::Value;

use super::super::compare::{Difference, Pairing, Place, Sent, compare_requests};
use super::super::conduct::{Conduct, Life, Step};
use super::super::recording::{Case, Received};
use super::super::response::Response;
use super::super::rig::Rig;
use super::super::sentence::Sentence;
use super::super::stage::Script;
use super::setting::Setting;
use super::{PATIENCE, SETTLING};

/// Recorded seconds before an exit or a `listen()` become tenths, but no less than a few tries of
/// the probe.
const SHORTENED: u32 = 10;
const SHORTEST: Duration = Duration::from_millis(200);
/// initializationTimeout where the handler never listens.
const INITIALIZATION: Duration = Duration::from_secs(1);
/// How long a host that must not restart its handler is watched.
const WATCH: Duration = Duration::from_millis(600);

/// What `host_log` tells.
#[derive(Debug, Default, PartialEq)]
struct Told {
    starts: usize,
    /// Exits before the recording's own stop.
    ends: usize,
    ready: bool,
    gives_up: bool,
    /// The log breaks off while the host runs on.
    goes_on: bool,
}

impl Told {
    fn read(result: &Value) -> Option<Self> {
        let Some(log) = result["host_log"].as_array() else {
            let ready = result.as_str()?.contains("ready");
            return Some(Self { starts: 1, ready, ..Self::default() });
        };
        let lines: Vec<&str> = log.iter().filter_map(Value::as_str).collect();
        let count = |words: &str| lines.iter().filter(|line| line.contains(words)).count();
        let stop = lines.iter().position(|line| line.contains("Stopping JobHost"));
        let exits = lines.iter().take(stop.unwrap_or(lines.len()));
        Some(Self {
            starts: count(" process with Id="),
            ends: exits.filter(|line| line.contains("has exited with code")).count(),
            ready: count("HttpWorker is Initialized") > 0,
            gives_up: count("Exceeded http worker restart retry count") > 0,
            goes_on: stop.is_none(),
        })
    }
}

/// How the handler lives and answers probes, from the sentence.
fn read_sentence(given: &Value) -> Result<(Life, Script), String> {
    let text = given.as_str().unwrap_or("200");
    let sentence = Sentence::new(text);
    let shortened = || {
        let time = (sentence.duration().unwrap_or_default() / SHORTENED).max(SHORTEST);
        u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
    };
    let mut life = Life::ordinary();
    if sentence.has("never listens") {
        life.listens_after = None;
    } else if sentence.has("listens") {
        life.listens_after = Some(shortened());
    }
    if sentence.has("exits") {
        let code = sentence.number_after("exits").ok_or_else(|| format!("no code in: {text}"))?;
        life.exits_after = Some((shortened(), code));
    }
    let probe = if sentence.has("never answered") {
        Some(Conduct::steps(vec![Step::Hang]))
    } else if sentence.has("closed without a byte") {
        Some(Conduct::steps(vec![Step::Close]))
    } else {
        None
    };
    let answer = match sentence.status().filter(|_| life.exits_after.is_none()) {
        Some(status) => Response::read(&serde_json::json!({ "status": status }), |d| d)?,
        None => Response::Usual,
    };
    let script: Script =
        Arc::new(move |head, _| probe.clone().unwrap_or_else(|| answer.conduct(head)));
    Ok((life, script))
}

pub async fn replay(case: &Case, setting: Setting) -> Result<Vec<Difference>, String> {
    let (mut life, probe) = read_sentence(&case.response_given)?;
    let mut spec = setting.spec(None);
    if life.listens_after.is_none() {
        spec.app = spec.app.initialization_timeout(INITIALIZATION);
    }
    // A probe is waited for as long as a function.
    spec.app = spec.app.function_timeout(3 * WATCH);
    let dies = life.exits_after.is_some();
    let told = Told::read(&case.host_result).unwrap_or_default();
    life.answers_first = case.requests.len() >= told.starts.max(1);
    (spec.life, spec.probe) = (life, probe);
    let rig = Rig::put_up(spec).await?;
    let found = watch(case, &rig, told, dies).await;
    let (lives, stage) = (rig.stage.lives(), rig.take_down_but_the_stage().await);
    let mut differences = found?;
    let killed = stage.wait(PATIENCE, |stage| stage.lives().iter().all(|life| life.over)).await;
    if !killed {
        let got = format!("{} still run", lives.iter().filter(|life| !life.over).count());
        differences.push(Difference::new(Place::Lives, "none left after the stop", got));
    }
    Ok(differences)
}

async fn watch(case: &Case, rig: &Rig, told: Told, dies: bool) -> Result<Vec<Difference>, String> {
    let probes = case.requests.len();
    let ended =
        |stage: &super::super::stage::Stage| stage.lives().iter().filter(|life| life.over).count();
    rig.stage
        .wait(PATIENCE, |stage| {
            stage.probes().len() >= probes
                && stage.lives().len() >= told.starts
                && ended(stage) >= told.ends
        })
        .await;
    let mut differences = Vec::new();
    let stopped = if told.gives_up {
        rig.stopped(PATIENCE).await
    } else {
        rig.stopped(if dies { WATCH } else { SETTLING }).await
    };
    let gave_up = stopped == Some(StopReason::HandlerDiedTooOften);
    if gave_up != told.gives_up {
        let expected = if told.gives_up { "stops after the third death" } else { "runs on" };
        differences.push(Difference::new(Place::Stop, expected, format!("{stopped:?}")));
    }
    if !dies && probes > 0 {
        differences.extend(check_work(rig, told.ready).await?);
    }
    let mut seen = rig.stage.probes();
    let (mut starts, mut ends) = (rig.stage.lives().len(), ended(&rig.stage));
    if told.goes_on {
        seen.truncate(probes);
        (starts, ends) = (starts.min(told.starts), ends.min(told.ends));
    }
    if told.starts > 0 && (starts, ends) != (told.starts, told.ends) {
        let text = |starts: usize, ends: usize| format!("{starts} started, {ends} ended");
        let (expected, got) = (text(told.starts, told.ends), text(starts, ends));
        differences.push(Difference::new(Place::Lives, expected, got));
    }
    let mut pairing = Pairing::default();
    let probes: &[Received] = &case.requests;
    for difference in compare_requests(&mut pairing, probes, None, &seen, &Sent::default()) {
        let place = match difference.place {
            Place::Requests => Place::Probes,
            other => other,
        };
        differences.push(Difference { place, ..difference });
    }
    Ok(differences)
}

/// A host sends work as soon as it takes its handler for ready, and not before.
async fn check_work(rig: &Rig, ready: bool) -> Result<Vec<Difference>, String> {
    rig.send_message("q", b"work").await?;
    let patience = if ready { PATIENCE } else { WATCH };
    let came = rig.stage.wait(patience, |stage| !stage.requests().is_empty()).await;
    if came == ready {
        return Ok(Vec::new());
    }
    let text = |came: bool| if came { "work is sent" } else { "no work is sent" };
    Ok(vec![Difference::new(Place::Lives, text(ready), text(came))])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_log_tells_starts_and_ends() {
        let log = |lines: &[&str]| Told::read(&json!({ "host_log": lines })).unwrap();
        let stopped = log(&[
            "node process with Id=1 started",
            "HttpWorker is Initialized.",
            "Stopping JobHost",
            "Process 1 has exited with code 137.",
        ]);
        assert_eq!(stopped, Told { starts: 1, ready: true, ..Told::default() });
        let died = log(&[
            "node process with Id=1 started",
            "Process 1 has exited with code 1.",
            "Exceeded http worker restart retry count. Shutting down Functions Host",
            "Stopping JobHost",
        ]);
        assert_eq!(died, Told { starts: 1, ends: 1, gives_up: true, ..Told::default() });
        assert!(log(&["node process with Id=1 started"]).goes_on);
    }

    #[test]
    fn a_sentence_tells_how_the_handler_lives() {
        let life = |text: &str| read_sentence(&json!(text)).unwrap().0;
        assert_eq!(life("never listens").listens_after, None);
        assert_eq!(life("listens 3 s after start").listens_after, Some(300));
        let exits = life("exits 1 about 0.3 s after start, every time").exits_after;
        assert_eq!(exits, Some((200, 1)));
        assert_eq!(life("exits 200 every 3 s").exits_after, Some((300, 200)));
        assert_eq!(life("GET / answered 500").exits_after, None);
    }
}
