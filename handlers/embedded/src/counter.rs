//! How old a database is: a count in it, and beside it a file that says how high the count was.
//!
//! An older copy of the database has a smaller count than the file says, and is refused. The count
//! stands in the header of the database file, so that it is read without `SQLite` and without the
//! log, which may belong to another copy. It is raised there and on disk before the file says so:
//! a crash in between leaves a database that is ahead of the file, never behind it.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::ports::clock::Clock;
use domain::ports::random::Random;
use rusqlite::Connection;

use crate::schema::{APPLICATION, Marks};
use crate::unfinished_file::UnfinishedFile;

/// The file beside the database.
pub(crate) const FILE: &str = "newest-count";

/// While somebody writes, the count rises at least this often, in seconds: an older copy that was
/// made within this time is not told from the newest.
const RAISED_EVERY: i64 = 15 * 60;

/// The count of one opened store.
pub(crate) struct Counter {
    folder: PathBuf,
    database: PathBuf,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    raised_at: AtomicI64,
}

/// What a database file says of itself in its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Header {
    /// There is no file, or an empty one.
    Nothing,
    /// A database in which nothing was laid out.
    Blank,
    /// Ours.
    Ours(Marks),
    /// Another program's, or no database.
    Strange,
}

/// What the file beside the database says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    Count(u32),
    Nothing,
    NoNumber,
}

impl Counter {
    /// The count of the store in `folder`, raised now.
    pub(crate) fn new(
        folder: PathBuf,
        database: PathBuf,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        let raised_at = AtomicI64::new(clock.now().as_second());
        Self { folder, database, clock, random, raised_at }
    }

    /// True for one caller each time that the count is due to rise.
    pub(crate) fn is_due(&self) -> bool {
        let now = self.clock.now().as_second();
        let last = self.raised_at.load(Ordering::Acquire);
        now.abs_diff(last) >= RAISED_EVERY.unsigned_abs()
            && self
                .raised_at
                .compare_exchange(last, now, Ordering::AcqRel, Ordering::Acquire)
                .is_ok()
    }

    /// Brings a risen count from the log into the database file and lets the file beside it say so.
    /// While somebody reads an older state, the file keeps its smaller number.
    pub(crate) fn say(&self, connection: &Connection) -> Result<(), crate::database::Failed> {
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        self.say_what_is_on_disk().map_err(domain::ports::error::StoreError::unavailable)?;
        Ok(())
    }

    fn say_what_is_on_disk(&self) -> io::Result<()> {
        let Header::Ours(marks) = header(&self.database)? else { return Ok(()) };
        match said(&self.folder)? {
            Said::Count(said) if said >= marks.count => return Ok(()),
            _ => {}
        }
        let mut file = UnfinishedFile::create_in(&self.folder, &*self.random)?;
        file.write_all(format!("{}\n", marks.count).as_bytes())?;
        file.rename_to(&self.folder.join(FILE)).map(|_| ())
    }
}

/// Raises the count in the transaction of the caller.
pub(crate) fn raise(connection: &Connection) -> rusqlite::Result<()> {
    let marks = Marks::read(connection)?;
    marks.raised_to(marks.count.saturating_add(1)).write(connection)
}

/// What the file in `folder` says.
pub(crate) fn said(folder: &Path) -> io::Result<Said> {
    match std::fs::read(folder.join(FILE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Said::Nothing),
        bytes => {
            let bytes = bytes?;
            let number = std::str::from_utf8(&bytes).ok().and_then(|text| text.trim().parse().ok());
            Ok(number.map_or(Said::NoNumber, Said::Count))
        }
    }
}

/// What the database file says of itself. The log is not looked at.
pub(crate) fn header(database: &Path) -> io::Result<Header> {
    let file = match File::open(database) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Header::Nothing),
        file => file?,
    };
    let mut bytes = Vec::new();
    file.take(100).read_to_end(&mut bytes)?;
    if bytes.is_empty() {
        return Ok(Header::Nothing);
    }
    // Big-endian at these places (SQLite, "Database File Format", 1.3).
    let number = |at: usize| {
        let four: Option<[u8; 4]> = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
        four.map(i32::from_be_bytes)
    };
    Ok(match (bytes.starts_with(b"SQLite format 3\0"), number(68), number(60)) {
        (true, Some(APPLICATION), Some(user_version)) => Header::Ours(Marks::of(user_version)),
        (true, Some(0), Some(0)) => Header::Blank,
        _ => Header::Strange,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{connect, lay_out};

    struct Still;
    impl Clock for Still {
        fn now(&self) -> jiff::Timestamp {
            jiff::Timestamp::UNIX_EPOCH
        }
    }

    fn laid_out() -> (tempfile::TempDir, Connection, Counter) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        std::fs::write(&path, b"").unwrap();
        let connection = connect(&path).unwrap();
        lay_out(&connection, &[]).unwrap();
        let random = Arc::new(crate::SystemRandom);
        let counter = Counter::new(folder.path().to_owned(), path, Arc::new(Still), random);
        (folder, connection, counter)
    }

    fn on_disk(counter: &Counter) -> Option<u32> {
        match header(&counter.database).unwrap() {
            Header::Ours(marks) => Some(marks.count),
            _ => None,
        }
    }

    #[test]
    fn the_file_says_what_is_on_disk_and_never_more() {
        let (folder, connection, counter) = laid_out();
        raise(&connection).unwrap();
        counter.say_what_is_on_disk().unwrap();
        // The count is in the log alone.
        assert_eq!(said(folder.path()).unwrap(), Said::Nothing);
        counter.say(&connection).unwrap();
        assert_eq!(said(folder.path()).unwrap(), Said::Count(1));
        assert_eq!(on_disk(&counter), Some(1));

        // Somebody still reads: the log cannot be brought over, and the file keeps its number.
        raise(&connection).unwrap();
        counter.say(&connection).unwrap();
        let reader = connect(&counter.database).unwrap();
        let reading = reader.unchecked_transaction().unwrap();
        let read = reading.query_row("SELECT count(*) FROM documents", [], |row| row.get(0));
        assert_eq!(read, Ok(0));
        raise(&connection).unwrap();
        counter.say(&connection).unwrap();
        let Said::Count(number) = said(folder.path()).unwrap() else { panic!("no number") };
        assert_eq!(Some(number), on_disk(&counter));
        drop(reading);
        counter.say(&connection).unwrap();
        assert_eq!(said(folder.path()).unwrap(), Said::Count(3));
    }

    #[test]
    fn a_file_without_a_number_says_none() {
        let (folder, _connection, _counter) = laid_out();
        for text in ["", "-1", "many", "4294967296"] {
            std::fs::write(folder.path().join(FILE), text).unwrap();
            assert_eq!(said(folder.path()).unwrap(), Said::NoNumber, "{text}");
        }
    }

    #[test]
    fn a_header_tells_ours_from_a_blank_and_a_strange_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        assert_eq!(header(&path).unwrap(), Header::Nothing);
        std::fs::write(&path, b"").unwrap();
        assert_eq!(header(&path).unwrap(), Header::Nothing);
        connect(&path).unwrap().pragma_update(None, "journal_mode", "WAL").unwrap();
        assert_eq!(header(&path).unwrap(), Header::Blank);
        std::fs::write(&path, b"no database at all").unwrap();
        assert_eq!(header(&path).unwrap(), Header::Strange);
    }
}
