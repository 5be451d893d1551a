//! What Azure Communication Services says became of a text: an event of Event Grid, on queue `sms`.
//!
//! Both of Event Grid's shapes come: its own (`eventType`) and `CloudEvents` (`type`). Older pages of
//! the documentation show the data's names in capitals, so they are read without regard to that.

use domain::record::request::TextStatus;
use serde::Deserialize;
use serde_json::{Map, Value};

const REPORT: &str = "Microsoft.Communication.SMSDeliveryReportReceived";

/// An event about a text, or about something else.
#[derive(Debug, Deserialize)]
pub struct DeliveryEvent {
    #[serde(alias = "eventType")]
    r#type: String,
    data: Map<String, Value>,
}

impl DeliveryEvent {
    /// The text's reference and what became of it; `None` for any other event. The number that the
    /// event names is not read.
    pub fn reported(&self) -> Option<(String, TextStatus)> {
        if self.r#type != REPORT {
            return None;
        }
        let status = match self.text("deliverystatus")?.to_lowercase().as_str() {
            "delivered" => TextStatus::Delivered,
            "failed" => TextStatus::PermanentFailure,
            _ => return None,
        };
        Some((self.text("tag")?.to_owned(), status))
    }

    fn text(&self, name: &str) -> Option<&str> {
        let found = self.data.iter().find(|(key, _)| key.to_lowercase() == name);
        found.and_then(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reported(event: Value) -> Option<(String, TextStatus)> {
        serde_json::from_value::<DeliveryEvent>(event).ok()?.reported()
    }

    #[test]
    fn both_shapes_and_both_spellings_say_the_same() {
        let said = Some(("r-1".to_owned(), TextStatus::Delivered));
        let data = json!({ "messageId": "m", "to": "447700900123", "deliveryStatus": "Delivered",
                           "deliveryStatusDetails": "No error.", "tag": "r-1" });
        assert_eq!(reported(json!({ "type": REPORT, "specversion": "1.0", "data": data })), said);
        assert_eq!(reported(json!({ "eventType": REPORT, "data": data })), said);
        let capitals = json!({ "DeliveryStatus": "Delivered", "Tag": "r-1" });
        assert_eq!(reported(json!({ "eventType": REPORT, "data": capitals })), said);
    }

    #[test]
    fn other_events_and_our_own_messages_are_no_reports() {
        let received = "Microsoft.Communication.SMSReceived";
        assert_eq!(reported(json!({ "eventType": received, "data": { "tag": "r-1" } })), None);
        let own = json!({ "patient": "p", "request": "r", "generation": 1,
                          "first": "2026-11-22T10:00:00Z" });
        assert!(serde_json::from_value::<DeliveryEvent>(own).is_err());
        let unknown = json!({ "deliveryStatus": "Unknown", "tag": "r-1" });
        assert_eq!(reported(json!({ "type": REPORT, "data": unknown })), None);
    }
}
