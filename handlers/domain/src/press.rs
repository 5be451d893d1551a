//! One press of a button is one record, however often its call arrives: the browser sends it again
//! with the same key, the host with the same invocation id.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long a key leads to what it made.
pub const LIFE: SignedDuration = SignedDuration::from_hours(24);

/// What a key led to. Its id is a keyed hash of the key, the member of staff and the function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Press {
    /// Keyed hash of the body.
    pub fingerprint: String,
    /// Id of what was made.
    pub made: String,
    /// When the first call came.
    pub pressed_at: Timestamp,
}

/// What a call with this key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// The same call once more.
    Same,
    /// Another wish under a key that was used.
    Other,
    /// The key is too old to mean anything.
    Forgotten,
}

impl Press {
    /// What a call is that brings the same key and this body.
    pub fn again(&self, fingerprint: &str, now: Timestamp) -> Again {
        if self.is_over(now) {
            Again::Forgotten
        } else if self.fingerprint == fingerprint {
            Again::Same
        } else {
            Again::Other
        }
    }

    /// True when its life is over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now.duration_since(self.pressed_at) >= LIFE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_means_one_wish_for_a_day() {
        let noon = Timestamp::constant(1_795_348_800, 0);
        let press = Press { fingerprint: "f".into(), made: "p".into(), pressed_at: noon };
        assert_eq!(press.again("f", noon), Again::Same);
        assert_eq!(press.again("g", noon), Again::Other);
        let last = noon + LIFE - SignedDuration::from_secs(1);
        assert_eq!(press.again("f", last), Again::Same);
        assert_eq!(press.again("f", noon + LIFE), Again::Forgotten);
    }
}
