//! When a text goes that its provider could not take yet: again and again with a growing delay, by
//! day, until its link is dead.

use jiff::civil::time;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use sha2::{Digest as _, Sha256};

use crate::london::{moment_of, on_the_wall};

/// The delay after the first try; each one after it is twice as long.
const FIRST_DELAY: SignedDuration = SignedDuration::from_secs(30);
/// No delay is longer, but for the night.
const LONGEST_DELAY: SignedDuration = SignedDuration::from_hours(1);
/// After so many tries in vain the delay is at its longest, and the outage has lasted for an hour.
const TRIES_OF_AN_HOUR: u32 = 7;
/// What staff press at night holds for so long; after that it waits for the morning.
const NOW_HOLDS: SignedDuration = SignedDuration::from_hours(1);
/// Night begins here, in London.
const NIGHT_FROM: i8 = 20;
/// And ends here.
const MORNING: i8 = 8;
/// Texts that waited for the morning do not all go in its first second.
const MORNING_SPREAD_SECONDS: u32 = 30 * 60;

/// Who asked for the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedBy {
    /// A member of staff: it does not wake anybody.
    Staff,
    /// The patient, on the page: they are awake and wait for it.
    Patient,
}

/// A text that is written down and not with its provider.
#[derive(Debug, Clone, Copy)]
pub struct WaitingText<'a> {
    /// Its random id; spreads the texts of a morning.
    pub reference: &'a str,
    /// When it was asked for.
    pub first: Timestamp,
    /// How often its provider could not take it.
    pub tries: u32,
    /// Who asked for it.
    pub asked_by: AskedBy,
    /// Its link is dead from here on.
    pub link_ends: Timestamp,
}

/// What to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextTurn {
    /// Try to send it.
    Now,
    /// Not before this.
    At(Timestamp),
    /// Its link is dead, and it never went: a person must look.
    Never,
}

impl WaitingText<'_> {
    /// Whether it may go at this moment.
    pub fn turn(&self, now: Timestamp) -> TextTurn {
        if self.link_ends <= now {
            return TextTurn::Never;
        }
        let earliest = self.by_day(now);
        if earliest == now { TextTurn::Now } else { TextTurn::At(earliest.min(self.link_ends)) }
    }

    /// When to try again, after one more try in vain that began `now`. At the end of the link it
    /// comes once more, to be given up.
    pub fn next_try(&self, now: Timestamp) -> Timestamp {
        self.by_day(later(now, delay(self.tries))).min(self.link_ends)
    }

    /// True for the one try in vain with which the outage has lasted for about an hour: whoever runs
    /// the service must look.
    pub fn has_waited_an_hour(&self) -> bool {
        self.tries + 1 == TRIES_OF_AN_HOUR
    }

    /// The moment itself, or the next morning where a text may not go by night.
    fn by_day(&self, at: Timestamp) -> Timestamp {
        let holds = self.asked_by == AskedBy::Patient || at < later(self.first, NOW_HOLDS);
        if holds { at } else { morning_of(at, self.reference).unwrap_or(at) }
    }
}

/// 30 seconds after the first try in vain, up to an hour.
fn delay(tries_before: u32) -> SignedDuration {
    let doubled = FIRST_DELAY.checked_mul(1_i32.checked_shl(tries_before.min(20)).unwrap_or(1));
    doubled.unwrap_or(LONGEST_DELAY).min(LONGEST_DELAY)
}

