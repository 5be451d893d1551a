//! `handlers recover`: the only ways past the refusal to open a folder, one at a time and by name.

use std::path::PathBuf;
use std::sync::Arc;

use domain::ports::error::StoreError;
use rusqlite::{Connection, TransactionBehavior};

use crate::SystemRandom;
use crate::aside::Aside;
use crate::blob_files::BlobFiles;
use crate::condition::Condition;
use crate::counter::{Counter, Header, Said, header, said};
use crate::database::Failed;
use crate::folder::{Folder, length_of};
use crate::in_use::InUse;
use crate::keys::{KEYS, KeyFiles, STORAGE_KEY};
use crate::known_keys;
use crate::open_error::OpenError;
use crate::opening::{known_version, refuse_what_is_not_whole};
use crate::schema::{self, Marks, connect, look};
use crate::store::EmbeddedOptions;
use crate::turn::Turnstile;

/// A way past a refusal. Each costs something, so whoever wants it names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Goes on with an older database.
    TakeOlder,
    /// Makes new keys in place of lost ones.
    NewKeys,
    /// Brings back from aside what a row leads to.
    PutBack,
}

/// Why a folder was not recovered. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RecoverRefused {
    /// It cannot be looked at, or something else has to come first.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Somebody works on it.
    #[error("{0} is in use: stop every `handlers` that works on it first")]
    InUse(PathBuf),
    /// There is no folder.
    #[error("there is no folder {0}")]
    NotThere(PathBuf),
    /// There is nothing to do that for.
    #[error("{0}: nothing was changed")]
    NotNeeded(&'static str),
}

impl Way {
    /// The way that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::TakeOlder, Self::NewKeys, Self::PutBack].into_iter().find(|way| way.word() == word)
    }

    /// The word that names it.
    pub fn word(self) -> &'static str {
        match self {
            Self::TakeOlder => "--take-older",
            Self::NewKeys => "--new-keys",
            Self::PutBack => "--put-back",
        }
    }

    /// What it does and what it costs.
    pub(crate) fn cost(self) -> &'static str {
        match self {
            Self::TakeOlder => {
                "goes on with the database that is there. Lost is everything that was written after \
                 it was copied: patients, requests, consents, photos that came, who looked. Records \
                 that were erased since then are back and have to be erased again. Photos that it \
                 does not know go aside for 30 days, and so does its log (store.sqlite-wal), which \
                 may be another copy's. Look for a newer copy first"
            }
            Self::NewKeys => {
                "makes new keys in place of the lost ones. Links that were texted with a lost key \
                 and not yet used are dead: send them again. Without its number key a hospital finds \
                 nobody by an NHS number that was given before, and a number can be added twice. \
                 The old files are kept aside for 30 days. Look for the old files first"
            }
            Self::PutBack => "brings back from aside the files that a row leads to. Costs nothing",
        }
    }
}

/// The parts of a folder that is looked at or recovered.
struct Parts {
    folder: Folder,
    files: BlobFiles,
    keys: KeyFiles,
}

impl Parts {
    fn of(options: &EmbeddedOptions) -> Self {
        let folder = Folder { dir: options.dir.clone(), outbox: options.outbox_dir.clone() };
        let random = Arc::new(SystemRandom);
        Self {
            files: BlobFiles::new(folder.blobs(), Aside::new(folder.aside()), random.clone()),
            keys: KeyFiles::new(folder.dir.clone(), random),
            folder,
        }
    }
}

/// What is missing in the folder. Nothing in it changes.
pub fn condition(options: &EmbeddedOptions) -> Result<Condition, RecoverRefused> {
    let parts = Parts::of(options);
    if !parts.folder.dir.is_dir() {
        return Err(RecoverRefused::NotThere(parts.folder.dir));
    }
    Ok(Condition::look(&parts.folder, &parts.files, &parts.keys)?)
}

