//! Events: what queue and timer functions are given.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::declare::{QUEUE_BINDING, TIMER_BINDING};
use crate::envelope::{Envelope, decode_text};
use crate::{Failure, InvocationId};

/// One message of a storage queue. Delivered at least once.
#[derive(Clone, Debug)]
pub struct QueueMessage {
    /// The queue's id of the message, "" when unreadable. A message can forge it (a JSON object
    /// with a member `Id`), so it may stand in a log and decide nothing.
    pub id: String,
    /// How often the queue has handed it out, from 1. A message cannot forge this one: what it
    /// brings along arrives encoded twice, the queue's own count once.
    pub dequeue_count: u32,
    /// When it was put, RFC 3339, if the host said so.
    pub inserted_at: Option<String>,
    /// What was put.
    pub text: String,
    /// The host's id of this invocation.
    pub invocation: InvocationId,
}

impl QueueMessage {
    /// The text as JSON. What cannot be read will never be read: it fails until it is poison.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        // serde's own words may quote the message, so only the place is kept.
        serde_json::from_str(&self.text).map_err(|error| {
            Failure::broken(format_args!(
                "the queue message does not have the expected form ({:?}, column {})",
                error.classify(),
                error.column()
            ))
        })
    }

    /// A message for the unit test of a function, delivered for the first time.
    pub fn for_test(text: &str) -> Self {
        Self {
            id: "00000000-0000-4000-8000-000000000001".to_owned(),
            dequeue_count: 1,
            inserted_at: None,
            text: text.to_owned(),
            invocation: InvocationId::for_test(),
        }
    }

    /// `None` when the envelope holds no message.
    pub(crate) fn read(body: &[u8], invocation: InvocationId) -> Option<Self> {
        let Envelope { data, metadata } = Envelope::parse(body)?;
        Some(Self {
            id: readable_id(&metadata).unwrap_or_default(),
            dequeue_count: dequeue_count(&metadata).unwrap_or(1),
            inserted_at: inserted_at(&metadata),
            text: decode_text(data.get(QUEUE_BINDING)?)?,
            invocation,
        })
    }
}

/// A timer that fired.
#[derive(Clone, Debug)]
pub struct Timer {
    /// Whether this run makes up for one that was missed.
    pub is_past_due: bool,
    /// The host's id of this invocation.
    pub invocation: InvocationId,
}

impl Timer {
    /// A timer for the unit test of a function, on time.
    pub fn for_test() -> Self {
        Self { is_past_due: false, invocation: InvocationId::for_test() }
    }

    /// `None` when the envelope holds no timer.
    pub(crate) fn read(body: &[u8], invocation: InvocationId) -> Option<Self> {
        let envelope = Envelope::parse(body)?;
        let timer = envelope.data.get(TIMER_BINDING)?.as_object()?;
        let is_past_due = timer.get("IsPastDue").and_then(Value::as_bool).unwrap_or(false);
        Some(Self { is_past_due, invocation })
    }
}

fn dequeue_count(metadata: &Map<String, Value>) -> Option<u32> {
    metadata.get("DequeueCount")?.as_str()?.parse().ok().filter(|count| *count > 0)
}

fn readable_id(metadata: &Map<String, Value>) -> Option<String> {
    let id = decode_text(metadata.get("Id").filter(|id| id.is_string())?)?;
    let readable = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (id.len() <= 64 && id.bytes().all(readable)).then_some(id)
}

