//! Rows of `inbox`: what a team has not looked at yet, oldest first by id.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Why it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InboxKind {
    /// A picture nobody of the team has seen; the row goes with the first view.
    Item,
    /// The patient wrote something to pictures nobody has seen: leads to a submission, and goes with
    /// the first view of its last picture.
    Words,
    /// A picture that could not be used.
    Refused,
    /// "This is not for me."
    Declined,
    /// The patient chose not to consent.
    ConsentRefused,
    /// The patient took consent back.
    Withdrawn,
    /// Five wrong answers: paused; ten: dead.
    Paused,
    /// A text did not reach the phone.
    TextFailed,
    /// A message failed five times.
    Poisoned,
    /// Due, but the code of practice wants a confirmed hand-back first.
    HandBack,
}

/// A row; its id is [`row_id`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InboxRow {
    /// Why it is there.
    pub kind: InboxKind,
    /// Since when it waits.
    pub at: Timestamp,
    /// Whose.
    pub controller: String,
    /// Whom it is about, if anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
    /// Which request, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// Which item or upload, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// A word on what happened; never personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// When a team first looked at a picture last: all that an empty inbox has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastReview {
    /// Of the look.
    pub at: Timestamp,
}

/// Fixed for one cause, so that telling twice makes one row; sorts oldest first.
pub fn row_id(kind: InboxKind, at: Timestamp, about: &str) -> String {
    let kind = match kind {
        InboxKind::Item => "item",
        InboxKind::Words => "words",
        InboxKind::Refused => "refused",
        InboxKind::Declined => "declined",
        InboxKind::ConsentRefused => "consent-refused",
        InboxKind::Withdrawn => "withdrawn",
        InboxKind::Paused => "paused",
        InboxKind::TextFailed => "text-failed",
        InboxKind::Poisoned => "poisoned",
        InboxKind::HandBack => "hand-back",
    };
    format!("{:013}-{kind}-{about}", at.as_millisecond().max(0))
}

/// How the rows begin that stand before all others, across every page of a list: no moment after
/// 1970 makes an id as small.
pub const FIRST: &str = "00-";

/// Id of the one row that puts the pictures of a request first because the patient wrote to them.
/// It hangs on the request alone, so that sending twice makes one row.
pub fn words_row_id(request: &str, asked_at: Timestamp) -> String {
    format!("{FIRST}{}", row_id(InboxKind::Words, asked_at, request))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_with_words_stands_before_every_row_without() {
        let late = Timestamp::constant(1_795_348_800, 0);
        let words = words_row_id("a-request", late);
        assert!(words < row_id(InboxKind::Item, Timestamp::UNIX_EPOCH, "an-item"));
        assert!(words_row_id("a-request", Timestamp::UNIX_EPOCH) < words, "the oldest first");
    }
}
