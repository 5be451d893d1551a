//! What happens before a store is open: look, refuse, or lay out. Nothing that is finished goes.

use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use domain::ports::error::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use tracing::{info, warn};

use crate::blob_files::BlobFiles;
use crate::blob_rows::{all_doomed, forget};
use crate::counter::{self, Counter, FILE, Header, Said};
use crate::database::Failed;
use crate::folder::{Folder, length_of};
use crate::keys::KeyFiles;
use crate::known_keys::{self, Fingerprints};
use crate::open_error::OpenError;
use crate::queues;
use crate::schema::{self, Found, Marks, VERSION};

const STICKY: u32 = 0o1000;

/// A folder of mode 0700, made if need be.
pub(crate) fn make_private(folder: &Path) -> Result<(), OpenError> {
    let failed = |cause| OpenError::Folder { path: folder.to_owned(), cause };
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    let mode = std::fs::metadata(folder).map_err(failed)?.permissions().mode();
    if mode & STICKY != 0 {
        return Err(OpenError::SharedFolder(folder.to_owned()));
    }
    if mode & 0o077 != 0 {
        std::fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(failed)?;
    }
    Ok(())
}

/// Makes the folder ready to be worked on, or refuses it. Call it in a turn of one's own: another
/// process may be opening the same folder.
pub(crate) fn open_in_turn(
    folder: &Folder,
    keys: &KeyFiles,
    files: &BlobFiles,
    counter: &Counter,
) -> Result<(), OpenError> {
    refuse_what_is_not_whole(folder)?;
    let path = folder.database();
    make_empty_file(&path).map_err(OpenError::folder(&path))?;
    let has_log = length_of(&folder.log()).map_err(OpenError::folder(&folder.log()))? > 0;
    let mut connection = schema::connect(&path).map_err(OpenError::database(&path))?;
    // Closed by a refusal, it leaves the log of a killed process as it found it.
    let leave_log = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
    connection.set_db_config(leave_log, has_log).map_err(OpenError::database(&path))?;
    match schema::look(&connection).map_err(OpenError::database(&path))? {
        Found::Empty => {
            refuse_what_is_left(folder, &left(folder)?)?;
            schema::lay_out(&connection, &queues::names()).map_err(OpenError::database(&path))?;
        }
        found => {
            known_version(&path, found)?;
        }
    }
    bring_up_to_date(folder, keys, &mut connection)?;
    connection.set_db_config(leave_log, false).map_err(OpenError::database(&path))?;
    say_count(counter, &connection);
    sweep(files, &connection).map_err(|failed| match failed {
        Failed::Sqlite(cause) => OpenError::Database { path, cause },
        Failed::Store(error) => OpenError::Store(error),
    })
}

/// Refuses, by the files alone, a folder whose database is gone or older than it must be. Before
/// this `SQLite` may not touch the folder: it throws away the log of a database that is empty.
pub(crate) fn refuse_what_is_not_whole(folder: &Folder) -> Result<(), OpenError> {
    let path = folder.database();
    let header = counter::header(&path).map_err(OpenError::folder(&path))?;
    let said = counter::said(&folder.dir).map_err(OpenError::folder(&folder.dir))?;
    match (header, said) {
        (Header::Nothing, _) => {
            let mut left = left(folder)?;
            if length_of(&folder.log()).map_err(OpenError::folder(&folder.log()))? > 0 {
                left.push("store.sqlite-wal".to_owned());
            }
            refuse_what_is_left(folder, &left)
        }
        // What was laid out may stand in the log alone, but then no count was said yet.
        (Header::Blank, Said::Nothing) => Ok(()),
        (Header::Blank, _) => refuse_what_is_left(folder, &left(folder)?),
        (_, Said::NoNumber) => Err(OpenError::Counter(folder.dir.join(FILE))),
        // Who wrote another version knows what its count says.
        (Header::Ours(Marks { version, count }), Said::Count(said))
            if version <= VERSION && count < said =>
        {
            Err(OpenError::OlderDatabase { path, holds: count, said })
        }
        _ => Ok(()),
    }
}

