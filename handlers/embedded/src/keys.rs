//! Keys: `keys.json` and `storage.key`, both of mode 0600, made when the folder is opened first and
//! never again: the database knows a fingerprint of each, and no key is used that is another one.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ports::error::StoreError;
use domain::ports::keys::{Keys, SecretKey};
use domain::ports::random::Random;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::database::{Database, Failed};
use crate::known_keys::{self, Fingerprints, fingerprint, link_name, number_name};
use crate::store::Embedded;
use crate::unfinished_file::UnfinishedFile;

pub(crate) const KEYS: &str = "keys.json";
pub(crate) const STORAGE_KEY: &str = "storage.key";
const URL: &str = "url";
const STORAGE: &str = "storage";

/// The keys of a store.
#[derive(Clone)]
pub(crate) struct KeyFiles {
    folder: PathBuf,
    random: Arc<dyn Random>,
    /// What the database is known to know.
    known: Arc<Mutex<Fingerprints>>,
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
        Self { folder, random, known: Arc::default() }
    }

    /// The fingerprints of all keys that are there; of a file that is gone or cannot be read, none.
    pub(crate) fn fingerprints(&self) -> io::Result<Fingerprints> {
        let mut found = Fingerprints::new();
        if let Some(ring) = there(self.read())? {
            let KeyRing { link_keys, url_key, number_keys, .. } = ring;
            let links = link_keys.iter().map(|(version, key)| (link_name(*version), key));
            let numbers =
                number_keys.iter().map(|(controller, key)| (number_name(controller), key));
            let others = [(URL.to_owned(), &url_key)];
            let all = links.chain(numbers).chain(others);
            found.extend(all.map(|(name, key)| (name, fingerprint(&key.0.0))));
        }
        if let Some(key) = there(self.storage_key())? {
            found.insert(STORAGE.to_owned(), fingerprint(&key));
        }
        Ok(found)
    }

    /// What a folder with data cannot do without, by name, where `found` lacks it.
    pub(crate) fn lacking(found: &Fingerprints) -> Vec<String> {
        [URL, STORAGE]
            .into_iter()
            .filter(|name| !found.contains_key(*name))
            .map(ToOwned::to_owned)
            .collect()
    }

    /// Keeps in memory what the database knows.
    pub(crate) fn remember(&self, known: Fingerprints) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).extend(known);
    }

    /// New keys in place of those that are lost for good. Link keys get a new version, so that no
    /// link of a lost key is taken for one of the new.
    pub(crate) fn replace(&self, lost: &[String]) -> io::Result<()> {
        let is_lost = |name: &str| lost.iter().any(|one| one == name);
        let highest = lost.iter().filter_map(|name| name.strip_prefix("link ")?.parse().ok()).max();
        let mut ring = there(self.read())?.unwrap_or_else(|| KeyRing {
            current_link_key: 0,
            link_keys: BTreeMap::new(),
            url_key: self.fresh(),
            number_keys: BTreeMap::new(),
        });
        ring.link_keys.retain(|version, _| !is_lost(&link_name(*version)));
        ring.number_keys.retain(|controller, _| !is_lost(&number_name(controller)));
        if is_lost(URL) {
            ring.url_key = self.fresh();
        }
        if !ring.link_keys.contains_key(&ring.current_link_key) {
            let held = ring.link_keys.keys().max().copied();
            let next = highest.max(held).unwrap_or(0_u32).saturating_add(1);
            ring.link_keys.insert(next, self.fresh());
            ring.current_link_key = next;
        }
        self.write(&ring)?;
        if is_lost(STORAGE) || there(self.storage_key())?.is_none() {
            let mut file = UnfinishedFile::create_in(&self.folder, &*self.random)?;
            file.write_all(self.fresh_storage_key().as_bytes())?;
            file.rename_to(&self.folder.join(STORAGE_KEY))?;
        }
        Ok(())
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
        self.make(STORAGE_KEY, self.fresh_storage_key().as_bytes())
    }

    /// The key of signed URLs.
    pub(crate) fn url_key(&self) -> io::Result<SecretKey> {
        Ok(self.read()?.url_key.0)
    }

    /// The `SharedKey` of the account, decoded.
    pub(crate) fn storage_key(&self) -> io::Result<Vec<u8>> {
        let text = std::fs::read_to_string(self.folder.join(STORAGE_KEY))?;
        let no_key = |_| io::Error::new(io::ErrorKind::InvalidData, "storage.key is no base64");
        STANDARD.decode(text.trim()).map_err(no_key)
    }

    /// Account keys of Azure Storage are base64 of 64 bytes.
    fn fresh_storage_key(&self) -> String {
        STANDARD.encode([self.random.bytes(), self.random.bytes()].concat())
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

    /// The controller's key, made and on disk if there never was one. Call it in a write's turn: no
    /// other process changes the file meanwhile.
    fn number_key_in_turn(&self, controller: &str, turn: &Connection) -> Result<SecretKey, Failed> {
        let mut ring = self.read().map_err(StoreError::unavailable)?;
        if let Some(key) = ring.number_keys.get(controller) {
            return Ok(key.0.clone());
        }
        if known_keys::one(turn, &number_name(controller))?.is_some() {
            return Err(lost_while_running(&number_name(controller)).into());
        }
        let key = self.fresh();
        ring.number_keys.insert(controller.to_owned(), key.clone());
        self.write(&ring).map_err(StoreError::unavailable)?;
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
        let key = if let Some(key) = self.ring().await?.number_keys.remove(controller) {
            key.0
        } else {
            let (keys, controller) = (self.clone(), controller.to_owned());
            let made = move |turn: &Connection| keys.number_key_in_turn(&controller, turn);
            database.write(made).await?
        };
        self.confirm(number_name(controller), &key, database).await?;
        Ok(key)
    }

    /// Refuses a key that is not the one that the database knows by this name. A name that it does
    /// not know is learnt before the key is used.
    async fn confirm(
        &self,
        name: String,
        key: &SecretKey,
        database: &Database,
    ) -> Result<(), StoreError> {
        let held = fingerprint(&key.0);
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned();
        let is_known = if let Some(known) = known {
            known == held
        } else {
            let (name, held) = (name.clone(), held.clone());
            database.write(move |turn| Ok(known_keys::learn(turn, &name, &held)?)).await?
        };
        if !is_known {
            return Err(lost_while_running(&name));
        }
        self.remember([(name, held)].into());
        Ok(())
    }
}

