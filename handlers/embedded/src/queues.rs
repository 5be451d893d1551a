//! Queues: messages in a table, and their life as Azure Queue Storage gives it them.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::ports::clock::Clock;
use domain::ports::error::StoreError;
use domain::ports::queues::{CountMessages, Queue, Queues};
use domain::ports::random::Random;
use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::Value;

use crate::database::{Database, Failed};
use crate::messages::{self, Message, NEVER, NewMessage, Refused};
use crate::random;
use crate::store::Embedded;

/// Most bytes of a message's JSON: its base64 fills the 64 KiB of a message.
const MOST_BYTES: usize = 48 << 10;
/// Queues hide for at most a week (Azure Queue Storage, "Put Message").
pub(crate) const LONGEST_HIDING: Duration = Duration::from_hours(7 * 24);

/// The queues of a store.
#[derive(Clone)]
pub(crate) struct QueueStore {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
}

/// Every queue that is there from the first day.
pub(crate) fn names() -> Vec<&'static str> {
    Queue::ALL.into_iter().flat_map(|queue| [queue.name(), queue.poison()]).collect()
}

/// An answer of a queue: what was asked for, or why not.
pub(crate) type Answer<T> = Result<Result<T, Refused>, StoreError>;

impl QueueStore {
    /// The moment `from_now`, on the store's clock.
    pub(crate) fn moment(&self, from_now: Duration) -> Timestamp {
        self.clock.now().checked_add(from_now).unwrap_or(NEVER)
    }

    /// False where it was there already.
    pub(crate) async fn create(&self, queue: String) -> Result<bool, StoreError> {
        self.database.write(move |connection| messages::create_queue(connection, &queue)).await
    }

    /// Puts `text`; `None` keeps it until it is deleted.
    pub(crate) async fn put(
        &self,
        queue: String,
        text: String,
        hidden_for: Duration,
        kept_for: Option<Duration>,
    ) -> Answer<NewMessage> {
        let new = NewMessage {
            id: random::uuid(&*self.random),
            text,
            inserted_at: self.clock.now(),
            visible_at: self.moment(hidden_for),
            expires_at: kept_for.map_or(NEVER, |kept_for| self.moment(kept_for)),
            pop_receipt: random::pop_receipt(&*self.random),
        };
        self.database
            .write(move |connection| Ok(messages::put(connection, &queue, &new)?.map(|()| new)))
            .await
    }

    /// Hands out up to `most` messages and hides them.
    pub(crate) async fn get(
        &self,
        queue: String,
        most: u32,
        hidden_for: Duration,
    ) -> Answer<Vec<Message>> {
        // Whoever polls an empty queue writes nothing and waits for nobody.
        match self.peek(queue.clone(), 1).await? {
            Ok(seen) if !seen.is_empty() => {}
            nothing => return Ok(nothing),
        }
        let (now, visible_at) = (self.clock.now(), self.moment(hidden_for));
        let random = Arc::clone(&self.random);
        self.database
            .write(move |connection| {
                messages::get(connection, &queue, now, most, visible_at, &*random)
            })
            .await
    }

    pub(crate) async fn peek(&self, queue: String, most: u32) -> Answer<Vec<Message>> {
        let now = self.clock.now();
        self.read(move |connection| messages::peek(connection, &queue, now, most)).await
    }

    /// Hides a message for longer or shorter; its new receipt and when it can be seen again.
    pub(crate) async fn update(
        &self,
        queue: String,
        (id, pop_receipt): (String, String),
        hidden_for: Duration,
        text: Option<String>,
    ) -> Answer<(String, Timestamp)> {
        let (now, visible_at) = (self.clock.now(), self.moment(hidden_for));
        let random = Arc::clone(&self.random);
        self.database
            .write(move |connection| {
                let held = (id.as_str(), pop_receipt.as_str());
                let updated =
                    messages::update(connection, &queue, held, now, visible_at, text, &*random)?;
                Ok(updated.map(|receipt| (receipt, visible_at)))
            })
            .await
    }

    pub(crate) async fn delete(
        &self,
        queue: String,
        (id, pop_receipt): (String, String),
    ) -> Answer<()> {
        let now = self.clock.now();
        self.database
            .write(move |connection| messages::delete(connection, &queue, (&id, &pop_receipt), now))
            .await
    }

    pub(crate) async fn count(&self, queue: String) -> Answer<i64> {
        let now = self.clock.now();
        self.read(move |connection| messages::count(connection, &queue, now)).await
    }

    async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<Result<T, Refused>, Failed> + Send + 'static,
    ) -> Answer<T> {
        self.database.read(question).await
    }
}

#[async_trait]
impl CountMessages for Embedded {
    async fn count(&self, queue: &str) -> Result<u64, StoreError> {
        let counted = self.queues().count(queue.to_owned()).await?;
        let counted =
            counted.map_err(|refused| StoreError::broken(format!("`{queue}`: {refused:?}")))?;
        Ok(u64::try_from(counted).unwrap_or(0))
    }
}

