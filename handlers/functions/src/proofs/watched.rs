//! Ports that write down what functions do through them: every batch of documents that was
//! committed, every URL that was signed.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::ports::blobs::{SignUrls, SignedUpload};
use domain::ports::documents::{Change, Container, Documents, Page, Query, ReadDocuments, Stored};
use domain::ports::error::{Etag, StoreError};
use jiff::Timestamp;

use crate::app::App;

/// A batch that is in the store.
#[derive(Debug, Clone)]
pub struct Batch {
    pub container: Container,
    pub partition: String,
    pub changes: Vec<Change>,
}

/// What was seen so far.
#[derive(Default)]
pub struct Watch {
    batches: Mutex<Vec<Batch>>,
    signed_uploads: Mutex<Vec<String>>,
}

impl Watch {
    /// Puts a watch before the ports of `app`.
    pub fn over(app: &mut App) -> Arc<Self> {
        let watch = Arc::new(Self::default());
        let documents = WatchedDocuments(Arc::clone(&app.documents), Arc::clone(&watch));
        let urls = WatchedUrls(Arc::clone(&app.urls), Arc::clone(&watch));
        (app.documents, app.urls) = (Arc::new(documents), Arc::new(urls));
        watch
    }

    /// The batches since this was last asked.
    pub fn take_batches(&self) -> Vec<Batch> {
        std::mem::take(&mut self.batches.lock().unwrap())
    }

    /// Blobs for which an upload was signed.
    pub fn signed_uploads(&self) -> Vec<String> {
        self.signed_uploads.lock().unwrap().clone()
    }
}

struct WatchedDocuments(Arc<dyn Documents>, Arc<Watch>);

#[async_trait]
impl ReadDocuments for WatchedDocuments {
    async fn get(
        &self,
        container: Container,
        partition: &str,
        id: &str,
    ) -> Result<Option<Stored>, StoreError> {
        self.0.get(container, partition, id).await
    }

    async fn list(
        &self,
        container: Container,
        partition: &str,
        query: &Query,
    ) -> Result<Page, StoreError> {
        self.0.list(container, partition, query).await
    }
}

#[async_trait]
impl Documents for WatchedDocuments {
    async fn commit(
        &self,
        container: Container,
        partition: &str,
        changes: Vec<Change>,
    ) -> Result<Vec<Etag>, StoreError> {
        let etags = self.0.commit(container, partition, changes.clone()).await?;
        let batch = Batch { container, partition: partition.to_owned(), changes };
        self.1.batches.lock().unwrap().push(batch);
        Ok(etags)
    }
}

struct WatchedUrls(Arc<dyn SignUrls>, Arc<Watch>);

#[async_trait]
impl SignUrls for WatchedUrls {
    async fn sign_upload(
        &self,
        name: &str,
        content_type: &str,
        bytes: u64,
        until: Timestamp,
    ) -> Result<SignedUpload, StoreError> {
        self.1.signed_uploads.lock().unwrap().push(name.to_owned());
        self.0.sign_upload(name, content_type, bytes, until).await
    }

    async fn sign_read(
        &self,
        name: &str,
        content_type: &str,
        until: Timestamp,
    ) -> Result<String, StoreError> {
        self.0.sign_read(name, content_type, until).await
    }
}
