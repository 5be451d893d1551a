//! Why a store does not open, in words for whoever runs it: what is wrong, and what helps.

use std::io;
use std::path::PathBuf;

use domain::ports::error::StoreError;

/// Why a store does not open. Where it says so, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder, or something in it, cannot be used.
    #[error("cannot use {path}: {cause}")]
    Folder {
        /// What.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A folder that belongs to everybody.
    #[error("{0} is shared with other users: give the store a folder of its own")]
    SharedFolder(PathBuf),
    /// Data without the database that leads to it.
    #[error(
        "{path} is gone or empty, and beside it there still is: {left}. Nothing was changed. \
         Stop every `handlers`, put the newest copy of the database there without any \
         store.sqlite-wal or store.sqlite-shm of another day, and ask `handlers recover` what is \
         still missing. To begin with nothing, name a new folder in DATA_DIR and OUTBOX_DIR"
    )]
    NoDatabase {
        /// The database.
        path: PathBuf,
        /// What is there without it.
        left: String,
    },
    /// A database that is older than the one that was here.
    #[error(
        "{path} is older than the database that was here: its count is {holds}, and the file \
         newest-count says {said}. Nothing was changed. Put the newest copy there, or let \
         `handlers recover` say what going on with this one costs (--take-older)"
    )]
    OlderDatabase {
        /// The database.
        path: PathBuf,
        /// Its count.
        holds: u32,
        /// The count that was here.
        said: u32,
    },
    /// The file that says how old the database must be is no number.
    #[error(
        "{0} holds no number, so nobody can tell whether the database is the newest. Nothing was \
         changed. If it is, say so with `handlers recover --take-older`"
    )]
    Counter(PathBuf),
    /// Keys that the database knows are gone or are others.
    #[error(
        "keys that the database knows are gone from keys.json and storage.key in {dir}, or are \
         other ones: {keys}. Nothing was changed, and no key was made. Put the newest copies of \
         both files back, or let `handlers recover` say what new keys cost (--new-keys)"
    )]
    LostKeys {
        /// The folder.
        dir: PathBuf,
        /// Which, by name.
        keys: String,
    },
    /// Written by another version of this program.
    #[error(
        "{path} holds data of version {found}, and this program reads version {known}: \
         open it with the program that wrote it, or choose another folder"
    )]
    OtherVersion {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i32,
        /// Ours.
        known: i32,
    },
    /// A database that is not ours.
    #[error("{0} is a database of another program")]
    Foreign(PathBuf),
    /// The storage origin is no origin.
    #[error("`{0}` is no origin such as http://127.0.0.1:7072")]
    StorageOrigin(String),
    /// The database does not open.
    #[error(
        "cannot open {path}: {cause}. If the file is damaged, stop every `handlers`, put the \
         newest copy of the database there, and ask `handlers recover` what is still missing"
    )]
    Database {
        /// The database.
        path: PathBuf,
        /// Why.
        cause: rusqlite::Error,
    },
    /// The writer does not start.
    #[error(transparent)]
    Store(StoreError),
}

impl OpenError {
    /// Trouble with a file or folder at `path`.
    pub(crate) fn folder(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |cause| Self::Folder { path, cause }
    }

    /// Trouble with the database at `path`.
    pub(crate) fn database(path: &std::path::Path) -> impl FnOnce(rusqlite::Error) -> Self + use<> {
        let path = path.to_owned();
        move |cause| Self::Database { path, cause }
    }
}
