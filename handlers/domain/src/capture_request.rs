//! The life of a capture request, from asked to closed (R42, DESIGN "Settled").

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Pictures that one request may ask for.
pub const PHOTOS: std::ops::RangeInclusive<u32> = 1..=10;

/// Where a request stands. Expiry is no state: it follows from `expires_at` (see `link_life`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestState {
    /// Waiting for the patient, or open again after a refusal.
    Open,
    /// The patient said "that is all".
    Submitted,
    /// "This is not for me", or no consent.
    Declined,
    /// Consent was taken back (R71).
    Withdrawn,
    /// By staff.
    Cancelled,
}

/// Why a request does not change; the words are for the person who tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransitionRefused {
    /// Submitted without one picture that arrived.
    #[error("Add at least one photo before you send")]
    NothingArrived,
    /// It was sent.
    #[error("The photos for this request were sent already")]
    Submitted,
    /// It was declined.
    #[error("This request was closed because somebody said that it was not for them")]
    Declined,
    /// It was withdrawn.
    #[error("This request was closed because consent was taken back")]
    Withdrawn,
    /// It was cancelled.
    #[error("The care team cancelled this request")]
    Cancelled,
    /// A count of pictures outside 1 to 10.
    #[error("Ask for 1 to 10 photos")]
    PhotosOutOfRange,
}

/// Every change may be asked for twice (invariant 4): a request that is there already stays, and
/// that is success.
impl RequestState {
    /// The patient is done; needs one upload that arrived or was filed.
    pub fn submit(self, arrived: u32) -> Result<Self, TransitionRefused> {
        match self {
            Self::Submitted => Ok(self),
            Self::Open if arrived == 0 => Err(TransitionRefused::NothingArrived),
            _ => self.leave_open(Self::Submitted),
        }
    }

    /// "This is not for me", or no consent.
    pub fn decline(self) -> Result<Self, TransitionRefused> {
        self.leave_open(Self::Declined)
    }

    /// Consent is taken back; that is anybody's right after sending too (UK GDPR Art 7(3)).
    pub fn withdraw(self) -> Result<Self, TransitionRefused> {
        match self {
            Self::Submitted => Ok(Self::Withdrawn),
            _ => self.leave_open(Self::Withdrawn),
        }
    }

    /// Staff no longer need it.
    pub fn cancel(self) -> Result<Self, TransitionRefused> {
        self.leave_open(Self::Cancelled)
    }

    /// A picture that was sent could not be used: the request takes another in its place.
    pub fn reopen(self) -> Result<Self, TransitionRefused> {
        match self {
            Self::Submitted => Ok(Self::Open),
            _ => self.leave_open(Self::Open),
        }
    }

    /// True where pictures may be added.
    pub fn is_open(self) -> bool {
        self == Self::Open
    }

    fn leave_open(self, next: Self) -> Result<Self, TransitionRefused> {
        match self {
            _ if self == next => Ok(next),
            Self::Open => Ok(next),
            Self::Submitted => Err(TransitionRefused::Submitted),
            Self::Declined => Err(TransitionRefused::Declined),
            Self::Withdrawn => Err(TransitionRefused::Withdrawn),
            Self::Cancelled => Err(TransitionRefused::Cancelled),
        }
    }
}

/// Checks how many pictures are asked for: 1 to 10 (peers §4.3).
pub fn parse_photos(photos: u32) -> Result<u32, TransitionRefused> {
    if PHOTOS.contains(&photos) { Ok(photos) } else { Err(TransitionRefused::PhotosOutOfRange) }
}

/// How many pictures a request still takes: as many as were asked for, and after submission as
/// many as were refused since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// Asked for, 1 to 10.
    pub photos: u32,
    /// Refused after they were sent, and not yet sent again.
    pub reopened_for: u32,
    /// The last submission.
    pub submitted_at: Option<Timestamp>,
}

impl Places {
    /// Places left, given when each upload that counts (see `upload_state`) was granted.
    pub fn left(&self, granted_at: impl IntoIterator<Item = Timestamp>) -> u32 {
        let places = if self.submitted_at.is_some() { self.reopened_for } else { self.photos };
        let taken = granted_at.into_iter().filter(|at| !self.was_sent(*at)).count();
        places.saturating_sub(u32::try_from(taken).unwrap_or(u32::MAX))
    }

    /// `reopened_for` after an upload that was granted then is refused: one more where it was
    /// among those that were sent, else no change (its place is free again anyway).
    pub fn reopened_by_refusal(&self, granted_at: Timestamp) -> u32 {
        self.reopened_for.saturating_add(u32::from(self.was_sent(granted_at)))
    }

    fn was_sent(&self, granted_at: Timestamp) -> bool {
        self.submitted_at.is_some_and(|sent| granted_at <= sent)
    }
}