/// Where `at` is in the night: when it goes in the morning.
fn morning_of(at: Timestamp, reference: &str) -> Option<Timestamp> {
    let local = on_the_wall(at);
    let day = match local.hour() {
        ..MORNING => local.date(),
        NIGHT_FROM.. => local.date().checked_add(1.day()).ok()?,
        _ => return None,
    };
    let morning = moment_of(day, time(MORNING, 0, 0, 0));
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(reference));
    let spread = u32::from_be_bytes([a, b, c, d]) % MORNING_SPREAD_SECONDS;
    Some(later(morning, SignedDuration::from_secs(spread.into())))
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn asked(first: &str, asked_by: AskedBy) -> WaitingText<'static> {
        let link_ends = at("2026-12-02T10:00:00Z");
        WaitingText { reference: "r-1", first: at(first), tries: 0, asked_by, link_ends }
    }

    /// The moments of the tries of a text whose provider never takes it, and of its end.
    fn tries(mut text: WaitingText<'_>) -> Vec<Timestamp> {
        let (mut now, mut tries) = (text.first, Vec::new());
        loop {
            match text.turn(now) {
                TextTurn::Now => {
                    tries.push(now);
                    now = text.next_try(now);
                    text.tries += 1;
                }
                TextTurn::At(later) => now = later,
                TextTurn::Never => return tries,
            }
        }
    }

    #[test]
    fn the_delay_grows_from_half_a_minute_to_an_hour() {
        let text = asked("2026-11-22T10:00:00Z", AskedBy::Staff);
        let tries = tries(text);
        let delays: Vec<i64> =
            tries.windows(2).take(9).map(|two| two[1].duration_since(two[0]).as_secs()).collect();
        assert_eq!(delays, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(delay(u32::MAX), LONGEST_DELAY);
    }

    #[test]
    fn an_outage_of_less_than_an_hour_is_over_before_the_operator_is_told() {
        let mut text = asked("2026-11-22T10:00:00Z", AskedBy::Staff);
        let mut now = text.first;
        while !text.has_waited_an_hour() {
            now = text.next_try(now);
            text.tries += 1;
        }
        assert!(now.duration_since(text.first) < SignedDuration::from_hours(1));
        let next = text.next_try(now);
        assert!(next.duration_since(text.first) >= SignedDuration::from_hours(1));
    }

    #[test]
    fn what_staff_press_at_night_holds_for_an_hour_and_then_waits_for_the_morning() {
        let text = asked("2026-11-22T21:00:00Z", AskedBy::Staff);
        assert_eq!(text.turn(at("2026-11-22T21:59:59Z")), TextTurn::Now);
        let TextTurn::At(morning) = text.turn(at("2026-11-22T22:00:00Z")) else { panic!() };
        assert!(at("2026-11-23T08:00:00Z") <= morning && morning < at("2026-11-23T08:30:00Z"));
        let before_midnight = text.turn(at("2026-11-22T23:59:59Z"));
        assert_eq!(before_midnight, text.turn(at("2026-11-23T07:59:59Z")));
        assert_eq!(text.turn(morning), TextTurn::Now);
    }

    #[test]
    fn what_a_patient_asks_for_goes_by_night_too() {
        let text = asked("2026-11-22T19:00:00Z", AskedBy::Patient);
        assert_eq!(text.turn(at("2026-11-23T03:00:00Z")), TextTurn::Now);
    }

    #[test]
    fn night_is_told_by_the_clock_of_london() {
        let text = asked("2026-07-01T09:00:00Z", AskedBy::Staff);
        assert_eq!(text.turn(at("2026-07-01T18:59:59Z")), TextTurn::Now);
        let TextTurn::At(morning) = text.turn(at("2026-07-01T19:00:00Z")) else { panic!() };
        assert!(at("2026-07-02T07:00:00Z") <= morning && morning < at("2026-07-02T07:30:00Z"));
        // The clocks went back in that night.
        let text = asked("2026-10-24T09:00:00Z", AskedBy::Staff);
        let TextTurn::At(morning) = text.turn(at("2026-10-24T19:00:00Z")) else { panic!() };
        assert!(at("2026-10-25T08:00:00Z") <= morning && morning < at("2026-10-25T08:30:00Z"));
    }

    #[test]
    fn a_text_is_given_up_when_its_link_dies_and_not_before() {
        let text = asked("2026-11-22T10:00:00Z", AskedBy::Staff);
        assert_eq!(text.turn(text.link_ends), TextTurn::Never);
        let last = tries(text).pop().unwrap();
        assert!(text.link_ends.duration_since(last) <= SignedDuration::from_hours(1));
        assert_eq!(text.next_try(at("2026-12-02T09:59:50Z")), text.link_ends);
    }

    proptest! {
        #[test]
        fn no_try_of_staffs_text_is_in_the_night_once_an_hour_is_over(
            first in 1_750_000_000_i64..1_850_000_000,
            days in 1_i64..28,
            reference in "[a-z0-9]{26}",
        ) {
            let first = Timestamp::from_second(first).unwrap();
            let link_ends = first + SignedDuration::from_hours(24 * days);
            let asked_by = AskedBy::Staff;
            let text =
                WaitingText { reference: &reference, first, tries: 0, asked_by, link_ends };
            let tries = tries(text);
            for at in &tries {
                let hour = on_the_wall(*at).hour();
                let is_day = (MORNING..NIGHT_FROM).contains(&hour);
                prop_assert!(is_day || at.duration_since(first) < NOW_HOLDS, "{at}");
                prop_assert!(*at < link_ends);
            }
            for two in tries.windows(2) {
                prop_assert!(two[1].duration_since(two[0]) >= FIRST_DELAY);
            }
            // By day it is tried at least every hour.
            prop_assert!(tries.len() >= usize::try_from(days * 11).unwrap());
        }
    }
}
