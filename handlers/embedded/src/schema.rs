//! What stands in `store.sqlite`, and how every connection to it is set.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

/// "Aftr": the file says whose it is (`PRAGMA application_id`).
pub(crate) const APPLICATION: i32 = 0x4166_7472;
/// Version 1 is [`TABLES`]; each of [`STEPS`] makes the next one.
pub(crate) const VERSION: i32 = 2;

/// Waiting for the database's own locks, beyond the turn (checkpoints, recovery after a crash).
const BUSY: Duration = Duration::from_secs(30);

/// Instants are microseconds since 1970, UTC.
const TABLES: &str = "
    CREATE TABLE documents (
        container TEXT NOT NULL,
        partition TEXT NOT NULL,
        id TEXT NOT NULL,
        etag TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (container, partition, id)
    ) STRICT;

    -- One row, so that the newest write is known without looking at every document.
    CREATE TABLE newest_write (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE blobs (
        container TEXT NOT NULL,
        name TEXT NOT NULL,
        etag TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        content_type TEXT NOT NULL,
        written_at INTEGER NOT NULL,
        file TEXT NOT NULL UNIQUE,
        PRIMARY KEY (container, name)
    ) STRICT;

    -- Where the blocks lie of a blob that was made of blocks.
    CREATE TABLE committed_blocks (
        container TEXT NOT NULL,
        name TEXT NOT NULL,
        position INTEGER NOT NULL,
        block TEXT NOT NULL,
        start INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        PRIMARY KEY (container, name, position)
    ) STRICT;

    CREATE TABLE staged_blocks (
        container TEXT NOT NULL,
        name TEXT NOT NULL,
        block TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        staged_at INTEGER NOT NULL,
        file TEXT NOT NULL UNIQUE,
        PRIMARY KEY (container, name, block)
    ) STRICT;

    -- Files that no blob needs any more and that are not yet gone.
    CREATE TABLE doomed_files (
        file TEXT PRIMARY KEY,
        container TEXT NOT NULL,
        name TEXT NOT NULL
    ) STRICT;
    CREATE INDEX doomed_files_by_blob ON doomed_files (container, name);

    CREATE TABLE queues (
        name TEXT PRIMARY KEY
    ) STRICT;

    CREATE TABLE messages (
        sequence INTEGER PRIMARY KEY,
        queue TEXT NOT NULL,
        id TEXT NOT NULL,
        text TEXT NOT NULL,
        inserted_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        visible_at INTEGER NOT NULL,
        dequeue_count INTEGER NOT NULL,
        pop_receipt TEXT NOT NULL,
        UNIQUE (queue, id)
    ) STRICT;
    CREATE INDEX messages_by_visibility ON messages (queue, visible_at, sequence);
";

/// What came later and is there or not. A file of before gets it when it is opened.
const ADDED: &str = "
    -- One row: what was erased, and what of that no file holds any more.
    CREATE TABLE IF NOT EXISTS nights (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        -- Counts the changes that erased something, and up to which of them the store is settled.
        erased INTEGER NOT NULL DEFAULT 0,
        settled INTEGER NOT NULL DEFAULT 0,
        -- The night under way; NULL by day.
        began_at INTEGER,
        all_sent INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    -- Upload addresses that were given and may still be used.
    CREATE TABLE IF NOT EXISTS upload_addresses (
        name TEXT PRIMARY KEY,
        bytes INTEGER NOT NULL,
        until INTEGER NOT NULL
    ) STRICT;

    -- What has expired is found without reading what has not.
    CREATE INDEX IF NOT EXISTS messages_by_expiry ON messages (queue, expires_at);
";

/// What each version adds to the one before it. Older data is brought up to date when it is opened.
const STEPS: [(i32, &str); 1] = [(
    2,
    "
    -- The keys that data hangs on, by a short hash of each, so that a lost or another one is seen.
    CREATE TABLE known_keys (
        name TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL
    ) STRICT;
    ",
)];

/// What the header of the file carries for us in `user_version`: the version of the tables in the
/// lowest 8 bits, and above them the count that tells an older copy (see `counter`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marks {
    pub(crate) version: i32,
    pub(crate) count: u32,
}

/// What stands in a file that we should open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing yet.
    Empty,
    /// Our tables, of this version or one that can be brought up to date.
    Ours(Marks),
    /// Our tables, of a version that we do not know.
    OtherVersion(i32),
    /// Somebody else's tables.
    Foreign,
}

impl Marks {
    /// Highest count that fits: one each minute for 15 years.
    const MOST: u32 = i32::MAX.unsigned_abs() >> 8;

    pub(crate) fn of(user_version: i32) -> Self {
        Self { version: user_version & 0xff, count: user_version.unsigned_abs() >> 8 }
    }

    pub(crate) fn read(connection: &Connection) -> rusqlite::Result<Self> {
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).map(Self::of)
    }

    pub(crate) fn raised_to(self, count: u32) -> Self {
        Self { count: count.min(Self::MOST), ..self }
    }

    pub(crate) fn write(self, connection: &Connection) -> rusqlite::Result<()> {
        let count = i32::try_from(self.count).unwrap_or_default();
        connection.pragma_update(None, "user_version", count << 8 | self.version)
    }
}

