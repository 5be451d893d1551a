//! Erasing a blob for good, against versions, snapshots and soft delete.
//!
//! A delete makes the blob a version; a version's delete makes it a soft-deleted one; only that one
//! can be deleted permanently (Microsoft, "Immediate blob purge"). So: delete what is current, delete
//! what still lives, delete permanently what is deleted, then look again. Only an empty list is done.

use azure_core::http::StatusCode;
use azure_storage_blob::models::{
    BlobClientDeleteOptions, BlobContainerClientListBlobsOptions, BlobDeleteType, BlobItem,
    DeleteSnapshotsOptionType, ListBlobsIncludeItem,
};
use domain::ports::blobs::BlobContainer;
use domain::ports::error::StoreError;
use futures_util::TryStreamExt as _;

use crate::blobs::failed;
use crate::store::Azure;

/// Passes before we say that it does not go: each copy needs two, and somebody may still write.
const MOST_PASSES: usize = 5;

/// One copy of a blob that the service still has.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Copy {
    /// The blob itself.
    Current,
    /// Blocks that nobody committed, and no blob.
    Uncommitted,
    /// An older version that still lives.
    Version(String),
    /// A snapshot that still lives.
    Snapshot(String),
    /// A version that was deleted.
    DeletedVersion(String),
    /// A snapshot that was deleted.
    DeletedSnapshot(String),
    /// The blob itself, deleted on an account without versions: it goes when its days are over,
    /// unless it is brought back first.
    DeletedBlob,
}

impl Azure {
    /// Erases every copy, or says that it could not.
    pub(crate) async fn erase_every_copy(
        &self,
        container: BlobContainer,
        name: &str,
    ) -> Result<(), StoreError> {
        self.delete_current(container, name).await?;
        for _ in 0..MOST_PASSES {
            let copies = self.copies(container, name).await?;
            if copies.is_empty() {
                return Ok(());
            }
            for copy in &copies {
                self.delete_copy(container, name, copy).await?;
            }
        }
        let left = self.copies(container, name).await?;
        if left.is_empty() {
            return Ok(());
        }
        // Somebody looks at it: the message goes to the poison queue in the end.
        Err(StoreError::unavailable(format!("{} copies of a blob are still there", left.len())))
    }

    /// The blob with its snapshots. Without this pass a version that is current cannot be deleted.
    async fn delete_current(&self, container: BlobContainer, name: &str) -> Result<(), StoreError> {
        let with_snapshots = BlobClientDeleteOptions {
            delete_snapshots: Some(DeleteSnapshotsOptionType::Include),
            ..Default::default()
        };
        let client = self.blob_client(container, name)?;
        gone_or(client.delete(Some(with_snapshots)).await.map(drop))
    }

    async fn copies(&self, container: BlobContainer, name: &str) -> Result<Vec<Copy>, StoreError> {
        let options = BlobContainerClientListBlobsOptions {
            prefix: Some(name.to_owned()),
            include: Some(vec![
                ListBlobsIncludeItem::Snapshots,
                ListBlobsIncludeItem::Versions,
                ListBlobsIncludeItem::Deleted,
                ListBlobsIncludeItem::UncommittedBlobs,
            ]),
            ..Default::default()
        };
        let said = |error: azure_core::Error| failed(&error);
        let client = self.blob_service().blob_container_client(container.name());
        let listed = client.list_blobs(Some(options)).map_err(said)?;
        let found: Vec<BlobItem> = listed.try_collect().await.map_err(said)?;
        let of_this_name = |blob: &BlobItem| blob.name.as_deref() == Some(name);
        Ok(found.into_iter().filter(of_this_name).map(copy).collect())
    }

    async fn delete_copy(
        &self,
        container: BlobContainer,
        name: &str,
        copy: &Copy,
    ) -> Result<(), StoreError> {
        let client = self.blob_client(container, name)?;
        let mut options = BlobClientDeleteOptions::default();
        match copy {
            Copy::Current => return self.delete_current(container, name).await,
            Copy::Uncommitted => {
                // Blocks go with the blob that takes their place.
                let empty = azure_core::http::RequestContent::from(Vec::new());
                client.upload(empty, None).await.map_err(|error| failed(&error))?;
                return self.delete_current(container, name).await;
            }
            Copy::DeletedBlob => {
                client.undelete(None).await.map_err(|error| failed(&error))?;
                return Err(StoreError::broken(
                    "this account keeps deleted blobs without versions: it cannot erase",
                ));
            }
            Copy::Version(version) => options.version_id = Some(version.clone()),
            Copy::Snapshot(snapshot) => options.snapshot = Some(snapshot.clone()),
            Copy::DeletedVersion(version) => {
                options.version_id = Some(version.clone());
                options.blob_delete_type = Some(BlobDeleteType::Permanent);
            }
            Copy::DeletedSnapshot(snapshot) => {
                options.snapshot = Some(snapshot.clone());
                options.blob_delete_type = Some(BlobDeleteType::Permanent);
            }
        }
        gone_or(client.delete(Some(options)).await.map(drop))
    }
}

fn copy(blob: BlobItem) -> Copy {
    let is_deleted = blob.deleted == Some(true);
    let is_current = blob.is_current_version == Some(true);
    match (blob.snapshot.filter(|at| !at.is_empty()), blob.version_id, is_deleted) {
        (Some(snapshot), _, true) => Copy::DeletedSnapshot(snapshot),
        (Some(snapshot), _, false) => Copy::Snapshot(snapshot),
        (None, Some(version), true) => Copy::DeletedVersion(version),
        (None, Some(_), false) if is_current => Copy::Current,
        (None, Some(version), false) => Copy::Version(version),
        (None, None, true) => Copy::DeletedBlob,
        (None, None, false) => {
            let etag = blob.properties.and_then(|properties| properties.etag);
            if etag.is_some() { Copy::Current } else { Copy::Uncommitted }
        }
    }
}

/// What is not there needs no deleting.
fn gone_or(outcome: Result<(), azure_core::Error>) -> Result<(), StoreError> {
    match outcome {
        Err(error) if error.http_status() != Some(StatusCode::NotFound) => Err(failed(&error)),
        _ => Ok(()),
    }
}
