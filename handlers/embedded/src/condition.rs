//! What is missing in a folder, and what each way on costs, in words for whoever runs it.

use std::fmt;
use std::path::PathBuf;

use jiff::civil::Date;
use rusqlite::Connection;

use crate::aside::{Aside, DAYS};
use crate::blob_files::{BlobFiles, is_led_to};
use crate::counter::{Header, Said, header, said};
use crate::folder::{Folder, names_in};
use crate::keys::KeyFiles;
use crate::known_keys;
use crate::open_error::OpenError;
use crate::opening::lost_keys;
use crate::reader::{Log, connect_to_look};
use crate::recover::Way;
use crate::schema::{Marks, look};

/// What is missing in a folder. Displayed, it says so and what each way on costs.
#[derive(Debug)]
pub struct Condition {
    dir: PathBuf,
    database: DatabaseFound,
    said: Said,
    lost_keys: Vec<String>,
    files: Files,
}

#[derive(Debug)]
enum DatabaseFound {
    /// Gone or empty.
    Gone,
    /// It cannot be read.
    Unreadable(String),
    /// There, with this count.
    There(u32),
}

/// Files and the rows that lead to them.
#[derive(Debug, Default)]
struct Files {
    in_place: usize,
    /// In place, and no row leads to them.
    without_row: usize,
    aside: usize,
    /// Aside, and a row leads to them.
    wanted: usize,
    /// The day on which the oldest went aside.
    since: Option<Date>,
    /// Rows whose file is neither in place nor aside.
    rows_without: usize,
}

impl Condition {
    /// Looks at the folder; nothing in it changes.
    pub(crate) fn look(
        folder: &Folder,
        files: &BlobFiles,
        keys: &KeyFiles,
    ) -> Result<Self, OpenError> {
        let disk = || OpenError::folder(&folder.dir);
        let database = header(&folder.database()).map_err(disk())?;
        let said = said(&folder.dir).map_err(disk())?;
        let mut found = Self {
            dir: folder.dir.clone(),
            database: DatabaseFound::Gone,
            said,
            lost_keys: Vec::new(),
            files: Files::on_disk(folder, files.aside()).map_err(disk())?,
        };
        let count = match database {
            Header::Nothing => return Ok(found),
            Header::Ours(Marks { count, .. }) => count,
            Header::Blank | Header::Strange => 0,
        };
        let log = match said {
            Said::Count(said) if count < said => Log::Strange,
            _ => Log::Ours,
        };
        found.database = match found.look_into(folder, files, keys, log) {
            Ok(()) => DatabaseFound::There(count),
            Err(error) => DatabaseFound::Unreadable(error.to_string()),
        };
        Ok(found)
    }

    fn look_into(
        &mut self,
        folder: &Folder,
        files: &BlobFiles,
        keys: &KeyFiles,
        log: Log,
    ) -> Result<(), OpenError> {
        let path = folder.database();
        let sql = || OpenError::database(&path);
        let connection = connect_to_look(folder, log).map_err(sql())?;
        look(&connection).map_err(sql())?;
        let marks = Marks::read(&connection).map_err(sql())?;
        let held = keys.fingerprints().map_err(OpenError::folder(&folder.dir))?;
        let known = if marks.version > 1 {
            known_keys::all(&connection).map_err(sql())?
        } else {
            known_keys::Fingerprints::new()
        };
        self.lost_keys = lost_keys(&known, &held);
        self.files.compare(&connection, folder, files).map_err(OpenError::Store)
    }

    /// True where the database is older than it must be, or nobody can tell.
    pub(crate) fn may_be_older(&self) -> bool {
        match (&self.database, self.said) {
            (DatabaseFound::There(count), Said::Count(said)) => *count < said,
            (DatabaseFound::There(_), Said::NoNumber) => true,
            _ => false,
        }
    }

    /// The keys that are lost, by name.
    pub(crate) fn lost_keys(&self) -> &[String] {
        &self.lost_keys
    }

