//! Putting a text on its way: a message on `sms` that leads to the request. It holds random ids
//! only; the code is derived again when the text is sent.

use std::time::Duration;

use custom_handler::Failure;
use domain::ports::queues::Queue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::app::{App, stored};

/// A message of the queue `sms`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TextMessage {
    pub patient: String,
    pub request: String,
    /// The link that it carries; a later one on the request makes this message empty.
    pub generation: u32,
    /// When it was first put: one whose request never came is dropped after a while.
    pub first: Timestamp,
    /// How often the provider could not take the text; messages of before there was a count have
    /// none.
    #[serde(default)]
    pub tries: u32,
}

/// Puts the message, before the request says so (invariant 2), hidden for a moment.
pub async fn put_text(
    app: &App,
    patient: &str,
    request: &str,
    generation: u32,
    now: Timestamp,
    hidden_for: Duration,
) -> Result<(), Failure> {
    let message = TextMessage {
        patient: patient.to_owned(),
        request: request.to_owned(),
        generation,
        first: now,
        tries: 0,
    };
    put_again(app, &message, hidden_for).await
}

/// Puts the same message again.
pub async fn put_again(
    app: &App,
    message: &TextMessage,
    hidden_for: Duration,
) -> Result<(), Failure> {
    let message = serde_json::to_value(message).map_err(Failure::broken)?;
    stored(app.queues.send(Queue::Sms, &message, hidden_for).await)
}
