//! What stands in `store.sqlite`, and how every connection to it is set.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

/// "Aftr": the file says whose it is (`PRAGMA application_id`).
const APPLICATION: i32 = 0x4166_7472;
/// Raised whenever [`TABLES`] changes.
pub(crate) const VERSION: i32 = 1;

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

/// What came later. A file of before gets it when it is opened, and an older program does not mind.
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

/// What stands in a file that we should open.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Our tables, of this version.
    Ours,
    /// Our tables, of another version.
    OtherVersion(i32),
    /// Somebody else's tables.
    Foreign,
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
    // statistics would keep samples of what was erased.
    connection.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF;",
    )?;
    Ok(connection)
}

/// Looks at the file and, where it is empty, lays out our tables. Call it in a turn of one's own.
pub(crate) fn prepare(connection: &Connection, queues: &[&str]) -> rusqlite::Result<Found> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let tables: Option<i32> = connection
        .query_row("SELECT 1 FROM sqlite_schema LIMIT 1", [], |row| row.get(0))
        .optional()?;
    match (pragma("application_id")?, pragma("user_version")?, tables) {
        (APPLICATION, VERSION, _) => {
            connection.execute_batch(ADDED)?;
            Ok(Found::Ours)
        }
        (APPLICATION, other, _) => Ok(Found::OtherVersion(other)),
        (0, 0, None) => {
            connection.pragma_update(None, "journal_mode", "WAL")?;
            let transaction = connection.unchecked_transaction()?;
            transaction.execute_batch(TABLES)?;
            transaction.execute_batch(ADDED)?;
            for queue in queues {
                transaction.execute("INSERT INTO queues (name) VALUES (?1)", [queue])?;
            }
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
            transaction.commit()?;
            Ok(Found::Ours)
        }
        _ => Ok(Found::Foreign),
    }
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

    #[test]
    fn an_empty_file_becomes_ours_and_stays_so() {
        let (_folder, connection) = empty();
        assert_eq!(prepare(&connection, &["sms"]).unwrap(), Found::Ours);
        assert_eq!(prepare(&connection, &["sms"]).unwrap(), Found::Ours);
        let mode: String =
            connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
    }

    #[test]
    fn a_file_of_before_gets_what_was_added_since() {
        let (_folder, connection) = empty();
        prepare(&connection, &[]).unwrap();
        connection.execute_batch("DROP TABLE nights").unwrap();
        assert_eq!(prepare(&connection, &[]).unwrap(), Found::Ours);
        let nights: i32 =
            connection.query_row("SELECT count(*) FROM nights", [], |row| row.get(0)).unwrap();
        assert_eq!(nights, 0);
    }

    #[test]
    fn another_version_and_a_stranger_are_told_apart() {
        let (_folder, connection) = empty();
        prepare(&connection, &[]).unwrap();
        connection.pragma_update(None, "user_version", 7).unwrap();
        assert_eq!(prepare(&connection, &[]).unwrap(), Found::OtherVersion(7));

        let (_folder, connection) = empty();
        connection.execute_batch("CREATE TABLE theirs (x)").unwrap();
        assert_eq!(prepare(&connection, &[]).unwrap(), Found::Foreign);
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
