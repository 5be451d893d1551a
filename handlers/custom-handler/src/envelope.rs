//! Envelopes: the JSON by which the host tells of an event, and the values inside it.
//!
//! Text is encoded twice (a JSON string that holds a JSON string), bytes once as base64, objects
//! stand as they are. Recorded from the real host; the documentation's samples differ.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a successful event is answered with, byte for byte. An empty body or `null` would hang the
/// host until functionTimeout, and then it kills the handler.
pub const SUCCESS: &str = r#"{"Outputs":{},"Logs":[],"ReturnValue":null}"#;

/// The body of `POST /{function}`: exactly these two members.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// The trigger's value under the name of its binding.
    #[serde(rename = "Data")]
    pub data: Map<String, Value>,
    /// What the trigger knows beside it. A queue message that is a JSON object is merged in here
    /// and may replace any member, so nothing in it is worth more than the message itself.
    #[serde(rename = "Metadata", default)]
    pub metadata: Map<String, Value>,
}

impl Envelope {
    /// Reads a request's body. `None` for anything that is not an envelope.
    pub fn parse(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    /// The bytes to send.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Maps of JSON values: there is nothing in them that serde_json could refuse.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// Text as the host writes it: `abc` becomes `"\"abc\""`.
pub fn encode_text(text: &str) -> Value {
    Value::String(Value::from(text).to_string())
}

/// Bytes as the host writes them: base64, encoded once.
pub fn encode_bytes(bytes: &[u8]) -> Value {
    Value::String(STANDARD.encode(bytes))
}

/// Any other value as the host writes it: objects stand as they are, the rest is JSON in a string
/// (5 becomes `"5"`, null becomes `"null"`).
pub fn encode_value(value: &Value) -> Value {
    match value {
        Value::Object(_) => value.clone(),
        other => Value::String(other.to_string()),
    }
}

/// Undoes [`encode_text`], and forgives a value that was encoded once or not at all: some hosts and
/// tools do that. `None` for null.
pub fn decode_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(outer) => {
            Some(serde_json::from_str::<String>(outer).unwrap_or_else(|_| outer.clone()))
        }
        other => Some(other.to_string()),
    }
}

/// Undoes [`encode_bytes`]. `None` for anything else.
pub fn decode_bytes(value: &Value) -> Option<Vec<u8>> {
    value.as_str().and_then(|text| STANDARD.decode(text).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn text_is_a_json_string_inside_a_json_string() {
        assert_eq!(encode_text("hello world"), json!("\"hello world\""));
        assert_eq!(encode_text("{\"a\":1}"), json!("\"{\\\"a\\\":1}\""));
    }

    #[test]
    fn values_are_encoded_as_the_host_does() {
        assert_eq!(encode_value(&json!(5)), json!("5"));
        assert_eq!(encode_value(&json!(null)), json!("null"));
        assert_eq!(encode_value(&json!([1])), json!("[1]"));
        assert_eq!(encode_value(&json!({"a": 1})), json!({"a": 1}));
        assert_eq!(encode_bytes(b"{\"a\":1}"), json!("eyJhIjoxfQ=="));
    }

    #[test]
    fn text_that_was_not_encoded_twice_is_forgiven() {
        assert_eq!(decode_text(&json!("plain")).as_deref(), Some("plain"));
        assert_eq!(decode_text(&json!("{\"a\":1}")).as_deref(), Some("{\"a\":1}"));
        assert_eq!(decode_text(&json!({"a": 1})).as_deref(), Some("{\"a\":1}"));
        assert_eq!(decode_text(&json!(null)), None);
    }

    #[test]
    fn an_envelope_has_two_members() {
        let envelope = Envelope::parse(br#"{"Data":{"message":"\"x\""},"Metadata":{"sys":{}}}"#);

        assert_eq!(
            envelope.unwrap().to_bytes(),
            br#"{"Data":{"message":"\"x\""},"Metadata":{"sys":{}}}"#
        );
        for wrong in ["", "null", "[]", "{}", "{\"Data\":5}", "{\"data\":{}}", "\u{feff}x"] {
            assert!(Envelope::parse(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_text_survives_the_wire(text in any::<String>()) {
            prop_assert_eq!(decode_text(&encode_text(&text)), Some(text));
        }

        #[test]
        fn every_byte_survives_the_wire(bytes in any::<Vec<u8>>()) {
            prop_assert_eq!(decode_bytes(&encode_bytes(&bytes)), Some(bytes));
        }
    }
}