/// Goes one way, while nobody else works on the folder.
pub fn recover(options: &EmbeddedOptions, way: Way) -> Result<(), RecoverRefused> {
    let before = condition(options)?;
    if !before.ways().contains(&way) {
        return Err(RecoverRefused::NotNeeded(match way {
            Way::TakeOlder => "the database that is there is not older than newest-count says",
            Way::NewKeys => "no key that the database knows is lost",
            Way::PutBack => "nothing lies aside that a row leads to",
        }));
    }
    let parts = Parts::of(options);
    let dir = &parts.folder.dir;
    let turnstile = Turnstile::open(dir).map_err(OpenError::folder(dir))?;
    let _turn = turnstile.wait().map_err(OpenError::folder(dir))?;
    let Some(_alone) = InUse::alone(dir).map_err(OpenError::folder(dir))? else {
        return Err(RecoverRefused::InUse(dir.clone()));
    };
    let done = match way {
        Way::TakeOlder => parts.take_older(options),
        Way::NewKeys => parts.new_keys(options, before.lost_keys()),
        Way::PutBack => parts.put_back(),
    };
    Ok(done?)
}

impl Parts {
    fn connect(&self) -> Result<(Connection, Marks), OpenError> {
        let path = self.folder.database();
        let connection = connect(&path).map_err(OpenError::database(&path))?;
        let found = look(&connection).map_err(OpenError::database(&path))?;
        let marks = known_version(&path, found)?;
        Ok((connection, marks))
    }

    /// The older database gets a higher count than any before it: what it takes the place of is
    /// the older one from now on.
    fn take_older(&self, options: &EmbeddedOptions) -> Result<(), OpenError> {
        let (dir, path) = (&self.folder.dir, self.folder.database());
        let (disk, sql) = (|| OpenError::folder(dir), || OpenError::database(&path));
        let said = match said(dir).map_err(disk())? {
            Said::Count(said) => said,
            Said::Nothing | Said::NoNumber => 0,
        };
        let count = match header(&path).map_err(disk())? {
            Header::Ours(marks) => marks.count,
            _ => 0,
        };
        if count < said {
            self.lay_log_aside(options).map_err(disk())?;
        }
        let (mut connection, marks) = self.connect()?;
        let change =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql())?;
        let next = said.max(marks.count).saturating_add(1);
        schema::bring_up_to_date(&change, marks.raised_to(next)).map_err(sql())?;
        change.commit().map_err(sql())?;
        let random = Arc::new(SystemRandom);
        let counter = Counter::new(dir.clone(), path.clone(), options.clock.clone(), random);
        counter.say(&connection).map_err(|failed| OpenError::Store(failed.into()))
    }

    /// A log that lies beside an older database may be another copy's, and would be read into it.
    fn lay_log_aside(&self, options: &EmbeddedOptions) -> std::io::Result<()> {
        let (log, index) = (self.folder.log(), self.folder.log_index());
        if length_of(&log)? > 0 {
            self.files.aside().keep_copy(&log, options.clock.now())?;
        }
        crate::unfinished_file::remove(&log)?;
        crate::unfinished_file::remove(&index)
    }

    /// The old files are kept; what of them is still known stays in use.
    fn new_keys(&self, options: &EmbeddedOptions, lost: &[String]) -> Result<(), OpenError> {
        refuse_what_is_not_whole(&self.folder)?;
        let (dir, path) = (&self.folder.dir, self.folder.database());
        let (disk, sql) = (|| OpenError::folder(dir), || OpenError::database(&path));
        for name in [KEYS, STORAGE_KEY] {
            self.files.aside().keep_copy(&dir.join(name), options.clock.now()).map_err(disk())?;
        }
        let (mut connection, marks) = self.connect()?;
        let change =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql())?;
        schema::bring_up_to_date(&change, marks).map_err(sql())?;
        self.keys.replace(lost).map_err(disk())?;
        for name in lost {
            known_keys::forget(&change, name).map_err(sql())?;
        }
        for (name, fingerprint) in self.keys.fingerprints().map_err(disk())? {
            known_keys::learn(&change, &name, &fingerprint).map_err(sql())?;
        }
        change.commit().map_err(sql())
    }

    fn put_back(&self) -> Result<(), OpenError> {
        refuse_what_is_not_whole(&self.folder)?;
        let (connection, _) = self.connect()?;
        let back = self.files.put_back(&connection);
        back.map(|_| ()).map_err(|failed| OpenError::Store(StoreError::from(Failed::from(failed))))
    }
}
