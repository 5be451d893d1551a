//! What honest clients lived through, what the others were answered, and whether that is good enough.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::side::Besieged;
use crate::measured::{median, p95};
use crate::walk::Heard;

/// Besieged, one answer in twenty may take so many times as long as alone.
const MOST_TIMES: f64 = 3.0;
/// Failures that are told word for word; the rest is counted.
const TOLD: usize = 5;
/// Asked of the local host's own pages and polled: no answers of the product.
const NOT_OURS: [&str; 2] = ["await-text", "list-staff"];

/// How often an attack got which answer.
pub type Answers = BTreeMap<String, u64>;

/// Milliseconds of everything that honest clients asked for.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Phase {
    pub steps: BTreeMap<String, Vec<f64>>,
    pub walks: Vec<f64>,
    pub failures: Vec<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Report {
    pub quiet: Phase,
    pub siege: Phase,
    pub attacks: BTreeMap<String, Answers>,
}

impl Phase {
    pub fn add_answers(&mut self, heard: &[Heard]) {
        for answer in heard.iter().filter(|answer| !NOT_OURS.contains(&answer.step)) {
            let step = self.steps.entry(answer.step.to_owned()).or_default();
            step.push(milliseconds(answer.took));
        }
    }

    pub fn add_walk(&mut self, took: Duration) {
        self.walks.push(milliseconds(took));
    }

    pub fn add_failure(&mut self, why: &str) {
        self.failures.push(why.to_owned());
    }

    fn add(&mut self, other: Self) {
        for (step, took) in other.steps {
            self.steps.entry(step).or_default().extend(took);
        }
        self.walks.extend(other.walks);
        self.failures.extend(other.failures);
    }

    /// Every answer of every step.
    pub fn answers(&self) -> Vec<f64> {
        self.steps.values().flatten().copied().collect()
    }

    pub fn describe(&self) -> String {
        let answers = self.answers();
        format!(
            "{} answers, median {:.0} ms, p95 {:.0} ms; {} walks, median {:.0} ms, p95 {:.0} ms; \
             {} failures",
            answers.len(),
            median(&answers),
            p95(&answers),
            self.walks.len(),
            median(&self.walks),
            p95(&self.walks),
            self.failures.len()
        )
    }
}

impl Report {
    /// Adds what one round brought.
    pub fn add(&mut self, quiet: Phase, siege: Phase, attacks: BTreeMap<String, Answers>) {
        self.quiet.add(quiet);
        self.siege.add(siege);
        for (attack, answers) in attacks {
            let known = self.attacks.entry(attack).or_default();
            for (answer, count) in answers {
                *known.entry(answer).or_default() += count;
            }
        }
    }

    pub fn write(&self, path: &Path) -> Result<(), String> {
        let bytes = serde_json::to_vec(self).map_err(|error| error.to_string())?;
        fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// What is judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// p95 of an answer, besieged over alone.
    pub answers: f64,
    /// The same of a whole walk.
    pub walks: f64,
    pub failures: usize,
    pub stops: usize,
}

impl Verdict {
    pub fn of(side: &Besieged) -> Self {
        let (quiet, siege) = (&side.report.quiet, &side.report.siege);
        Self {
            answers: ratio(p95(&siege.answers()), p95(&quiet.answers())),
            walks: ratio(p95(&siege.walks), p95(&quiet.walks)),
            failures: quiet.failures.len() + siege.failures.len(),
            stops: side.stops.len(),
        }
    }

    /// Everything: how long honest clients wait, too.
    pub fn check(&self) -> Result<(), String> {
        self.check_work()?;
        // A ratio that is no number comes from a phase in which nothing was done.
        let is_kept = |ratio: f64| ratio <= MOST_TIMES;
        if !is_kept(self.answers) || !is_kept(self.walks) {
            return Err(format!(
                "honest clients wait {:.1} times as long for an answer and {:.1} times for a \
                 walk; {MOST_TIMES} is the most",
                self.answers, self.walks
            ));
        }
        Ok(())
    }

    /// What holds on a busy machine as well: nothing fails and nothing ends.
    pub fn check_work(&self) -> Result<(), String> {
        if self.stops > 0 {
            return Err("a process ended under siege".to_owned());
        }
        if self.failures > 0 {
            return Err(format!("{} things that honest clients did failed", self.failures));
        }
        Ok(())
    }

