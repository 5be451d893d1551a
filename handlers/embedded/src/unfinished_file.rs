//! A file that is not there until all of it is: written under a name of its own, renamed into place.
//!
//! While it is written the file is locked, so that a sweep (this process's or another's) can tell
//! what somebody still writes from what a dead process left behind, without asking any clock.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use domain::ports::random::Random;

use crate::random::file_name;

const UNFINISHED: &str = ".unfinished-";

/// A file being written. Dropped before it is finished, it is gone.
pub(crate) struct UnfinishedFile {
    file: File,
    path: PathBuf,
    finished: bool,
}

impl UnfinishedFile {
    /// A new file of mode 0600 in `folder`, locked.
    pub(crate) fn create_in(folder: &Path, random: &dyn Random) -> io::Result<Self> {
        loop {
            let path = folder.join(format!("{UNFINISHED}{}", file_name(random)));
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
            file.lock()?;
            // A sweep may have come between creating and locking.
            if file.metadata()?.nlink() > 0 {
                return Ok(Self { file, path, finished: false });
            }
        }
    }

    /// Appends.
    pub(crate) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// Appends what `source` still has; on Linux the kernel copies it.
    pub(crate) fn copy_from(&mut self, source: &mut impl io::Read) -> io::Result<u64> {
        io::copy(source, &mut self.file)
    }

    /// On disk under `path`, whatever was there. The file stays locked as long as the caller keeps
    /// what this returns.
    pub(crate) fn rename_to(mut self, path: &Path) -> io::Result<File> {
        self.file.sync_all()?;
        std::fs::rename(&self.path, path)?;
        self.finished = true;
        sync_folder_of(path)?;
        self.file.try_clone()
    }

    /// On disk under `path` if nothing is there yet; false, and no change, where something is.
    pub(crate) fn take_place(self, path: &Path) -> io::Result<bool> {
        self.file.sync_all()?;
        match std::fs::hard_link(&self.path, path) {
            Ok(()) => sync_folder_of(path).map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Drop for UnfinishedFile {
    fn drop(&mut self) {
        if !self.finished {
            // What cannot be removed now, the next sweep removes.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Makes the names in the folder of `path` as durable as the bytes they lead to.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes the names in `folder` durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Removes `path`, which may be gone already. The caller syncs the folder.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes what dead processes left unfinished in `folder`.
pub(crate) fn sweep_unfinished(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED)
            && let Some(abandoned) = lock_if_abandoned(&entry.path())?
        {
            remove(&entry.path())?;
            drop(abandoned);
        }
    }
    Ok(())
}

/// The file, locked, where nobody is writing it; `None` where somebody is, or it is gone.
pub(crate) fn lock_if_abandoned(path: &Path) -> io::Result<Option<File>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let mut cut = UnfinishedFile::create_in(folder.path(), &SystemRandom).unwrap();
        cut.write_all(b"half").unwrap();
        drop(cut);
        assert!(names(folder.path()).is_empty());

        let mut whole = UnfinishedFile::create_in(folder.path(), &SystemRandom).unwrap();
        whole.write_all(b"whole").unwrap();
        whole.rename_to(&folder.path().join("it")).unwrap();
        assert_eq!(names(folder.path()), ["it"]);
    }

    #[test]
    fn a_sweep_spares_what_somebody_still_writes() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".unfinished-left"), b"by the dead").unwrap();
        let alive = UnfinishedFile::create_in(folder.path(), &SystemRandom).unwrap();

        sweep_unfinished(folder.path()).unwrap();

        assert_eq!(names(folder.path()).len(), 1);
        alive.rename_to(&folder.path().join("it")).unwrap();
        assert_eq!(names(folder.path()), ["it"]);
    }

    #[test]
    fn the_first_to_take_a_place_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("key");
        for (text, first) in [("one", true), ("two", false)] {
            let mut file = UnfinishedFile::create_in(folder.path(), &SystemRandom).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            assert_eq!(file.take_place(&place).unwrap(), first);
        }
        assert_eq!(std::fs::read_to_string(&place).unwrap(), "one");
        assert_eq!(names(folder.path()), ["key"]);
    }
}
