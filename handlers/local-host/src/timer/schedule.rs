//! A timer's schedule: an NCRONTAB expression, or a constant interval.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::cron::Cron;
use crate::app::time_span;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Schedule {
    Cron(Cron),
    Every(Duration),
}

impl Schedule {
    /// `None`: neither an expression nor a time span.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(cron) = Cron::parse(text) {
            return Some(Self::Cron(cron));
        }
        // A bare number is days to a time span, but no schedule.
        let span = time_span::parse(text).filter(|span| !span.is_zero() && text.contains(':'))?;
        Some(Self::Every(span))
    }

    /// The first moment strictly after `base`; `None` when there is none within a century.
    pub fn next(&self, base: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Cron(cron) => cron.next(base),
            Self::Every(span) => base.checked_add(SignedDuration::try_from(*span).ok()?).ok(),
        }
    }

    /// Whether it may come twice within a minute: such timers are never kept or caught up.
    pub fn is_below_a_minute(&self, now: Timestamp) -> bool {
        let mut last = None;
        let mut base = now;
        for _ in 0..10 {
            let Some(next) = self.next(base) else { return false };
            let minute = SignedDuration::from_mins(1);
            if last.is_some_and(|last| next.duration_since(last) < minute) {
                return true;
            }
            last = Some(next);
            base = next;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_span_is_a_constant_interval() {
        let schedule = Schedule::parse("00:05:00").unwrap();
        let base = "2026-11-22T00:00:01Z".parse().unwrap();
        assert_eq!(schedule.next(base).unwrap().to_string(), "2026-11-22T00:05:01Z");
        assert_eq!(Schedule::parse("5"), None);
        assert_eq!(Schedule::parse("00:00:00"), None);
    }

    #[test]
    fn schedules_below_a_minute_are_known() {
        let now = "2026-11-22T00:00:01Z".parse().unwrap();
        let below = |text: &str| Schedule::parse(text).unwrap().is_below_a_minute(now);
        assert!(below("*/30 * * * * *") && below("00:00:30"));
        assert!(!below("0 * * * * *") && !below("00:01:00"));
    }
}
