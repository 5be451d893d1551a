//! The bytes of blobs: one file each under a random name, in `blobs/`. A row leads to a file that
//! is whole and on disk. A file that no row leads to is moved aside, because the row may be what
//! is lost.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::ports::error::StoreError;
use domain::ports::random::Random;
use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::aside::{Aside, FilesAside};
use crate::database::Failed;
use crate::random::file_name;
use crate::unfinished_file::{
    UnfinishedFile, lock_if_abandoned, remove, sweep_unfinished, sync_folder,
};

/// The folder.
#[derive(Clone)]
pub(crate) struct BlobFiles {
    folder: PathBuf,
    aside: Aside,
    random: Arc<dyn Random>,
}

/// A file of a blob or block being written.
pub(crate) struct NewFile {
    file: UnfinishedFile,
    bytes: u64,
}

/// A file that is whole, on disk, and not yet led to. While this lives no sweep takes it: it goes
/// into the transaction that leads to it and is dropped behind the commit.
pub(crate) struct WholeFile {
    /// Its name in the folder.
    pub(crate) name: String,
    /// Its length.
    pub(crate) bytes: u64,
    _lock: File,
}

impl BlobFiles {
    pub(crate) fn new(folder: PathBuf, aside: Aside, random: Arc<dyn Random>) -> Self {
        Self { folder, aside, random }
    }

    pub(crate) fn begin(&self) -> io::Result<NewFile> {
        let file = UnfinishedFile::create_in(&self.folder, &*self.random)?;
        Ok(NewFile { file, bytes: 0 })
    }

    /// On disk under its final name.
    pub(crate) fn finish(&self, new: NewFile) -> io::Result<WholeFile> {
        let name = file_name(&*self.random);
        let lock = new.file.rename_to(&self.path(&name))?;
        Ok(WholeFile { name, bytes: new.bytes, _lock: lock })
    }

    pub(crate) fn open(&self, name: &str) -> io::Result<File> {
        File::open(self.path(name))
    }

    /// Removes files that rows have doomed, wherever they lie, for good when it returns.
    pub(crate) fn remove(&self, names: &[String]) -> io::Result<()> {
        for name in names {
            remove(&self.path(name))?;
        }
        sync_folder(&self.folder)?;
        self.aside.remove_named(names)
    }

    /// Removes what dead writers left unfinished. Nothing that is finished goes.
    pub(crate) fn sweep_unfinished(&self) -> io::Result<()> {
        sweep_unfinished(&self.folder)
    }

    /// Moves aside every file that no row leads to and nobody is writing, and lets go what has lain
    /// there for its time.
    ///
    /// Whoever writes a file holds its lock until the row is committed. So a file that can be
    /// locked has its row by then, or never will.
    pub(crate) fn move_aside(
        &self,
        connection: &Connection,
        now: Timestamp,
    ) -> Result<FilesAside, Failed> {
        self.sweep_unfinished().map_err(StoreError::unavailable)?;
        let moved = self.move_unled(connection, now)?;
        let gone = self.aside.remove_old(now)?;
        let waiting = self.aside.files().map_err(StoreError::unavailable)?;
        let mut wanted = 0;
        for file in &waiting {
            wanted += usize::from(is_led_to(connection, &file.name)?);
        }
        Ok(FilesAside { moved, gone, waiting: waiting.len(), wanted })
    }

    fn move_unled(&self, connection: &Connection, now: Timestamp) -> Result<usize, MoveFailed> {
        let mut moved = 0;
        for entry in std::fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let Some(name) = finished_name(&path) else { continue };
            if is_led_to(connection, name)? || is_doomed(connection, name)? {
                continue;
            }
            if let Some(abandoned) = lock_if_abandoned(&path)?
                && !is_led_to(connection, name)?
                && !is_doomed(connection, name)?
            {
                moved += usize::from(self.aside.take(&path, now)?);
                drop(abandoned);
            }
        }
        Ok(moved)
    }

    /// Brings back from aside what a row leads to; how many files.
    pub(crate) fn put_back(&self, connection: &Connection) -> Result<usize, MoveFailed> {
        let mut back = 0;
        for file in self.aside.files()? {
            let place = self.path(&file.name);
            if is_led_to(connection, &file.name)? && !place.try_exists()? {
                std::fs::rename(self.aside.path(&file), place)?;
                back += 1;
            }
        }
        sync_folder(&self.folder)?;
        Ok(back)
    }

    /// True where the file stands in its place.
    pub(crate) fn has(&self, name: &str) -> io::Result<bool> {
        self.path(name).try_exists()
    }

    /// What lies aside.
    pub(crate) fn aside(&self) -> &Aside {
        &self.aside
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl NewFile {
    pub(crate) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Appends what `source` still has and says how much that was.
    pub(crate) fn copy_from(&mut self, source: &mut impl io::Read) -> io::Result<u64> {
        let copied = self.file.copy_from(source)?;
        self.bytes += copied;
        Ok(copied)
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// Why files were not moved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MoveFailed {
    #[error(transparent)]
    File(#[from] io::Error),
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
}

impl From<MoveFailed> for Failed {
    fn from(failed: MoveFailed) -> Self {
        match failed {
            MoveFailed::File(error) => StoreError::unavailable(error).into(),
            MoveFailed::Database(error) => error.into(),
        }
    }
}

fn finished_name(path: &Path) -> Option<&str> {
    path.file_name()?.to_str().filter(|name| !name.starts_with('.'))
}

/// True where a row leads to the file.
pub(crate) fn is_led_to(connection: &Connection, file: &str) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM blobs WHERE file = ?1)
                 OR EXISTS (SELECT 1 FROM staged_blocks WHERE file = ?1)",
        )?
        .query_row(params![file], |row| row.get(0))
}

/// True where an erasure or an overwrite has named the file, so that it goes.
fn is_doomed(connection: &Connection, file: &str) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM doomed_files WHERE file = ?1)")?
        .query_row(params![file], |row| row.get(0))
}
