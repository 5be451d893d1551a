//! Queues: messages for the host's queue triggers, which expect base64.

use std::time::Duration;

use async_trait::async_trait;
use azure_storage_queue::models::{
    QueueClientGetPropertiesResultHeaders as _, QueueClientSendMessageOptions, QueueMessage,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ports::error::StoreError;
use domain::ports::queues::{CountMessages, Queue, Queues};
use serde_json::Value;

use crate::refusal::store_error;
use crate::store::Azure;

/// Most bytes of a message's JSON: its base64 fills the 64 KiB of a message.
const MOST_BYTES: usize = 48 << 10;
/// Queues hide for at most a week (Azure Queue Storage, "Put Message").
const LONGEST_HIDING: Duration = Duration::from_hours(7 * 24);
/// A message of ours leads to a fact; it goes when it was handled, never by age.
const NEVER_EXPIRES: i32 = -1;

#[async_trait]
impl CountMessages for Azure {
    async fn count(&self, queue: &str) -> Result<u64, StoreError> {
        let failed = |error: azure_core::Error| store_error("the queue", &error);
        let client = self.queue_service().queue_client(queue).map_err(failed)?;
        let properties = client.get_properties(None).await.map_err(failed)?;
        let count = properties.approximate_messages_count().map_err(failed)?;
        Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
    }
}

#[async_trait]
impl Queues for Azure {
    async fn send(
        &self,
        queue: Queue,
        message: &Value,
        hidden_for: Duration,
    ) -> Result<(), StoreError> {
        let json = message.to_string();
        if json.len() > MOST_BYTES || hidden_for > LONGEST_HIDING {
            let what = format!("a message of {} bytes, hidden for {hidden_for:?}", json.len());
            return Err(StoreError::broken(what));
        }
        let failed = |error: azure_core::Error| store_error("the queue", &error);
        let message = QueueMessage { message_text: Some(STANDARD.encode(json)) };
        let options = QueueClientSendMessageOptions {
            message_time_to_live: Some(NEVER_EXPIRES),
            // Rounded up: what is put before its fact must not be seen early.
            visibility_timeout: i32::try_from(hidden_for.as_millis().div_ceil(1000)).ok(),
            ..Default::default()
        };
        let client = self.queue_service().queue_client(queue.name()).map_err(failed)?;
        let message = message.try_into().map_err(failed)?;
        client.send_message(message, Some(options)).await.map(drop).map_err(failed)
    }
}
