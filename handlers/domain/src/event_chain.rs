//! The event chain: each event of a record carries the hash of the one before it (invariant 3).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::purpose::Purpose;
use crate::sha256_hex::Sha256Hex;

/// The chain's end: one document, replaced If-Match in every batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    /// Sequence of the last event; 0 before the first.
    pub sequence: u64,
    /// Hash of the last event; 64 zeros before the first.
    pub hash: String,
}

impl Default for Head {
    fn default() -> Self {
        Self { sequence: 0, hash: "0".repeat(64) }
    }
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "kebab-case")]
pub enum Actor {
    /// A member of staff.
    Staff {
        /// Subject of their token.
        subject: String,
    },
    /// Whoever holds the link, or the patient after identity.
    Patient,
    /// The service itself.
    Service {
        /// Name of the function.
        function: String,
    },
}

/// What happened. Ids and words of ours only: names, numbers and dates of birth are in no event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventBody {
    /// When, by the service's clock.
    pub at: Timestamp,
    /// In the past tense, kebab-case: `patient-added`.
    pub name: String,
    /// Who did it.
    pub actor: Actor,
    /// For which organisation (R10).
    pub controller: String,
    /// For what (R31).
    pub purpose: Purpose,
    /// Under which instruction of the controller (R10).
    pub instruction: String,
    /// Ids of what it was about and what else is worth knowing. No fractions: their text is not
    /// the same everywhere.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, Value>,
}

/// One event; its document id is its sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// From 1, without gaps.
    pub sequence: u64,
    /// Hash of the event before; 64 zeros in the first.
    pub previous: String,
    /// SHA-256, lower-case hex, over the canonical JSON of all the rest.
    pub hash: String,
    /// What happened.
    #[serde(flatten)]
    pub body: EventBody,
}

/// The first sequence that does not fit: changed, missing, doubled or out of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the event chain is broken at event {0}")]
pub struct BrokenAt(pub u64);

/// The event that follows `head`, and the head after it. Both go into one batch, the head
/// If-Match.
pub fn next(head: &Head, body: EventBody) -> (Head, Event) {
    let mut event = Event {
        sequence: head.sequence + 1,
        previous: head.hash.clone(),
        hash: String::new(),
        body,
    };
    event.hash = hash_of(&event);
    (Head { sequence: event.sequence, hash: event.hash.clone() }, event)
}

/// Follows a whole chain from its first event. The caller compares the head it gives with the
/// stored one: a chain cut short at its end is whole in itself.
pub fn verify<'a>(events: impl IntoIterator<Item = &'a Event>) -> Result<Head, BrokenAt> {
    events.into_iter().try_fold(Head::default(), |head, event| {
        let expected = head.sequence + 1;
        let fits = event.sequence == expected
            && event.previous == head.hash
            && event.hash == hash_of(event);
        if !fits {
            return Err(BrokenAt(expected));
        }
        Ok(Head { sequence: event.sequence, hash: event.hash.clone() })
    })
}

fn hash_of(event: &Event) -> String {
    let mut json = serde_json::to_value(event).unwrap_or_default();
    if let Some(fields) = json.as_object_mut() {
        fields.remove("hash");
    }
    let mut text = String::new();
    write_canonical(&json, &mut text);
    Sha256Hex::of(text).to_string()
}

/// JSON with its keys sorted and no spaces, so that the order in which a store gives fields back
/// does not matter.
fn write_canonical(json: &Value, out: &mut String) {
    match json {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (place, (key, value)) in fields.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write_canonical(value, out);
            }
            out.push('}');
        }
        Value::Array(values) => {
            out.push('[');
            for (place, value) in values.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_canonical(value, out);
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}