/// A connection set as all of ours are.
pub(crate) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(64);
    // FULL: a commit is on disk before it is acknowledged. secure_delete: what is deleted is
    // overwritten. temp_store: nothing is spilled into a temporary file. Never ANALYZE: its
    // statistics would keep samples of what was erased. wal_autocheckpoint: a page that a night
    // changes again and again is copied home few times; the log has at most about 64 MB.
    connection.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF;
         PRAGMA wal_autocheckpoint = 16000;",
    )?;
    Ok(connection)
}

/// Looks at the file.
pub(crate) fn look(connection: &Connection) -> rusqlite::Result<Found> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let tables: Option<i32> = connection
        .query_row("SELECT 1 FROM sqlite_schema LIMIT 1", [], |row| row.get(0))
        .optional()?;
    Ok(match (pragma("application_id")?, pragma("user_version")?, tables) {
        (APPLICATION, user_version, _) => match Marks::of(user_version) {
            marks if (1..=VERSION).contains(&marks.version) => Found::Ours(marks),
            marks => Found::OtherVersion(marks.version),
        },
        (0, 0, None) => Found::Empty,
        _ => Found::Foreign,
    })
}

/// Lays out our tables in an empty file. Call it in a turn of one's own.
pub(crate) fn lay_out(connection: &Connection, queues: &[&str]) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(TABLES)?;
    for queue in queues {
        transaction.execute("INSERT INTO queues (name) VALUES (?1)", [queue])?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    bring_up_to_date(&transaction, Marks { version: 1, count: 0 })?;
    transaction.commit()
}

/// Adds what versions behind that of `marks` added. Call it in a transaction.
pub(crate) fn bring_up_to_date(connection: &Connection, marks: Marks) -> rusqlite::Result<()> {
    for (_, step) in STEPS.iter().filter(|(version, _)| *version > marks.version) {
        connection.execute_batch(step)?;
    }
    connection.execute_batch(ADDED)?;
    Marks { version: VERSION, ..marks }.write(connection)
}

/// True where the database leads to anything at all.
pub(crate) fn holds_data(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM documents) OR EXISTS (SELECT 1 FROM blobs)
             OR EXISTS (SELECT 1 FROM staged_blocks) OR EXISTS (SELECT 1 FROM messages)",
        [],
        |row| row.get(0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty() -> (tempfile::TempDir, Connection) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        std::fs::write(&path, b"").unwrap();
        let connection = connect(&path).unwrap();
        (folder, connection)
    }

    fn ours(count: u32) -> Found {
        Found::Ours(Marks { version: VERSION, count })
    }

    #[test]
    fn an_empty_file_becomes_ours_and_stays_so() {
        let (_folder, connection) = empty();
        assert_eq!(look(&connection).unwrap(), Found::Empty);
        lay_out(&connection, &["sms"]).unwrap();
        assert_eq!(look(&connection).unwrap(), ours(0));
        assert!(!holds_data(&connection).unwrap());
        let mode: String =
            connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
    }

    #[test]
    fn a_file_of_before_gets_what_was_added_since() {
        let (_folder, connection) = empty();
        lay_out(&connection, &[]).unwrap();
        connection.execute_batch("DROP TABLE nights").unwrap();
        let marks = Marks::read(&connection).unwrap();
        bring_up_to_date(&connection, marks).unwrap();
        let nights: i32 =
            connection.query_row("SELECT count(*) FROM nights", [], |row| row.get(0)).unwrap();
        assert_eq!(nights, 0);
    }

    #[test]
    fn another_version_and_a_stranger_are_told_apart() {
        let (_folder, connection) = empty();
        lay_out(&connection, &[]).unwrap();
        connection.pragma_update(None, "user_version", 7).unwrap();
        assert_eq!(look(&connection).unwrap(), Found::OtherVersion(7));

        let (_folder, connection) = empty();
        connection.execute_batch("CREATE TABLE theirs (x)").unwrap();
        assert_eq!(look(&connection).unwrap(), Found::Foreign);
    }

    #[test]
    fn data_of_version_1_is_brought_up_to_date() {
        let (_folder, connection) = empty();
        connection.execute_batch(TABLES).unwrap();
        connection.pragma_update(None, "application_id", APPLICATION).unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        let Found::Ours(marks) = look(&connection).unwrap() else { panic!("not ours") };
        assert_eq!(marks, Marks { version: 1, count: 0 });
        bring_up_to_date(&connection, marks).unwrap();
        assert_eq!(look(&connection).unwrap(), ours(0));
        connection.execute_batch("SELECT name, fingerprint FROM known_keys").unwrap();
    }

    #[test]
    fn a_count_survives_a_rewrite_and_stops_at_its_end() {
        let (_folder, connection) = empty();
        lay_out(&connection, &[]).unwrap();
        let marks = Marks { version: VERSION, count: 3 };
        marks.write(&connection).unwrap();
        connection.execute_batch("VACUUM").unwrap();
        assert_eq!(look(&connection).unwrap(), ours(3));
        marks.raised_to(u32::MAX).write(&connection).unwrap();
        assert_eq!(look(&connection).unwrap(), ours(Marks::MOST));
    }

    #[test]
    fn every_connection_waits_for_the_disk_and_overwrites_what_it_deletes() {
        let (_folder, connection) = empty();
        let pragma = |name: &str| {
            connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0)).unwrap()
        };
        assert_eq!(
            (pragma("synchronous"), pragma("secure_delete"), pragma("temp_store")),
            (2, 1, 2)
        );
    }
}
