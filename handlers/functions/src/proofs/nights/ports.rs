//! The ports over a [`World`]. Each call gives way once before it does anything, so that whoever
//! polls decides who acts next, may let the call fail before or after its effect, or may drop the
//! caller there: killed between any two effects.

use std::future::poll_fn;
use std::ops::Range;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use domain::ports::blobs::{BlobContainer, BlobFacts, Blobs, ReadBlobs, SignUrls, SignedUpload};
use domain::ports::clock::Clock;
use domain::ports::documents::{Change, Container, Documents, Page, Query, ReadDocuments, Stored};
use domain::ports::error::{Etag, StoreError};
use domain::ports::keys::{Keys, SecretKey};
use domain::ports::queues::{Queue, Queues};
use domain::ports::random::Random;
use domain::ports::sms::{OutgoingText, Sms, SmsError, TextAccepted};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::dice::Dice;
use super::world::World;
use crate::app::{App, SettleNight};
use crate::text_providers::TextProviders;

/// What happens to the next call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It works.
    Works = 0,
    /// It fails and has done nothing.
    Fails = 1,
    /// It has done its work, and the answer is lost.
    AnswerLost = 2,
}

/// The ports.
pub struct Ports {
    world: Mutex<World>,
    now: Mutex<Timestamp>,
    dice: Mutex<Dice>,
    fate: AtomicU8,
    /// 0: calls run through; 1: they give way; 2: one of them just did.
    turns: AtomicU8,
    link_key: SecretKey,
    number_key: SecretKey,
}

/// Says that the answer of a call that worked is lost.
pub struct Answer(bool);

impl Answer {
    pub fn is_lost(&self) -> bool {
        self.0
    }

    fn of<T>(self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if self.0 { Err(StoreError::unavailable("the answer was lost")) } else { result }
    }
}

impl Ports {
    pub fn over(
        world: World,
        now: Timestamp,
        dice: Dice,
        link_key: SecretKey,
        number_key: SecretKey,
    ) -> Arc<Self> {
        Arc::new(Self {
            world: Mutex::new(world),
            now: Mutex::new(now),
            dice: Mutex::new(dice),
            fate: AtomicU8::new(Fate::Works as u8),
            turns: AtomicU8::new(0),
            link_key,
            number_key,
        })
    }

