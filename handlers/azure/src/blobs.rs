//! Blobs: what the service itself says of them, and their bytes under one etag.

use std::num::NonZeroUsize;
use std::ops::Range;

use async_trait::async_trait;
use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::{Etag as HttpEtag, StatusCode};
use azure_storage_blob::clients::BlobClient;
use azure_storage_blob::models::{
    BlobClientDownloadOptions, BlobClientGetPropertiesResultHeaders as _, BlobClientUploadOptions,
    BlobContainerClientListBlobsOptions, BlobItem, ListBlobsIncludeItem,
};
use bytes::{Bytes, BytesMut};
use domain::ports::blobs::{BlobContainer, BlobFacts, Blobs, ReadBlobs, ScanVerdict};
use domain::ports::error::{Etag, StoreError};
use futures_util::TryStreamExt as _;
use jiff::Timestamp;

use crate::blob_erasure::is_uncommitted;
use crate::refusal::store_error;
use crate::store::Azure;

/// Bytes of one part of a download, and how many come at once: with the blob's own bytes that is
/// all the memory a read takes.
const PART: NonZeroUsize = NonZeroUsize::new(4 << 20).unwrap();
const PARTS_AT_ONCE: NonZeroUsize = NonZeroUsize::new(2).unwrap();

/// Where Defender for Storage writes what it found.
const SCAN_TAG: &str = "Malware Scanning scan result";

fn verdict(tag: &str) -> ScanVerdict {
    match tag {
        "No threats found" => ScanVerdict::Clean,
        "Malicious" => ScanVerdict::Malicious,
        _ => ScanVerdict::NotScanned,
    }
}

pub(crate) fn failed(error: &azure_core::Error) -> StoreError {
    store_error("the blob service", error)
}

impl Azure {
    pub(crate) fn blob_client(
        &self,
        container: BlobContainer,
        name: &str,
    ) -> Result<BlobClient, StoreError> {
        check_name(name)?;
        Ok(self.blob_service().blob_client(container.name(), name))
    }
}

impl Azure {
    /// All of a version, or a part of it.
    async fn download(
        &self,
        container: BlobContainer,
        name: &str,
        etag: &Etag,
        part: Option<Range<u64>>,
    ) -> Result<Bytes, StoreError> {
        let said = |error: azure_core::Error| match error.http_status() {
            Some(StatusCode::NotFound | StatusCode::PreconditionFailed) => {
                StoreError::Stale { id: name.to_owned() }
            }
            _ => failed(&error),
        };
        let most = part.as_ref().map_or(u64::MAX, |part| part.end.saturating_sub(part.start));
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let options = BlobClientDownloadOptions {
            if_match: Some(HttpEtag::from(etag.0.clone())),
            range: part.map(Into::into),
            partition_size: Some(PART),
            parallel: Some(PARTS_AT_ONCE),
            ..Default::default()
        };
        let client = self.blob_client(container, name)?;
        let mut download = match client.download(Some(options)).await {
            Ok(download) => download,
            // The part begins behind the blob's end, of this version or another.
            Err(error) if error.http_status() == Some(StatusCode::RequestedRangeNotSatisfiable) => {
                let facts = self.head(container, name).await?;
                let is_ours = facts.is_some_and(|facts| facts.etag == *etag);
                return if is_ours {
                    Ok(Bytes::new())
                } else {
                    Err(StoreError::Stale { id: name.to_owned() })
                };
            }
            Err(error) => return Err(said(error)),
        };
        let room = room(&download.headers).unwrap_or(0).min(most);
        let mut bytes = BytesMut::with_capacity(room);
        while let Some(part) = download.body.try_next().await.map_err(said)? {
            bytes.extend_from_slice(&part);
        }
        Ok(bytes.freeze())
    }
}

/// How much will come, or more: `bytes 0-4194303/9000000` says how long the whole is.
fn room(said: &Headers) -> Option<usize> {
    let range = said.get_optional_str(&HeaderName::from_static("content-range"))?;
    range.rsplit_once('/')?.1.parse().ok()
}

/// A URL would lose these names, and lead to something else.
pub(crate) fn check_name(name: &str) -> Result<(), StoreError> {
    if ["", ".", ".."].contains(&name) {
        return Err(StoreError::broken("a name that no blob of ours has"));
    }
    Ok(())
}

