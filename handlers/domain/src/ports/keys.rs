//! Secret keys: Key Vault secrets on Azure, a file of mode 0600 locally.

use async_trait::async_trait;

use super::error::StoreError;

/// A 256-bit key. Its `Debug` says nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(pub [u8; 32]);

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

/// Keys that functions derive from; none is ever written into a document or a log.
#[async_trait]
pub trait Keys: Send + Sync {
    /// The version that new links are made with, and its key.
    async fn current_link_key(&self) -> Result<(u32, SecretKey), StoreError>;

    /// The key of a version that an open link was made with.
    async fn link_key(&self, version: u32) -> Result<Option<SecretKey>, StoreError>;

    /// The controller's own key for NHS number reservations (DESIGN: "The NHS number").
    async fn number_key(&self, controller: &str) -> Result<SecretKey, StoreError>;
}
