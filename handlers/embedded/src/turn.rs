//! Whose turn it is to write, across processes, in order.
//!
//! `SQLite` lets a waiting process only poll for its lock: one that commits without a pause can keep
//! another out until that gives up with `SQLITE_BUSY`. Two file locks make a turnstile instead.
//! Who waits for the second lock holds the first, so that nobody who just wrote can overtake.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// The turnstile of one store.
pub(crate) struct Turnstile {
    waiting: File,
    writing: File,
}

/// A turn; it ends when dropped, or when the process dies.
pub(crate) struct Turn<'a> {
    writing: &'a File,
}

impl Turnstile {
    /// The turnstile of the store in `folder`.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let lock = |name: &str| {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false).mode(0o600);
            options.open(folder.join(name))
        };
        Ok(Self { waiting: lock("waiting.lock")?, writing: lock("writing.lock")? })
    }

    /// Blocks until it is our turn.
    pub(crate) fn wait(&self) -> io::Result<Turn<'_>> {
        self.waiting.lock()?;
        let writing = self.writing.lock();
        self.waiting.unlock()?;
        writing.map(|()| Turn { writing: &self.writing })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // Unlocking an open file does not fail; if it did, closing it at exit unlocks too.
        let _ = self.writing.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::time::{Duration, Instant};

    #[test]
    fn who_just_wrote_cannot_overtake_who_waits() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Turnstile::open(folder.path()).unwrap();
        let (busy, patient, looked_at) = (open(), open(), open());
        let order = Mutex::new(Vec::new());
        let turn = busy.wait().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let _turn = patient.wait().unwrap();
                order.lock().unwrap().push("patient");
            });
            let begun = Instant::now();
            while looked_at.waiting.try_lock().is_ok() {
                looked_at.waiting.unlock().unwrap();
                assert!(begun.elapsed() < Duration::from_secs(30), "nobody waits in line");
                std::thread::yield_now();
            }
            // Ended and asked for again at once, as a writer with much to do does.
            drop(turn);
            let _turn = busy.wait().unwrap();
            order.lock().unwrap().push("busy");
        });
        assert_eq!(*order.lock().unwrap(), ["patient", "busy"]);
    }

    #[test]
    fn a_turn_ends_with_its_process() {
        let folder = tempfile::tempdir().unwrap();
        let dying = Turnstile::open(folder.path()).unwrap();
        std::mem::forget(dying.wait().unwrap());
        // Its files are closed, as the kernel does for the dead.
        drop(dying);
        drop(Turnstile::open(folder.path()).unwrap().wait().unwrap());
    }
}
