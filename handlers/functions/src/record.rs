//! One patient's record: read documents, decide, and commit the change with its event in one batch. The
//! day of a member of staff ([`crate::looks`]) is such a chain too, in another container.
//!
//! ```text
//! for _ in 0..DECISIONS {
//!     let record = Record::open(&app, patient, now).await?;
//!     … read, decide …
//!     if record.commit(…).await?.settled() { return Ok(…) }
//! }
//! Err(too_busy())
//! ```
//! A batch that lost a race changes nothing; the rule then decides again on fresh documents, at
//! most eight times (invariant 3).

use std::collections::BTreeMap;
use std::time::Duration;

use custom_handler::Failure;
use domain::event_chain::{self, EventBody, Head};
use domain::ports::documents::{Change, Container, Query, Stored, list_all};
use domain::ports::error::StoreError;
use domain::record::{HEAD, TOLD, event_id};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::app::{App, stored};
use crate::operation::Operation;

/// How often a rule decides before it gives up for now.
pub const DECISIONS: usize = 8;

/// A document and the version it was read at.
#[derive(Debug, Clone)]
pub struct Versioned<T> {
    pub stored: Stored,
    pub value: T,
}

impl<T: Serialize> Versioned<T> {
    /// Replace it, if nobody did meanwhile.
    pub fn replace(&self, by: &T) -> Result<Change, Failure> {
        stored(Change::replace(&self.stored, by))
    }

    /// Delete it, if nobody changed it meanwhile.
    pub fn delete(&self) -> Change {
        Change::delete(&self.stored)
    }
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// It is in.
    Done,
    /// The same was told before; that is success.
    ToldAlready,
    /// Somebody was faster: read and decide again.
    Raced,
}

impl Committed {
    /// True unless the rule has to decide again.
    pub fn settled(self) -> bool {
        self != Self::Raced
    }
}

/// What a commit tells of.
#[derive(Clone, Copy)]
pub struct NewEvent<'a> {
    pub operation: &'a Operation,
    /// In the past tense, kebab-case.
    pub what: &'a str,
    /// Ids and counts.
    pub about: &'a [(&'a str, &'a str)],
}

/// A record as it stood when it was opened.
pub struct Record<'a> {
    app: &'a App,
    container: Container,
    partition: &'a str,
    now: Timestamp,
    head: Option<Stored>,
}

impl<'a> Record<'a> {
    /// Reads the chain's head first: a change to anything read later loses the race at commit.
    pub async fn open(app: &'a App, patient: &'a str, now: Timestamp) -> Result<Self, Failure> {
        Self::open_in(app, Container::Patients, patient, now).await
    }

    /// The same of any partition that holds a chain.
    pub async fn open_in(
        app: &'a App,
        container: Container,
        partition: &'a str,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let head = stored(app.documents.get(container, partition, HEAD).await)?;
        Ok(Self { app, container, partition, now, head })
    }

    /// True before its first event.
    pub fn is_empty(&self) -> bool {
        self.head.is_none()
    }

    /// One document, or `None`.
    pub async fn read<T: DeserializeOwned>(
        &self,
        id: &str,
    ) -> Result<Option<Versioned<T>>, Failure> {
        let found = stored(self.app.documents.get(self.container, self.partition, id).await)?;
        found.map(versioned).transpose()
    }

    /// All documents of a kind, oldest first.
    pub async fn list<T: DeserializeOwned>(
        &self,
        prefix: &str,
    ) -> Result<Vec<Versioned<T>>, Failure> {
        let query = Query::prefix(prefix);
        let found = list_all(&*self.app.documents, self.container, self.partition, query).await;
        stored(found)?.into_iter().map(versioned).collect()
    }

    /// The changes and the event `what` about `about` in one batch. `told` names a fact that may
    /// be told twice: the second telling is [`Committed::ToldAlready`].
    pub async fn commit(
        &self,
        operation: &Operation,
        what: &str,
        about: &[(&str, &str)],
        changes: Vec<Change>,
        told: Option<&str>,
    ) -> Result<Committed, Failure> {
        self.commit_all(&[NewEvent { operation, what, about }], changes, told).await
    }

    /// The same with several events, which stand in the chain in this order.
    pub async fn commit_all(
        &self,
        events: &[NewEvent<'_>],
        changes: Vec<Change>,
        told: Option<&str>,
    ) -> Result<Committed, Failure> {
        let mut batch = changes;
        let told = told.map(|fact| format!("{TOLD}{fact}"));
        if let Some(id) = &told {
            batch.push(stored(Change::create(id, &serde_json::json!({ "at": self.now })))?);
        }
        self.append(events, &mut batch)?;
        let result = self.app.documents.commit(self.container, self.partition, batch).await;
        match result {
            Ok(_) => Ok(Committed::Done),
            Err(StoreError::Conflict { id }) if told.as_ref() == Some(&id) => {
                Ok(Committed::ToldAlready)
            }
            Err(error) if error.is_race() => {
                step_aside(self.app).await;
                Ok(Committed::Raced)
            }
            Err(error) => stored(Err(error)),
        }
    }

    fn append(&self, events: &[NewEvent<'_>], batch: &mut Vec<Change>) -> Result<(), Failure> {
        let mut head = match &self.head {
            Some(head) => stored(head.read::<Head>())?,
            None => Head::default(),
        };
        for NewEvent { operation, what, about } in events {
            let body = EventBody {
                at: self.now,
                name: (*what).to_owned(),
                actor: operation.actor.clone(),
                controller: operation.controller.clone(),
                purpose: operation.purpose,
                instruction: operation.instruction.clone(),
                details: about
                    .iter()
                    .map(|(key, value)| ((*key).to_owned(), Value::String((*value).to_owned())))
                    .collect::<BTreeMap<_, _>>(),
            };
            let (after, event) = event_chain::next(&head, body);
            batch.push(stored(Change::create(event_id(after.sequence), &event))?);
            head = after;
        }
        batch.push(stored(match &self.head {
            Some(stored) => Change::replace(stored, &head),
            None => Change::create(HEAD, &head),
        })?);
        Ok(())
    }
}

/// Ten to 250 milliseconds, uneven, so that those who met do not meet again: a commit takes a few,
/// and without a pause eight people at one record use up all their decisions.
pub async fn step_aside(app: &App) {
    let [uneven, ..] = app.random.bytes();
    tokio::time::sleep(Duration::from_millis(10 + u64::from(uneven) * 240 / 255)).await;
}

/// The typed document with its version.
pub fn versioned<T: DeserializeOwned>(found: Stored) -> Result<Versioned<T>, Failure> {
    let value = stored(found.read())?;
    Ok(Versioned { stored: found, value })
}

/// Too many decisions lost their race: the caller may come again.
pub fn too_busy() -> Failure {
    Failure::retry("eight decisions lost their race for one record")
}
