//! Counting codes that no link has. A code has 130 bits, so nobody finds one; but whoever tries many
//! should be noticed. They are counted and told, never blocked: a limit for all could be used up by
//! one stranger, and a client's address is not known.

use jiff::Timestamp;

/// So many unknown codes within a minute are no slips of the finger.
const MANY: u32 = 20;

/// Unknown codes of this minute.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct GuessedCodes {
    minute: i64,
    count: u32,
}

impl GuessedCodes {
    /// One more. Answers the count when it has to be told: at twenty within one minute, and
    /// whenever it is ten times what was told last.
    #[must_use]
    pub fn one_more(self, now: Timestamp) -> (Self, Option<u32>) {
        let minute = now.as_second().div_euclid(60);
        let before = if self.minute == minute { self.count } else { 0 };
        let count = before.saturating_add(1);
        let mut told = MANY;
        while told < count {
            told = told.saturating_mul(10);
        }
        (Self { minute, count }, (count == told).then_some(count))
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    /// What is told of so many codes in a row, one every `pause`.
    fn told(count: u32, pause: SignedDuration) -> Vec<u32> {
        let mut now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let (mut guessed, mut told) = (GuessedCodes::default(), Vec::new());
        for _ in 0..count {
            let (after, count) = guessed.one_more(now);
            guessed = after;
            told.extend(count);
            now += pause;
        }
        told
    }

    #[test]
    fn many_within_a_minute_are_told_once_and_again_when_they_are_ten_times_as_many() {
        assert_eq!(told(600, SignedDuration::from_millis(1)), [20, 200]);
        assert!(told(19, SignedDuration::ZERO).is_empty());
    }

    #[test]
    fn each_minute_begins_anew() {
        assert!(told(1_000, SignedDuration::from_secs(4)).is_empty());
        assert_eq!(told(120, SignedDuration::from_secs(1)), [20, 20]);
    }

    #[test]
    fn a_count_at_its_end_is_not_told_for_ever() {
        let full = GuessedCodes { minute: 0, count: u32::MAX - 1 };
        let (after, told) = full.one_more(Timestamp::UNIX_EPOCH);
        assert_eq!((after.count, told), (u32::MAX, Some(u32::MAX)));
    }
}
