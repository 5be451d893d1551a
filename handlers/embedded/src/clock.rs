//! The machine's clock, moved by one offset: the only place of this crate that asks the time.

use domain::ports::clock::Clock;
use jiff::{SignedDuration, Timestamp};

/// Now, plus the offset that every process of one machine was given.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock {
    offset: SignedDuration,
}

impl SystemClock {
    /// A clock that is `seconds` ahead of the machine's (behind it, where negative).
    pub fn with_offset(seconds: i64) -> Self {
        Self { offset: SignedDuration::from_secs(seconds) }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything is handed")]
    fn now(&self) -> Timestamp {
        // An offset beyond the calendar stands still at its end instead of ending the process.
        let end = if self.offset.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
        Timestamp::now().checked_add(self.offset).unwrap_or(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_moves_the_clock_and_it_runs_on() {
        let ahead = SystemClock::with_offset(9 * 366 * 86_400);
        let first = ahead.now();
        assert!(first.duration_since(SystemClock::default().now()).as_hours() > 9 * 365 * 24);
        assert!(ahead.now() >= first);
    }

    #[test]
    fn an_absurd_offset_stands_at_the_end_of_time() {
        assert_eq!(SystemClock::with_offset(i64::MAX).now(), Timestamp::MAX);
        assert_eq!(SystemClock::with_offset(i64::MIN).now(), Timestamp::MIN);
    }
}
