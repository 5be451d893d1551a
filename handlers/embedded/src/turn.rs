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
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
    use std::sync::mpsc;

    #[test]
    fn a_busy_neighbour_cannot_overtake_who_waits() {
        let folder = tempfile::tempdir().unwrap();
        let (busy, patient) =
            (Turnstile::open(folder.path()).unwrap(), Turnstile::open(folder.path()).unwrap());
        let (done, turns) = (AtomicBool::new(false), AtomicU32::new(0));
        let (started, start) = mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    let turn = busy.wait().unwrap();
                    turns.fetch_add(1, Ordering::SeqCst);
                    let _ = started.send(());
                    // A little work, so that the other side is found waiting.
                    for spin in 0..20_000_u32 {
                        std::hint::black_box(spin);
                    }
                    drop(turn);
                }
            });
            start.recv().unwrap();
            let mut worst = 0;
            for _ in 0..50 {
                let before = turns.load(Ordering::SeqCst);
                drop(patient.wait().unwrap());
                worst = worst.max(turns.load(Ordering::SeqCst) - before);
            }
            done.store(true, Ordering::SeqCst);
            // One turn that had begun, and those that fit before this thread was scheduled to ask.
            assert!(worst < 100, "waited for {worst} turns");
        });
    }
}
