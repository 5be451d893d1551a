//! A store with a seed in it, and a host that hands out messages until none is left.

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use custom_handler::{Failure, QueueMessage, Timer};
use domain::ids::made_at;
use domain::ledger_bucket::Bucket;
use domain::ports::blobs::BlobContainer;
use domain::ports::clock::Clock as _;
use domain::ports::documents::{Change, Container, Query, list_all};
use domain::ports::queues::Queue;
use domain::record::{REQUEST, document_id};
use domain::sha256_hex::Sha256Hex;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::breaks::{Break, Breaks, Ended};
use super::seed::{Seed, Trigger, add_patient, correct_patient, hand_over, request_capture};
use crate::app::App;
use crate::testing::SetClock;

/// The host gives up a message after so many failures; one break fails one of them.
const MOST_DELIVERIES: usize = 5;
/// Documents of one batch while a seed is written.
const BATCH: usize = 90;
const BLOBS: [BlobContainer; 2] = [BlobContainer::Incoming, BlobContainer::Records];

/// A message that waits.
struct Message {
    queue: Queue,
    json: Value,
    visible_at: Timestamp,
    deliveries: usize,
}

/// See the module.
pub struct Stage<'a> {
    app: App,
    seed: &'a Seed,
    breaks: Arc<Breaks>,
    clock: Arc<SetClock>,
    messages: Vec<Message>,
    _kept: Box<dyn Any>,
}

impl<'a> Stage<'a> {
    /// An app over an empty store, with the seed written into it.
    pub async fn over(
        mut app: App,
        clock: Arc<SetClock>,
        seed: &'a Seed,
        kept: Box<dyn Any>,
    ) -> Self {
        clock.set(seed.now);
        app.clock = clock.clone();
        let breaks = Breaks::over(&mut app);
        let stage = Self { app, seed, breaks, clock, messages: Vec::new(), _kept: kept };
        stage.write_seed().await;
        stage
    }

    async fn write_seed(&self) {
        for ((container, partition), documents) in &self.seed.world.documents {
            let container = container_named(container);
            let puts: Vec<Change> = documents
                .iter()
                .map(|(id, (_, body))| Change::Put { id: id.clone(), body: Value::clone(body) })
                .collect();
            for batch in puts.chunks(BATCH) {
                self.app.documents.commit(container, partition, batch.to_vec()).await.unwrap();
            }
        }
        for ((container, name), blob) in &self.seed.world.blobs {
            let container = BLOBS.into_iter().find(|known| known.name() == *container).unwrap();
            let bytes = blob.bytes.clone();
            self.app.blobs.put(container, name, &blob.content_type, bytes).await.unwrap();
        }
    }

    /// The run, broken at effect `at`, until every message is handled. Answers how many effects
    /// it had.
    pub async fn run(&mut self, at: usize, how: Break) -> usize {
        match &self.seed.trigger {
            Trigger::Message(queue, json) => {
                self.breaks.plan(at, how);
                self.put(*queue, json.clone(), Duration::ZERO);
            }
            Trigger::Night => {
                let night = crate::expire_records::expire_records;
                night(self.app.clone(), Timer::for_test()).await.unwrap();
                self.breaks.plan(at, how);
            }
            Trigger::RequestCapture { patient, here } => {
                let call = || request_capture(self.app.clone(), patient.clone(), *here);
                self.call(at, how, call).await;
            }
            Trigger::HandOver => self.call(at, how, || hand_over(self.app.clone())).await,
            Trigger::AddPatient => self.call(at, how, || add_patient(self.app.clone())).await,
            Trigger::CorrectPatient { patient } => {
                let call = || correct_patient(self.app.clone(), patient.clone());
                self.call(at, how, call).await;
            }
        }
        self.hand_out().await;
        let effects = self.breaks.effects();
        self.look_again().await;
        effects
    }

    /// A call that a browser sends again until it is answered.
    async fn call<W: Future<Output = Result<(), Failure>>>(
        &self,
        at: usize,
        how: Break,
        call: impl Fn() -> W,
    ) {
        self.breaks.plan(at, how);
        let mut calls = 0;
        while !matches!(self.breaks.invoke(Box::pin(call())).await, Ended::Done) {
            calls += 1;
            assert!(calls < MOST_DELIVERIES, "a call is never answered");
        }
    }

    /// What the nights of the next two days do with pointers that were written early.
    async fn look_again(&mut self) {
        self.breaks.plan(usize::MAX, Break::Killed);
        let today = crate::ledger::day(self.clock.now());
        let tomorrow = today.tomorrow().unwrap();
        self.clock.set_to(self.clock.now() + SignedDuration::from_hours(48));
        for (container, bucket) in self.breaks.partitions() {
            let is_due = Bucket::parse(&bucket).is_ok_and(|bucket| bucket.day <= tomorrow);
            if container != Container::Ledger.name() || !is_due {
                continue;
            }
            let all = list_all(&*self.app.documents, Container::Ledger, &bucket, Query::prefix(""));
            let rows: Vec<String> = all.await.unwrap().into_iter().map(|row| row.id).collect();
            let message = serde_json::json!({ "bucket": bucket, "rows": rows });
            self.put(Queue::Erasures, message, Duration::ZERO);
        }
        self.hand_out().await;
    }

