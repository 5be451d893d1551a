//! What was seen of the commits: things that the store itself cannot tell afterwards.

use std::collections::{BTreeMap, BTreeSet};

use domain::ports::documents::Change;
use domain::record::{HEAD, HOLD, ITEM, NOTE, PATIENT, TOMBSTONE, document_id};
use serde_json::Value;

use super::world::Partition;

/// A hold that was not released.
#[derive(Clone)]
pub struct Standing {
    /// The item that it names; none, and it covers the record.
    pub item: Option<String>,
    /// Documents that it must keep: what it covers of what was there when it was placed.
    pub keeps: Vec<String>,
}

/// See the module.
#[derive(Clone, Default)]
pub struct Witness {
    /// Items that were ever filed, by patient.
    pub items: BTreeSet<(String, String)>,
    /// The chain's last hash of each record.
    pub heads: BTreeMap<String, String>,
    /// Holds that stand, by patient and hold.
    pub holds: BTreeMap<(String, String), Standing>,
    /// Tombstones as they were first written.
    pub tombstones: BTreeMap<(String, String), Value>,
    /// What must not have happened.
    pub wrongs: Vec<String>,
}

impl Witness {
    /// A batch that is about to change `before`.
    pub fn see(&mut self, partition: &str, before: &Partition, changes: &[Change]) {
        for change in changes {
            let (Change::Create { id, body }
            | Change::Put { id, body }
            | Change::Replace { id, body, .. }) = change
            else {
                continue;
            };
            let key = (partition.to_owned(), id.clone());
            if id == HEAD {
                let hash = body["hash"].as_str().unwrap_or_default();
                self.heads.insert(partition.to_owned(), hash.to_owned());
            } else if let Some(item) = id.strip_prefix(ITEM) {
                self.items.insert((partition.to_owned(), item.to_owned()));
            } else if id.starts_with(HOLD) {
                if body["releasedAt"].is_null() {
                    let item = body["item"].as_str().map(str::to_owned);
                    let keeps = kept_by(item.as_deref(), before);
                    self.holds.insert(key, Standing { item, keeps });
                } else {
                    self.holds.remove(&key);
                }
            } else if id.starts_with(TOMBSTONE) {
                let first = self.tombstones.entry(key).or_insert_with(|| body.clone());
                if first != body {
                    self.wrongs.push(format!("`{id}` was written twice: {first} then {body}"));
                }
            }
        }
    }

    /// Holds on this patient's record or on a picture of it.
    pub fn holds_on<'a>(&'a self, patient: &'a str) -> impl Iterator<Item = &'a Standing> {
        self.holds.iter().filter(move |((of, _), _)| of == patient).map(|(_, standing)| standing)
    }
}

/// The patient, and of what is there and not yet fenced the named item with its notes, or everything.
fn kept_by(named: Option<&str>, before: &Partition) -> Vec<String> {
    let is_kept = |id: &str, body: &Value| {
        let about = match id.strip_prefix(ITEM) {
            Some(item) => Some(item),
            None if id.starts_with(NOTE) => body["item"].as_str(),
            None => return id == PATIENT,
        };
        // A note goes with its item, and an item that is fenced goes.
        let item = about.and_then(|item| before.get(&document_id(ITEM, item)));
        let is_fenced = item.is_some_and(|(_, item)| item["keeping"] != "kept");
        !is_fenced && named.is_none_or(|named| about == Some(named))
    };
    let kept = before.iter().filter(|(id, (_, body))| is_kept(id, body));
    kept.map(|(id, _)| id.clone()).collect()
}