    fn describe(&self) -> String {
        format!(
            "p95 of an answer × {:.2}, of a walk × {:.2}; {} failures, {} stops",
            self.answers, self.walks, self.failures, self.stops
        )
    }
}

/// No number where nothing was measured alone.
fn ratio(besieged: f64, alone: f64) -> f64 {
    if alone > 0.0 && besieged > 0.0 { besieged / alone } else { f64::NAN }
}

pub fn alone(side: &Besieged) -> String {
    let mut text = table(side);
    // Writing to a String cannot fail.
    let _ = write!(text, "\n{}: {}", side.name, Verdict::of(side).describe());
    text
}

/// Both versions, one after the other, and the two verdicts below each other.
pub fn beside(ours: &Besieged, theirs: Result<&Besieged, &String>) -> String {
    let mut text = table(ours);
    if let Ok(theirs) = theirs {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{}", table(theirs));
    }
    let _ = write!(text, "\n{:<8} {}", ours.name, Verdict::of(ours).describe());
    let _ = match theirs {
        Ok(theirs) => write!(text, "\n{:<8} {}", theirs.name, Verdict::of(theirs).describe()),
        Err(why) => write!(text, "\nthe other came to no end: {why}"),
    };
    text
}

fn table(side: &Besieged) -> String {
    let (quiet, siege) = (&side.report.quiet, &side.report.siege);
    let mut text = format!(
        "\n{}, milliseconds\n{:<18}{:>7}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>8}",
        side.name, "", "alone", "median", "p95", "besieged", "median", "p95", "most", "×"
    );
    let mut line = |name: &str, quiet: &[f64], siege: &[f64]| {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n{name:<18}{:>7}{:>9.1}{:>9.1}{:>9}{:>9.1}{:>9.1}{:>9.0}{:>8.2}",
            quiet.len(),
            median(quiet),
            p95(quiet),
            siege.len(),
            median(siege),
            p95(siege),
            siege.iter().copied().fold(0.0, f64::max),
            ratio(p95(siege), p95(quiet)),
        );
    };
    for (name, alone) in &quiet.steps {
        line(name, alone, siege.steps.get(name).map_or(&[], Vec::as_slice));
    }
    line("EVERY ANSWER", &quiet.answers(), &siege.answers());
    line("WHOLE WALKS", &quiet.walks, &siege.walks);
    for (attack, answers) in &side.report.attacks {
        let answers: Vec<String> =
            answers.iter().map(|(answer, count)| format!("{count} × {answer}")).collect();
        let _ = write!(text, "\n  {attack}: {}", answers.join(", "));
    }
    for (when, phase) in [("alone", quiet), ("besieged", siege)] {
        for failure in phase.failures.iter().take(TOLD) {
            let _ = write!(text, "\n  failed {when}: {failure}");
        }
        if let Some(more) = phase.failures.len().checked_sub(TOLD).filter(|more| *more > 0) {
            let _ = write!(text, "\n  failed {when}: {more} more");
        }
    }
    for stop in &side.stops {
        let _ = write!(text, "\n  stopped: {stop}");
    }
    text
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(quiet_ms: f64, siege_ms: f64) -> Besieged {
        let phase = |ms: f64| Phase {
            steps: [("show-me".to_owned(), vec![ms; 20])].into(),
            walks: vec![ms * 10.0; 5],
            failures: Vec::new(),
        };
        let report =
            Report { quiet: phase(quiet_ms), siege: phase(siege_ms), attacks: BTreeMap::new() };
        Besieged { name: "this", report, stops: Vec::new() }
    }

    #[test]
    fn three_times_as_long_is_good_enough_and_more_is_not() {
        assert_eq!(Verdict::of(&side(10.0, 30.0)).check(), Ok(()));
        assert!(Verdict::of(&side(10.0, 31.0)).check().unwrap_err().contains("3.1 times"));
    }

    #[test]
    fn slow_walks_are_seen_behind_fast_answers() {
        let mut held = side(10.0, 10.0);
        held.report.siege.walks = vec![400.0; 5];
        assert!(Verdict::of(&held).check().is_err());
    }

    #[test]
    fn a_failure_a_stop_or_nothing_at_all_is_no_success() {
        let mut failed = side(10.0, 10.0);
        failed.report.siege.add_failure("step add-patient: no answer in time");
        assert!(Verdict::of(&failed).check().is_err());
        let mut stopped = side(10.0, 10.0);
        stopped.stops.push("storage died".to_owned());
        assert!(Verdict::of(&stopped).check().is_err());
        let mut idle = side(10.0, 10.0);
        idle.report.siege = Phase::default();
        assert!(Verdict::of(&idle).check().is_err());
    }
}
