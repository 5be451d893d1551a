//! One task per queue function: fetch, run in parallel, delete, retry, poison.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::client::{QueueClient, QueueError};
use super::messages::StoredMessage;
use crate::app::function::{FunctionSpec, QueueTrigger};
use crate::invoke::Invoker;
use crate::invoke::event::{QueueFacts, queue_event};
use crate::random;

/// How long a message is hidden while it is worked on; renewed at half time.
const LEASE: Duration = Duration::from_mins(10);
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
/// Between tries while the queue service is away.
const AWAY: Duration = Duration::from_millis(500);
/// A finished message that the service does not take back is tried this often.
const TRIES: u32 = 10;

struct Listener {
    invoker: Arc<Invoker>,
    client: Arc<QueueClient>,
    function: Arc<FunctionSpec>,
    trigger: QueueTrigger,
    running: AtomicU32,
    finished: Notify,
}

/// Listens until the task is dropped. `wake` ends a pause between two polls.
pub(crate) async fn listen(
    invoker: Arc<Invoker>,
    client: Arc<QueueClient>,
    function: Arc<FunctionSpec>,
    trigger: QueueTrigger,
    wake: Arc<Notify>,
) {
    let listener = Arc::new(Listener {
        invoker,
        client,
        function,
        trigger,
        running: AtomicU32::new(0),
        finished: Notify::new(),
    });
    listener.ensure_queue().await;
    // Dropped with this task, and with it whatever is still running.
    let mut messages = JoinSet::new();
    let mut pause = SHORTEST_PAUSE;
    loop {
        while messages.try_join_next().is_some() {}
        let options = &listener.invoker.app.host.queues;
        if listener.running.load(Ordering::Acquire) > options.new_batch_threshold {
            listener.finished.notified().await;
            continue;
        }
        let queue = &listener.trigger.queue;
        match listener.client.get(queue, options.batch_size, LEASE).await {
            Ok(batch) if batch.is_empty() => {
                let _woken = tokio::time::timeout(pause, wake.notified()).await;
                pause = longer(pause).min(options.max_polling_interval);
            }
            Ok(batch) => {
                pause = SHORTEST_PAUSE;
                for message in batch {
                    listener.running.fetch_add(1, Ordering::AcqRel);
                    let listener = listener.clone();
                    messages.spawn(async move {
                        listener.process(message).await;
                        listener.running.fetch_sub(1, Ordering::AcqRel);
                        listener.finished.notify_one();
                    });
                }
            }
            Err(error) => {
                tracing::warn!(queue, %error, "the queue was not read");
                tokio::time::sleep(AWAY).await;
            }
        }
    }
}

/// Exponential back-off with a random part, so that listeners do not march in step.
fn longer(pause: Duration) -> Duration {
    pause.mul_f64(1.8 + 0.4 * random::fraction())
}

impl Listener {
    async fn ensure_queue(&self) {
        while let Err(error) = self.client.create(&self.trigger.queue).await {
            tracing::warn!(queue = self.trigger.queue, %error, "the queue was not created");
            tokio::time::sleep(AWAY).await;
        }
    }

    async fn process(&self, message: StoredMessage) {
        let options = &self.invoker.app.host.queues;
        let (queue, id) = (&self.trigger.queue, &message.id);
        let bytes = if options.base64 {
            let Ok(bytes) = STANDARD.decode(&message.text) else {
                tracing::error!(queue, id, "the message is not base64: to the poison queue");
                return self.poison(&message, &message.pop_receipt).await;
            };
            bytes
        } else {
            message.text.clone().into_bytes()
        };
        if message.dequeue_count > options.max_dequeue_count {
            return self.poison(&message, &message.pop_receipt).await;
        }
        let receipt = Mutex::new(message.pop_receipt.clone());
        let facts = QueueFacts {
            id: message.id.clone(),
            dequeue_count: message.dequeue_count,
            inserted: message.inserted,
            expires: message.expires,
            next_visible: Some(message.next_visible),
            pop_receipt: message.pop_receipt.clone(),
        };
        let event = queue_event(&self.function.binding, self.trigger.binary, &bytes, &facts);
        let outcome = tokio::select! {
            run = self.invoker.run(&self.function, event) => run.outcome,
            never = self.renew(&message, &receipt) => match never {},
        };
        let receipt = receipt.into_inner().unwrap_or_else(PoisonError::into_inner);
        if outcome.result.is_ok() {
            self.persist("deleted", || self.client.delete(queue, id, &receipt)).await;
        } else if message.dequeue_count >= options.max_dequeue_count {
            tracing::error!(
                queue,
                id,
                "the message has failed {} times: to the poison queue",
                message.dequeue_count
            );
            self.poison(&message, &receipt).await;
        } else {
            let hidden = options.visibility_timeout;
            self.persist("released", || async {
                self.client.update(queue, id, &receipt, hidden).await.map(drop)
            })
            .await;
        }
    }

    /// Keeps the message hidden for as long as it is worked on.
    async fn renew(
        &self,
        message: &StoredMessage,
        receipt: &Mutex<String>,
    ) -> std::convert::Infallible {
        let clock = &self.invoker.clock;
        let half = SignedDuration::try_from(LEASE / 2).unwrap_or(SignedDuration::MAX);
        loop {
            let due = clock.now().saturating_add(half).unwrap_or(jiff::Timestamp::MAX);
            clock.wait_until(due).await;
            let before = receipt.lock().unwrap_or_else(PoisonError::into_inner).clone();
            match self.client.update(&self.trigger.queue, &message.id, &before, LEASE).await {
                Ok(renewed) => *receipt.lock().unwrap_or_else(PoisonError::into_inner) = renewed,
                Err(error) => tracing::warn!(id = message.id, %error, "the lease was not renewed"),
            }
        }
    }

    /// Copies the message to `{queue}-poison` as it is stored, then deletes it.
    async fn poison(&self, message: &StoredMessage, receipt: &str) {
        let queue = &self.trigger.queue;
        let poison = format!("{queue}-poison");
        let copied =
            self.persist("copied", || self.client.put_text_creating(&poison, &message.text)).await;
        if copied {
            self.persist("deleted", || self.client.delete(queue, &message.id, receipt)).await;
        }
    }

    /// Tries until the service is back; in the end the message's lease runs out by itself.
    async fn persist<F, R>(&self, what: &str, mut call: F) -> bool
    where
        F: FnMut() -> R,
        R: Future<Output = Result<(), QueueError>>,
    {
        for _ in 0..TRIES {
            match call().await {
                Ok(()) => return true,
                Err(error @ QueueError::Unreachable(_)) => {
                    tracing::warn!(%error, "a message was not {what} yet");
                    tokio::time::sleep(AWAY).await;
                }
                Err(error) => {
                    tracing::warn!(%error, "a message was not {what}");
                    return false;
                }
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_about_twofold() {
        for _ in 0..50 {
            let next = longer(Duration::from_secs(1)).as_secs_f64();
            assert!((1.8..=2.2).contains(&next), "{next}");
        }
    }
}
