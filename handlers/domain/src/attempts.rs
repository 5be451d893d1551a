//! Answers to the identity question: counted before they are compared (R24, DESIGN "Attempts").

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Wrong answers before a pause.
pub const BEFORE_PAUSE: u32 = 5;
/// Wrong answers before the link is dead.
pub const BEFORE_DEATH: u32 = 10;
/// Length of the pause.
pub const PAUSE: SignedDuration = SignedDuration::from_mins(30);

/// How often somebody tried, as it stands on the request. It survives renewal; a staff resend
/// clears it.
///
/// One answer is [taken](Self::take) and stored (If-Match) *before* it is compared, because the
/// process may die in between: what could not be counted is not compared. A right answer gives
/// back the one it took. So the count is of wrong answers and of those still being compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempts {
    /// Taken and not given back, 0 to 10.
    pub counted: u32,
    /// Nothing is compared or counted before this instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<Timestamp>,
    /// How often staff cleared the count: what was taken before a clearing is not given back after.
    #[serde(default)]
    pub cleared: u32,
}

/// Why no answer may be compared now. Nothing was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttemptRefused {
    /// Five wrong answers: 429.
    #[error("There were too many wrong answers. Wait, then try again")]
    Paused {
        /// The pause ends here.
        until: Timestamp,
    },
    /// Ten wrong answers: 410, until staff resend.
    #[error("There were too many wrong answers, so this link no longer works")]
    Dead,
}

/// What the team must be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// The link is paused.
    Paused,
    /// The link is dead.
    Dead,
}

impl Attempts {
    /// Counts one answer. The fifth starts the pause and the tenth ends the link at once, since
    /// this may be the last thing that happens.
    pub fn take(&self, now: Timestamp) -> Result<Self, AttemptRefused> {
        if self.counted >= BEFORE_DEATH {
            return Err(AttemptRefused::Dead);
        }
        if let Some(until) = self.paused_until.filter(|until| now < *until) {
            return Err(AttemptRefused::Paused { until });
        }
        let counted = self.counted + 1;
        let paused_until = if counted == BEFORE_PAUSE {
            Some(now.checked_add(PAUSE).unwrap_or(Timestamp::MAX))
        } else {
            self.paused_until
        };
        Ok(Self { counted, paused_until, ..*self })
    }

    /// Undoes what one [`take`](Self::take) did; `taken` is what that take gave. Others may have
    /// taken and given back meanwhile. Nothing is given back over a clearing by staff.
    #[must_use]
    pub fn give_back(&self, taken: &Self) -> Self {
        if taken.cleared != self.cleared {
            return *self;
        }
        let counted = self.counted.saturating_sub(1);
        // Fewer than five wrong answers are no reason for a pause.
        let paused_until = self.paused_until.filter(|_| counted >= BEFORE_PAUSE);
        Self { counted, paused_until, ..*self }
    }

    /// Whether the team must be told now that the answer which left this count was wrong. Ask it
    /// of what [`take`](Self::take) gave, and again when an answer is refused, in case the one
    /// that should have told died before it could.
    pub fn alarm(&self) -> Option<Alarm> {
        match self.counted {
            BEFORE_PAUSE => Some(Alarm::Paused),
            BEFORE_DEATH.. => Some(Alarm::Dead),
            _ => None,
        }
    }

    /// Tries left before the next pause, or before the link is dead.
    pub fn left(&self) -> u32 {
        let end = if self.counted < BEFORE_PAUSE { BEFORE_PAUSE } else { BEFORE_DEATH };
        end.saturating_sub(self.counted)
    }

    /// True after the tenth.
    pub fn is_dead(&self) -> bool {
        self.counted >= BEFORE_DEATH
    }