    /// An app over these ports; the rest as in `app`.
    pub fn app(self: &Arc<Self>, app: &App) -> App {
        App {
            documents: self.clone(),
            blobs: self.clone(),
            urls: self.clone(),
            queues: self.clone(),
            texts: TextProviders::outbox(self.clone()),
            keys: self.clone(),
            clock: self.clone(),
            random: self.clone(),
            night: self.clone(),
            ..app.clone()
        }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    pub fn set_now(&self, now: Timestamp) {
        *self.now.lock().unwrap() = now;
    }

    /// Whether calls give way.
    pub fn take_turns(&self, yes: bool) {
        self.turns.store(u8::from(yes), Ordering::Relaxed);
    }

    /// True where the one that was just polled stands before a call, and does not sleep.
    pub fn gave_way(&self) -> bool {
        self.turns.compare_exchange(2, 1, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    pub fn set_fate(&self, fate: Fate) {
        self.fate.store(fate as u8, Ordering::Relaxed);
    }

    /// Stands before a call.
    pub async fn turn(&self) -> Result<Answer, StoreError> {
        let mut asked = self.turns.load(Ordering::Relaxed) == 0;
        poll_fn(|_| {
            if asked {
                return Poll::Ready(());
            }
            asked = true;
            self.turns.store(2, Ordering::Relaxed);
            Poll::Pending
        })
        .await;
        match self.fate.swap(Fate::Works as u8, Ordering::Relaxed) {
            1 => Err(StoreError::unavailable("it failed")),
            fate => Ok(Answer(fate == 2)),
        }
    }
}

#[async_trait]
impl ReadDocuments for Ports {
    async fn get(
        &self,
        container: Container,
        partition: &str,
        id: &str,
    ) -> Result<Option<Stored>, StoreError> {
        let answer = self.turn().await?;
        answer.of(Ok(self.world().get(container, partition, id)))
    }

    async fn list(
        &self,
        container: Container,
        partition: &str,
        query: &Query,
    ) -> Result<Page, StoreError> {
        let answer = self.turn().await?;
        answer.of(Ok(self.world().list(container, partition, query)))
    }
}

#[async_trait]
impl Documents for Ports {
    async fn commit(
        &self,
        container: Container,
        partition: &str,
        changes: Vec<Change>,
    ) -> Result<Vec<Etag>, StoreError> {
        let answer = self.turn().await?;
        let now = self.now();
        answer.of(self.world().commit(container, partition, &changes, now))
    }
}

#[async_trait]
impl ReadBlobs for Ports {
    async fn head(
        &self,
        container: BlobContainer,
        name: &str,
    ) -> Result<Option<BlobFacts>, StoreError> {
        let answer = self.turn().await?;
        let world = self.world();
        let found = world.blobs.get(&(container.name(), name.to_owned()));
        answer.of(Ok(found.map(|blob| BlobFacts {
            etag: Etag(blob.version.to_string()),
            bytes: blob.bytes.len() as u64,
            content_type: blob.content_type.clone(),
            written_at: blob.written_at,
        })))
    }

    async fn read(
        &self,
        container: BlobContainer,
        name: &str,
        etag: &Etag,
    ) -> Result<Bytes, StoreError> {
        let answer = self.turn().await?;
        let world = self.world();
        let found = world.blobs.get(&(container.name(), name.to_owned()));
        let found = found.filter(|blob| blob.version.to_string() == etag.0);
        let stale = || StoreError::Stale { id: name.to_owned() };
        answer.of(found.map(|blob| blob.bytes.clone()).ok_or_else(stale))
    }

    async fn read_part(
        &self,
        container: BlobContainer,
        name: &str,
        etag: &Etag,
        part: Range<u64>,
    ) -> Result<Bytes, StoreError> {
        let bytes = self.read(container, name, etag).await?;
        let end = usize::try_from(part.end).unwrap().min(bytes.len());
        Ok(bytes.slice(usize::try_from(part.start).unwrap().min(end)..end))
    }

    async fn list(
        &self,
        container: BlobContainer,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let answer = self.turn().await?;
        let names = self.world().names(container, prefix);
        let behind = |name: &String| after.is_none_or(|after| name.as_str() > after);
        answer.of(Ok(names.into_iter().filter(behind).take(limit).collect()))
    }

    async fn list_uncommitted(
        &self,
        _: BlobContainer,
        _: &str,
        _: Option<&str>,
        _: usize,
    ) -> Result<Vec<String>, StoreError> {
        // This store knows no blocks.
        let answer = self.turn().await?;
        answer.of(Ok(Vec::new()))
    }
}

#[async_trait]
impl Blobs for Ports {
    async fn put(
        &self,
        container: BlobContainer,
        name: &str,
        content_type: &str,
        bytes: Bytes,
    ) -> Result<(), StoreError> {
        let answer = self.turn().await?;
        let now = self.now();
        self.world().put_blob(container, name, content_type, bytes, now);
        answer.of(Ok(()))
    }

    async fn erase(&self, container: BlobContainer, name: &str) -> Result<(), StoreError> {
        let answer = self.turn().await?;
        self.world().blobs.remove(&(container.name(), name.to_owned()));
        answer.of(Ok(()))
    }
}

#[async_trait]
impl SignUrls for Ports {
    async fn sign_upload(
        &self,
        name: &str,
        _: &str,
        _: u64,
        _: Timestamp,
    ) -> Result<SignedUpload, StoreError> {
        Ok(SignedUpload { url: name.to_owned(), headers: Vec::new() })
    }

    async fn sign_read(&self, name: &str, _: &str, _: Timestamp) -> Result<String, StoreError> {
        Ok(name.to_owned())
    }
}

#[async_trait]
impl Queues for Ports {
    async fn send(
        &self,
        queue: Queue,
        message: &Value,
        hidden_for: Duration,
    ) -> Result<(), StoreError> {
        let answer = self.turn().await?;
        let hidden_for = SignedDuration::try_from(hidden_for).unwrap_or_default();
        let visible_at = self.now() + hidden_for;
        self.world().send(queue, message.clone(), visible_at);
        answer.of(Ok(()))
    }
}

#[async_trait]
impl Sms for Ports {
    async fn send(&self, text: &OutgoingText) -> Result<TextAccepted, SmsError> {
        let temporary = |error: StoreError| SmsError::Temporary(error.into());
        let answer = self.turn().await.map_err(temporary)?;
        self.world().texts.insert(text.reference.clone());
        answer.of(Ok(TextAccepted::Sending)).map_err(temporary)
    }

    async fn forget(&self, reference: &str) -> Result<(), SmsError> {
        let temporary = |error: StoreError| SmsError::Temporary(error.into());
        let answer = self.turn().await.map_err(temporary)?;
        self.world().texts.remove(reference);
        answer.of(Ok(())).map_err(temporary)
    }
}

#[async_trait]
impl Keys for Ports {
    async fn current_link_key(&self) -> Result<(u32, SecretKey), StoreError> {
        Ok((1, self.link_key.clone()))
    }

    async fn link_key(&self, version: u32) -> Result<Option<SecretKey>, StoreError> {
        Ok((version == 1).then(|| self.link_key.clone()))
    }

    async fn number_key(&self, _: &str) -> Result<SecretKey, StoreError> {
        Ok(self.number_key.clone())
    }
}

#[async_trait]
impl SettleNight for Ports {
    async fn begin(&self) -> Result<(), StoreError> {
        let answer = self.turn().await?;
        answer.of(Ok(()))
    }

    async fn all_is_sent(&self) -> Result<(), StoreError> {
        let answer = self.turn().await?;
        answer.of(Ok(()))
    }

    async fn settle(&self) -> Result<bool, StoreError> {
        let answer = self.turn().await?;
        answer.of(Ok(false))
    }

    async fn newest_write(&self) -> Result<Option<Timestamp>, StoreError> {
        let answer = self.turn().await?;
        answer.of(Ok(self.world().newest_write))
    }
}

impl Clock for Ports {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }
}

impl Random for Ports {
    fn bytes(&self) -> [u8; 32] {
        self.dice.lock().unwrap().bytes()
    }
}
