//! How long a link opens, who may have a new one, and what a code meets (R42, DESIGN "The link").

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use crate::attempts::Attempts;
use crate::capture_request::RequestState;
use crate::london::{day_of, day_that_ends, start_of};
use crate::record::request::CaptureRequest;
use crate::who_may_end::Ending;

/// A patient may renew this often a request.
pub const RENEWALS: usize = 3;
/// A patient may renew once in this time.
pub const RENEWAL_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// A staff resend within this time of the last is the last.
pub const SAME_RESEND: SignedDuration = SignedDuration::from_secs(60);

/// How long a link opens that staff give to a patient who is in the room: a visit, not a week. It
/// stands on a screen that others may see.
pub const GIVEN_HERE: SignedDuration = SignedDuration::from_hours(1);

/// Days a link opens: 1 to 28, 10 unless the controller or the request says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LinkLife(u32);

/// A number of days outside 1 to 28.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Choose 1 to 28 days for the link to work")]
pub struct NotALinkLife;

impl LinkLife {
    /// Checks a number of days.
    pub fn parse(days: u32) -> Result<Self, NotALinkLife> {
        if (1..=28).contains(&days) { Ok(Self(days)) } else { Err(NotALinkLife) }
    }

    /// The days.
    pub fn days(self) -> u32 {
        self.0
    }
}

impl Default for LinkLife {
    fn default() -> Self {
        Self(10)
    }
}

/// The instant from which a link made `now` opens no more: the end of the last of its days in London,
/// the one that pages name. A renewal counts from its own day.
pub fn expires_at(now: Timestamp, life: LinkLife) -> Timestamp {
    let day_after = day_of(now).saturating_add((i64::from(life.0) + 1).days());
    start_of(day_after)
}

/// The day to the end of which a link opens; `None` where its hour is what counts: it was given in
/// the room, or made when days were counted as 24 hours.
pub fn last_day(expires_at: Timestamp) -> Option<Date> {
    day_that_ends(expires_at)
}

/// The end of a link that was given in the room: its hour, not its day.
pub fn given_here_until(now: Timestamp) -> Timestamp {
    now.checked_add(GIVEN_HERE).unwrap_or(Timestamp::MAX)
}

/// What the rules of this file look at.
#[derive(Debug, Clone, Copy)]
pub struct RequestFacts<'a> {
    /// Where the request stands.
    pub state: RequestState,
    /// The link opens until here.
    pub expires_at: Timestamp,
    /// The oldest generation whose code is not replaced.
    pub current_from: u32,
    /// The newest.
    pub generation: u32,
    /// The oldest generation whose code may ask for another text.
    pub asks_from: u32,
    /// Answers to the identity question.
    pub attempts: Attempts,
    /// When the patient renewed, oldest first.
    pub renewed_at: &'a [Timestamp],
    /// False once somebody said "this is not for me".
    pub mobile_confirmed: bool,
}

impl<'a> RequestFacts<'a> {
    /// Of a stored request, and what its patient's document says of the number.
    pub fn of(request: &'a CaptureRequest, mobile_confirmed: bool) -> Self {
        Self {
            state: request.state,
            expires_at: request.expires_at,
            current_from: request.oldest_current(),
            generation: request.generation,
            asks_from: request.asks_from,
            attempts: request.attempts,
            renewed_at: &request.renewed_at,
            mobile_confirmed,
        }
    }

    /// True where the code of `generation` is not replaced.
    fn is_current(&self, generation: u32) -> bool {
        (self.current_from..=self.generation).contains(&generation)
    }

    /// True from `expires_at` on.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }
}

/// Why a patient gets no new link; the words are for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RenewRefused {
    /// This very link still opens.
    #[error("This link still works. You can go on with it")]
    StillOpens,
    /// One a day.
    #[error("A new link was sent less than a day ago. Look for it in your text messages")]
    TooSoon {
        /// From then on.
        again_at: Timestamp,
    },
    /// Three a request.
    #[error("No more new links can be sent for this request. Phone the care team")]
    TooOften,
    /// Ten wrong answers.
    #[error("This link was stopped after too many wrong answers. Phone the care team")]
    Dead,
    /// Submitted, declined, withdrawn or cancelled.
    #[error("This request is closed, so no new link can be sent")]
    Closed,
    /// Somebody with this number said "this is not for me".
    #[error("No texts are sent to this number until the care team has checked it")]
    NumberNotConfirmed,
    /// This very code went to a number that the record does not have any more.
    #[error("This link was replaced, and it cannot have another one sent. Phone the care team")]
    SentElsewhere,
}