    /// A fresh count. Only for a resend by staff.
    #[must_use]
    pub fn clear(&self) -> Self {
        Self { counted: 0, paused_until: None, cleared: self.cleared.saturating_add(1) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOON: Timestamp = Timestamp::constant(1_795_348_800, 0);

    fn after_wrong_answers(count: u32) -> Attempts {
        let mut attempts = Attempts::default();
        let mut now = NOON;
        for _ in 0..count {
            // Past the pause, if one began.
            now += PAUSE;
            attempts = attempts.take(now).unwrap();
        }
        attempts
    }

    #[test]
    fn the_fifth_wrong_answer_pauses_for_30_minutes_and_nothing_is_counted_then_r24() {
        let mut attempts = Attempts::default();
        for left in [4, 3, 2, 1] {
            attempts = attempts.take(NOON).unwrap();
            assert_eq!((attempts.left(), attempts.alarm()), (left, None));
        }
        let fifth = attempts.take(NOON).unwrap();
        assert_eq!(fifth.alarm(), Some(Alarm::Paused));

        let until = NOON + SignedDuration::from_mins(30);
        let a_moment_before = until - SignedDuration::from_nanos(1);
        assert_eq!(fifth.take(NOON), Err(AttemptRefused::Paused { until }));
        assert_eq!(fifth.take(a_moment_before), Err(AttemptRefused::Paused { until }));
        assert_eq!(fifth.take(until).unwrap().counted, 6);
    }

    #[test]
    fn the_tenth_wrong_answer_ends_the_link_r24() {
        let ninth = after_wrong_answers(9);
        assert_eq!((ninth.left(), ninth.is_dead()), (1, false));
        let tenth = ninth.take(Timestamp::MAX).unwrap();
        assert_eq!((tenth.left(), tenth.is_dead(), tenth.alarm()), (0, true, Some(Alarm::Dead)));
        assert_eq!(tenth.take(Timestamp::MAX), Err(AttemptRefused::Dead));
    }

    #[test]
    fn a_right_answer_gives_back_what_it_took_and_no_more_r24() {
        for wrong_before in 0..10 {
            let before = after_wrong_answers(wrong_before);
            let taken = before.take(NOON + PAUSE * 20).unwrap();
            assert_eq!(taken.give_back(&taken), before, "after {wrong_before} wrong answers");
        }
    }

    #[test]
    fn only_staff_clear_and_nothing_is_given_back_over_that() {
        let taken = after_wrong_answers(9).take(NOON + PAUSE * 20).unwrap();
        let cleared = taken.clear();
        assert_eq!((cleared.counted, cleared.left()), (0, 5));
        let one_wrong_since = cleared.take(NOON).unwrap();
        assert_eq!(one_wrong_since.give_back(&taken), one_wrong_since);
    }

    #[test]
    fn a_stored_count_from_before_clearing_was_kept_is_read() {
        let attempts: Attempts = serde_json::from_str(r#"{"counted":3}"#).unwrap();
        assert_eq!(attempts, after_wrong_answers(3));
    }

    #[derive(Debug, Clone)]
    enum Step {
        Take,
        /// The n-th answer in flight turns out right.
        Right(usize),
        /// The n-th answer in flight turns out wrong, or its process dies.
        Wrong(usize),
        Clear,
        Wait(i64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            8 => Just(Step::Take),
            3 => (0..8_usize).prop_map(Step::Right),
            5 => (0..8_usize).prop_map(Step::Wrong),
            1 => Just(Step::Clear),
            3 => (0..40_i64).prop_map(Step::Wait),
        ];
        proptest::collection::vec(step, 0..120)
    }

    proptest! {
        #[test]
        fn any_interleaving_counts_wrong_answers_exactly_r24(steps in steps()) {
            let mut attempts = Attempts::default();
            let mut now = NOON;
            let mut in_flight: Vec<Attempts> = Vec::new();
            // What a ledger beside the rule says of the time since the last clearing.
            let (mut wrong, mut open, mut paused_at) = (0_u32, 0_u32, None);

            for step in steps {
                match step {
                    Step::Take => {
                        let is_paused = paused_at.is_some_and(|at: Timestamp| now < at + PAUSE);
                        match attempts.take(now) {
                            Ok(taken) => {
                                prop_assert!(wrong + open < 10 && !is_paused);
                                open += 1;
                                if wrong + open == 5 {
                                    paused_at = Some(now);
                                }
                                in_flight.push(taken);
                                attempts = taken;
                            }
                            Err(AttemptRefused::Paused { until }) => {
                                prop_assert!(is_paused && wrong + open < 10);
                                prop_assert_eq!(Some(until), paused_at.map(|at| at + PAUSE));
                            }
                            Err(AttemptRefused::Dead) => prop_assert_eq!(wrong + open, 10),
                        }
                    }
                    Step::Right(place) if place < in_flight.len() => {
                        let taken = in_flight.remove(place);
                        attempts = attempts.give_back(&taken);
                        if taken.cleared == attempts.cleared {
                            open -= 1;
                        }
                        if wrong + open < 5 {
                            paused_at = None;
                        }
                    }
                    Step::Wrong(place) if place < in_flight.len() => {
                        let taken = in_flight.remove(place);
                        if taken.cleared == attempts.cleared {
                            (wrong, open) = (wrong + 1, open - 1);
                        }
                    }
                    Step::Right(_) | Step::Wrong(_) => {}
                    Step::Clear => {
                        attempts = attempts.clear();
                        (wrong, open, paused_at) = (0, 0, None);
                    }
                    Step::Wait(minutes) => now += SignedDuration::from_mins(minutes),
                }
                prop_assert_eq!(attempts.counted, wrong + open);
                prop_assert!(wrong <= 10);
            }
        }
    }
}
