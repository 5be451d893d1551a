//! The one writer of this process: a thread that takes changes in the order they came and commits
//! those that wait together in one transaction, so that a thousand writers share its `fsync`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use domain::ports::error::StoreError;
use rusqlite::Connection;
use tokio::sync::oneshot;
use tracing::error;

use crate::database::Failed;
use crate::nights;
use crate::turn::Turnstile;

/// Most changes that share a transaction: bounds what a first caller waits for later ones.
const MOST_TOGETHER: usize = 64;

/// Runs a change; what it gives back tells the caller, once it is known whether it is committed.
type Change = Box<dyn FnOnce(&Connection) -> Telling + Send>;
type Telling = Box<dyn FnOnce(Result<(), &str>) + Send>;

enum Work {
    Change(Change),
    Settle(oneshot::Sender<Result<Option<Settled>, StoreError>>),
}

/// What settling took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settled {
    /// Length of the database behind it.
    pub(crate) database_bytes: u64,
    /// Written to disk: each page goes into the log and from there into the database.
    pub(crate) written_bytes: u64,
    /// How long every other writer had to wait.
    pub(crate) held: Duration,
}

/// Hands work to the thread; waits for it to end when dropped.
pub(crate) struct Writer {
    work: Option<Sender<Work>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// A writer over `connection` that waits its turn at `turnstile`.
    pub(crate) fn start(connection: Connection, turnstile: Turnstile) -> std::io::Result<Self> {
        let (work, received) = channel();
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || write_until_closed(&connection, &turnstile, &received))?;
        Ok(Self { work: Some(work), thread: Some(thread) })
    }

    /// Runs `change` in a transaction. What it returns is told once it is on disk; where it fails
    /// nothing of it stays. It runs even if the caller goes away meanwhile.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> Result<T, Failed> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (tell, told) = oneshot::channel();
        self.hand_over(Work::Change(Box::new(move |connection| {
            let outcome = in_savepoint(connection, change);
            Box::new(move |committed| {
                // A refusal may rest on a neighbour's change: it stands only if that was committed.
                let _ = tell.send(match committed {
                    Ok(()) => outcome.map_err(StoreError::from),
                    Err(why) => Err(StoreError::unavailable(why.to_owned())),
                });
            })
        })))?;
        told.await.map_err(|_| StoreError::unavailable("the write was not carried out"))?
    }

    /// Rewrites the database without a trace of what was deleted, and empties its log; `None`, and
    /// nothing written, where nothing was erased since the last time. It goes on even if the caller
    /// goes away meanwhile.
    pub(crate) async fn settle(&self) -> Result<Option<Settled>, StoreError> {
        let (tell, told) = oneshot::channel();
        self.hand_over(Work::Settle(tell))?;
        told.await.map_err(|_| StoreError::unavailable("the writer stopped"))?
    }

    fn hand_over(&self, work: Work) -> Result<(), StoreError> {
        let stopped = || StoreError::unavailable("the writer stopped");
        self.work.as_ref().ok_or_else(stopped)?.send(work).map_err(|_| stopped())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Closing the channel ends the thread behind what it was given; then the files are closed.
        drop(self.work.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn write_until_closed(connection: &Connection, turnstile: &Turnstile, received: &Receiver<Work>) {
    let mut next = None;
    while let Some(work) = next.take().or_else(|| received.recv().ok()) {
        match work {
            Work::Settle(tell) => {
                let _ = tell.send(settle(connection, turnstile).map_err(StoreError::from));
            }
            Work::Change(first) => {
                let mut changes = vec![first];
                while changes.len() < MOST_TOGETHER && next.is_none() {
                    match received.try_recv() {
                        Ok(Work::Change(change)) => changes.push(change),
                        Ok(other) => next = Some(other),
                        Err(_) => break,
                    }
                }
                if let Err(error) = commit_together(connection, turnstile, changes) {
                    error!(%error, "the store could not begin to write");
                }
            }
        }
    }
}

/// One transaction, each change in a savepoint of its own. Changes that are dropped without being
/// told are told "unavailable" by their channel.
fn commit_together(
    connection: &Connection,
    turnstile: &Turnstile,
    changes: Vec<Change>,
) -> Result<(), Failed> {
    let turn = turnstile.wait().map_err(StoreError::unavailable)?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let mut tellings = Vec::with_capacity(changes.len());
    for change in changes {
        tellings.push(change(connection));
        // On a full disk and the like SQLite takes the whole transaction back at once; a savepoint
        // would then be a transaction of its own.
        if connection.is_autocommit() {
            break;
        }
    }
    let committed = if connection.is_autocommit() {
        Err("the transaction was taken back".to_owned())
    } else {
        connection.execute_batch("COMMIT").map_err(|error| error.to_string())
    };
    if let Err(why) = &committed {
        error!(why, "the store could not commit");
        if !connection.is_autocommit() {
            connection.execute_batch("ROLLBACK")?;
        }
    }
    drop(turn);
    for tell in tellings {
        tell(committed.as_ref().copied().map_err(String::as_str));
    }
    Ok(())
}

fn in_savepoint<T>(
    connection: &Connection,
    change: impl FnOnce(&Connection) -> Result<T, Failed>,
) -> Result<T, Failed> {
    connection.execute_batch("SAVEPOINT change")?;
    // A panic in one change must not end the writer of all the others.
    let outcome = catch_unwind(AssertUnwindSafe(|| change(connection)))
        .unwrap_or_else(|_| Err(StoreError::broken("a change panicked").into()));
    if outcome.is_err() && !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK TO change")?;
    }
    if !connection.is_autocommit() {
        connection.execute_batch("RELEASE change")?;
    }
    outcome
}

/// `secure_delete` overwrites cells and pages, but not the copies that moving cells between pages
/// leaves in the gaps of a page: only rewriting the file does. Then the log is emptied, too.
///
/// Killed anywhere, the next call begins again: what is settled is said last.
fn settle(connection: &Connection, turnstile: &Turnstile) -> Result<Option<Settled>, Failed> {
    let _turn = turnstile.wait().map_err(StoreError::unavailable)?;
    let held_since = Instant::now();
    let Some(erased) = nights::not_settled(connection)? else { return Ok(None) };
    connection.execute_batch("VACUUM")?;
    let busy: i32 =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy != 0 {
        return Err(StoreError::unavailable("somebody still reads the old state").into());
    }
    nights::is_settled(connection, erased)?;
    let bytes = |name| {
        connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
    };
    let database_bytes = bytes("page_count")? * bytes("page_size")?;
    Ok(Some(Settled {
        database_bytes,
        written_bytes: 2 * database_bytes,
        held: held_since.elapsed(),
    }))
}
