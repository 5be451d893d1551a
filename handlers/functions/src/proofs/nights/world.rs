//! A store in memory that can be copied, for thousands of schedules: what is in it, and the rules by
//! which it changes. `ports.rs` is how functions reach it; `store_tests.rs` holds it to the real one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use domain::ports::blobs::BlobContainer;
use domain::ports::documents::{Change, Container, Page, Query, Stored};
use domain::ports::error::{Etag, StoreError};
use domain::ports::queues::Queue;
use jiff::Timestamp;
use serde_json::Value;

use super::witness::Witness;

/// Documents of one partition, with their versions.
pub type Partition = BTreeMap<String, (u64, Arc<Value>)>;

/// A blob: its version, and its bytes.
#[derive(Clone)]
pub struct Blob {
    pub version: u64,
    pub content_type: String,
    pub bytes: Bytes,
    pub written_at: Timestamp,
}

/// A message that waits.
#[derive(Clone)]
pub struct Message {
    pub number: u64,
    pub queue: Queue,
    pub json: Value,
    pub visible_at: Timestamp,
    /// How often it was handed out; after the fifth failure it is poison.
    pub handed_out: u32,
}

/// Everything that is stored.
#[derive(Clone, Default)]
pub struct World {
    pub documents: BTreeMap<(&'static str, String), Arc<Partition>>,
    pub blobs: BTreeMap<(&'static str, String), Blob>,
    pub messages: Vec<Message>,
    /// References of texts that were not forgotten.
    pub texts: BTreeSet<String>,
    pub newest_write: Option<Timestamp>,
    /// What happened, for the laws that compare with it.
    pub witness: Witness,
    versions: u64,
}

impl World {
    fn next_version(&mut self) -> u64 {
        self.versions += 1;
        self.versions
    }

    pub fn get(&self, container: Container, partition: &str, id: &str) -> Option<Stored> {
        let (version, body) = self.partition(container, partition)?.get(id)?;
        Some(stored(id, *version, body))
    }

    pub fn partition(&self, container: Container, partition: &str) -> Option<&Partition> {
        self.documents.get(&(container.name(), partition.to_owned())).map(|found| &**found)
    }

    /// Documents of a container, with their partitions.
    pub fn all(&self, container: Container) -> impl Iterator<Item = (&str, &str, &Value)> {
        self.documents.iter().filter(move |((name, _), _)| *name == container.name()).flat_map(
            |((_, partition), documents)| {
                documents.iter().map(|(id, (_, body))| (partition.as_str(), id.as_str(), &**body))
            },
        )
    }

    pub fn list(&self, container: Container, partition: &str, query: &Query) -> Page {
        let nothing = Partition::new();
        let documents = self.partition(container, partition).unwrap_or(&nothing);
        let fits = |(id, (_, body)): &(&String, &(u64, Arc<Value>))| {
            let equals = query.equals.as_ref();
            id.starts_with(&query.id_prefix)
                && equals.is_none_or(|(property, value)| body[*property] == **value)
                && query
                    .after
                    .as_ref()
                    .is_none_or(|after| if query.newest_first { *id < after } else { *id > after })
        };
        let mut found: Vec<Stored> = documents
            .iter()
            .filter(fits)
            .map(|(id, (version, body))| stored(id, *version, body))
            .collect();
        if query.newest_first {
            found.reverse();
        }
        let next = (found.len() > query.limit).then(|| found[query.limit - 1].id.clone());
        found.truncate(query.limit);
        Page { documents: found, next }
    }

    /// All changes or none.
    pub fn commit(
        &mut self,
        container: Container,
        partition: &str,
        changes: &[Change],
        now: Timestamp,
    ) -> Result<Vec<Etag>, StoreError> {
        let key = (container.name(), partition.to_owned());
        let before = self.documents.get(&key).cloned().unwrap_or_default();
        let mut after = Partition::clone(&before);
        let mut etags = Vec::new();
        for change in changes {
            let id = change.id().to_owned();
            let there = after.get(&id).map(|(version, _)| Etag(version.to_string()));
            let body = match change {
                Change::Create { .. } if there.is_some() => {
                    return Err(StoreError::Conflict { id });
                }
                Change::Replace { etag, .. } | Change::Delete { etag, .. }
                    if there.as_ref() != Some(etag) =>
                {
                    return Err(StoreError::Stale { id });
                }
                Change::Delete { .. } => {
                    after.remove(&id);
                    etags.push(Etag(String::new()));
                    continue;
                }
                Change::Create { body, .. }
                | Change::Replace { body, .. }
                | Change::Put { body, .. } => body.clone(),
            };
            let version = self.next_version();
            after.insert(id, (version, Arc::new(body)));
            etags.push(Etag(version.to_string()));
        }
        if container == Container::Patients {
            self.witness.see(partition, &before, changes);
        }
        if after.is_empty() {
            self.documents.remove(&key);
        } else {
            self.documents.insert(key, Arc::new(after));
        }
        self.newest_write = self.newest_write.max(Some(now));
        Ok(etags)
    }

    pub fn put_blob(
        &mut self,
        container: BlobContainer,
        name: &str,
        content_type: &str,
        bytes: Bytes,
        now: Timestamp,
    ) {
        let version = self.next_version();
        let content_type = content_type.to_owned();
        let blob = Blob { version, content_type, bytes, written_at: now };
        self.blobs.insert((container.name(), name.to_owned()), blob);
    }

    pub fn names(&self, container: BlobContainer, prefix: &str) -> Vec<String> {
        let names = self.blobs.keys().filter(|(place, _)| *place == container.name());
        names.map(|(_, name)| name.clone()).filter(|name| name.starts_with(prefix)).collect()
    }

    /// All documents and the names of all blobs, to look for words in.
    pub fn in_words(&self) -> String {
        let documents = self.documents.iter().flat_map(|((_, partition), documents)| {
            documents.iter().map(move |(id, (_, body))| format!("{partition} {id} {body}\n"))
        });
        documents.chain(self.blobs.keys().map(|(_, name)| format!("{name}\n"))).collect()
    }

    pub fn send(&mut self, queue: Queue, json: Value, visible_at: Timestamp) {
        let number = self.next_version();
        self.messages.push(Message { number, queue, json, visible_at, handed_out: 0 });
    }
}

fn stored(id: &str, version: u64, body: &Value) -> Stored {
    Stored { id: id.to_owned(), etag: Etag(version.to_string()), body: body.clone() }
}
