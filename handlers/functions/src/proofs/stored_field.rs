//! Names of what is stored: where it stands, which document, which field.

use std::collections::BTreeSet;
use std::fmt;

use domain::operator_row::OPERATOR;
use domain::ports::documents::{Change, Container};
use serde::de::value::Error as NoValue;
use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use super::watched::Batch;

/// `patients`, `request-…`, `texts[].status`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoredField {
    pub place: String,
    pub document: String,
    pub field: String,
}

impl fmt::Display for StoredField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} | {} | {}", self.place, self.document, self.field)
    }
}

/// The fields that the batches have stored. A document's id is a field of its own: some say
/// something.
pub fn of_batches(batches: &[Batch]) -> BTreeSet<StoredField> {
    let mut fields = BTreeSet::new();
    for batch in batches {
        for change in &batch.changes {
            if let Change::Create { id, body }
            | Change::Put { id, body }
            | Change::Replace { id, body, .. } = change
            {
                let document = kind(batch.container, &batch.partition, id, body);
                add(&mut fields, batch.container.name(), &document, "id");
                add_all(&mut fields, batch.container.name(), &document, "", body);
            }
        }
    }
    fields
}

/// The fields of one JSON value that stands in `place` as `document`.
pub fn of_json(place: &str, document: &str, json: &Value) -> BTreeSet<StoredField> {
    let mut fields = BTreeSet::new();
    add_all(&mut fields, place, document, "", json);
    fields
}

fn add(fields: &mut BTreeSet<StoredField>, place: &str, document: &str, field: &str) {
    let [place, document, field] = [place, document, field].map(str::to_owned);
    fields.insert(StoredField { place, document, field });
}

fn add_all(
    fields: &mut BTreeSet<StoredField>,
    place: &str,
    document: &str,
    path: &str,
    json: &Value,
) {
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                let dot = if path.is_empty() { "" } else { "." };
                add_all(fields, place, document, &format!("{path}{dot}{name}"), value);
            }
        }
        Value::Array(values) => {
            for value in values {
                add_all(fields, place, document, &format!("{path}[]"), value);
            }
        }
        // Nothing is stored where nothing was said.
        Value::Null => {}
        _ => add(fields, place, document, path),
    }
}

/// What the inventory calls a document: its fixed id, or its prefix and an ellipsis.
fn kind(container: Container, partition: &str, id: &str, body: &Value) -> String {
    match container {
        Container::Patients if id.starts_with("told-key-") => "told-key-…".to_owned(),
        Container::Register if partition.ends_with("-directory") => partition.to_owned(),
        Container::Patients | Container::Register => prefixed(id),
        Container::Links => body["kind"].as_str().unwrap().to_owned(),
        Container::Ledger if id == partition => id.to_owned(),
        Container::Inbox if id == "last-review" => id.to_owned(),
        Container::Inbox if partition == OPERATOR => OPERATOR.to_owned(),
        Container::Ledger if body.get("pointers").is_some() => "again".to_owned(),
        Container::Inbox | Container::Ledger => "row".to_owned(),
    }
}

fn prefixed(id: &str) -> String {
    id.split_once('-').map_or_else(|| id.to_owned(), |(prefix, _)| format!("{prefix}-…"))
}

/// The fields that a stored type has by its derive, those that are mostly absent included.
pub fn declared<T: for<'de> Deserialize<'de>>() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    // It always fails: asked what it wants, there is nothing to give.
    let _ = T::deserialize(Asked(&mut names));
    assert!(!names.is_empty(), "{} declares no fields", std::any::type_name::<T>());
    names
}

struct Asked<'a>(&'a mut BTreeSet<String>);

impl<'de> Deserializer<'de> for Asked<'_> {
    type Error = NoValue;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, NoValue> {
        Err(NoValue::custom("only asked"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, NoValue> {
        self.0.extend(fields.iter().map(|name| (*name).to_owned()));
        Err(NoValue::custom("only asked"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
