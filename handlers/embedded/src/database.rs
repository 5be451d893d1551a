//! `store.sqlite`: many readers and the one writer of this process.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use domain::ports::error::StoreError;
use rusqlite::{Connection, ErrorCode};
use tokio::sync::Semaphore;
use tracing::warn;

use crate::counter::{self, Counter};
use crate::schema::connect;
use crate::turn::Turnstile;
use crate::writer::{Settled, Writer};

/// Readers at work at the same time; more wait.
const READERS: usize = 4;

/// Every page once, and at most this many things that are wrong.
const QUICK_CHECK: &str = "PRAGMA quick_check(20)";

/// The database, cheap to clone.
#[derive(Clone)]
pub(crate) struct Database {
    writer: Arc<Writer>,
    readers: Arc<Readers>,
    counter: Arc<Counter>,
}

struct Readers {
    path: PathBuf,
    free: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

/// Why a piece of work on a connection failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

impl From<Failed> for StoreError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Store(error) => error,
            Failed::Sqlite(error) => match error.sqlite_error_code() {
                Some(
                    ErrorCode::DatabaseBusy
                    | ErrorCode::DatabaseLocked
                    | ErrorCode::DiskFull
                    | ErrorCode::SystemIoFailure
                    | ErrorCode::CannotOpen
                    | ErrorCode::OutOfMemory,
                ) => Self::unavailable(error),
                _ => Self::broken(error),
            },
        }
    }
}

impl Database {
    /// Opens the readers and starts the writer over a file that `opening` has seen.
    pub(crate) fn open(
        path: &Path,
        turnstile: Turnstile,
        counter: Counter,
    ) -> Result<Self, Failed> {
        let writer = Writer::start(connect(path)?, turnstile).map_err(StoreError::unavailable)?;
        let readers = Readers {
            path: path.to_owned(),
            free: Arc::new(Semaphore::new(READERS)),
            idle: Mutex::new(Vec::new()),
        };
        Ok(Self {
            writer: Arc::new(writer),
            readers: Arc::new(readers),
            counter: Arc::new(counter),
        })
    }

    /// Runs `change` in a transaction; see [`Writer::write`]. Now and then the count rises behind it.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> Result<T, Failed> + Send + 'static,
    ) -> Result<T, StoreError> {
        let outcome = self.writer.write(change).await;
        if outcome.is_ok()
            && self.counter.is_due()
            && let Err(error) = self.raise_count().await
        {
            // What was written is on disk; only the age of a copy is told less exactly.
            warn!(%error, "the count of the database could not be raised");
        }
        outcome
    }

    /// Raises the count by which an older copy of the database is known.
    pub(crate) async fn raise_count(&self) -> Result<(), StoreError> {
        self.writer.write(|connection| Ok(counter::raise(connection)?)).await?;
        let counter = Arc::clone(&self.counter);
        self.read(move |connection| counter.say(connection)).await
    }

    /// What `SQLite` finds wrong with the file; nothing, where it is whole. Writers go on meanwhile.
    pub(crate) async fn quick_check(&self) -> Result<Vec<String>, StoreError> {
        let path = self.readers.path.clone();
        // A connection of its own: the others hold pages in memory that would not be read again.
        let found = tokio::task::spawn_blocking(move || quick_check(&path));
        Ok(found.await.map_err(StoreError::broken)??)
    }

    /// Leaves no trace of what was deleted; see [`Writer::settle`].
    pub(crate) async fn settle(&self) -> Result<Option<Settled>, StoreError> {
        self.writer.settle().await
    }

    /// Runs `question` on a connection that cannot write, off the runtime's threads.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, Failed> + Send + 'static,
    ) -> Result<T, StoreError> {
        let readers = Arc::clone(&self.readers);
        let permit = Arc::clone(&readers.free).acquire_owned().await.map_err(StoreError::broken)?;
        let answer = tokio::task::spawn_blocking(move || {
            let connection = readers.take()?;
            let answer = question(&connection);
            readers.put_back(connection);
            // Only now: a caller that went away must not make room for one reader too many.
            drop(permit);
            answer
        });
        Ok(answer.await.map_err(StoreError::broken)??)
    }
}

fn quick_check(path: &Path) -> Result<Vec<String>, Failed> {
    let check = || {
        let connection = connect(path)?;
        connection.pragma_update(None, "query_only", true)?;
        let mut all = connection.prepare(QUICK_CHECK)?;
        let found = all.query_map([], |row| row.get(0))?;
        found.collect::<rusqlite::Result<Vec<String>>>()
    };
    match check() {
        Ok(found) => Ok(found.into_iter().filter(|word| word != "ok").collect()),
        Err(error) if is_damage(&error) => Ok(vec![error.to_string()]),
        Err(error) => Err(error.into()),
    }
}

fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

