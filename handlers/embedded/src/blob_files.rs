//! The bytes of blobs: one file each under a random name, in `blobs/`. A row leads to a file that
//! is whole and on disk; a file that no row leads to is nobody's, and swept.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::ports::random::Random;
use rusqlite::{Connection, params};

use crate::database::Failed;
use crate::random::file_name;
use crate::unfinished_file::{
    UnfinishedFile, lock_if_abandoned, remove, sweep_unfinished, sync_folder,
};

/// The folder.
#[derive(Clone)]
pub(crate) struct BlobFiles {
    folder: PathBuf,
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
    pub(crate) fn new(folder: PathBuf, random: Arc<dyn Random>) -> Self {
        Self { folder, random }
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

    /// Removes files that no row leads to any more, for good when it returns.
    pub(crate) fn remove(&self, names: &[String]) -> io::Result<()> {
        for name in names {
            remove(&self.path(name))?;
        }
        sync_folder(&self.folder)
    }

    /// Removes every file that no row leads to and nobody is writing; how many there were.
    ///
    /// Whoever writes a file holds its lock until the row is committed. So a file that can be
    /// locked has its row by then, or never will.
    pub(crate) fn sweep(&self, connection: &Connection) -> Result<usize, SweepFailed> {
        sweep_unfinished(&self.folder)?;
        let mut swept = 0;
        for entry in std::fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let Some(name) = finished_name(&path) else { continue };
            if is_led_to(connection, name)? {
                continue;
            }
            if let Some(abandoned) = lock_if_abandoned(&path)?
                && !is_led_to(connection, name)?
            {
                remove(&path)?;
                swept += 1;
                drop(abandoned);
            }
        }
        sync_folder(&self.folder)?;
        Ok(swept)
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

/// Why a sweep stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SweepFailed {
    #[error(transparent)]
    File(#[from] io::Error),
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
}

impl From<SweepFailed> for Failed {
    fn from(failed: SweepFailed) -> Self {
        match failed {
            SweepFailed::File(error) => domain::ports::error::StoreError::unavailable(error).into(),
            SweepFailed::Database(error) => error.into(),
        }
    }
}

fn finished_name(path: &Path) -> Option<&str> {
    path.file_name()?.to_str().filter(|name| !name.starts_with('.'))
}

fn is_led_to(connection: &Connection, file: &str) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM blobs WHERE file = ?1)
                 OR EXISTS (SELECT 1 FROM staged_blocks WHERE file = ?1)",
        )?
        .query_row(params![file], |row| row.get(0))
}
