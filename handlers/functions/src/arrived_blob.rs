//! What a message on `uploads` says: which blob of `incoming` has arrived. Told by Event Grid, by
//! `finish-upload` or by `reconcile-uploads`; the blob itself is asked, never the message.

use custom_handler::Failure;
use domain::ids::is_id;
use domain::ports::blobs::ScanVerdict;
use domain::ports::error::Etag;
use domain::ports::queues::Queue;
use serde_json::{Value, json};
use std::time::Duration;

use crate::app::{App, stored};

/// Where Event Grid's `subject` names a blob of ours.
const SUBJECT: &str = "/blobServices/default/containers/incoming/blobs/";

/// What Defender for Storage sends when it has looked, and how it names a blob of ours.
const SCAN_RESULT: &str = "Microsoft.Security.MalwareScanningResult";
const SCANNED: &str = "/containers/incoming/blobs/";

/// A blob of `incoming`: `{patient}/{upload}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrivedBlob {
    pub patient: String,
    pub upload: String,
    /// What the message says a scanner found, and in which version.
    scan: Option<(ScanVerdict, String)>,
}

impl ArrivedBlob {
    /// From a message; `None` for an event that is about no blob of ours.
    pub fn read(message: &Value) -> Option<Self> {
        let text = |name: &str| message.get(name).and_then(Value::as_str);
        // Event Grid's own shape says `eventType`, CloudEvents says `type`.
        let is_scan = text("type").or(text("eventType")) == Some(SCAN_RESULT);
        let name = match (text("blob"), text("subject")) {
            (Some(name), _) => name,
            (None, Some(subject)) if is_scan => subject.split_once(SCANNED)?.1,
            (None, Some(subject)) => subject.strip_prefix(SUBJECT)?,
            (None, None) => return None,
        };
        let (patient, upload) = name.split_once('/')?;
        if !is_id(patient) || !is_id(upload) {
            return None;
        }
        let scan = is_scan.then(|| scan_of(message)).flatten();
        Some(Self { patient: patient.to_owned(), upload: upload.to_owned(), scan })
    }

    /// What the message says a scanner found in this version; `None` where it says nothing of it.
    pub fn verdict_on(&self, etag: &Etag) -> Option<ScanVerdict> {
        let (verdict, of) = self.scan.as_ref()?;
        // The event leaves out the quotes of the header.
        (of.trim_matches('"') == etag.0.trim_matches('"')).then_some(*verdict)
    }

    /// The blob's name.
    pub fn name(&self) -> String {
        format!("{}/{}", self.patient, self.upload)
    }
}

fn scan_of(message: &Value) -> Option<(ScanVerdict, String)> {
    let said = |name: &str| message.get("data")?.get(name)?.as_str();
    let verdict = match said("scanResultType")? {
        "No threats found" => ScanVerdict::Clean,
        "Malicious" => ScanVerdict::Malicious,
        _ => ScanVerdict::NotScanned,
    };
    Some((verdict, said("eTag")?.to_owned()))
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
    fn a_verdict_holds_for_the_version_that_was_scanned() {
        let data = json!({ "scanResultType": "No threats found", "eTag": "0x8DE1",
                           "blobUri": "https://media.example.org/incoming/p1/u1" });
        let subject = format!("storageAccounts/media{SCANNED}p1/u1");
        for event in [
            json!({ "subject": subject, "eventType": SCAN_RESULT, "data": data }),
            json!({ "subject": subject, "type": SCAN_RESULT, "specversion": "1.0", "data": data }),
        ] {
            let blob = ArrivedBlob::read(&event).unwrap();
            assert_eq!(blob.name(), "p1/u1");
            let on = |etag: &str| blob.verdict_on(&Etag(etag.to_owned()));
            assert_eq!(on("\"0x8DE1\""), Some(ScanVerdict::Clean));
            assert_eq!(on("\"0x8DE2\""), None);
        }
        // The same words in an event of another kind are nobody's verdict.
        let created = json!({ "subject": format!("{SUBJECT}p1/u1"), "data": data,
                              "eventType": "Microsoft.Storage.BlobCreated" });
        let blob = ArrivedBlob::read(&created).unwrap();
        assert_eq!(blob.verdict_on(&Etag("0x8DE1".into())), None);
    }

    #[test]
    fn cloud_events_name_the_same_blob() {
        let event = json!({ "subject": format!("{SUBJECT}p1/u1"), "specversion": "1.0",
                            "type": "Microsoft.Storage.BlobCreated", "data": {} });
        assert_eq!(ArrivedBlob::read(&event).unwrap().name(), "p1/u1");
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
