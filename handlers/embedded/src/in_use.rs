//! Who has the folder open: everybody shares one lock, and a recovery wants it alone.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

const FILE: &str = "open.lock";

/// Held as long as the folder is used; it ends with the process.
pub(crate) struct InUse {
    _lock: File,
}

impl InUse {
    /// One of many. Call it in a turn: only a recovery holds the lock alone, and it has the turn.
    pub(crate) fn share(folder: &Path) -> io::Result<Self> {
        let lock = open(folder)?;
        lock.lock_shared()?;
        Ok(Self { _lock: lock })
    }

    /// The only one; `None` where somebody has the folder open.
    pub(crate) fn alone(folder: &Path) -> io::Result<Option<Self>> {
        let lock = open(folder)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { _lock: lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

fn open(folder: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options.open(folder.join(FILE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_share_a_folder_and_nobody_recovers_it_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let one = InUse::share(folder.path()).unwrap();
        let other = InUse::share(folder.path()).unwrap();
        drop(one);
        assert!(InUse::alone(folder.path()).unwrap().is_none());
        drop(other);
        assert!(InUse::alone(folder.path()).unwrap().is_some());
    }
}