    /// The ways that would change something.
    pub fn ways(&self) -> Vec<Way> {
        [
            (self.may_be_older(), Way::TakeOlder),
            (!self.lost_keys.is_empty(), Way::NewKeys),
            (self.files.wanted > 0, Way::PutBack),
        ]
        .into_iter()
        .filter_map(|(helps, way)| helps.then_some(way))
        .collect()
    }

    fn database_words(&self) -> String {
        match (&self.database, self.said) {
            (DatabaseFound::Gone, _) => "gone or empty: put the newest copy there. Nothing else \
                 brings back what only it knows"
                .to_owned(),
            (DatabaseFound::Unreadable(why), _) => {
                format!("there, and cannot be read ({why}): put the newest copy there")
            }
            (DatabaseFound::There(count), Said::Count(said)) if *count < said => format!(
                "older than the one that was here: its count is {count}, and newest-count says {said}"
            ),
            (DatabaseFound::There(count), Said::NoNumber) => format!(
                "there, count {count}; newest-count holds no number, so nobody can tell whether it is the newest"
            ),
            (DatabaseFound::There(count), _) => format!("there, count {count}"),
        }
    }
}

impl Files {
    fn on_disk(folder: &Folder, aside: &Aside) -> std::io::Result<Self> {
        let lying = aside.files()?;
        let in_place = names_in(&folder.blobs())?;
        Ok(Self {
            in_place: in_place.iter().filter(|name| !name.starts_with('.')).count(),
            aside: lying.len(),
            since: lying.first().map(|file| file.day),
            ..Self::default()
        })
    }

    fn compare(
        &mut self,
        connection: &Connection,
        folder: &Folder,
        files: &BlobFiles,
    ) -> Result<(), domain::ports::error::StoreError> {
        use crate::database::Failed;
        use domain::ports::error::StoreError;
        let led = |name: &str| is_led_to(connection, name).map_err(Failed::Sqlite);
        for name in names_in(&folder.blobs()).map_err(StoreError::unavailable)? {
            if !name.starts_with('.') && !led(&name)? {
                self.without_row += 1;
            }
        }
        let aside = files.aside().files().map_err(StoreError::unavailable)?;
        for file in &aside {
            self.wanted += usize::from(led(&file.name)?);
        }
        let mut rows = connection
            .prepare("SELECT file FROM blobs UNION ALL SELECT file FROM staged_blocks")
            .map_err(Failed::Sqlite)?;
        let rows = rows.query_map([], |row| row.get::<_, String>(0)).map_err(Failed::Sqlite)?;
        for row in rows {
            let name = row.map_err(Failed::Sqlite)?;
            let is_aside = || aside.iter().any(|file| file.name == name);
            if !files.has(&name).map_err(StoreError::unavailable)? && !is_aside() {
                self.rows_without += 1;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Files { in_place, without_row, aside, wanted, since, rows_without } = &self.files;
        writeln!(f, "{}", self.dir.display())?;
        writeln!(f, "  database  {}", self.database_words())?;
        match (&self.database, self.lost_keys.as_slice()) {
            (DatabaseFound::There(_), []) => writeln!(f, "  keys      all there")?,
            (DatabaseFound::There(_), lost) => {
                writeln!(
                    f,
                    "  keys      lost, or other ones than there were: {}",
                    lost.join(", ")
                )?;
            }
            _ => writeln!(f, "  keys      the database alone says which there must be")?,
        }
        write!(f, "  files     {in_place} in place")?;
        if *without_row > 0 {
            write!(f, ", {without_row} of them without a row: the next night moves them aside")?;
        }
        writeln!(f)?;
        if *rows_without > 0 {
            writeln!(f, "            {rows_without} rows lead to files that are not there")?;
        }
        if let Some(since) = since {
            writeln!(
                f,
                "  aside     {aside} since {since}, each for {DAYS} days; a row leads to {wanted} of them"
            )?;
        }
        let ways = self.ways();
        if ways.is_empty() && matches!(self.database, DatabaseFound::There(_)) {
            return writeln!(f, "Nothing keeps this folder from being opened.");
        }
        for way in ways {
            writeln!(f, "\nhandlers recover {}\n  {}", way.word(), way.cost())?;
        }
        Ok(())
    }
}
