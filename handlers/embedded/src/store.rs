//! The store: one folder, opened.

use std::path::PathBuf;
use std::sync::Arc;

use domain::ports::clock::Clock;
use domain::ports::error::StoreError;
use domain::ports::random::Random;
use jiff::Timestamp;

use crate::SystemRandom;
use crate::aside::{Aside, FilesAside};
use crate::blob_files::BlobFiles;
use crate::blobs::BlobStore;
use crate::counter::Counter;
use crate::database::{Database, Failed};
use crate::documents::DocumentTable;
use crate::folder::Folder;
use crate::in_use::InUse;
use crate::keys::KeyFiles;
use crate::open_error::OpenError;
use crate::opening::{make_private, open_in_turn};
use crate::queues::QueueStore;
use crate::signed_urls::UrlSigner;
use crate::sms::Outbox;
use crate::turn::Turnstile;
use crate::unfinished_file::sweep_unfinished;

/// The account that the store's URLs and its queue calls name, as Azure Storage has accounts.
pub const ACCOUNT: &str = "aftersight";

/// Where a store is and what it is handed.
pub struct EmbeddedOptions {
    /// The folder; made if it is not there.
    pub dir: PathBuf,
    /// The folder in which texts arrive.
    pub outbox_dir: PathBuf,
    /// Where browsers reach the storage face: `http://127.0.0.1:7072`.
    pub storage_origin: String,
    /// The one clock.
    pub clock: Arc<dyn Clock>,
}

/// Every port of `domain` over one folder. Cheap to clone; several processes may open the same one.
#[derive(Clone)]
pub struct Embedded {
    parts: Arc<Parts>,
}

struct Parts {
    database: Database,
    documents: DocumentTable,
    blobs: BlobStore,
    queues: QueueStore,
    keys: KeyFiles,
    signer: UrlSigner,
    outbox: Outbox,
    storage_key: Vec<u8>,
    storage_origin: String,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    _in_use: InUse,
}

impl Embedded {
    /// Opens the folder, or lays it out where nothing is in it. Blocks: call it once, at the start.
    ///
    /// Nothing that is finished goes. Data without its database or its keys, or with an older
    /// database than there was, is refused: an absence is no order to delete.
    pub fn open(options: EmbeddedOptions) -> Result<Self, OpenError> {
        let EmbeddedOptions { dir, outbox_dir, storage_origin, clock } = options;
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        check_origin(&storage_origin)?;
        let folder = Folder { dir: dir.clone(), outbox: outbox_dir.clone() };
        for place in [&dir, &folder.blobs(), &outbox_dir] {
            make_private(place)?;
        }
        let (path, aside) = (folder.database(), Aside::new(folder.aside()));
        let failed = OpenError::folder;
        let turnstile = Turnstile::open(&dir).map_err(failed(&dir))?;
        let files = BlobFiles::new(folder.blobs(), aside, Arc::clone(&random));
        let keys = KeyFiles::new(dir.clone(), Arc::clone(&random));
        let counter =
            Counter::new(dir.clone(), path.clone(), Arc::clone(&clock), Arc::clone(&random));
        let in_use = {
            // Another process may be laying out the same folder, or recovering it.
            let _turn = turnstile.wait().map_err(failed(&dir))?;
            let in_use = InUse::share(&dir).map_err(failed(&dir))?;
            open_in_turn(&folder, &keys, &files, &counter)?;
            in_use
        };
        for folder in [&dir, &outbox_dir] {
            sweep_unfinished(folder).map_err(failed(folder))?;
        }
        let database =
            Database::open(&path, turnstile, counter).map_err(|failed| match failed {
                Failed::Sqlite(cause) => OpenError::Database { path, cause },
                Failed::Store(error) => OpenError::Store(error),
            })?;
        let endpoint = format!("{storage_origin}/{ACCOUNT}");
        let blobs = BlobStore {
            database: database.clone(),
            files,
            clock: Arc::clone(&clock),
            random: Arc::clone(&random),
            endpoint: endpoint.clone(),
        };
        let queues = QueueStore {
            database: database.clone(),
            clock: Arc::clone(&clock),
            random: Arc::clone(&random),
        };
        let parts = Parts {
            documents: DocumentTable::new(
                database.clone(),
                Arc::clone(&clock),
                Arc::clone(&random),
            ),
            signer: UrlSigner::new(keys.url_key().map_err(failed(&dir))?, endpoint),
            storage_key: keys.storage_key().map_err(failed(&dir))?,
            outbox: Outbox::new(outbox_dir, Arc::clone(&clock), Arc::clone(&random)),
            database,
            blobs,
            queues,
            keys,
            storage_origin,
            clock,
            random,
            _in_use: in_use,
        };
        Ok(Self { parts: Arc::new(parts) })
    }