#[async_trait]
impl Queues for Embedded {
    async fn send(
        &self,
        queue: Queue,
        message: &Value,
        hidden_for: Duration,
    ) -> Result<(), StoreError> {
        let bytes = message.to_string().len();
        if bytes > MOST_BYTES || hidden_for > LONGEST_HIDING {
            let what = format!("a message of {bytes} bytes, hidden for {hidden_for:?}");
            return Err(StoreError::broken(what));
        }
        let store = self.queues();
        let new = NewMessage {
            visible_at: store.moment(hidden_for),
            ..NewMessage::seen_at_once(message, store.clock.now(), &*store.random)
        };
        store
            .database
            .write(move |connection| messages::put(connection, queue.name(), &new))
            .await?
            .map_err(|refused| StoreError::broken(format!("`{}`: {refused:?}", queue.name())))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::testing::opened_at;

    const START: &str = "2026-11-22T09:00:00Z";
    const MINUTE: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn a_hidden_message_is_seen_from_its_moment_on() {
        let (_folder, store, clock) = opened_at(START);
        let two_seconds = Duration::from_secs(2);
        store.send(Queue::Sms, &json!({"text": "t-1"}), two_seconds).await.unwrap();
        let get = async || store.queues().get("sms".to_owned(), 32, MINUTE).await.unwrap().unwrap();
        clock.set("2026-11-22T09:00:01.999999Z");
        assert!(get().await.is_empty());
        clock.set("2026-11-22T09:00:02Z");
        let [message] = get().await.try_into().unwrap();
        assert_eq!(message.dequeue_count, 1);
        assert!(get().await.is_empty());
        clock.set("2026-11-22T09:01:02Z");
        let [again] = get().await.try_into().unwrap();
        assert_eq!((again.id, again.dequeue_count), (message.id, 2));
    }

    #[tokio::test]
    async fn an_old_receipt_moves_nothing() {
        let (_folder, store, clock) = opened_at(START);
        store.send(Queue::Sms, &json!({}), Duration::ZERO).await.unwrap();
        let queues = store.queues();
        let sms = || "sms".to_owned();
        let [first] = queues.get(sms(), 1, MINUTE).await.unwrap().unwrap().try_into().unwrap();
        clock.set("2026-11-22T09:01:00Z");
        let [second] = queues.get(sms(), 1, MINUTE).await.unwrap().unwrap().try_into().unwrap();
        let held = |message: &Message| (message.id.clone(), message.pop_receipt.clone());

        let late = queues.delete(sms(), held(&first)).await.unwrap();
        assert_eq!(late, Err(Refused::OtherReceipt));
        let late = queues.update(sms(), held(&first), MINUTE, None).await.unwrap();
        assert_eq!(late, Err(Refused::OtherReceipt));

        let (receipt, until) =
            queues.update(sms(), held(&second), 2 * MINUTE, None).await.unwrap().unwrap();
        assert_eq!(until.to_string(), "2026-11-22T09:03:00Z");
        let outdated = queues.delete(sms(), held(&second)).await.unwrap();
        assert_eq!(outdated, Err(Refused::OtherReceipt));
        queues.delete(sms(), (second.id.clone(), receipt.clone())).await.unwrap().unwrap();
        let gone = queues.delete(sms(), (second.id, receipt)).await.unwrap();
        assert_eq!(gone, Err(Refused::NoMessage));
    }

    #[tokio::test]
    async fn an_expired_message_is_gone_and_a_port_s_message_never_expires() {
        let (_folder, store, clock) = opened_at(START);
        let queues = store.queues();
        let short = queues.put("sms".to_owned(), "eA==".to_owned(), Duration::ZERO, Some(MINUTE));
        let _put = short.await.unwrap().unwrap();
        store.send(Queue::Sms, &json!({}), Duration::ZERO).await.unwrap();
        clock.set("2035-01-01T00:00:00Z");
        assert_eq!(queues.count("sms".to_owned()).await.unwrap(), Ok(1));
        let left = queues.get("sms".to_owned(), 32, MINUTE).await.unwrap().unwrap();
        assert_eq!(left.len(), 1);
        let rows = store
            .database()
            .read(|connection| {
                Ok(connection
                    .query_row("SELECT count(*) FROM messages", [], |row| row.get::<_, i64>(0))?)
            })
            .await
            .unwrap();
        assert_eq!(rows, 1);
    }

    #[tokio::test]
    async fn what_a_queue_of_azure_would_refuse_is_refused_here() {
        let (_folder, store) = crate::store::testing::opened();
        let long = json!({"text": "x".repeat(MOST_BYTES)});
        assert!(store.send(Queue::Sms, &long, Duration::ZERO).await.is_err());
        let week = LONGEST_HIDING + Duration::from_secs(1);
        assert!(store.send(Queue::Sms, &json!({}), week).await.is_err());
    }
}
