//! Keys: `keys.json` and `storage.key`, both of mode 0600, made when the folder is opened first.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ports::error::StoreError;
use domain::ports::keys::{Keys, SecretKey};
use domain::ports::random::Random;
use serde::{Deserialize, Serialize};

use crate::database::Database;
use crate::store::Embedded;
use crate::unfinished_file::UnfinishedFile;

const KEYS: &str = "keys.json";
const STORAGE_KEY: &str = "storage.key";

/// The keys of a store.
#[derive(Clone)]
pub(crate) struct KeyFiles {
    folder: PathBuf,
    random: Arc<dyn Random>,
}

/// What stands in `keys.json`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct KeyRing {
    /// The version that new links are made with.
    current_link_key: u32,
    /// Link keys by version; none goes while an open link was made with it.
    link_keys: BTreeMap<u32, EncodedKey>,
    /// The key of signed URLs.
    url_key: EncodedKey,
    /// The keys of NHS number reservations, by controller.
    number_keys: BTreeMap<String, EncodedKey>,
}

/// A key in base64.
#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
struct EncodedKey(SecretKey);

impl From<EncodedKey> for String {
    fn from(key: EncodedKey) -> Self {
        STANDARD.encode(key.0.0)
    }
}

impl TryFrom<String> for EncodedKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        // The text is not repeated: it is nearly a key.
        bytes.map(SecretKey).map(Self).ok_or("a key is no base64 of 32 bytes")
    }
}

impl KeyFiles {
    pub(crate) fn new(folder: PathBuf, random: Arc<dyn Random>) -> Self {
        Self { folder, random }
    }

    /// Makes what is not there yet. Of two processes that do so at once, one is the first and both
    /// go on with its keys.
    pub(crate) fn make_sure(&self) -> io::Result<()> {
        let ring = KeyRing {
            current_link_key: 1,
            link_keys: BTreeMap::from([(1, self.fresh())]),
            url_key: self.fresh(),
            number_keys: BTreeMap::new(),
        };
        self.make(KEYS, &serde_json::to_vec_pretty(&ring)?)?;
        // Account keys of Azure Storage are base64 of 64 bytes.
        let account_key = [self.random.bytes(), self.random.bytes()].concat();
        self.make(STORAGE_KEY, STANDARD.encode(account_key).as_bytes())
    }

    /// The key of signed URLs.
    pub(crate) fn url_key(&self) -> io::Result<SecretKey> {
        Ok(self.read()?.url_key.0)
    }

    /// The `SharedKey` of the account, decoded.
    pub(crate) fn storage_key(&self) -> io::Result<Vec<u8>> {
        let text = std::fs::read_to_string(self.folder.join(STORAGE_KEY))?;
        STANDARD.decode(text.trim()).map_err(|_| io::Error::other("storage.key is no base64"))
    }

    fn fresh(&self) -> EncodedKey {
        EncodedKey(SecretKey(self.random.bytes()))
    }

    fn make(&self, name: &str, contents: &[u8]) -> io::Result<()> {
        let path = self.folder.join(name);
        if path.exists() {
            return Ok(());
        }
        let mut file = UnfinishedFile::create_in(&self.folder, &*self.random)?;
        file.write_all(contents)?;
        file.take_place(&path).map(|_| ())
    }

    fn read(&self) -> io::Result<KeyRing> {
        Ok(serde_json::from_slice(&std::fs::read(self.folder.join(KEYS))?)?)
    }

    fn write(&self, ring: &KeyRing) -> io::Result<()> {
        let mut file = UnfinishedFile::create_in(&self.folder, &*self.random)?;
        file.write_all(&serde_json::to_vec_pretty(ring)?)?;
        file.rename_to(&self.folder.join(KEYS)).map(|_| ())
    }

    /// The controller's key, made and on disk if there was none. Call it in a write's turn: no
    /// other process changes the file meanwhile.
    fn number_key_in_turn(&self, controller: &str) -> io::Result<SecretKey> {
        let mut ring = self.read()?;
        if let Some(key) = ring.number_keys.get(controller) {
            return Ok(key.0.clone());
        }
        let key = self.fresh();
        ring.number_keys.insert(controller.to_owned(), key.clone());
        self.write(&ring)?;
        Ok(key.0)
    }

    async fn ring(&self) -> Result<KeyRing, StoreError> {
        let keys = self.clone();
        crate::blocking::blocking(move || keys.read()).await.map_err(StoreError::unavailable)
    }

    async fn number_key(
        &self,
        controller: &str,
        database: &Database,
    ) -> Result<SecretKey, StoreError> {
        if let Some(key) = self.ring().await?.number_keys.remove(controller) {
            return Ok(key.0);
        }
        let (keys, controller) = (self.clone(), controller.to_owned());
        database
            .write(move |_| {
                Ok(keys.number_key_in_turn(&controller).map_err(StoreError::unavailable)?)
            })
            .await
    }
}

#[async_trait]
impl Keys for Embedded {
    async fn current_link_key(&self) -> Result<(u32, SecretKey), StoreError> {
        let ring = self.keys().ring().await?;
        let version = ring.current_link_key;
        let key = ring.link_keys.get(&version).cloned();
        key.map(|key| (version, key.0))
            .ok_or_else(|| StoreError::broken("keys.json lacks its current link key"))
    }

    async fn link_key(&self, version: u32) -> Result<Option<SecretKey>, StoreError> {
        Ok(self.keys().ring().await?.link_keys.remove(&version).map(|key| key.0))
    }

    async fn number_key(&self, controller: &str) -> Result<SecretKey, StoreError> {
        self.keys().number_key(controller, self.database()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{is_private, opened, reopened};

    #[tokio::test]
    async fn keys_stay_the_same_and_are_nobody_else_s() {
        let (folder, store) = opened();
        let (version, link_key) = store.current_link_key().await.unwrap();
        let riverside = store.number_key("riverside").await.unwrap();
        assert_ne!(store.number_key("hillside").await.unwrap(), riverside);
        drop(store);

        let again = reopened(&folder);
        assert_eq!(again.link_key(version).await.unwrap(), Some(link_key));
        assert_eq!(again.link_key(version + 1).await.unwrap(), None);
        assert_eq!(again.number_key("riverside").await.unwrap(), riverside);
        for name in [KEYS, STORAGE_KEY] {
            assert!(is_private(&folder.path().join("data").join(name)).unwrap(), "{name}");
        }
        assert_eq!(again.keys().storage_key().unwrap().len(), 64);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn two_processes_agree_on_a_controller_s_key() {
        let (folder, one) = opened();
        let other = reopened(&folder);
        for controller in 0..20 {
            let controller = controller.to_string();
            let (left, right) =
                tokio::join!(one.number_key(&controller), other.number_key(&controller));
            assert_eq!(left.unwrap(), right.unwrap());
        }
    }

    #[test]
    fn two_processes_that_open_a_folder_at_once_agree_on_its_keys() {
        let folder = tempfile::tempdir().unwrap();
        let made: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        let random = Arc::new(crate::SystemRandom);
                        let keys = KeyFiles::new(folder.path().to_owned(), random);
                        keys.make_sure().unwrap();
                        (keys.url_key().unwrap().0, keys.storage_key().unwrap())
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(made.windows(2).all(|pair| pair[0] == pair[1]));
    }

    #[test]
    fn a_broken_key_is_not_repeated_in_the_error() {
        let Err(error) = serde_json::from_str::<EncodedKey>("\"c2VjcmV0\"") else { panic!() };
        assert!(!error.to_string().contains("c2VjcmV0"), "{error}");
    }
}
