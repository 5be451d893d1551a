//! Ports before those of any store. They count every effect, and at a chosen one the process is
//! killed, or the effect is done and its answer lost. Messages are kept here too, for whoever plays the host.

use std::collections::BTreeSet;
use std::future::pending;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use custom_handler::Failure;
use domain::ports::blobs::{BlobContainer, BlobFacts, Blobs, ReadBlobs};
use domain::ports::documents::{Change, Container, Documents, Page, Query, ReadDocuments, Stored};
use domain::ports::error::{Etag, StoreError};
use domain::ports::queues::{Queue, Queues};
use domain::ports::sms::{OutgoingText, Sms, SmsError, TextAccepted};
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Notify;

use crate::app::{App, SettleNight};
use crate::text_providers::TextProviders;

/// What befalls the run at its chosen effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// The process is killed just before the effect.
    Killed,
    /// The effect is done, and the caller sees an error.
    AnswerLost,
}

/// How an invocation ended.
pub enum Ended {
    Done,
    Failed(Failure),
    Killed,
}

/// See the module.
pub struct Breaks {
    /// The ports behind these.
    inner: App,
    effects: AtomicUsize,
    planned: Mutex<Option<(usize, Break)>>,
    killed: Notify,
    partitions: Mutex<BTreeSet<(&'static str, String)>>,
    sent: Mutex<Vec<(Queue, Value, Duration)>>,
    texts: Mutex<Vec<String>>,
}

impl Breaks {
    /// Puts them before every port of `app` that has effects.
    pub fn over(app: &mut App) -> Arc<Self> {
        let breaks = Arc::new(Self {
            inner: app.clone(),
            effects: AtomicUsize::new(0),
            planned: Mutex::default(),
            killed: Notify::new(),
            partitions: Mutex::default(),
            sent: Mutex::default(),
            texts: Mutex::default(),
        });
        app.documents = breaks.clone();
        app.blobs = breaks.clone();
        app.queues = breaks.clone();
        app.texts = TextProviders::outbox(breaks.clone());
        app.night = breaks.clone();
        breaks
    }

    /// Counts from 0 again, and breaks at effect `at`, the first being 1.
    pub fn plan(&self, at: usize, how: Break) {
        self.effects.store(0, Ordering::Relaxed);
        *self.planned.lock().unwrap() = Some((at, how));
    }

    /// Effects since then.
    pub fn effects(&self) -> usize {
        self.effects.load(Ordering::Relaxed)
    }

    /// Partitions that were written to.
    pub fn partitions(&self) -> BTreeSet<(&'static str, String)> {
        self.partitions.lock().unwrap().clone()
    }

    /// Messages that were put since this was last asked.
    pub fn take_sent(&self) -> Vec<(Queue, Value, Duration)> {
        std::mem::take(&mut self.sent.lock().unwrap())
    }

    /// References of all texts that were sent and not forgotten, each as often as it was sent.
    pub fn texts(&self) -> Vec<String> {
        self.texts.lock().unwrap().clone()
    }

    /// Runs an invocation to its end or to its death.
    pub async fn invoke(&self, work: impl Future<Output = Result<(), Failure>>) -> Ended {
        tokio::select! {
            biased;
            () = self.killed.notified() => Ended::Killed,
            outcome = work => outcome.map_or_else(Ended::Failed, |()| Ended::Done),
        }
    }

    /// Stands before an effect. True where the answer is to be lost.
    async fn effect(&self) -> bool {
        let number = self.effects.fetch_add(1, Ordering::Relaxed) + 1;
        let planned = *self.planned.lock().unwrap();
        match planned {
            Some((at, Break::Killed)) if at == number => {
                self.killed.notify_one();
                pending().await
            }
            Some((at, Break::AnswerLost)) => at == number,
            _ => false,
        }
    }
}

fn answer<T>(is_lost: bool, result: Result<T, StoreError>) -> Result<T, StoreError> {
    if is_lost { Err(StoreError::unavailable("the answer was lost")) } else { result }
}

#[async_trait]
impl ReadDocuments for Breaks {
    async fn get(
        &self,
        container: Container,
        partition: &str,
        id: &str,
    ) -> Result<Option<Stored>, StoreError> {
        self.inner.documents.get(container, partition, id).await
    }

