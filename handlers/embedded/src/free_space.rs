//! Free space of the disk that the store is on.

use std::path::PathBuf;

use async_trait::async_trait;
use domain::ports::error::StoreError;
use domain::ports::free_space::FreeSpace;

use crate::blocking::blocking;

/// The disk under a folder.
#[derive(Debug, Clone)]
pub struct DiskOf(pub PathBuf);

#[async_trait]
impl FreeSpace for DiskOf {
    async fn free_bytes(&self) -> Result<Option<u64>, StoreError> {
        let folder = self.0.clone();
        let disk = blocking(move || Ok(rustix::fs::statvfs(&folder)?));
        let disk = disk.await.map_err(StoreError::unavailable)?;
        // Available to us: what only the superuser may use is not.
        Ok(Some(disk.f_bavail.saturating_mul(disk.f_frsize)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_disk_has_room_and_a_folder_that_is_not_there_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let free = DiskOf(folder.path().to_owned()).free_bytes().await.unwrap();
        assert!(free.is_some_and(|free| free > 0));
        assert!(DiskOf(folder.path().join("gone")).free_bytes().await.is_err());
    }
}