/// Whether the holder of a code of `link_generation` may have a new link: only where theirs has
/// expired, or a newer one was sent that they seem to have lost. The new link goes to the number
/// on the record, whoever asks; what it ends is in the table.
pub fn may_renew(
    facts: &RequestFacts<'_>,
    link_generation: u32,
    now: Timestamp,
) -> Result<Ending, RenewRefused> {
    if !facts.state.is_open() {
        return Err(RenewRefused::Closed);
    }
    if facts.attempts.is_dead() {
        return Err(RenewRefused::Dead);
    }
    if !facts.mobile_confirmed {
        return Err(RenewRefused::NumberNotConfirmed);
    }
    if link_generation < facts.asks_from {
        return Err(RenewRefused::SentElsewhere);
    }
    if facts.is_current(link_generation) && !facts.is_expired(now) {
        return Err(RenewRefused::StillOpens);
    }
    if facts.renewed_at.len() >= RENEWALS {
        return Err(RenewRefused::TooOften);
    }
    let last = facts.renewed_at.iter().max();
    match last.map(|last| last.checked_add(RENEWAL_EVERY).unwrap_or(Timestamp::MAX)) {
        Some(again_at) if now < again_at => Err(RenewRefused::TooSoon { again_at }),
        // What still opens in another's hand is not ended by who has lost theirs.
        _ if facts.is_expired(now) => Ok(Ending::LinkRenewed),
        _ => Ok(Ending::LinkSentBeside),
    }
}

/// Why staff cannot send the link again; the words are for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResendRefused {
    /// Submitted, declined, withdrawn or cancelled.
    #[error("This request is closed. Ask for photos again instead")]
    Closed,
    /// Somebody with this number said "this is not for me".
    #[error("Somebody said that this number is not the patient's. Confirm or change it first")]
    NumberNotConfirmed,
}

/// Whether staff may send the link again: also after expiry and after ten wrong answers, which it
/// clears.
pub fn may_resend(facts: &RequestFacts<'_>) -> Result<(), ResendRefused> {
    if !facts.state.is_open() {
        return Err(ResendRefused::Closed);
    }
    if facts.mobile_confirmed { Ok(()) } else { Err(ResendRefused::NumberNotConfirmed) }
}

/// True within 60 s of the last: a second tap, answered with what the first one did.
pub fn resend_is_same(last_sent_at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(last_sent_at) < SAME_RESEND
}

/// What a code that is known meets. Unknown codes have no row and are a 404.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkAnswer {
    /// The page.
    Opens,
    /// 410: its time is over.
    Expired {
        /// One tap sends a new one.
        renewable: bool,
    },
    /// 410: it will never open again.
    Dead(DeadReason),
}

/// Why a code will never open again; the words are for whoever holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeadReason {
    /// A newer link was sent.
    #[error("A newer link was sent. Look for the latest text message")]
    Replaced {
        /// One tap sends another, for who cannot find the newer one.
        renewable: bool,
    },
    /// Ten wrong answers.
    #[error("There were too many wrong answers, so this link no longer works")]
    TooManyWrongAnswers,
    /// Sent.
    #[error("The photos for this request were sent already. There is nothing more to do")]
    Submitted,
    /// "This is not for me", or no consent.
    #[error("This request was closed because somebody said that it was not for them")]
    Declined,
    /// Consent taken back.
    #[error("This request was closed because consent was taken back")]
    Withdrawn,
    /// By staff.
    #[error("The care team no longer needs these photos. There is nothing more to do")]
    Cancelled,
}

/// What the code of `link_generation` meets `now`.
pub fn link_answer(facts: &RequestFacts<'_>, link_generation: u32, now: Timestamp) -> LinkAnswer {
    let renewable = may_renew(facts, link_generation, now).is_ok();
    let reason = match facts.state {
        RequestState::Submitted => DeadReason::Submitted,
        RequestState::Declined => DeadReason::Declined,
        RequestState::Withdrawn => DeadReason::Withdrawn,
        RequestState::Cancelled => DeadReason::Cancelled,
        RequestState::Open if facts.attempts.is_dead() => DeadReason::TooManyWrongAnswers,
        RequestState::Open if !facts.is_current(link_generation) => {
            DeadReason::Replaced { renewable }
        }
        RequestState::Open if facts.is_expired(now) => return LinkAnswer::Expired { renewable },
        RequestState::Open => return LinkAnswer::Opens,
    };
    LinkAnswer::Dead(reason)
}

#[cfg(test)]
mod tests;
