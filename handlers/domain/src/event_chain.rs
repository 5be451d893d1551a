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
            // A `Map` is sorted only until some crate asks serde_json for `preserve_order`.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const NOON: Timestamp = Timestamp::constant(1_795_348_800, 0);

    fn body(name: &str, note: &str) -> EventBody {
        EventBody {
            at: NOON,
            name: name.to_owned(),
            actor: Actor::Staff { subject: "demo-nurse-1".to_owned() },
            controller: "riverside".to_owned(),
            purpose: Purpose::ManageCondition,
            instruction: "dpa-1".to_owned(),
            details: BTreeMap::from([
                ("item".to_owned(), json!(note)),
                ("deep".to_owned(), json!({"b": [1, {"z": true, "a": null}], "a": note})),
            ]),
        }
    }

    fn chain(notes: &[String]) -> (Head, Vec<Event>) {
        let mut head = Head::default();
        let mut events = Vec::new();
        for note in notes {
            let (after, event) = next(&head, body("item-viewed", note));
            head = after;
            events.push(event);
        }
        (head, events)
    }

    /// What an auditor does: follow the chain and compare with the stored head.
    fn is_whole(events: &[Event], head: &Head) -> bool {
        verify(events).as_ref() == Ok(head)
    }

    /// Changes the n-th leaf of a JSON value; false where it has fewer.
    fn change_leaf(json: &mut Value, place: &mut usize) -> bool {
        match json {
            Value::Object(fields) => fields.values_mut().any(|value| change_leaf(value, place)),
            Value::Array(values) => values.iter_mut().any(|value| change_leaf(value, place)),
            leaf if *place == 0 => {
                *leaf = match leaf.take() {
                    Value::String(text) => json!(format!("{text}x")),
                    Value::Number(number) => json!(number.as_u64().unwrap() + 1),
                    Value::Bool(yes) => json!(!yes),
                    _ => json!("not null"),
                };
                true
            }
            _ => {
                *place -= 1;
                false
            }
        }
    }

    #[test]
    fn an_event_says_controller_purpose_and_instruction_r10_r31() {
        let (_, event) = next(&Head::default(), body("patient-added", "n"));
        let json = serde_json::to_value(&event).unwrap();
        assert_eq!(json["controller"], "riverside");
        assert_eq!(json["purpose"], "manage-condition");
        assert_eq!(json["instruction"], "dpa-1");
        assert_eq!(json["actor"], json!({"who": "staff", "subject": "demo-nurse-1"}));
        assert_eq!(json["at"], "2026-11-22T12:00:00Z");
    }

    #[test]
    fn the_first_event_is_pinned() {
        // SHA-256 over sorted JSON, computed apart from this code with Python's json and hashlib.
        let (head, event) = next(&Head::default(), body("patient-added", "n"));
        assert_eq!(head.sequence, 1);
        assert_eq!(head.hash, event.hash);
        assert_eq!(event.hash, "33d25b268f220d0463844cd00f268a1c64e834ab16d258b663e21b712284caca");
    }

    #[test]
    fn an_empty_chain_ends_where_it_begins() {
        assert_eq!(verify(&[]), Ok(Head::default()));
    }

    #[test]
    fn a_chain_that_skips_its_beginning_is_found() {
        let later = Head { sequence: 4, ..Head::default() };
        let (_, fifth) = next(&later, body("item-viewed", "n"));
        assert_eq!(verify(&[fifth]), Err(BrokenAt(1)));
    }

    #[test]
    fn the_order_in_which_a_store_gives_fields_back_does_not_matter() {
        let text = r#"{"b":1,"a":{"d":2,"c":3}}"#;
        let turned = r#"{"a":{"c":3,"d":2},"b":1}"#;
        let canonical = |text: &str| {
            let mut out = String::new();
            write_canonical(&serde_json::from_str(text).unwrap(), &mut out);
            out
        };
        assert_eq!(canonical(text), turned);
        assert_eq!(canonical(turned), turned);
    }

    proptest! {
        #[test]
        fn a_chain_is_whole_after_its_store(
            notes in proptest::collection::vec("\\PC{0,20}", 0..6),
        ) {
            let (head, events) = chain(&notes);
            let stored = serde_json::to_string(&events).unwrap();
            let read: Vec<Event> = serde_json::from_str(&stored).unwrap();
            prop_assert!(is_whole(&read, &head));
        }

        #[test]
        fn a_change_anywhere_is_found(
            notes in proptest::collection::vec("\\PC{0,20}", 1..6),
            which in any::<prop::sample::Index>(),
            leaf in 0..16_usize,
        ) {
            let (head, mut events) = chain(&notes);
            let which = which.index(events.len());
            let mut json = serde_json::to_value(&events[which]).unwrap();
            if change_leaf(&mut json, &mut leaf.clone()) {
                // A change that no longer reads as an event is found by reading.
                if let Ok(changed) = serde_json::from_value(json) {
                    events[which] = changed;
                    prop_assert!(!is_whole(&events, &head));
                    prop_assert_eq!(verify(&events), Err(BrokenAt(which as u64 + 1)));
                }
            }
        }

        #[test]
        fn a_missing_doubled_or_moved_event_is_found(
            notes in proptest::collection::vec("[a-z]{1,4}", 2..6),
            which in any::<prop::sample::Index>(),
            other in any::<prop::sample::Index>(),
        ) {
            let (head, events) = chain(&notes);
            let (which, other) = (which.index(events.len()), other.index(events.len()));
            let mut missing = events.clone();
            missing.remove(which);
            prop_assert!(!is_whole(&missing, &head));
            let mut doubled = events.clone();
            doubled.insert(other, events[which].clone());
            prop_assert!(!is_whole(&doubled, &head));
            let mut moved = events.clone();
            moved.swap(which, other);
            prop_assert!(which == other || !is_whole(&moved, &head));
        }

        #[test]
        fn an_event_rewritten_with_a_fresh_hash_breaks_the_next(
            notes in proptest::collection::vec("[a-z]{1,4}", 2..6),
        ) {
            let (head, mut events) = chain(&notes);
            let (_, forged) = next(&Head::default(), body("item-viewed", "forged"));
            events[0] = forged;
            prop_assert_eq!(verify(&events), Err(BrokenAt(2)));
            prop_assert!(!is_whole(&events, &head));
        }
    }
}