fn inserted_at(metadata: &Map<String, Value>) -> Option<String> {
    let text = metadata.get("InsertionTime")?.as_str()?;
    let in_time = |byte: u8| byte.is_ascii_digit() || b"-:.TZ+".contains(&byte);
    let is_time = text.len() >= 19 && text.len() <= 40 && text.bytes().all(in_time);
    is_time.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::envelope::encode_text;

    /// The form in which the real host sends a message, with what it merges in from `merged`.
    fn delivery(text: &str, merged: &Value) -> Vec<u8> {
        let mut metadata = json!({
            "DequeueCount": "3",
            "ExpirationTime": "2026-11-28T23:46:58+00:00",
            "Id": "\"0fe8c849-d4e6-4eee-b598-a16e0f3ab057\"",
            "InsertionTime": "2026-11-21T23:46:58+00:00",
            "NextVisibleTime": "2026-11-21T23:56:58+00:00",
            "PopReceipt": "\"AgAAAAMAAAAAAAAAVqQNb/ai2gE=\"",
            "sys": {"MethodName": "dispatch-sms", "UtcNow": "2026-11-21T23:46:58.1998095Z",
                    "RandGuid": "cb5f3811-2350-4881-986a-d4f209145d84"}
        });
        let members = metadata.as_object_mut().unwrap();
        members.extend(merged.as_object().unwrap().clone());
        json!({"Data": {"message": encode_text(text)}, "Metadata": metadata})
            .to_string()
            .into_bytes()
    }

    fn read(body: &[u8]) -> Option<QueueMessage> {
        QueueMessage::read(body, InvocationId::for_test())
    }

    #[test]
    fn a_message_arrives_as_it_was_put() {
        for text in
            ["hello world", "{\"request\":\"r1\"}", "\"quoted\"", "null", "true", "5", "", "Zoë 👋"]
        {
            let message = read(&delivery(text, &json!({}))).unwrap();

            assert_eq!(message.text, text);
            assert_eq!(message.dequeue_count, 3);
            assert_eq!(message.id, "0fe8c849-d4e6-4eee-b598-a16e0f3ab057");
            assert_eq!(message.inserted_at.as_deref(), Some("2026-11-21T23:46:58+00:00"));
        }
    }

    // What a JSON message brings along replaces the host's own metadata, encoded once more.
    #[test]
    fn a_message_cannot_forge_how_often_it_was_delivered_or_when_it_was_put() {
        let merged = json!({
            "Id": "\"mine\"", "DequeueCount": "\"99\"", "InsertionTime": "\"01/02/2026 03:04:05\"",
            "sys": "\"gone\""
        });
        let message = read(&delivery("{}", &merged)).unwrap();

        assert_eq!((message.dequeue_count, message.inserted_at), (1, None));
        assert_eq!(message.id, "mine");
    }

    #[test]
    fn an_id_that_could_not_stand_in_a_log_is_dropped() {
        for forged in
            [json!("\"two\\nlines\""), json!({"a": 1}), json!("\"Ada Lovelace\""), json!(7)]
        {
            assert_eq!(read(&delivery("x", &json!({"Id": forged}))).unwrap().id, "");
        }
    }

    #[test]
    fn an_event_grid_event_is_read_as_the_json_it_is() {
        let event = json!({
            "id": "831e1650-001e-001b-66ab-eeb76e069631",
            "subject": "/blobServices/default/containers/incoming/blobs/a.jpg",
            "eventType": "Microsoft.Storage.BlobCreated",
            "data": {"contentLength": 524_288, "eTag": "0x8D4BCC2E4835CD0"}
        });
        let merged =
            json!({"Id": "\"831e1650-001e-001b-66ab-eeb76e069631\"", "data": event["data"]});

        let message = read(&delivery(&event.to_string(), &merged)).unwrap();
        assert_eq!(message.json::<Value>().unwrap(), event);
    }

    #[test]
    fn a_message_of_another_form_is_named_without_being_quoted() {
        let failure = QueueMessage::for_test("SECRET").json::<Vec<u8>>().unwrap_err();

        assert!(!failure.to_string().contains("SECRET"));
    }

    #[test]
    fn a_wrong_envelope_holds_no_message() {
        for wrong in ["", "null", "{}", r#"{"Data":{}}"#, r#"{"Data":{"msg":"x"},"Metadata":{}}"#] {
            assert!(read(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_timer_says_whether_it_is_late() {
        let late = |past_due: bool| {
            let body = json!({
                "Data": {"timer": {"Schedule": {"AdjustForDST": true}, "ScheduleStatus": null,
                                   "IsPastDue": past_due}},
                "Metadata": {"sys": {"MethodName": "expire-records"}, "timer": "\"\""}
            });
            Timer::read(body.to_string().as_bytes(), InvocationId::for_test()).unwrap().is_past_due
        };

        assert!(late(true));
        assert!(!late(false));
    }

    #[test]
    fn a_wrong_envelope_holds_no_timer() {
        for wrong in ["", "null", "{}", r#"{"Data":{}}"#, r#"{"Data":{"timer":"x"},"Metadata":{}}"#]
        {
            assert!(Timer::read(wrong.as_bytes(), InvocationId::for_test()).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_message_is_too_strange(text in any::<String>()) {
            prop_assert_eq!(read(&delivery(&text, &json!({}))).unwrap().text, text);
        }

        #[test]
        fn no_body_is_too_strange(body in any::<Vec<u8>>()) {
            let _ = read(&body);
            let _ = Timer::read(&body, InvocationId::for_test());
        }
    }
}
