//! Erasing a blob for good, against versions, snapshots and soft delete.
//!
//! A delete makes the blob a version; a version's delete makes it a soft-deleted one; only that one
//! can be deleted permanently (Microsoft, "Immediate blob purge"). So: delete what is current, delete
//! what still lives, delete permanently what is deleted, then look again. Only an empty list is done.

use azure_core::http::{RequestContent, StatusCode};
use azure_storage_blob::clients::{BlobClient, BlobServiceClient};
use azure_storage_blob::models::{
    BlobClientDeleteOptions, BlobContainerClientListBlobsOptions, BlobDeleteType, BlobItem,
    BlobProperties, DeleteSnapshotsOptionType, ListBlobsIncludeItem,
};
use domain::ports::blobs::BlobContainer;
use domain::ports::error::StoreError;
use futures_util::TryStreamExt as _;

use crate::blobs::{check_name, failed};
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
    /// The blob itself, deleted on an account without versions: only its days take it away.
    DeletedBlob,
}

/// One blob, for the identity that may erase it.
pub(crate) struct BlobErasure<'a> {
    service: &'a BlobServiceClient,
    container: BlobContainer,
    name: &'a str,
}

impl Azure {
    /// The erasure of one blob.
    pub(crate) fn erasure<'a>(
        &'a self,
        container: BlobContainer,
        name: &'a str,
    ) -> Result<BlobErasure<'a>, StoreError> {
        check_name(name)?;
        Ok(BlobErasure { service: self.eraser(), container, name })
    }
}

impl BlobErasure<'_> {
    /// Erases every copy, or says that it could not.
    pub(crate) async fn every_copy(&self) -> Result<(), StoreError> {
        self.delete_current().await?;
        for _ in 0..MOST_PASSES {
            let copies = self.copies().await?;
            if copies.is_empty() {
                return Ok(());
            }
            for copy in &copies {
                self.delete(copy).await?;
            }
        }
        let left = self.copies().await?.len();
        if left == 0 {
            return Ok(());
        }
        // Somebody looks at it: the message goes to the poison queue in the end.
        Err(StoreError::unavailable(format!("{left} copies of a blob are still there")))
    }

    fn client(&self) -> BlobClient {
        self.service.blob_client(self.container.name(), self.name)
    }

    /// The blob with its snapshots. Without this pass a version that is current cannot be deleted.
    async fn delete_current(&self) -> Result<(), StoreError> {
        let with_snapshots = BlobClientDeleteOptions {
            delete_snapshots: Some(DeleteSnapshotsOptionType::Include),
            ..Default::default()
        };
        gone_or(self.client().delete(Some(with_snapshots)).await.map(drop))
    }

    async fn copies(&self) -> Result<Vec<Copy>, StoreError> {
        let options = BlobContainerClientListBlobsOptions {
            prefix: Some(self.name.to_owned()),
            include: Some(vec![
                ListBlobsIncludeItem::Snapshots,
                ListBlobsIncludeItem::Versions,
                ListBlobsIncludeItem::Deleted,
                ListBlobsIncludeItem::UncommittedBlobs,
            ]),
            ..Default::default()
        };
        let said = |error: azure_core::Error| failed(&error);
        let client = self.service.blob_container_client(self.container.name());
        let listed = client.list_blobs(Some(options)).map_err(said)?;
        let found: Vec<BlobItem> = listed.try_collect().await.map_err(said)?;
        let of_this_name = |blob: &&BlobItem| blob.name.as_deref() == Some(self.name);
        Ok(found.iter().filter(of_this_name).map(copy).collect())
    }

    async fn delete(&self, copy: &Copy) -> Result<(), StoreError> {
        let mut options = BlobClientDeleteOptions::default();
        match copy {
            Copy::Current => return self.delete_current().await,
            Copy::Uncommitted => {
                // Blocks go with the blob that takes their place.
                let empty = RequestContent::from(Vec::new());
                self.client().upload(empty, None).await.map_err(|error| failed(&error))?;
                return self.delete_current().await;
            }
            Copy::DeletedBlob => {
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
        gone_or(self.client().delete(Some(options)).await.map(drop))
    }
}

fn copy(blob: &BlobItem) -> Copy {
    let is_deleted = blob.deleted == Some(true);
    let is_current = blob.is_current_version == Some(true);
    let (snapshot, version) = (blob.snapshot.clone(), blob.version_id.clone());
    match (snapshot.filter(|at| !at.is_empty()), version, is_deleted) {
        (Some(snapshot), _, true) => Copy::DeletedSnapshot(snapshot),
        (Some(snapshot), _, false) => Copy::Snapshot(snapshot),
        (None, Some(version), true) => Copy::DeletedVersion(version),
        (None, Some(_), false) if is_current => Copy::Current,
        (None, Some(version), false) => Copy::Version(version),
        (None, None, true) => Copy::DeletedBlob,
        (None, None, false) if is_uncommitted(blob) => Copy::Uncommitted,
        (None, None, false) => Copy::Current,
    }
}

/// True for blocks that nobody committed: a blob has an etag and a type (Azure Blob Storage, "List
/// Blobs"; Azurite gives an etag to both).
pub(crate) fn is_uncommitted(blob: &BlobItem) -> bool {
    let is_blob = |properties: &BlobProperties| {
        properties.etag.is_some() && properties.content_type.is_some()
    };
    !blob.properties.as_ref().is_some_and(is_blob)
}

/// What is not there needs no deleting.
fn gone_or(outcome: Result<(), azure_core::Error>) -> Result<(), StoreError> {
    match outcome {
        Err(error) if error.http_status() != Some(StatusCode::NotFound) => Err(failed(&error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::VersionedBlobs;

    const NAME: &str = "p1/u1";

    async fn erase(account: &VersionedBlobs) -> Result<(), StoreError> {
        let service = account.service();
        let (container, name) = (BlobContainer::Records, NAME);
        BlobErasure { service: &service, container, name }.every_copy().await
    }

    #[tokio::test]
    async fn no_version_snapshot_or_deleted_copy_is_left() {
        // R67.
        let account = VersionedBlobs::new();
        for _ in 0..3 {
            account.put(NAME);
        }
        account.snapshot(NAME);
        account.delete(NAME);
        account.put(NAME);
        account.put("p1/u10");
        assert_eq!(account.copies(NAME), 5);
        for _ in 0..2 {
            erase(&account).await.unwrap();
            assert_eq!((account.copies(NAME), account.copies("p1/u10")), (0, 1));
        }
    }

    #[tokio::test]
    async fn an_account_that_keeps_what_is_deleted_is_never_called_erased() {
        let account = VersionedBlobs::new().without_permanent_delete();
        account.put(NAME);
        assert!(erase(&account).await.is_err());
        assert_eq!(account.copies(NAME), 1);
    }
}
