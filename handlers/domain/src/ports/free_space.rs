//! Free space where blobs are kept, so that uploads can be refused while there is still room to
//! withdraw, to correct and to erase.

use async_trait::async_trait;

use super::error::StoreError;

/// How much more fits.
#[async_trait]
pub trait FreeSpace: Send + Sync {
    /// Free bytes; `None` where the store has no bound of its own.
    async fn free_bytes(&self) -> Result<Option<u64>, StoreError>;
}

/// A store without a bound, as a storage account of Azure is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Boundless;

#[async_trait]
impl FreeSpace for Boundless {
    async fn free_bytes(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }
}
