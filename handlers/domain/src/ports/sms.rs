//! Texts: one text to one number through one provider, which learns three things and no more (R43).

use async_trait::async_trait;

use crate::mobile::Mobile;
use crate::person_name::PersonName;

use super::error::Cause;

/// All that a provider may learn: first name, number, opaque link, and a random reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingText {
    /// Our random id of this text; the provider hands it back and dedupes by it where it can.
    pub reference: String,
    /// Whom the text greets; nobody by name where the name is half of the answer (R24).
    pub first_name: Option<PersonName>,
    /// Where it goes.
    pub mobile: Mobile,
    /// `{public origin}/r#{code}`.
    pub link: String,
}

/// What the provider said at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextAccepted {
    /// Taken for delivery; its delivery report comes later.
    Sending,
}

/// Why a text was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SmsError {
    /// Try again later: the same reference may be sent again.
    #[error("the text provider is unavailable: {0}")]
    Temporary(Cause),
    /// This number will never take it: a person must look.
    #[error("the text provider refuses this text: {0}")]
    Permanent(Cause),
}

/// Sending texts.
#[async_trait]
pub trait Sms: Send + Sync {
    /// Send once. Repeating the same `reference` must not send twice where the provider can tell.
    async fn send(&self, text: &OutgoingText) -> Result<TextAccepted, SmsError>;

    /// Forget what we or the provider keep of this text, as far as the provider allows. Part of
    /// erasure; an unknown reference is fine.
    async fn forget(&self, reference: &str) -> Result<(), SmsError>;
}