#[async_trait]
impl ReadBlobs for Azure {
    async fn head(
        &self,
        container: BlobContainer,
        name: &str,
    ) -> Result<Option<BlobFacts>, StoreError> {
        let found = match self.blob_client(container, name)?.get_properties(None).await {
            Ok(found) => found,
            Err(error) if error.http_status() == Some(StatusCode::NotFound) => return Ok(None),
            Err(error) => return Err(failed(&error)),
        };
        let lacks = || StoreError::broken("the blob service answered without what it must say");
        let said = |error: azure_core::Error| failed(&error);
        let written_at = found.last_modified().map_err(said)?.ok_or_else(lacks)?;
        Ok(Some(BlobFacts {
            etag: Etag(found.etag().map_err(said)?.ok_or_else(lacks)?.to_string()),
            bytes: found.content_length().map_err(said)?.ok_or_else(lacks)?,
            content_type: found.content_type().map_err(said)?.unwrap_or_default(),
            written_at: Timestamp::from_second(written_at.unix_timestamp())
                .map_err(StoreError::broken)?,
        }))
    }

    async fn read(
        &self,
        container: BlobContainer,
        name: &str,
        etag: &Etag,
    ) -> Result<Bytes, StoreError> {
        self.download(container, name, etag, None).await
    }

    async fn read_part(
        &self,
        container: BlobContainer,
        name: &str,
        etag: &Etag,
        part: Range<u64>,
    ) -> Result<Bytes, StoreError> {
        if part.is_empty() {
            return Ok(Bytes::new());
        }
        self.download(container, name, etag, Some(part)).await
    }

    async fn scan_verdict(
        &self,
        container: BlobContainer,
        name: &str,
    ) -> Result<Option<ScanVerdict>, StoreError> {
        let tags = match self.blob_client(container, name)?.get_tags(None).await {
            Ok(tags) => tags.into_model().map_err(|error| failed(&error))?,
            Err(error) if error.http_status() == Some(StatusCode::NotFound) => return Ok(None),
            Err(error) => return Err(failed(&error)),
        };
        let tags = tags.blob_tag_set.into_iter().flatten();
        let mut found = tags.filter(|tag| tag.key.as_deref() == Some(SCAN_TAG));
        Ok(found.next().and_then(|tag| tag.value).map(|value| verdict(&value)))
    }

    async fn list(
        &self,
        container: BlobContainer,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        self.listed(container, Vec::new(), prefix, after, limit, |_| true).await
    }

    async fn list_uncommitted(
        &self,
        container: BlobContainer,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        // The service lists them among the others; only they have no version of their own.
        let include = vec![ListBlobsIncludeItem::UncommittedBlobs];
        self.listed(container, include, prefix, after, limit, is_uncommitted).await
    }
}

impl Azure {
    /// Names in a container, of blobs that are `wanted`.
    async fn listed(
        &self,
        container: BlobContainer,
        include: Vec<ListBlobsIncludeItem>,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
        wanted: impl Fn(&BlobItem) -> bool + Send,
    ) -> Result<Vec<String>, StoreError> {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let options = BlobContainerClientListBlobsOptions {
            prefix: some(prefix),
            // Where it begins, itself included: that one is passed over below.
            start_from: after.and_then(some),
            maxresults: i32::try_from(limit.saturating_add(1)).ok(),
            include: (!include.is_empty()).then_some(include),
            ..Default::default()
        };
        let said = |error: azure_core::Error| failed(&error);
        let client = self.blob_service().blob_container_client(container.name());
        let mut found = client.list_blobs(Some(options)).map_err(said)?;
        let mut names = Vec::new();
        while names.len() < limit
            && let Some(blob) = found.try_next().await.map_err(said)?
        {
            let is_wanted = wanted(&blob);
            let name = blob.name.filter(|name| after.is_none_or(|after| name.as_str() > after));
            names.extend(name.filter(|_| is_wanted));
        }
        Ok(names)
    }
}

#[async_trait]
impl Blobs for Azure {
    async fn put(
        &self,
        container: BlobContainer,
        name: &str,
        content_type: &str,
        bytes: Bytes,
    ) -> Result<(), StoreError> {
        let options = BlobClientUploadOptions {
            blob_content_type: Some(content_type.to_owned()),
            ..Default::default()
        };
        let client = self.blob_client(container, name)?;
        // Not a copy: `put` holds the bytes once.
        client.upload(bytes.into(), Some(options)).await.map(drop).map_err(|error| failed(&error))
    }

    async fn erase(&self, container: BlobContainer, name: &str) -> Result<(), StoreError> {
        self.erasure(container, name)?.every_copy().await
    }
}