impl Readers {
    fn take(&self) -> Result<Connection, Failed> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(
            || {
                let connection = connect(&self.path)?;
                connection.pragma_update(None, "query_only", true)?;
                Ok(connection)
            },
            Ok,
        )
    }

    fn put_back(&self, connection: Connection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::schema::lay_out;
    use crate::{SystemClock, SystemRandom};

    fn open(folder: &Path) -> Database {
        let path = folder.join("store.sqlite");
        if !path.exists() {
            std::fs::write(&path, b"").unwrap();
            lay_out(&connect(&path).unwrap(), &[]).unwrap();
        }
        let (clock, random) = (Arc::new(SystemClock::default()), Arc::new(SystemRandom));
        let counter = Counter::new(folder.to_owned(), path.clone(), clock, random);
        Database::open(&path, Turnstile::open(folder).unwrap(), counter).unwrap()
    }

    fn add(connection: &Connection, name: &str) -> Result<(), Failed> {
        connection.execute("INSERT INTO queues (name) VALUES (?1)", [name])?;
        Ok(())
    }

    /// Keeps the writer busy until the gate is opened: what is handed over meanwhile shares the
    /// next transaction.
    async fn busy(database: &Database) -> mpsc::Sender<()> {
        let (gate, opened) = mpsc::channel();
        let (begin, begun) = tokio::sync::oneshot::channel();
        let database = database.clone();
        tokio::spawn(async move {
            let held = database.write(move |_| {
                begin.send(()).unwrap();
                opened.recv().unwrap();
                Ok(())
            });
            held.await.unwrap();
        });
        begun.await.unwrap();
        gate
    }

    async fn names(database: &Database) -> Vec<String> {
        database
            .read(|connection| {
                let mut all = connection.prepare("SELECT name FROM queues ORDER BY name")?;
                let names = all.query_map([], |row| row.get(0))?;
                Ok(names.collect::<Result<_, _>>()?)
            })
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn a_change_that_fails_or_panics_takes_only_itself_back() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path());
        let gate = busy(&database).await;
        let (kept, failed, panicked, kept_too, ()) = tokio::join!(
            database.write(|connection| add(connection, "kept")),
            database.write(|connection| {
                add(connection, "half")?;
                Err::<(), _>(StoreError::Conflict { id: "half".to_owned() }.into())
            }),
            database.write(|connection| -> Result<(), Failed> {
                add(connection, "worse")?;
                panic!("as planned");
            }),
            database.write(|connection| add(connection, "kept too")),
            async { gate.send(()).unwrap() },
        );
        kept.unwrap();
        kept_too.unwrap();
        assert!(matches!(failed, Err(StoreError::Conflict { .. })));
        assert!(matches!(panicked, Err(StoreError::Broken(_))));
        assert_eq!(names(&database).await, ["kept", "kept too"]);
    }

    #[tokio::test]
    async fn what_sqlite_takes_back_nobody_is_told_to_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path());
        let gate = busy(&database).await;
        let (before, culprit, behind, ()) = tokio::join!(
            database.write(|connection| add(connection, "before")),
            // As SQLite does by itself on a full disk.
            database.write(|connection| Ok(connection.execute_batch("ROLLBACK")?)),
            database.write(|connection| add(connection, "behind")),
            async { gate.send(()).unwrap() },
        );
        for outcome in [before, culprit] {
            assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
        }
        assert!(behind.is_err());
        assert!(names(&database).await.is_empty());
        database.write(|connection| add(connection, "again")).await.unwrap();
        assert_eq!(names(&database).await, ["again"]);
    }

    #[tokio::test]
    async fn a_full_disk_loses_nothing_that_was_acknowledged() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path());
        let limit = |pages: &'static str| {
            database.write(move |connection| {
                let set = format!("PRAGMA max_page_count = {pages}");
                Ok(connection.query_row(&set, [], |row| row.get::<_, i64>(0))?)
            })
        };
        // SQLite raises a smaller limit to the pages that there are; then 20 more.
        let pages = limit("1").await.unwrap();
        assert!(pages < 60);
        limit("80").await.unwrap();
        let (mut kept, mut refused) = (Vec::new(), 0);
        for round in 0..20 {
            let writes = (0..20).map(|n| {
                let name = format!("{round:02}-{n:02}-{}", "x".repeat(500));
                let write = database.write({
                    let name = name.clone();
                    move |connection| add(connection, &name)
                });
                async { (name, write.await) }
            });
            for (name, outcome) in futures_util::future::join_all(writes).await {
                match outcome {
                    Ok(()) => kept.push(name),
                    Err(error) => {
                        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
                        refused += 1;
                    }
                }
            }
        }
        assert!(kept.len() > 20 && refused > 20, "{} kept, {refused} refused", kept.len());
        assert_eq!(names(&database).await, kept);
        drop(database);

        let again = open(folder.path());
        assert_eq!(again.quick_check().await.unwrap(), Vec::<String>::new());
        assert_eq!(names(&again).await, kept);
        again.write(|connection| add(connection, "room again")).await.unwrap();
    }

    #[tokio::test]
    async fn a_reader_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path());
        let refused = database.read(|connection| add(connection, "sneaked in")).await;
        assert!(refused.is_err());
        assert!(names(&database).await.is_empty());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn two_processes_with_a_thousand_writers_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (open(folder.path()), open(folder.path()));
        let writers: Vec<_> = (0..1000)
            .map(|number| {
                let database = if number % 2 == 0 { one.clone() } else { other.clone() };
                tokio::spawn(async move {
                    database.write(move |connection| add(connection, &format!("{number:04}"))).await
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap().unwrap();
        }
        assert_eq!(names(&one).await.len(), 1000);
    }
}
