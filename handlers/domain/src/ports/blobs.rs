//! Blobs: the bytes of pictures, and the signed URLs by which a browser sends or reads one.
//!
//! Upload URLs behave like a user-delegation SAS of Azure Blob Storage with create and write on one
//! blob; read URLs like one with read. Media never passes the host (R55).

use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::{Etag, StoreError};

/// The blob containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlobContainer {
    /// What patients' browsers send. Write-only by signature, never served.
    Incoming,
    /// Clean originals and thumbnails.
    Records,
}

impl BlobContainer {
    /// The container's name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Incoming => "incoming",
            Self::Records => "records",
        }
    }
}

/// What the store itself knows of a blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobFacts {
    /// Version.
    pub etag: Etag,
    /// Length in bytes.
    pub bytes: u64,
    /// As the writer said it; not to be trusted.
    pub content_type: String,
    /// Last write.
    pub written_at: Timestamp,
}

/// What a scanner found in a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanVerdict {
    /// Nothing.
    Clean,
    /// Something that does harm.
    Malicious,
    /// It could not look: too large, encrypted, or it failed.
    NotScanned,
}

/// Looking at and reading blobs.
#[async_trait]
pub trait ReadBlobs: Send + Sync {
    /// What is known of the blob, or `None`.
    async fn head(
        &self,
        container: BlobContainer,
        name: &str,
    ) -> Result<Option<BlobFacts>, StoreError>;

    /// The whole blob as it was under `etag`; another version, or none, is [`StoreError::Stale`].
    /// Ask [`ReadBlobs::head`] for the length first: the caller bounds what it takes into memory.
    async fn read(
        &self,
        container: BlobContainer,
        name: &str,
        etag: &Etag,
    ) -> Result<Bytes, StoreError>;

    /// These bytes of it, as [`ReadBlobs::read`] gives all: fewer where the blob ends before.
    async fn read_part(
        &self,
        container: BlobContainer,
        name: &str,
        etag: &Etag,
        part: Range<u64>,
    ) -> Result<Bytes, StoreError>;

    /// What a scanner wrote on the blob, where the store has one; `None` while it has not looked.
    async fn scan_verdict(
        &self,
        _container: BlobContainer,
        _name: &str,
    ) -> Result<Option<ScanVerdict>, StoreError> {
        Ok(None)
    }

    /// Names that start with `prefix`, ascending, behind `after`, at most `limit`.
    async fn list(
        &self,
        container: BlobContainer,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError>;

    /// As [`ReadBlobs::list`], of blobs that are none yet: there are blocks, and nobody committed
    /// them. [`Blobs::erase`] takes them away.
    async fn list_uncommitted(
        &self,
        container: BlobContainer,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError>;
}

/// Writing and erasing blobs.
#[async_trait]
pub trait Blobs: ReadBlobs {
    /// Write or overwrite. Durable when it returns.
    async fn put(
        &self,
        container: BlobContainer,
        name: &str,
        content_type: &str,
        bytes: Bytes,
    ) -> Result<(), StoreError>;

    /// Erase the blob and every version, snapshot, soft-deleted copy and uncommitted block of it.
    /// An absent blob is fine. When it returns, not a byte is left.
    async fn erase(&self, container: BlobContainer, name: &str) -> Result<(), StoreError>;
}

/// Where and how a browser sends one blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedUpload {
    /// Put Blob, or Put Block and Put Block List, go here.
    pub url: String,
    /// Headers that the request must carry.
    pub headers: Vec<(String, String)>,
}

/// Signing URLs for browsers.
#[async_trait]
pub trait SignUrls: Send + Sync {
    /// Create and write this one blob in `incoming`, until `until` (at most 15 minutes, R50). Where
    /// the store can, it takes `bytes` at most and ends the address when the blob is erased; on
    /// Azure a signature can do neither.
    async fn sign_upload(
        &self,
        name: &str,
        content_type: &str,
        bytes: u64,
        until: Timestamp,
    ) -> Result<SignedUpload, StoreError>;

    /// Read this one blob of `records` until `until`; the reply has this type and is an attachment.
    async fn sign_read(
        &self,
        name: &str,
        content_type: &str,
        until: Timestamp,
    ) -> Result<String, StoreError>;
}
