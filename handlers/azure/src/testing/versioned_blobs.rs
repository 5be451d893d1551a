//! A blob account with versions, soft delete and immediate purge, which Azurite does not have.
//!
//! It knows only the calls of an erasure, and answers them as Microsoft's pages say: "Immediate blob
//! purge", "Delete Blob", "List Blobs". A transport in the process, since a token goes over TLS only.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::{
    AsyncRawResponse, ClientOptions, HttpClient, Method, Request, RetryOptions, StatusCode,
    Transport, Url,
};
use azure_storage_blob::clients::{BlobServiceClient, BlobServiceClientOptions};

/// One version or snapshot.
#[derive(Debug, Clone)]
struct Copy {
    name: String,
    /// Its version id, or a snapshot's moment.
    id: String,
    is_snapshot: bool,
    is_current: bool,
    is_deleted: bool,
}

/// The account.
#[derive(Debug, Clone)]
pub struct VersionedBlobs {
    copies: Arc<Mutex<Vec<Copy>>>,
    purges: bool,
}

impl VersionedBlobs {
    /// An empty account that purges when it is asked to.
    #[expect(clippy::new_without_default, reason = "an account is made, not assumed")]
    pub fn new() -> Self {
        Self { copies: Arc::default(), purges: true }
    }

    /// The same where `allowPermanentDelete` is off.
    #[must_use]
    pub fn without_permanent_delete(mut self) -> Self {
        self.purges = false;
        self
    }

    /// A client that speaks to it.
    pub fn service(&self) -> BlobServiceClient {
        let client_options = ClientOptions {
            transport: Some(Transport::new(Arc::new(self.clone()))),
            retry: RetryOptions::none(),
            ..Default::default()
        };
        let options = BlobServiceClientOptions { client_options, ..Default::default() };
        let url = Url::parse("https://account.example.org").unwrap_or_else(|_| unreachable!());
        BlobServiceClient::new(url, None, Some(options)).unwrap_or_else(|_| unreachable!())
    }

    /// Writes the blob: what was current becomes a version.
    pub fn put(&self, name: &str) {
        let mut copies = self.lock();
        let id = format!("v{}", copies.len());
        for copy in copies.iter_mut().filter(|copy| copy.name == name) {
            copy.is_current = false;
        }
        let (name, is_snapshot, is_deleted) = (name.to_owned(), false, false);
        copies.push(Copy { name, id, is_snapshot, is_current: true, is_deleted });
    }

    /// Takes a snapshot.
    pub fn snapshot(&self, name: &str) {
        let mut copies = self.lock();
        let id = format!("s{}", copies.len());
        let (name, is_current, is_deleted) = (name.to_owned(), false, false);
        copies.push(Copy { name, id, is_snapshot: true, is_current, is_deleted });
    }

    /// Deletes the blob as a plain client would: it becomes a version, and its snapshots stay.
    pub fn delete(&self, name: &str) {
        for copy in self.lock().iter_mut().filter(|copy| copy.name == name) {
            copy.is_current = false;
        }
    }

    /// How many copies are there, in whatever state.
    pub fn copies(&self, name: &str) -> usize {
        self.lock().iter().filter(|copy| copy.name == name).count()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Copy>> {
        self.copies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &Request) -> (StatusCode, &'static str, String) {
        let url = request.url();
        let query = |name: &str| {
            url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        if request.method() == Method::Get && query("comp").as_deref() == Some("list") {
            return (StatusCode::Ok, "", self.list(&query("prefix").unwrap_or_default()));
        }
        let name = url.path_segments().and_then(|mut path| path.nth(1)).unwrap_or_default();
        let name = name.replace("%2F", "/");
        let wanted = query("versionid").or_else(|| query("snapshot"));
        let (status, code) = match wanted {
            None => self.demote(&name),
            Some(id) => self.delete_one(&name, &id, query("deletetype").is_some()),
        };
        (status, code, String::new())
    }

    fn demote(&self, name: &str) -> (StatusCode, &'static str) {
        let mut copies = self.lock();
        let is_there = copies.iter().any(|copy| copy.name == name && copy.is_current);
        if !is_there {
            return (StatusCode::NotFound, "BlobNotFound");
        }
        for copy in copies.iter_mut().filter(|copy| copy.name == name) {
            copy.is_current = false;
            // Snapshots were asked to go with it.
            copy.is_deleted |= copy.is_snapshot;
        }
        (StatusCode::Accepted, "")
    }

    fn delete_one(&self, name: &str, id: &str, for_good: bool) -> (StatusCode, &'static str) {
        let mut copies = self.lock();
        let place = copies.iter().position(|copy| copy.name == name && copy.id == id);
        let Some(copy) = place.and_then(|place| copies.get_mut(place)) else {
            return (StatusCode::NotFound, "BlobNotFound");
        };
        match (copy.is_current, copy.is_deleted, for_good) {
            (true, ..) => (StatusCode::Forbidden, "OperationNotAllowedOnRootBlob"),
            (_, true, true) if self.purges => {
                copies.retain(|copy| copy.name != name || copy.id != id);
                (StatusCode::Accepted, "")
            }
            (_, _, true) => (StatusCode::Conflict, "BlobNotSoftDeleted"),
            (_, true, false) => (StatusCode::NotFound, "BlobNotFound"),
            (_, false, false) => {
                copy.is_deleted = true;
                (StatusCode::Accepted, "")
            }
        }
    }

    fn list(&self, prefix: &str) -> String {
        let mut blobs = String::new();
        for copy in self.lock().iter().filter(|copy| copy.name.starts_with(prefix)) {
            let id = if copy.is_snapshot { "Snapshot" } else { "VersionId" };
            // Writing to a String cannot fail.
            let _ = write!(
                blobs,
                "<Blob><Name>{}</Name><Deleted>{}</Deleted><{id}>{}</{id}>\
                 <IsCurrentVersion>{}</IsCurrentVersion><Properties><Etag>0x1</Etag>\
                 <Content-Type>image/jpeg</Content-Type></Properties>\
                 </Blob>",
                copy.name, copy.is_deleted, copy.id, copy.is_current
            );
        }
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults \
             ServiceEndpoint=\"https://account.example.org\" ContainerName=\"records\">\
             <Prefix>{prefix}</Prefix><Blobs>{blobs}</Blobs><NextMarker /></EnumerationResults>"
        )
    }
}

#[async_trait]
impl HttpClient for VersionedBlobs {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let (status, code, body) = self.answer(request);
        let mut headers = Headers::new();
        if !code.is_empty() {
            headers.insert(HeaderName::from_static("x-ms-error-code"), code);
        }
        Ok(AsyncRawResponse::from_bytes(status, headers, body))
    }
}
