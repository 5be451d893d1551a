//! The event that Azure raises when a blob is committed, as Event Grid puts it on a storage queue:
//! `Microsoft.Storage.BlobCreated` in the Event Grid schema, the shape of functions-host.md §4.3.

use domain::ports::blobs::BlobFacts;
use serde_json::{Value, json};

use crate::blob_rows::BlobName;
use crate::percent;

/// The storage account that is not one: events name it where Azure names a resource.
const TOPIC: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/aftersight\
                     /providers/Microsoft.Storage/storageAccounts/aftersight";

/// Which call made the blob.
#[derive(Debug, Clone)]
pub(crate) struct MadeBy {
    /// `PutBlob` or `PutBlockList`.
    pub(crate) api: &'static str,
    pub(crate) request_id: String,
    /// `x-ms-client-request-id`, where the caller sent one.
    pub(crate) client_request_id: Option<String>,
}

impl MadeBy {
    /// A Put Blob of our own.
    pub(crate) fn put_blob(request_id: String) -> Self {
        Self { api: "PutBlob", request_id, client_request_id: None }
    }
}

/// A blob was committed.
pub(crate) struct Created<'a> {
    pub(crate) id: String,
    pub(crate) endpoint: &'a str,
    pub(crate) place: &'a BlobName,
    pub(crate) facts: &'a BlobFacts,
    pub(crate) by: &'a MadeBy,
}

impl Created<'_> {
    /// The event, one object: on a storage queue Event Grid puts each event on its own.
    pub(crate) fn to_json(&self) -> Value {
        let Self { id, endpoint, place, facts, by } = self;
        let (container, name) = (place.container.name(), &place.name);
        json!({
            "topic": TOPIC,
            "subject": format!("/blobServices/default/containers/{container}/blobs/{name}"),
            "eventType": "Microsoft.Storage.BlobCreated",
            "id": id,
            "data": {
                "api": by.api,
                "clientRequestId": by.client_request_id.as_ref().unwrap_or(&by.request_id),
                "requestId": by.request_id,
                "eTag": facts.etag.0,
                "contentType": facts.content_type,
                "contentLength": facts.bytes,
                "blobType": "BlockBlob",
                "url": format!("{endpoint}/{container}/{}", percent::encode(name)),
                // Compared as text, for one blob: the later event is the greater.
                "sequencer": format!("{:032x}", facts.written_at.as_microsecond()),
                "storageDiagnostics": { "batchId": by.request_id },
            },
            "dataVersion": "",
            "metadataVersion": "1",
            "eventTime": facts.written_at.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::ports::blobs::BlobContainer;
    use domain::ports::error::Etag;

    use super::*;

    #[test]
    fn the_event_has_the_shape_of_event_grid() {
        let facts = BlobFacts {
            etag: Etag("0x8DD0B1C5A7E3F240".to_owned()),
            bytes: 524_288,
            content_type: "image/jpeg".to_owned(),
            written_at: "2026-11-22T09:30:00.25Z".parse().unwrap(),
        };
        let place = BlobName { container: BlobContainer::Incoming, name: "01jd a".to_owned() };
        let by = MadeBy {
            api: "PutBlockList",
            request_id: "r-1".to_owned(),
            client_request_id: Some("c-1".to_owned()),
        };
        let created = Created {
            id: "e-1".to_owned(),
            endpoint: "http://127.0.0.1:7072/aftersight",
            place: &place,
            facts: &facts,
            by: &by,
        };
        let expected = json!({
            "id": "e-1",
            "topic": TOPIC,
            "subject": "/blobServices/default/containers/incoming/blobs/01jd a",
            "eventType": "Microsoft.Storage.BlobCreated",
            "eventTime": "2026-11-22T09:30:00.25Z",
            "dataVersion": "",
            "metadataVersion": "1",
            "data": {
                "api": "PutBlockList",
                "url": "http://127.0.0.1:7072/aftersight/incoming/01jd%20a",
                "eTag": "0x8DD0B1C5A7E3F240",
                "contentLength": 524_288,
                "contentType": "image/jpeg",
                "blobType": "BlockBlob",
                "sequencer": "0000000000000000000644b2a9e5b1d0",
                "requestId": "r-1",
                "clientRequestId": "c-1",
                "storageDiagnostics": { "batchId": "r-1" },
            },
        });
        let mut event = created.to_json();
        let sequencer = event["data"]["sequencer"].take();
        assert_eq!(sequencer.as_str().map(str::len), Some(32));
        event["data"]["sequencer"] = expected["data"]["sequencer"].clone();
        assert_eq!(event, expected);
    }
}
