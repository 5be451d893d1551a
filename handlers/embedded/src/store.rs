//! The store: one folder, opened.

use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::ports::clock::Clock;
use domain::ports::error::StoreError;
use domain::ports::random::Random;
use jiff::Timestamp;
use tracing::info;

use crate::SystemRandom;
use crate::blob_files::{BlobFiles, SweepFailed};
use crate::blobs::BlobStore;
use crate::database::{Database, Failed};
use crate::documents::DocumentTable;
use crate::keys::KeyFiles;
use crate::queues::{self, QueueStore};
use crate::schema::{self, Found};
use crate::signed_urls::UrlSigner;
use crate::sms::Outbox;
use crate::turn::Turnstile;
use crate::unfinished_file::sweep_unfinished;

/// The account that the store's URLs and its queue calls name, as Azure Storage has accounts.
pub const ACCOUNT: &str = "aftersight";

const DATABASE: &str = "store.sqlite";
const BLOBS: &str = "blobs";
const STICKY: u32 = 0o1000;

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
}

/// Why a store does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder, or something in it, cannot be used.
    #[error("cannot use {path}: {cause}")]
    Folder {
        /// What.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A folder that belongs to everybody.
    #[error("{0} is shared with other users: give the store a folder of its own")]
    SharedFolder(PathBuf),
    /// Written by another version of this program.
    #[error(
        "{path} holds data of version {found}, and this program reads version {known}: \
         open it with the program that wrote it, or choose another folder"
    )]
    OtherVersion {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i32,
        /// Ours.
        known: i32,
    },
    /// A database that is not ours.
    #[error("{0} is a database of another program")]
    Foreign(PathBuf),
    /// The storage origin is no origin.
    #[error("`{0}` is no origin such as http://127.0.0.1:7072")]
    StorageOrigin(String),
    /// The database does not open.
    #[error("cannot open {path}: {cause}")]
    Database {
        /// The database.
        path: PathBuf,
        /// Why.
        cause: rusqlite::Error,
    },
    /// The writer does not start.
    #[error(transparent)]
    Store(StoreError),
}

impl Embedded {
    /// Opens the folder, or lays it out. Blocks: call it once, at the start.
    ///
    /// What a killed process left half-written is swept before this returns.
    pub fn open(options: EmbeddedOptions) -> Result<Self, OpenError> {
        let EmbeddedOptions { dir, outbox_dir, storage_origin, clock } = options;
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        check_origin(&storage_origin)?;
        let blob_dir = dir.join(BLOBS);
        for folder in [&dir, &blob_dir, &outbox_dir] {
            make_private(folder)?;
        }
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |cause| OpenError::Folder { path, cause }
        };
        let path = dir.join(DATABASE);
        // Made by us, so that SQLite's own files take over its mode.
        let mut create = OpenOptions::new();
        create.write(true).create(true).truncate(false).mode(0o600);
        create.open(&path).map_err(failed(&path))?;

        let turnstile = Turnstile::open(&dir).map_err(failed(&dir))?;
        let files = BlobFiles::new(blob_dir, Arc::clone(&random));
        let keys = KeyFiles::new(dir.clone(), Arc::clone(&random));
        {
            // Another process may be laying out the same folder.
            let _turn = turnstile.wait().map_err(failed(&dir))?;
            lay_out(&path, &files)?;
            keys.make_sure().map_err(failed(&dir))?;
        }
        for folder in [&dir, &outbox_dir] {
            sweep_unfinished(folder).map_err(failed(folder))?;
        }
        let database = Database::open(&path, turnstile).map_err(|failed| match failed {
            Failed::Sqlite(cause) => OpenError::Database { path: path.clone(), cause },
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
        };
        Ok(Self { parts: Arc::new(parts) })
    }

    /// The moment of the newest commit of documents, by the clock of whoever made it. A start whose
    /// clock stands before it must erase nothing.
    pub async fn latest_written_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.parts.documents.latest_written_at().await
    }

    /// Removes files that no row leads to, and blocks that nobody committed for a week; how many.
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        self.parts.blobs.sweep().await
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

/// A folder of mode 0700, made if need be.
fn make_private(folder: &Path) -> Result<(), OpenError> {
    let failed = |cause| OpenError::Folder { path: folder.to_owned(), cause };
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    let mode = std::fs::metadata(folder).map_err(failed)?.permissions().mode();
    if mode & STICKY != 0 {
        return Err(OpenError::SharedFolder(folder.to_owned()));
    }
    if mode & 0o077 != 0 {
        std::fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(failed)?;
    }
    Ok(())
}

fn lay_out(path: &Path, files: &BlobFiles) -> Result<(), OpenError> {
    let failed = |cause| OpenError::Database { path: path.to_owned(), cause };
    let connection = schema::connect(path).map_err(failed)?;
    match schema::prepare(&connection, &queues::names()).map_err(failed)? {
        Found::Ours => {}
        Found::OtherVersion(found) => {
            let path = path.to_owned();
            return Err(OpenError::OtherVersion { path, found, known: schema::VERSION });
        }
        Found::Foreign => return Err(OpenError::Foreign(path.to_owned())),
    }
    let swept = files.sweep(&connection).map_err(|error| match error {
        SweepFailed::Database(cause) => failed(cause),
        SweepFailed::File(cause) => OpenError::Folder { path: path.with_file_name(BLOBS), cause },
    })?;
    if swept > 0 {
        info!(swept, "swept {swept} files that a killed process left");
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod testing {
    //! Stores in temporary folders, on a clock that stands where it is put.

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
