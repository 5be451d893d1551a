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