    async fn list(
        &self,
        container: Container,
        partition: &str,
        query: &Query,
    ) -> Result<Page, StoreError> {
        self.inner.documents.list(container, partition, query).await
    }
}

#[async_trait]
impl Documents for Breaks {
    async fn commit(
        &self,
        container: Container,
        partition: &str,
        changes: Vec<Change>,
    ) -> Result<Vec<Etag>, StoreError> {
        let is_lost = self.effect().await;
        self.partitions.lock().unwrap().insert((container.name(), partition.to_owned()));
        answer(is_lost, self.inner.documents.commit(container, partition, changes).await)
    }
}

#[async_trait]
impl ReadBlobs for Breaks {
    async fn head(
        &self,
        container: BlobContainer,
        name: &str,
    ) -> Result<Option<BlobFacts>, StoreError> {
        self.inner.blobs.head(container, name).await
    }

    async fn read(
        &self,
        container: BlobContainer,
        name: &str,
        etag: &Etag,
    ) -> Result<Bytes, StoreError> {
        self.inner.blobs.read(container, name, etag).await
    }

    async fn read_part(
        &self,
        container: BlobContainer,
        name: &str,
        etag: &Etag,
        part: Range<u64>,
    ) -> Result<Bytes, StoreError> {
        self.inner.blobs.read_part(container, name, etag, part).await
    }

    async fn list(
        &self,
        container: BlobContainer,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        self.inner.blobs.list(container, prefix, after, limit).await
    }

    async fn list_uncommitted(
        &self,
        container: BlobContainer,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        self.inner.blobs.list_uncommitted(container, prefix, after, limit).await
    }
}

#[async_trait]
impl Blobs for Breaks {
    async fn put(
        &self,
        container: BlobContainer,
        name: &str,
        content_type: &str,
        bytes: Bytes,
    ) -> Result<(), StoreError> {
        let is_lost = self.effect().await;
        answer(is_lost, self.inner.blobs.put(container, name, content_type, bytes).await)
    }

    async fn erase(&self, container: BlobContainer, name: &str) -> Result<(), StoreError> {
        let is_lost = self.effect().await;
        answer(is_lost, self.inner.blobs.erase(container, name).await)
    }
}

#[async_trait]
impl Queues for Breaks {
    async fn send(
        &self,
        queue: Queue,
        message: &Value,
        hidden_for: Duration,
    ) -> Result<(), StoreError> {
        let is_lost = self.effect().await;
        let outcome = self.inner.queues.send(queue, message, hidden_for).await;
        if outcome.is_ok() {
            self.sent.lock().unwrap().push((queue, message.clone(), hidden_for));
        }
        answer(is_lost, outcome)
    }
}

/// A provider that dedupes: the same reference twice is one text.
#[async_trait]
impl Sms for Breaks {
    async fn send(&self, text: &OutgoingText) -> Result<TextAccepted, SmsError> {
        let is_lost = self.effect().await;
        let mut texts = self.texts.lock().unwrap();
        if !texts.contains(&text.reference) {
            texts.push(text.reference.clone());
        }
        answer(is_lost, Ok(TextAccepted::Sending)).map_err(|lost| SmsError::Temporary(lost.into()))
    }

    async fn forget(&self, reference: &str) -> Result<(), SmsError> {
        let is_lost = self.effect().await;
        self.texts.lock().unwrap().retain(|known| known != reference);
        answer(is_lost, Ok(())).map_err(|lost| SmsError::Temporary(lost.into()))
    }
}

#[async_trait]
impl SettleNight for Breaks {
    async fn begin(&self) -> Result<(), StoreError> {
        let is_lost = self.effect().await;
        answer(is_lost, self.inner.night.begin().await)
    }

    async fn all_is_sent(&self) -> Result<(), StoreError> {
        let is_lost = self.effect().await;
        answer(is_lost, self.inner.night.all_is_sent().await)
    }

    async fn settle(&self) -> Result<bool, StoreError> {
        let is_lost = self.effect().await;
        answer(is_lost, self.inner.night.settle().await)
    }

    async fn newest_write(&self) -> Result<Option<Timestamp>, StoreError> {
        self.inner.night.newest_write().await
    }
}
