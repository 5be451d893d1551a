//! The places in the folder of a store, and what is left in it where its database is gone.

use std::io;
use std::path::{Path, PathBuf};

use crate::counter::FILE;
use crate::keys::{KEYS, STORAGE_KEY};

/// Where everything of one store stands.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    pub(crate) dir: PathBuf,
    pub(crate) outbox: PathBuf,
}

impl Folder {
    pub(crate) fn database(&self) -> PathBuf {
        self.dir.join("store.sqlite")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.dir.join("store.sqlite-wal")
    }

    pub(crate) fn log_index(&self) -> PathBuf {
        self.dir.join("store.sqlite-shm")
    }

    pub(crate) fn blobs(&self) -> PathBuf {
        self.dir.join("blobs")
    }

    pub(crate) fn aside(&self) -> PathBuf {
        self.dir.join("aside")
    }

    /// What stands here besides a database, in words; nothing, where nothing does. Locks and
    /// unfinished files are nothing: a process that was killed while it laid out the folder leaves
    /// them.
    pub(crate) fn left(&self) -> io::Result<Vec<String>> {
        let is_file = |name: &str| !name.starts_with('.');
        let is_text = |name: &str| is_file(name) && name.strip_suffix(".json").is_some();
        let mut left = Vec::new();
        for (count, what) in [
            (count(&self.blobs(), is_file)?, "files in blobs"),
            (count(&self.aside(), is_file)?, "days in aside"),
            (count(&self.outbox, is_text)?, "texts in the outbox"),
        ] {
            if count > 0 {
                left.push(format!("{count} {what}"));
            }
        }
        for name in [KEYS, STORAGE_KEY, FILE] {
            if self.dir.join(name).try_exists()? {
                left.push(name.to_owned());
            }
        }
        Ok(left)
    }
}

fn count(folder: &Path, counts: impl Fn(&str) -> bool) -> io::Result<usize> {
    Ok(names_in(folder)?.iter().filter(|name| counts(name)).count())
}

/// The names in `folder`; none where it is not there.
pub(crate) fn names_in(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

/// The length of a file; 0 where it is not there.
pub(crate) fn length_of(path: &Path) -> io::Result<u64> {
    match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        found => Ok(found?.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_and_unfinished_files_are_nothing_and_data_is_named() {
        let place = tempfile::tempdir().unwrap();
        let dir = place.path().to_owned();
        let folder = Folder { outbox: dir.join("outbox"), dir: dir.clone() };
        assert!(folder.left().unwrap().is_empty());
        for made in ["blobs", "outbox"] {
            std::fs::create_dir(dir.join(made)).unwrap();
        }
        for nothing in ["waiting.lock", "blobs/.unfinished-1", "outbox/.unfinished-2"] {
            std::fs::write(dir.join(nothing), b"x").unwrap();
        }
        assert!(folder.left().unwrap().is_empty());

        for data in ["blobs/0123", "outbox/t-1.json", "keys.json", "newest-count"] {
            std::fs::write(dir.join(data), b"x").unwrap();
        }
        assert_eq!(
            folder.left().unwrap(),
            ["1 files in blobs", "1 texts in the outbox", "keys.json", "newest-count"]
        );
    }
}
