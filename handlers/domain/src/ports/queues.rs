//! Queues: messages that bring a function back to a fact. They hold random ids, never personal data.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::StoreError;

/// The queues that functions listen to; each has a `…-poison` twin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Queue {
    /// Event Grid `BlobCreated` events of `incoming`, and the patient's own confirmation.
    Uploads,
    /// Texts to send.
    Sms,
    /// Erasures to carry out.
    Erasures,
}

impl Queue {
    /// All queues.
    pub const ALL: [Self; 3] = [Self::Uploads, Self::Sms, Self::Erasures];

    /// The queue's name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uploads => "uploads",
            Self::Sms => "sms",
            Self::Erasures => "erasures",
        }
    }

    /// Where the host puts a message that failed five times.
    pub fn poison(self) -> &'static str {
        match self {
            Self::Uploads => "uploads-poison",
            Self::Sms => "sms-poison",
            Self::Erasures => "erasures-poison",
        }
    }
}

/// Counting messages, for whoever runs the service.
#[async_trait]
pub trait CountMessages: Send + Sync {
    /// About how many messages the queue of this name holds, hidden ones included.
    async fn count(&self, queue: &str) -> Result<u64, StoreError>;
}

/// Putting messages.
#[async_trait]
pub trait Queues: Send + Sync {
    /// Put one message (base64 of its JSON on the wire, at most 48 KiB of JSON), seen by nobody for
    /// `hidden_for`. Durable when it returns; may arrive more than once and in any order.
    async fn send(
        &self,
        queue: Queue,
        message: &Value,
        hidden_for: Duration,
    ) -> Result<(), StoreError>;
}