/// What was read; `None` where nothing is there that can be read as keys.
fn there<T>(read: io::Result<T>) -> io::Result<Option<T>> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn lost_while_running(name: &str) -> StoreError {
    StoreError::broken(format!(
        "the key `{name}` is gone from keys.json or is another one: put the newest copy back"
    ))
}

#[async_trait]
impl Keys for Embedded {
    async fn current_link_key(&self) -> Result<(u32, SecretKey), StoreError> {
        let mut ring = self.keys().ring().await?;
        let version = ring.current_link_key;
        let lacks = || StoreError::broken("keys.json lacks its current link key");
        let key = ring.link_keys.remove(&version).ok_or_else(lacks)?.0;
        self.keys().confirm(link_name(version), &key, self.database()).await?;
        Ok((version, key))
    }

    async fn link_key(&self, version: u32) -> Result<Option<SecretKey>, StoreError> {
        let Some(key) = self.keys().ring().await?.link_keys.remove(&version) else {
            return Ok(None);
        };
        self.keys().confirm(link_name(version), &key.0, self.database()).await?;
        Ok(Some(key.0))
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

    #[tokio::test]
    async fn a_key_that_was_exchanged_while_the_store_is_open_is_not_used() {
        let (folder, store) = opened();
        store.number_key("riverside").await.unwrap();
        let file = folder.path().join("data").join(KEYS);
        let right = std::fs::read(&file).unwrap();
        let (elsewhere, other) = opened();
        other.number_key("riverside").await.unwrap();
        let wrong = std::fs::read(elsewhere.path().join("data").join(KEYS)).unwrap();
        std::fs::write(&file, wrong).unwrap();
        assert!(matches!(store.number_key("riverside").await, Err(StoreError::Broken(_))));
        assert!(matches!(store.current_link_key().await, Err(StoreError::Broken(_))));
        assert!(matches!(store.link_key(1).await, Err(StoreError::Broken(_))));
        std::fs::write(&file, right).unwrap();
        store.number_key("riverside").await.unwrap();
        store.link_key(1).await.unwrap();
    }

    #[tokio::test]
    async fn a_number_key_that_was_lost_is_not_made_anew() {
        let (folder, store) = opened();
        let file = folder.path().join("data").join(KEYS);
        let before = std::fs::read(&file).unwrap();
        store.number_key("riverside").await.unwrap();
        std::fs::write(&file, &before).unwrap();
        assert!(matches!(store.number_key("riverside").await, Err(StoreError::Broken(_))));
        assert_eq!(std::fs::read(&file).unwrap(), before);
        // One that never was is made.
        store.number_key("hillside").await.unwrap();
    }

    #[test]
    fn new_keys_take_the_place_of_lost_ones_only() {
        let folder = tempfile::tempdir().unwrap();
        let keys = KeyFiles::new(folder.path().to_owned(), Arc::new(crate::SystemRandom));
        keys.make_sure().unwrap();
        let before = keys.fingerprints().unwrap();
        keys.replace(&["link 1".to_owned(), "number riverside".to_owned()]).unwrap();
        let after = keys.fingerprints().unwrap();
        assert_eq!(after.keys().collect::<Vec<_>>(), ["link 2", "storage", "url"]);
        assert_eq!((&after["storage"], &after["url"]), (&before["storage"], &before["url"]));
        assert_eq!(keys.read().unwrap().current_link_key, 2);

        std::fs::write(folder.path().join(KEYS), b"{").unwrap();
        std::fs::remove_file(folder.path().join(STORAGE_KEY)).unwrap();
        assert!(keys.fingerprints().unwrap().is_empty());
        keys.replace(&["link 2".to_owned(), "url".to_owned(), "storage".to_owned()]).unwrap();
        assert_eq!(keys.read().unwrap().current_link_key, 3);
        assert_ne!(keys.fingerprints().unwrap()["storage"], before["storage"]);
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
