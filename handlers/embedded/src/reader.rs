//! The documents of a folder, to look at. Nothing is written, made or swept, and what would not be
//! opened is not looked at either.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use domain::ports::documents::{Container, Page, Query, ReadDocuments, Stored};
use domain::ports::error::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::SystemRandom;
use crate::counter::{Header, header};
use crate::database::Failed;
use crate::document_query::page;
use crate::documents::find;
use crate::folder::{Folder, length_of};
use crate::keys::KeyFiles;
use crate::known_keys;
use crate::open_error::OpenError;
use crate::opening::{known_version, lost_keys, refuse_what_is_not_whole};
use crate::percent;
use crate::schema::{Found, look};

/// Reads the documents of one folder. Where no store is in it, there are no documents.
#[derive(Clone)]
pub struct EmbeddedReader {
    connection: Option<Arc<Mutex<Connection>>>,
}

impl EmbeddedReader {
    /// Opens the folder to look at it, and refuses what `Embedded::open` refuses.
    pub fn open(dir: PathBuf, outbox_dir: PathBuf) -> Result<Self, OpenError> {
        let folder = Folder { dir, outbox: outbox_dir };
        let path = folder.database();
        refuse_what_is_not_whole(&folder)?;
        if header(&path).map_err(OpenError::folder(&path))? == Header::Nothing {
            return Ok(Self { connection: None });
        }
        let connection = connect_to_look(&folder, Log::Ours).map_err(OpenError::database(&path))?;
        let marks = match look(&connection).map_err(OpenError::database(&path))? {
            Found::Empty => return Ok(Self { connection: None }),
            found => known_version(&path, found)?,
        };
        if marks.version > 1 {
            let keys = KeyFiles::new(folder.dir.clone(), Arc::new(SystemRandom));
            let held = keys.fingerprints().map_err(OpenError::folder(&folder.dir))?;
            let known = known_keys::all(&connection).map_err(OpenError::database(&path))?;
            let lost = lost_keys(&known, &held);
            if !known.is_empty() && !lost.is_empty() {
                return Err(OpenError::LostKeys { dir: folder.dir, keys: lost.join(", ") });
            }
        }
        Ok(Self { connection: Some(Arc::new(Mutex::new(connection))) })
    }

    /// True where there is a store to look at.
    pub fn is_there(&self) -> bool {
        self.connection.is_some()
    }

    async fn ask<T: Send + Default + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, Failed> + Send + 'static,
    ) -> Result<T, StoreError> {
        let Some(connection) = self.connection.clone() else { return Ok(T::default()) };
        let answer = tokio::task::spawn_blocking(move || {
            question(&connection.lock().unwrap_or_else(PoisonError::into_inner))
        });
        Ok(answer.await.map_err(StoreError::broken)??)
    }
}

/// What a look does with the log beside the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Log {
    /// It belongs to the database.
    Ours,
    /// It may be another copy's.
    Strange,
}

/// A connection that can change nothing, not even the files beside the database.
///
/// Whoever works on the database keeps a log and its index beside it. Where there is no log, the
/// file is read as it lies; `SQLite` would otherwise make a log in order to read. A log without its
/// index, as in a copy of a killed system, is read with an index in memory: nobody works there.
pub(crate) fn connect_to_look(folder: &Folder, log: Log) -> rusqlite::Result<Connection> {
    let path = folder.database();
    let has_log = log == Log::Ours && length_of(&folder.log()).map_or(true, |length| length > 0);
    let how = match (has_log, is_there(&folder.log_index())) {
        (false, _) => "immutable=1",
        (true, true) => "mode=ro&readonly_shm=1",
        (true, false) => "mode=ro&vfs=unix-none",
    };
    let text = path.to_str().ok_or_else(|| rusqlite::Error::InvalidPath(path.clone()))?;
    let place = percent::encode(text).replace("%2F", "/");
    let connection = Connection::open_with_flags(
        format!("file:{place}?{how}"),
        OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_URI,
    )?;
    // The log is nobody's to bring over but a writer's.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    if how.ends_with("unix-none") {
        connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE")?;
    }
    connection.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;")?;
    Ok(connection)
}

fn is_there(path: &Path) -> bool {
    // What cannot be asked for is there: the stricter way of reading is the safe one.
    path.try_exists().unwrap_or(true)
}

#[async_trait]
impl ReadDocuments for EmbeddedReader {
    async fn get(
        &self,
        container: Container,
        partition: &str,
        id: &str,
    ) -> Result<Option<Stored>, StoreError> {
        let (partition, id) = (partition.to_owned(), id.to_owned());
        self.ask(move |connection| find(connection, container, &partition, &id)).await
    }

    async fn list(
        &self,
        container: Container,
        partition: &str,
        query: &Query,
    ) -> Result<Page, StoreError> {
        let (partition, query) = (partition.to_owned(), query.clone());
        let found =
            self.ask(move |connection| page(connection, container, &partition, &query).map(Some));
        Ok(found.await?.unwrap_or_else(|| Page { documents: Vec::new(), next: None }))
    }
}
