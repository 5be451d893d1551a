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

/// How the patient came by the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// Texted to the mobile on the record.
    #[default]
    Text,
    /// Shown by a member of staff in the room, and texted to nobody (R27).
    Here,
}

impl Delivery {
    /// As it is stored and told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Here => "here",
        }
    }
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
/// many as were refused since. Over its life it opens again for as many as were asked for: whoever
/// sends nothing but what cannot be used comes to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// Asked for, 1 to 10.
    pub photos: u32,
    /// Refused after they were sent, and not yet sent again.
    pub reopened_for: u32,
    /// For how many it was opened again so far.
    pub reopenings: u32,
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

    /// Whether it opens for one more after an upload that was granted then is refused: only where
    /// it was among those that were sent (else its place is free again anyway).
    pub fn reopens(&self, granted_at: Timestamp) -> bool {
        self.was_sent(granted_at) && self.reopenings < self.photos
    }

    /// True for an upload that was granted before the last submission.
    pub fn was_sent(&self, granted_at: Timestamp) -> bool {
        self.submitted_at.is_some_and(|sent| granted_at <= sent)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    const NOON: Timestamp = Timestamp::constant(1_795_348_800, 0);
    const STATES: [RequestState; 5] = [
        RequestState::Open,
        RequestState::Submitted,
        RequestState::Declined,
        RequestState::Withdrawn,
        RequestState::Cancelled,
    ];

    fn at(minute: i64) -> Timestamp {
        NOON + SignedDuration::from_mins(minute)
    }

    #[test]
    fn an_open_request_may_end_in_four_ways_r42() {
        let open = RequestState::Open;
        assert_eq!(open.submit(1), Ok(RequestState::Submitted));
        assert_eq!(open.decline(), Ok(RequestState::Declined));
        assert_eq!(open.withdraw(), Ok(RequestState::Withdrawn));
        assert_eq!(open.cancel(), Ok(RequestState::Cancelled));
    }

    #[test]
    fn a_delivery_is_told_in_the_word_that_is_stored() {
        for delivery in [Delivery::Text, Delivery::Here] {
            assert_eq!(serde_json::to_value(delivery).unwrap(), delivery.as_str());
        }
    }

    #[test]
    fn nothing_is_sent_without_a_picture_that_arrived() {
        assert_eq!(RequestState::Open.submit(0), Err(TransitionRefused::NothingArrived));
    }

    #[test]
    fn consent_may_be_taken_back_after_sending_too_r71() {
        assert_eq!(RequestState::Submitted.withdraw(), Ok(RequestState::Withdrawn));
        assert_eq!(RequestState::Submitted.cancel(), Err(TransitionRefused::Submitted));
        assert_eq!(RequestState::Submitted.decline(), Err(TransitionRefused::Submitted));
    }

    #[test]
    fn what_is_closed_stays_closed_r42() {
        use RequestState::{Cancelled, Declined, Withdrawn};
        for closed in [Declined, Withdrawn, Cancelled] {
            let tries = [
                closed.submit(1),
                closed.decline(),
                closed.withdraw(),
                closed.cancel(),
                closed.reopen(),
            ];
            for tried in tries {
                assert!(tried.is_err() || tried == Ok(closed));
            }
        }
    }

    #[test]
    fn every_change_may_be_asked_for_twice() {
        for state in STATES {
            let changes: [fn(RequestState) -> Result<RequestState, TransitionRefused>; 5] = [
                |state| state.submit(1),
                RequestState::decline,
                RequestState::withdraw,
                RequestState::cancel,
                RequestState::reopen,
            ];
            for change in changes {
                if let Ok(after) = change(state) {
                    assert_eq!(change(after), Ok(after), "{state:?} twice");
                }
            }
        }
    }

    #[test]
    fn a_refusal_after_sending_opens_the_request_again_but_no_closed_one() {
        assert_eq!(RequestState::Submitted.reopen(), Ok(RequestState::Open));
        assert_eq!(RequestState::Withdrawn.reopen(), Err(TransitionRefused::Withdrawn));
    }

    #[test]
    fn one_to_ten_pictures_may_be_asked_for() {
        assert_eq!((parse_photos(1), parse_photos(10)), (Ok(1), Ok(10)));
        for photos in [0, 11, u32::MAX] {
            assert_eq!(parse_photos(photos), Err(TransitionRefused::PhotosOutOfRange));
        }
    }

    const ASKED: Places = Places { photos: 3, reopened_for: 0, reopenings: 0, submitted_at: None };

    /// After a refusal of what was granted then.
    fn refused(places: Places, granted_at: Timestamp) -> Places {
        let more = u32::from(places.reopens(granted_at));
        Places {
            reopened_for: places.reopened_for + more,
            reopenings: places.reopenings + more,
            ..places
        }
    }

    fn sent(places: Places, minute: i64) -> Places {
        Places { reopened_for: 0, submitted_at: Some(at(minute)), ..places }
    }

    #[test]
    fn a_request_takes_what_was_asked_for_and_then_what_was_refused() {
        assert_eq!(ASKED.left([]), 3);
        assert_eq!(ASKED.left([at(1), at(2), at(3)]), 0);
        assert!(!ASKED.reopens(at(1)), "its place is free again anyway");

        let sent = sent(ASKED, 5);
        assert_eq!(sent.left([at(1), at(2), at(3)]), 0);
        let reopened = refused(sent, at(3));
        assert_eq!(reopened.left([at(1), at(2)]), 1);
        assert_eq!(reopened.left([at(1), at(2), at(9)]), 0);
        assert!(!reopened.reopens(at(9)), "refused before it was sent again");
    }

    #[test]
    fn who_sent_one_of_three_may_replace_one_and_not_add_two() {
        assert_eq!(refused(sent(ASKED, 5), at(1)).left([]), 1);
    }

    #[test]
    fn a_request_opens_again_for_as_many_as_were_asked_for_and_no_more() {
        let mut places = ASKED;
        let mut opened = 0;
        for round in 1..10 {
            places = sent(places, round);
            let after = refused(places, at(round));
            opened += u32::from(after != places);
            places = after;
        }
        assert_eq!((opened, places.left([])), (3, 0));
    }

    proptest! {
        #[test]
        fn no_more_pictures_than_asked_for_ever_count(
            photos in 1..=10_u32,
            // Each round: how many are added, how many of those sent are refused.
            rounds in proptest::collection::vec((0..12_u32, 0..12_usize), 1..6),
        ) {
            let mut places = Places { photos, ..ASKED };
            let mut counting: Vec<Timestamp> = Vec::new();
            let mut minute = 0;
            for (add, refuse) in rounds {
                for _ in 0..add {
                    minute += 1;
                    if places.left(counting.iter().copied()) > 0 {
                        counting.push(at(minute));
                    }
                }
                prop_assert!(counting.len() <= photos as usize);
                minute += 1;
                places = sent(places, minute);
                prop_assert_eq!(places.left(counting.iter().copied()), 0);
                for _ in 0..refuse.min(counting.len()) {
                    let gone = counting.remove(0);
                    places = refused(places, gone);
                }
            }
        }
    }
}
