//! Keys: one Key Vault secret, `handler-keys`, that holds the versions of the link key.
//!
//! `{"currentLinkKey": 2, "linkKeys": {"1": BASE64, "2": BASE64}, "numberKey": BASE64}`. A rotation
//! adds a version; none is taken away while an open link was made with it. The app may read the
//! secret and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ports::error::StoreError;
use domain::ports::keys::{Keys, SecretKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::Sha256;

use crate::store::Azure;

/// The secret's name in the vault.
const SECRET: &str = "handler-keys";

/// What stands in the secret.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct KeyRing {
    /// The version that new links are made with.
    current_link_key: u32,
    /// Link keys by version.
    link_keys: BTreeMap<u32, EncodedKey>,
    /// What the keys of NHS number reservations are derived from.
    number_key: EncodedKey,
}

/// A key in base64.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
struct EncodedKey(SecretKey);

impl TryFrom<String> for EncodedKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        // The text is not repeated: it is nearly a key.
        bytes.map(SecretKey).map(Self).ok_or("a key is no base64 of 32 bytes")
    }
}

impl Azure {
    async fn ring(&self) -> Result<KeyRing, StoreError> {
        parse(self.vault().secret(SECRET).await?)
    }

    async fn newer_ring(&self) -> Result<KeyRing, StoreError> {
        parse(self.vault().newer_secret(SECRET).await?)
    }
}

fn parse(text: Option<Arc<str>>) -> Result<KeyRing, StoreError> {
    let text =
        text.ok_or_else(|| StoreError::unavailable("the vault has no secret `handler-keys`"))?;
    // The error would say what it met, and that is a key.
    serde_json::from_str(&text)
        .map_err(|_| StoreError::broken("the secret `handler-keys` is no ring of keys"))
}

#[async_trait]
impl Keys for Azure {
    async fn current_link_key(&self) -> Result<(u32, SecretKey), StoreError> {
        let ring = self.ring().await?;
        let version = ring.current_link_key;
        let key = ring.link_keys.get(&version).cloned();
        key.map(|key| (version, key.0))
            .ok_or_else(|| StoreError::broken("`handler-keys` lacks its current link key"))
    }

    async fn link_key(&self, version: u32) -> Result<Option<SecretKey>, StoreError> {
        if let Some(key) = self.ring().await?.link_keys.remove(&version) {
            return Ok(Some(key.0));
        }
        // Another instance may have read a newer ring than we did.
        let mut ring = self.newer_ring().await?;
        Ok(ring.link_keys.remove(&version).map(|key| key.0))
    }

    async fn number_key(&self, controller: &str) -> Result<SecretKey, StoreError> {
        let ring = self.ring().await?;
        derive(&ring.number_key.0, controller)
    }
}

/// A controller's own key: HMAC-SHA-256 of its id, so that numbers of two controllers never meet.
fn derive(key: &SecretKey, controller: &str) -> Result<SecretKey, StoreError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.0).map_err(StoreError::broken)?;
    mac.update(b"number-key\n");
    mac.update(controller.as_bytes());
    Ok(SecretKey(mac.finalize().into_bytes().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_controller_s_number_key_is_its_own_and_stays() {
        let key = SecretKey([7; 32]);
        let riverside = derive(&key, "riverside").unwrap();
        assert_eq!(derive(&key, "riverside").unwrap(), riverside);
        assert_ne!(derive(&key, "hillside").unwrap(), riverside);
        assert_ne!(derive(&SecretKey([8; 32]), "riverside").unwrap(), riverside);
    }
}
