//! Cases that wait for functionTimeout: shortened, every relation of times kept.

use std::time::Duration;

use local_host::Outcome;
use serde_json::json;

use super::super::compare::{Difference, Place};
use super::super::recording::Case;
use super::super::response::Response;
use super::super::sentence::Sentence;
use super::super::stimulus::Stimulus;

/// The host kills its handler this long after functionTimeout; that is not configurable.
const UNTIL_KILL: Duration = Duration::from_secs(2);

/// functionTimeout in the recording and in the replay.
pub struct Timeout {
    recorded: Duration,
    pub ours: Duration,
}

impl Timeout {
    pub fn of(case: &Case, stimulus: &Stimulus) -> Option<Self> {
        let told = case.host_result.to_string();
        let waits = told.contains("FunctionTimeoutException")
            || !case.host_result["after_s"].is_null()
            || told.contains("requests_for_timer");
        if !waits {
            return None;
        }
        let recorded = time_span_after(&told, "Timeout value of ")
            .or_else(|| Sentence::new(&told).duration())
            .unwrap_or(Duration::from_secs(12));
        // Who starts late must still be running when the handler is killed.
        let staggered =
            matches!(stimulus, Stimulus::Messages(m) if m.iter().any(|m| !m.after.is_zero()));
        let ours = Duration::from_secs(if staggered { 8 } else { 1 });
        Some(Self { recorded, ours })
    }

    /// A delay before, between, or after functionTimeout and the kill stays there.
    pub fn scale_delay(&self, delay: Duration) -> Duration {
        let kill = self.recorded + UNTIL_KILL;
        if delay > kill {
            self.ours + UNTIL_KILL + delay.saturating_sub(kill)
        } else if delay > self.recorded {
            self.ours + delay.saturating_sub(self.recorded)
        } else {
            self.ratio(delay, self.ours, self.recorded)
        }
    }

    /// A start keeps its place between the first start and the kill.
    pub fn scale_start(&self, after: Duration) -> Duration {
        self.ratio(after, self.ours + UNTIL_KILL, self.recorded + UNTIL_KILL)
    }

    #[expect(clippy::unused_self, reason = "reads as part of the scale")]
    fn ratio(&self, what: Duration, ours: Duration, recorded: Duration) -> Duration {
        what.mul_f64(ours.as_secs_f64() / recorded.as_secs_f64().max(1.0))
    }

    /// An invocation that timed out must have had its time.
    pub fn compare(&self, outcomes: &[Outcome]) -> Vec<Difference> {
        outcomes
            .iter()
            .filter(|o| o.result.as_ref().is_err_and(|e| e.contains("FunctionTimeoutException")))
            .filter(|outcome| outcome.elapsed < self.ours)
            .map(|outcome| {
                let expected = format!("{} fails after functionTimeout", outcome.function);
                Difference::new(
                    Place::Invocations,
                    expected,
                    format!("after {:?}", outcome.elapsed),
                )
            })
            .collect()
    }
}

/// What a sentence about one function says of its answer.
pub fn response(part: &str, timeout: Option<&Timeout>) -> Result<Response, String> {
    let sentence = Sentence::new(part);
    if sentence.has("would answer after") {
        let delay = sentence.duration().unwrap_or_default();
        let delay = timeout.map_or(delay, |timeout| timeout.scale_delay(delay));
        let milliseconds = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        return Response::read(&json!({ "delay": milliseconds }), |delay| delay);
    }
    Response::read(&json!(part), |delay| delay)
}

/// `hh:mm:ss` behind `words`.
fn time_span_after(text: &str, words: &str) -> Option<Duration> {
    let (_, rest) = text.split_once(words)?;
    let parts: Option<Vec<u64>> = rest.get(..8)?.split(':').map(|part| part.parse().ok()).collect();
    let [hours, minutes, seconds] = parts?.try_into().ok()?;
    Some(Duration::from_secs(hours * 3600 + minutes * 60 + seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaled_times_stay_in_their_places() {
        let timeout = Timeout { recorded: Duration::from_secs(12), ours: Duration::from_secs(8) };
        let delay = |seconds| timeout.scale_delay(Duration::from_secs(seconds));
        assert!(delay(6) < timeout.ours);
        assert!(delay(13) > timeout.ours && delay(13) < timeout.ours + UNTIL_KILL);
        assert!(delay(15) > timeout.ours + UNTIL_KILL);
        let start = timeout.scale_start(Duration::from_secs(7));
        let kill = timeout.ours + UNTIL_KILL;
        assert!(start < kill && start + timeout.ours > kill, "{start:?}");
    }

    #[test]
    fn the_recorded_time_out_is_found() {
        let told = |result| {
            let case = Case::from_line("hang", &json!({ "host_result": result }));
            Timeout::of(&case, &Stimulus::Start).map(|timeout| timeout.recorded.as_secs())
        };
        assert_eq!(
            told(json!({"ex": "FunctionTimeoutException: Timeout value of 00:00:12 was"})),
            Some(12)
        );
        assert_eq!(told(json!({"host_log": "FunctionTimeoutException at 9 s for this"})), Some(9));
        assert_eq!(told(json!({"ok": true})), None);
    }
}
