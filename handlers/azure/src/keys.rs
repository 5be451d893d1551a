//! Keys: one Key Vault secret, `handler-keys`, that holds the versions of the link key.
//!
//! `{"currentLinkKey": 2, "linkKeys": {"1": BASE64, "2": BASE64}, "numberKey": BASE64}`. A rotation
//! adds a version; none is taken away while an open link was made with it. The app may read the
//! secret and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use azure_core::http::policies::auth::BearerTokenAuthorizationPolicy;
use azure_core::http::{ClientOptions, Context, Method, Pipeline, Request, Url};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ports::clock::Clock;
use domain::ports::error::StoreError;
use domain::ports::keys::{Keys, SecretKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use sha2::Sha256;
use tokio::sync::Mutex;

use crate::refusal::store_error;
use crate::store::Azure;

/// The secret's name in the vault.
const SECRET: &str = "handler-keys";
const API_VERSION: &str = "7.4";
const SCOPE: &str = "https://vault.azure.net/.default";
/// A rotated key is used after this long at the latest.
const KEPT: SignedDuration = SignedDuration::from_mins(10);
/// An unknown version is asked for again after this long at the soonest.
const PATIENCE: SignedDuration = SignedDuration::from_secs(30);

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

/// The vault, and the ring as it was last read.
pub(crate) struct KeyVault {
    secret: Url,
    pipeline: Pipeline,
    clock: Arc<dyn Clock>,
    read: Mutex<Option<(Timestamp, Arc<KeyRing>)>>,
}

/// The vault's answer; its other properties do not matter here.
#[derive(Deserialize)]
struct Secret {
    value: String,
}

impl KeyVault {
    pub(crate) fn new(
        vault: Url,
        credential: Arc<dyn TokenCredential>,
        options: ClientOptions,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let mut secret = vault;
        secret.set_path(&format!("/secrets/{SECRET}"));
        secret.set_query(Some(&format!("api-version={API_VERSION}")));
        let tokens = BearerTokenAuthorizationPolicy::new(credential, [SCOPE]);
        let (name, version) = (option_env!("CARGO_PKG_NAME"), option_env!("CARGO_PKG_VERSION"));
        let pipeline =
            Pipeline::new(name, version, options, Vec::new(), vec![Arc::new(tokens)], None);
        Self { secret, pipeline, clock, read: Mutex::default() }
    }

    /// The ring, at most `age` old where the vault answers.
    async fn ring(&self, age: SignedDuration) -> Result<Arc<KeyRing>, StoreError> {
        let mut read = self.read.lock().await;
        let now = self.clock.now();
        if let Some((at, ring)) = &*read
            && now.duration_since(*at) < age
        {
            return Ok(Arc::clone(ring));
        }
        match self.ask().await {
            Ok(ring) => {
                let (_, ring) = read.insert((now, Arc::new(ring)));
                Ok(Arc::clone(ring))
            }
            // Keys that were right a while ago are right still: none is ever taken away in use.
            Err(error) => match &*read {
                Some((_, ring)) => {
                    tracing::warn!(%error, "the key vault does not answer; its keys of before are used");
                    Ok(Arc::clone(ring))
                }
                None => Err(error),
            },
        }
    }

    async fn ask(&self) -> Result<KeyRing, StoreError> {
        let failed = |error: azure_core::Error| store_error("the key vault", &error);
        let mut request = Request::new(self.secret.clone(), Method::Get);
        let answer = self.pipeline.send(&Context::new(), &mut request, None).await;
        let answer = answer.map_err(failed)?;
        let secret: Secret = serde_json::from_slice(answer.body()).map_err(StoreError::broken)?;
        // The error would say what it met, and that is a key.
        serde_json::from_str(&secret.value)
            .map_err(|_| StoreError::broken("the secret `handler-keys` is no ring of keys"))
    }
}

#[async_trait]
impl Keys for Azure {
    async fn current_link_key(&self) -> Result<(u32, SecretKey), StoreError> {
        let ring = self.vault().ring(KEPT).await?;
        let version = ring.current_link_key;
        let key = ring.link_keys.get(&version).cloned();
        key.map(|key| (version, key.0))
            .ok_or_else(|| StoreError::broken("`handler-keys` lacks its current link key"))
    }

    async fn link_key(&self, version: u32) -> Result<Option<SecretKey>, StoreError> {
        let vault = self.vault();
        if let Some(key) = vault.ring(KEPT).await?.link_keys.get(&version) {
            return Ok(Some(key.0.clone()));
        }
        // Another instance may have read a newer ring than we did.
        let ring = vault.ring(PATIENCE).await?;
        Ok(ring.link_keys.get(&version).map(|key| key.0.clone()))
    }

    async fn number_key(&self, controller: &str) -> Result<SecretKey, StoreError> {
        let ring = self.vault().ring(KEPT).await?;
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