fn left(folder: &Folder) -> Result<Vec<String>, OpenError> {
    folder.left().map_err(OpenError::folder(&folder.dir))
}

fn refuse_what_is_left(folder: &Folder, left: &[String]) -> Result<(), OpenError> {
    if left.is_empty() {
        return Ok(());
    }
    Err(OpenError::NoDatabase { path: folder.database(), left: left.join(", ") })
}

/// The marks of a database that this program reads.
pub(crate) fn known_version(path: &Path, found: Found) -> Result<Marks, OpenError> {
    let path = path.to_owned();
    match found {
        Found::Ours(marks) => Ok(marks),
        Found::OtherVersion(found) => Err(OpenError::OtherVersion { path, found, known: VERSION }),
        Found::Empty | Found::Foreign => Err(OpenError::Foreign(path)),
    }
}

/// The names of keys that data hangs on and that the folder lacks.
pub(crate) fn lost_keys(known: &Fingerprints, held: &Fingerprints) -> Vec<String> {
    if known.is_empty() { KeyFiles::lacking(held) } else { known_keys::lost(known, held) }
}

/// One transaction: tables of this version, every key known, the count one higher. Keys are made
/// where nothing hangs on any yet.
fn bring_up_to_date(
    folder: &Folder,
    keys: &KeyFiles,
    connection: &mut Connection,
) -> Result<(), OpenError> {
    let path = folder.database();
    let sql = || OpenError::database(&path);
    let disk = || OpenError::folder(&folder.dir);
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql())?;
    let marks = Marks::read(&transaction).map_err(sql())?;
    schema::bring_up_to_date(&transaction, marks).map_err(sql())?;
    let known = known_keys::all(&transaction).map_err(sql())?;
    if known.is_empty() && !schema::holds_data(&transaction).map_err(sql())? {
        keys.make_sure().map_err(disk())?;
    }
    let held = keys.fingerprints().map_err(disk())?;
    let lost = lost_keys(&known, &held);
    if !lost.is_empty() {
        return Err(OpenError::LostKeys { dir: folder.dir.clone(), keys: lost.join(", ") });
    }
    for (name, fingerprint) in &held {
        known_keys::learn(&transaction, name, fingerprint).map_err(sql())?;
    }
    counter::raise(&transaction).map_err(sql())?;
    match transaction.commit() {
        // The disk is full. What is there can be read all the same, and nothing new is learnt.
        Err(full) if is_full(&full) && marks.version == VERSION && !known.is_empty() => {
            warn!(error = %full, "the disk is full: the count of the database stays");
            keys.remember(known);
        }
        committed => {
            committed.map_err(sql())?;
            keys.remember(held);
        }
    }
    Ok(())
}

fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
}

/// A full disk must not keep what is there from being read.
fn say_count(counter: &Counter, connection: &Connection) {
    if let Err(error) = counter.say(connection) {
        warn!(%error, "the count of the database could not be written beside it");
    }
}

/// What a killed process left unfinished, and what was doomed before it was killed.
fn sweep(files: &BlobFiles, connection: &Connection) -> Result<(), Failed> {
    files.sweep_unfinished().map_err(StoreError::unavailable)?;
    let doomed = all_doomed(connection)?;
    if !doomed.is_empty() {
        files.remove(&doomed).map_err(StoreError::unavailable)?;
        forget(connection, &doomed)?;
        info!(doomed = doomed.len(), "removed what was doomed before a process was killed");
    }
    Ok(())
}

/// Made by us, so that `SQLite`'s own files take over its mode.
fn make_empty_file(path: &Path) -> io::Result<()> {
    if length_of(path)? == 0 {
        let mut create = OpenOptions::new();
        create.write(true).create(true).truncate(false).mode(0o600).open(path)?;
    }
    Ok(())
}
