//! What a message on `uploads` says: which blob of `incoming` has arrived. Told by Event Grid, by
//! `finish-upload` or by `reconcile-uploads`; the blob itself is asked, never the message.

use custom_handler::Failure;
use domain::ids::is_id;
use domain::ports::queues::Queue;
use serde_json::{Value, json};
use std::time::Duration;

use crate::app::{App, stored};

/// Where Event Grid's `subject` names a blob of ours.
const SUBJECT: &str = "/blobServices/default/containers/incoming/blobs/";

/// A blob of `incoming`: `{patient}/{upload}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrivedBlob {
    pub patient: String,
    pub upload: String,
}

impl ArrivedBlob {
    /// From a message; `None` for an event that is about no blob of ours.
    pub fn read(message: &Value) -> Option<Self> {
        let name = match message.get("blob").and_then(Value::as_str) {
            Some(name) => name,
            None => message.get("subject")?.as_str()?.strip_prefix(SUBJECT)?,
        };
        let (patient, upload) = name.split_once('/')?;
        (is_id(patient) && is_id(upload))
            .then(|| Self { patient: patient.to_owned(), upload: upload.to_owned() })
    }

    /// The blob's name.
    pub fn name(&self) -> String {
        format!("{}/{}", self.patient, self.upload)
    }
}

/// Puts the message that Event Grid would; a repeat is harmless.
pub async fn say_arrived(app: &App, blob: &str, source: &'static str) -> Result<(), Failure> {
    let message = json!({ "source": source, "blob": blob });
    stored(app.queues.send(Queue::Uploads, &message, Duration::ZERO).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_grid_and_our_own_messages_name_the_same_blob() {
        let event = json!({ "subject": format!("{SUBJECT}p1/u1"), "eventType": "x", "data": {} });
        let own = json!({ "source": "finish-upload", "blob": "p1/u1" });
        assert_eq!(ArrivedBlob::read(&event), ArrivedBlob::read(&own));
        assert_eq!(ArrivedBlob::read(&own).unwrap().name(), "p1/u1");
    }

    #[test]
    fn an_event_about_anything_else_is_nothing_to_us() {
        let elsewhere = json!({ "subject": "/blobServices/default/containers/records/blobs/p/u" });
        assert_eq!(ArrivedBlob::read(&elsewhere), None);
        assert_eq!(ArrivedBlob::read(&json!({ "blob": "a/../b" })), None);
        assert_eq!(ArrivedBlob::read(&json!({ "blob": "only" })), None);
        assert_eq!(ArrivedBlob::read(&json!(7)), None);
    }
}