    /// The moment of the newest commit of documents, by the clock of whoever made it. A start whose
    /// clock stands before it must erase nothing.
    pub async fn latest_written_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.parts.documents.latest_written_at().await
    }

    /// Removes blocks that nobody committed for a week, and files that were doomed; how many.
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        self.parts.blobs.sweep().await
    }

    /// Moves files that no row leads to aside, where they stay for 30 days, and says what lies there.
    pub async fn move_aside(&self) -> Result<FilesAside, StoreError> {
        self.parts.blobs.move_aside().await
    }

    /// What the database's own check finds wrong with it; nothing, where it is whole.
    pub async fn quick_check(&self) -> Result<Vec<String>, StoreError> {
        self.parts.database.quick_check().await
    }

    pub(crate) fn database(&self) -> &Database {
        &self.parts.database
    }

    pub(crate) fn documents(&self) -> &DocumentTable {
        &self.parts.documents
    }

    pub(crate) fn blobs(&self) -> &BlobStore {
        &self.parts.blobs
    }

    pub(crate) fn queues(&self) -> &QueueStore {
        &self.parts.queues
    }

    pub(crate) fn keys(&self) -> &KeyFiles {
        &self.parts.keys
    }

    pub(crate) fn signer(&self) -> &UrlSigner {
        &self.parts.signer
    }

    pub(crate) fn outbox(&self) -> &Outbox {
        &self.parts.outbox
    }

    pub(crate) fn storage_key(&self) -> &[u8] {
        &self.parts.storage_key
    }

    pub(crate) fn storage_origin(&self) -> &str {
        &self.parts.storage_origin
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    pub(crate) fn random(&self) -> &dyn Random {
        &*self.parts.random
    }
}

/// `scheme://host[:port]` and nothing behind it: it stands before every signed URL.
fn check_origin(origin: &str) -> Result<(), OpenError> {
    let refused = || OpenError::StorageOrigin(origin.to_owned());
    let uri: http::Uri = origin.parse().map_err(|_| refused())?;
    let scheme = uri.scheme_str().filter(|scheme| ["http", "https"].contains(scheme));
    match (scheme, uri.authority()) {
        (Some(scheme), Some(host)) if origin == format!("{scheme}://{host}") => Ok(()),
        _ => Err(refused()),
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! Stores in temporary folders, on a clock that stands where it is put.

    use std::io;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;
    use std::sync::Mutex;

    use super::*;

    pub(crate) struct SetClock(Mutex<Timestamp>);

    impl SetClock {
        pub(crate) fn set(&self, to: &str) {
            *self.0.lock().unwrap() = to.parse().unwrap();
        }
    }

    impl Clock for SetClock {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }
    }

    /// True for what only its owner may read.
    pub(crate) fn is_private(path: &Path) -> io::Result<bool> {
        Ok(std::fs::metadata(path)?.permissions().mode() & 0o777 == 0o600)
    }

    pub(crate) fn options(folder: &Path, clock: Arc<dyn Clock>) -> EmbeddedOptions {
        EmbeddedOptions {
            dir: folder.join("data"),
            outbox_dir: folder.join("outbox"),
            storage_origin: "http://127.0.0.1:7072".to_owned(),
            clock,
        }
    }

    pub(crate) fn opened() -> (tempfile::TempDir, Embedded) {
        let folder = tempfile::tempdir().unwrap();
        let store = reopened(&folder);
        (folder, store)
    }

    pub(crate) fn reopened(folder: &tempfile::TempDir) -> Embedded {
        let clock = Arc::new(crate::SystemClock::default());
        Embedded::open(options(folder.path(), clock)).unwrap()
    }

    pub(crate) fn opened_at(now: &str) -> (tempfile::TempDir, Embedded, Arc<SetClock>) {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(SetClock(Mutex::new(now.parse().unwrap())));
        let store = Embedded::open(options(folder.path(), clock.clone())).unwrap();
        (folder, store, clock)
    }
}