    async fn hand_out(&mut self) {
        loop {
            for (queue, json, hidden_for) in self.breaks.take_sent() {
                self.put(queue, json, hidden_for);
            }
            let next = self.messages.iter().enumerate();
            let next = next.min_by_key(|(_, message)| message.visible_at).map(|(place, _)| place);
            let Some(next) = next else { return };
            let mut message = self.messages.remove(next);
            self.clock.set_to(self.clock.now().max(message.visible_at));
            message.deliveries += 1;
            match self.breaks.invoke(handle(self.app.clone(), &message)).await {
                Ended::Done => {}
                Ended::Failed(failure) if message.deliveries == MOST_DELIVERIES => {
                    panic!("{} fails for ever: {failure}", message.json)
                }
                Ended::Failed(_) | Ended::Killed => self.messages.insert(0, message),
            }
        }
    }

    fn put(&mut self, queue: Queue, json: Value, hidden_for: Duration) {
        // A text that waits for its provider comes at once: end states are compared to the second.
        let waits_for_provider = json["tries"].as_u64().is_some_and(|tries| tries > 0);
        let hidden_for = if waits_for_provider { Duration::ZERO } else { hidden_for };
        let hidden_for = SignedDuration::try_from(hidden_for).unwrap();
        let visible_at = self.clock.now() + hidden_for;
        self.messages.push(Message { queue, json, visible_at, deliveries: 0 });
    }

    /// Everything that is stored, in words that do not name versions, nor ids and hashes that came
    /// up in the run: those are thrown anew each time.
    pub async fn end_state(&self) -> Vec<String> {
        let known = self.seed.world.documents.keys().cloned();
        let partitions: BTreeSet<_> = known.chain(self.breaks.partitions()).collect();
        let mut found = Vec::new();
        for (container, partition) in partitions {
            let named = container_named(container);
            let all = list_all(&*self.app.documents, named, &partition, Query::prefix("")).await;
            // The shard hangs on the id, which is another in each run.
            let partition = Bucket::parse(&partition)
                .map_or(partition.clone(), |bucket| bucket.day.to_string());
            for document in all.unwrap() {
                self.leads_somewhere(&document.body).await;
                found.push(format!("{container}/{partition}/{}: {}", document.id, document.body));
            }
        }
        for container in BLOBS {
            for name in self.app.blobs.list(container, "", None, 1000).await.unwrap() {
                let facts = self.app.blobs.head(container, &name).await.unwrap().unwrap();
                let bytes = self.app.blobs.read(container, &name, &facts.etag).await.unwrap();
                let hash = Sha256Hex::of(&bytes).to_string();
                let (start, end) = hash.split_at(32);
                found.push(format!("{}/{name}: {start} {end}", container.name()));
            }
        }
        found.extend(self.breaks.texts().into_iter().map(|text| format!("text {text}")));
        let seed = self.seed.world.in_words();
        let mut found: Vec<String> =
            found.into_iter().map(|words| without_new_names(&words, &seed)).collect();
        found.sort();
        found
    }

    /// A link whose request never came must not stay, and no row that was to be looked at again.
    async fn leads_somewhere(&self, row: &Value) {
        assert!(row.get("pointers").is_none(), "nobody looked again: {row}");
        if row["kind"] == "link" {
            let (patient, request) = (row["patient"].as_str(), row["request"].as_str());
            let (patient, id) = (patient.unwrap(), document_id(REQUEST, request.unwrap()));
            let request = self.app.documents.get(Container::Patients, patient, &id).await.unwrap();
            assert!(request.is_some(), "a link leads to no request: {row}");
        }
    }

    /// The app over this store.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// What stands before its ports.
    pub fn breaks(&self) -> &Breaks {
        &self.breaks
    }
}

fn container_named(name: &str) -> Container {
    Container::ALL.into_iter().find(|container| container.name() == name).unwrap()
}

async fn handle(app: App, message: &Message) -> Result<(), Failure> {
    let text = QueueMessage::for_test(&message.json.to_string());
    match message.queue {
        Queue::Uploads => crate::file_upload::file_upload(app, text).await,
        Queue::Sms => crate::dispatch_sms::dispatch_sms(app, text).await,
        Queue::Erasures => crate::erase_records::erase_records(app, text).await,
    }
}

/// Ids (26 letters and digits that tell a moment) and hashes (64 hex digits) that the seed does
/// not hold become the same word everywhere.
fn without_new_names(words: &str, seed: &str) -> String {
    let is_part = |letter: char| letter.is_ascii_alphanumeric();
    let mut out = String::with_capacity(words.len());
    let mut rest = words;
    while let Some(start) = rest.find(is_part) {
        let end = rest[start..].find(|letter| !is_part(letter)).map_or(rest.len(), |n| start + n);
        let (before, word) = (&rest[..start], &rest[start..end]);
        out.push_str(before);
        let is_hash = word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_new = (is_hash || made_at(word).is_some()) && !seed.contains(word);
        out.push_str(if is_new { "NEW" } else { word });
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}
