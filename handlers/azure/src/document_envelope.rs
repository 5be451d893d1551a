//! A document on the wire: `{"id": …, "{partition property}": …, "body": {…}}`.
//!
//! The body keeps to itself, so that a property of its own named `id`, `_etag` or like the
//! partition's comes back as it was written.

use domain::ports::documents::{Container, Stored};
use domain::ports::error::{Etag, StoreError};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Longest id in bytes, and what may not stand in one (Cosmos DB, "Per-item limits").
const LONGEST_ID: usize = 1023;
const NOT_IN_AN_ID: [char; 4] = ['/', '\\', '?', '#'];

/// A document as Cosmos DB answers it.
#[derive(Deserialize)]
pub(crate) struct Envelope {
    id: String,
    #[serde(rename = "_etag")]
    etag: String,
    body: Value,
}

impl From<Envelope> for Stored {
    fn from(Envelope { id, etag, body }: Envelope) -> Self {
        Self { id, etag: Etag(etag), body }
    }
}

/// The envelope of `body`, as it is written.
pub(crate) fn envelope(
    container: Container,
    partition: &str,
    id: &str,
    body: Value,
) -> Result<Value, StoreError> {
    // A URL folds `.` and `..` away.
    let folded_away = [".", ".."].contains(&id);
    if id.is_empty() || id.len() > LONGEST_ID || id.contains(NOT_IN_AN_ID) || folded_away {
        return Err(StoreError::broken("an id that no document may have"));
    }
    if !body.is_object() {
        return Err(StoreError::broken(format!("`{id}` is no object")));
    }
    let property = container.partition_property();
    if property == "id" && partition != id {
        return Err(StoreError::broken(format!("`{id}` stands in a partition of its own only")));
    }
    let mut envelope = Map::new();
    envelope.insert("id".to_owned(), id.into());
    envelope.insert(property.to_owned(), partition.into());
    envelope.insert("body".to_owned(), body);
    Ok(Value::Object(envelope))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_link_stands_in_its_own_partition() {
        let written = envelope(Container::Links, "l-1", "l-1", json!({"id": "its own"})).unwrap();
        assert_eq!(written, json!({"id": "l-1", "body": {"id": "its own"}}));
        assert!(envelope(Container::Links, "l-1", "l-2", json!({})).is_err());
    }

    #[test]
    fn what_cosmos_db_would_refuse_is_refused_before_it_is_asked() {
        for id in ["", ".", "..", "a/b", "a?b", "a#b", "a\\b", &"i".repeat(1024)] {
            assert!(envelope(Container::Patients, "p", id, json!({})).is_err(), "{id}");
        }
        assert!(envelope(Container::Patients, "p", "a", json!([1])).is_err());
    }
}
