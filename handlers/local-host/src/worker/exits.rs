//! What a handler's exit means: the host's exit table and its count of deaths.

use std::collections::VecDeque;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::time::Instant;

/// Deaths closer together than this belong to one series; the third of a series stops the host.
const SERIES: Duration = Duration::from_mins(30);
const MOST_DEATHS: usize = 3;

/// What the host does about an exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing at all: later calls fail with "connection refused".
    Ignore,
    /// Start again, not counted.
    Restart,
    /// Start again at once; the third in a series stops the host.
    Death,
}

/// Judges an exit code; a signal counts as 128 plus its number.
pub(crate) fn verdict(code: i32) -> Verdict {
    match code {
        0 => Verdict::Ignore,
        200 => Verdict::Restart,
        _ => Verdict::Death,
    }
}

pub(crate) fn exit_code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt as _;
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(-1)
}

/// The deaths of the current series.
#[derive(Debug, Default)]
pub(crate) struct Deaths {
    series: VecDeque<Instant>,
}

impl Deaths {
    /// Counts one. True: it was one too many.
    pub fn count(&mut self, now: Instant) -> bool {
        if self.series.back().is_some_and(|last| now.duration_since(*last) >= SERIES) {
            self.series.clear();
        }
        self.series.push_back(now);
        self.series.len() >= MOST_DEATHS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exits_are_judged_by_the_hosts_table() {
        assert_eq!(verdict(0), Verdict::Ignore);
        assert_eq!(verdict(200), Verdict::Restart);
        for code in [1, 2, 137, 139, -1] {
            assert_eq!(verdict(code), Verdict::Death, "{code}");
        }
    }

    #[test]
    fn a_signal_is_128_and_its_number() {
        use std::os::unix::process::ExitStatusExt as _;
        assert_eq!(exit_code(ExitStatus::from_raw(9)), 137);
        assert_eq!(exit_code(ExitStatus::from_raw(200 << 8)), 200);
    }

    #[test]
    fn the_third_death_in_a_series_is_one_too_many() {
        let start = Instant::now();
        let mut deaths = Deaths::default();
        assert!(!deaths.count(start));
        assert!(!deaths.count(start + Duration::from_mins(29)));
        assert!(deaths.count(start + Duration::from_mins(58)));
    }

    #[test]
    fn half_an_hour_of_life_begins_a_new_series() {
        let start = Instant::now();
        let mut deaths = Deaths::default();
        assert!(!deaths.count(start));
        assert!(!deaths.count(start + Duration::from_mins(1)));
        assert!(!deaths.count(start + Duration::from_mins(31)));
        assert!(!deaths.count(start + Duration::from_mins(32)));
        assert!(deaths.count(start + Duration::from_mins(33)));
    }
}
