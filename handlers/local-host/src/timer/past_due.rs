//! What a host that starts finds in a timer's status: a run missed, a schedule changed, nothing.

use jiff::Timestamp;

use super::schedule::Schedule;
use super::status::Status;

/// The outcome of the check at start.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AtStart {
    /// What the first run is told. `None`: the schedule never comes again.
    pub status: Option<Status>,
    /// What has to be written now, when it differs from the file.
    pub save: Option<Status>,
    /// One run at once, however many were missed.
    pub past_due: bool,
}

pub(crate) fn check(stored: Option<Status>, schedule: &Schedule, now: Timestamp) -> AtStart {
    let Some(stored) = stored else {
        let Some(next) = schedule.next(now) else {
            return AtStart { status: None, save: None, past_due: false };
        };
        // Written at once, so that a run missed before the first one is caught up as well.
        let save = Status { last: None, next, last_updated: Some(now) };
        let status = Status { last: None, next, last_updated: None };
        return AtStart { status: Some(status), save: Some(save), past_due: false };
    };
    let counted_from = stored.last.or(stored.last_updated);
    let expected = schedule.next(counted_from.unwrap_or(now));
    if expected == Some(stored.next) {
        let past_due = now > stored.next;
        return AtStart { status: Some(stored), save: None, past_due };
    }
    // The schedule has changed: what lies behind under the new one was never due.
    let (next, last_updated) = match expected {
        Some(next) if now <= next => (Some(next), stored.last_updated.or(counted_from)),
        _ => (schedule.next(now), Some(now)),
    };
    let status = next.map(|next| Status { last: None, next, last_updated });
    AtStart { save: status.clone(), status, past_due: false }
}

/// The status after a run that began at `began`. A run that came before its moment counts as on
/// time, so that the same moment does not come twice.
pub(crate) fn after_run(
    before: Option<&Status>,
    schedule: &Schedule,
    began: Timestamp,
    scheduled: bool,
) -> Option<Status> {
    let early = before.filter(|status| scheduled && status.next > began);
    let last = early.map_or(began, |status| status.next);
    let next = schedule.next(last)?;
    Some(Status { last: Some(last), next, last_updated: Some(last) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-22T{text}Z").parse().unwrap()
    }

    fn every_minute() -> Schedule {
        Schedule::parse("0 * * * * *").unwrap()
    }

    fn ran(last: &str, next: &str) -> Status {
        Status { last: Some(at(last)), next: at(next), last_updated: Some(at(last)) }
    }

    #[test]
    fn the_first_start_writes_a_status_and_runs_nothing() {
        let start = check(None, &every_minute(), at("00:00:30"));
        assert!(!start.past_due);
        assert_eq!(start.save.unwrap().last_updated, Some(at("00:00:30")));
        assert_eq!(start.status.unwrap().next, at("00:01:00"));
    }

    #[test]
    fn missed_runs_are_caught_up_by_one() {
        let stored = ran("00:01:00.0033456", "00:02:00");
        let start = check(Some(stored.clone()), &every_minute(), at("00:09:07"));
        assert_eq!(start, AtStart { status: Some(stored), save: None, past_due: true });
    }

    #[test]
    fn a_run_missed_before_the_first_is_caught_up() {
        let stored =
            Status { last: None, next: at("00:02:00"), last_updated: Some(at("00:01:30")) };
        assert!(check(Some(stored), &every_minute(), at("00:02:01")).past_due);
    }

    #[test]
    fn a_changed_schedule_is_not_past_due() {
        let hourly = Schedule::parse("0 0 * * * *").unwrap();
        let start = check(Some(ran("00:01:00", "00:02:00")), &hourly, at("00:30:00"));
        assert!(!start.past_due);
        assert_eq!(start.status.unwrap().next, at("01:00:00"));
        let start = check(Some(ran("00:01:00", "00:02:00")), &hourly, at("01:30:00"));
        assert!(!start.past_due);
        assert_eq!(start.save.unwrap().next, at("02:00:00"));
    }

    #[test]
    fn the_next_run_counts_from_the_start_of_the_last() {
        let status = after_run(None, &every_minute(), at("00:02:07.6369091"), true).unwrap();
        assert_eq!(status, ran("00:02:07.6369091", "00:03:00"));
    }

    #[test]
    fn a_run_before_its_moment_does_not_come_twice() {
        let before = ran("00:01:00", "00:02:00");
        let after = after_run(Some(&before), &every_minute(), at("00:01:59.99"), true).unwrap();
        assert_eq!(after.next, at("00:03:00"));
        let caught_up =
            after_run(Some(&before), &every_minute(), at("00:01:59.99"), false).unwrap();
        assert_eq!(caught_up.next, at("00:02:00"));
    }
}
