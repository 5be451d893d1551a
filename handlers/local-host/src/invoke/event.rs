//! What a trigger hands to a function: the value for `Data`, and what stands around it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::failure::Failure;
use super::metadata::{Metadata, encoded};
use crate::dotnet_time;
use crate::ordered_json::Json;
use crate::timer::status::Status;

/// One firing. All attempts of a retry policy see the same.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub data: Json,
    /// What stands before `sys`.
    pub metadata: Metadata,
    /// Text whose members are merged after `sys`, and may replace it.
    pub merged: Option<String>,
}

/// A timer's firing, with its status before the run.
pub(crate) fn timer_event(status: Option<&Status>, past_due: bool) -> Event {
    let schedule = Json::Object(vec![("AdjustForDST".to_owned(), Json::Bool(true))]);
    let data = Json::Object(vec![
        ("Schedule".to_owned(), schedule),
        ("ScheduleStatus".to_owned(), status.map_or(Json::Null, Status::to_json)),
        ("IsPastDue".to_owned(), Json::Bool(past_due)),
    ]);
    Event { data, metadata: Metadata::default(), merged: None }
}

/// What the queue knows about a message.
#[derive(Clone, Debug)]
pub(crate) struct QueueFacts {
    pub id: String,
    pub dequeue_count: u32,
    pub inserted: Timestamp,
    /// `None`: at the end of time.
    pub expires: Option<Timestamp>,
    pub next_visible: Option<Timestamp>,
    pub pop_receipt: String,
}

/// The last second of .NET's calendar, and of a message that never expires.
const THE_END_OF_TIME: &str = "9999-12-31T23:59:59+00:00";

impl QueueFacts {
    /// Of a message that `/admin` made up.
    pub fn made_up(id: String, now: Timestamp) -> Self {
        Self {
            id,
            dequeue_count: 0,
            inserted: now,
            expires: None,
            next_visible: None,
            pop_receipt: String::new(),
        }
    }

    pub fn metadata(&self) -> Metadata {
        let mut metadata = Metadata::default();
        let moment = |moment: Option<Timestamp>| {
            Json::Text(moment.map_or(THE_END_OF_TIME.to_owned(), dotnet_time::whole_offset))
        };
        metadata.set("DequeueCount", Json::Text(self.dequeue_count.to_string()));
        metadata.set("ExpirationTime", moment(self.expires));
        metadata.set_text("Id", &self.id);
        metadata.set("InsertionTime", moment(Some(self.inserted)));
        metadata.set("NextVisibleTime", moment(self.next_visible));
        metadata.set_text("PopReceipt", &self.pop_receipt);
        metadata
    }
}

/// A queue message. Its bytes have to be UTF-8 unless the binding is binary.
pub(crate) fn queue_event(
    binding: &str,
    binary: bool,
    bytes: &[u8],
    facts: &QueueFacts,
) -> Result<Event, Failure> {
    let metadata = facts.metadata();
    if binary {
        return Ok(Event { data: Json::Text(STANDARD.encode(bytes)), metadata, merged: None });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| Failure::Binding {
        parameter: binding.to_owned(),
        cause: undecodable(bytes, error),
    })?;
    Ok(Event { data: encoded(text), metadata, merged: Some(text.to_owned()) })
}

fn undecodable(bytes: &[u8], error: std::str::Utf8Error) -> String {
    let at = error.valid_up_to();
    let wrong = bytes.get(at..).unwrap_or_default();
    let wrong = wrong.get(..error.error_len().unwrap_or(wrong.len())).unwrap_or(wrong);
    let shown: Vec<String> = wrong.iter().map(|byte| format!("[{byte:02X}]")).collect();
    let shown = shown.concat();
    format!(
        "System.Text.DecoderFallbackException: Unable to translate bytes {shown} at index {at} \
         from specified code page to Unicode."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> QueueFacts {
        QueueFacts {
            id: "5bc1".into(),
            dequeue_count: 1,
            inserted: "2026-11-21T23:46:58.5Z".parse().unwrap(),
            expires: "2026-11-28T23:46:58Z".parse().ok(),
            next_visible: "2026-11-21T23:56:58Z".parse().ok(),
            pop_receipt: "Ag=".into(),
        }
    }

    #[test]
    fn queue_facts_look_as_recorded() {
        assert_eq!(
            facts().metadata().into_json().to_compact(),
            r#"{"DequeueCount":"1","ExpirationTime":"2026-11-28T23:46:58+00:00","Id":"\"5bc1\"","InsertionTime":"2026-11-21T23:46:58+00:00","NextVisibleTime":"2026-11-21T23:56:58+00:00","PopReceipt":"\"Ag=\""}"#
        );
        let made_up = QueueFacts::made_up("x".into(), facts().inserted).metadata();
        let shown = made_up.into_json().to_compact();
        assert!(shown.contains(r#""ExpirationTime":"9999-12-31T23:59:59+00:00""#), "{shown}");
    }

    #[test]
    fn text_is_encoded_twice_and_bytes_once() {
        let text = queue_event("msg", false, b"hello", &facts()).unwrap();
        assert_eq!(text.data.to_compact(), r#""\"hello\"""#);
        let binary = queue_event("msg", true, b"\xff\xfe\0abc", &facts()).unwrap();
        assert_eq!(binary.data.to_compact(), r#""//4AYWJj""#);
        assert!(binary.merged.is_none());
    }

    #[test]
    fn bytes_that_are_no_text_fail_before_the_handler_sees_them() {
        let failure = queue_event("msg", false, b"\xff\xfeabc", &facts()).unwrap_err();
        assert!(failure.describe("q").ends_with(
            "Exception binding parameter 'msg' --> System.Text.DecoderFallbackException: Unable \
             to translate bytes [FF] at index 0 from specified code page to Unicode."
        ));
    }

    #[test]
    fn a_timer_without_a_status_says_null() {
        let event = timer_event(None, false);
        assert_eq!(
            event.data.to_compact(),
            r#"{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}"#
        );
    }
}
