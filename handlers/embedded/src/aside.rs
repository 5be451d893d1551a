//! Files that no row leads to: kept in `aside/DAY/` for 30 days, because the row may be what is
//! lost and not the file. Then they go.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use domain::ports::error::StoreError;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::folder::names_in;
use crate::unfinished_file::{remove, sync_folder};

/// How long a file lies aside, in days.
pub(crate) const DAYS: i64 = 30;

/// The folder; it is there when something lies in it.
#[derive(Debug, Clone)]
pub(crate) struct Aside {
    folder: PathBuf,
}

/// A file that lies aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AsideFile {
    pub(crate) day: Date,
    pub(crate) name: String,
}

/// What a night did with files that no row leads to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FilesAside {
    /// Moved aside just now.
    pub moved: usize,
    /// Gone, because they lay aside for 30 days.
    pub gone: usize,
    /// Still lying aside.
    pub waiting: usize,
    /// Of those, files that a row leads to: they belong back.
    pub wanted: usize,
}

impl Aside {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Moves a file aside; false where it is gone already.
    pub(crate) fn take(&self, file: &Path, now: Timestamp) -> io::Result<bool> {
        let name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        if !file.try_exists()? {
            return Ok(false);
        }
        let day = self.day_folder(now)?;
        match std::fs::rename(file, day.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            moved => moved?,
        }
        sync_folder(&day)?;
        file.parent().map_or(Ok(()), sync_folder)?;
        Ok(true)
    }

    /// Keeps a copy of a file; nothing where there is no such file.
    pub(crate) fn keep_copy(&self, file: &Path, now: Timestamp) -> io::Result<()> {
        let name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        if !file.try_exists()? {
            return Ok(());
        }
        let day = self.day_folder(now)?;
        // A second copy of one day must not take the first one's place.
        let free = (0..).map(|n| day.join(format!("{}.{n}", name.to_string_lossy())));
        for copy in free {
            if !copy.try_exists()? {
                std::fs::copy(file, &copy)?;
                std::fs::File::open(&copy)?.sync_all()?;
                return sync_folder(&day);
            }
        }
        Ok(())
    }

    fn day_folder(&self, now: Timestamp) -> io::Result<PathBuf> {
        let day = self.folder.join(day_of(now).to_string());
        DirBuilder::new().recursive(true).mode(0o700).create(&day)?;
        sync_folder(&self.folder)?;
        self.folder.parent().map_or(Ok(()), sync_folder)?;
        Ok(day)
    }

    /// Everything that lies aside, the oldest day first.
    pub(crate) fn files(&self) -> io::Result<Vec<AsideFile>> {
        let mut files = Vec::new();
        for day in self.days()? {
            let mut names = names_in(&self.path_of_day(day))?;
            names.sort();
            files.extend(names.into_iter().map(|name| AsideFile { day, name }));
        }
        Ok(files)
    }

    /// Where a file that lies aside stands.
    pub(crate) fn path(&self, file: &AsideFile) -> PathBuf {
        self.path_of_day(file.day).join(&file.name)
    }

    /// Removes the files of these names, because an erasure named them.
    pub(crate) fn remove_named(&self, names: &[String]) -> io::Result<()> {
        for day in self.days()? {
            let folder = self.path_of_day(day);
            for name in names {
                remove(&folder.join(name))?;
            }
            sync_folder(&folder)?;
        }
        Ok(())
    }

    /// Removes what has lain aside for longer than 30 days; how many files.
    pub(crate) fn remove_old(&self, now: Timestamp) -> Result<usize, StoreError> {
        let today = day_of(now);
        let kept_from = today.checked_sub(Span::new().days(DAYS)).map_err(StoreError::broken)?;
        let mut gone = 0;
        for day in self.days().map_err(StoreError::unavailable)? {
            if day < kept_from {
                gone += self.remove_day(day).map_err(StoreError::unavailable)?;
            }
        }
        Ok(gone)
    }

    fn remove_day(&self, day: Date) -> io::Result<usize> {
        let folder = self.path_of_day(day);
        let names = names_in(&folder)?;
        for name in &names {
            remove(&folder.join(name))?;
        }
        std::fs::remove_dir(&folder)?;
        sync_folder(&self.folder)?;
        Ok(names.len())
    }

    /// The days of which something lies aside. A folder that somebody else put there is none.
    fn days(&self) -> io::Result<Vec<Date>> {
        let mut days: Vec<Date> =
            names_in(&self.folder)?.iter().filter_map(|name| name.parse().ok()).collect();
        days.sort_unstable();
        Ok(days)
    }

    fn path_of_day(&self, day: Date) -> PathBuf {
        self.folder.join(day.to_string())
    }
}

fn day_of(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str) -> Timestamp {
        format!("{day}T02:00:00Z").parse().unwrap()
    }

    #[test]
    fn a_file_lies_aside_for_thirty_days_and_then_goes() {
        let place = tempfile::tempdir().unwrap();
        let aside = Aside::new(place.path().join("aside"));
        let file = place.path().join("0123");
        std::fs::write(&file, b"whose?").unwrap();
        assert!(aside.take(&file, at("2026-11-30")).unwrap());
        assert!(!aside.take(&file, at("2026-11-30")).unwrap());
        assert!(!file.exists());
        for (day, gone) in [("2026-11-30", 0), ("2026-12-30", 0), ("2026-12-31", 1)] {
            assert_eq!(aside.remove_old(at(day)).unwrap(), gone, "{day}");
        }
        assert_eq!(aside.files().unwrap(), []);
    }

    #[test]
    fn what_an_erasure_names_goes_at_once() {
        let place = tempfile::tempdir().unwrap();
        let aside = Aside::new(place.path().join("aside"));
        for name in ["erased", "other"] {
            std::fs::write(place.path().join(name), b"x").unwrap();
            aside.take(&place.path().join(name), at("2026-11-30")).unwrap();
        }
        aside.remove_named(&["erased".to_owned(), "never there".to_owned()]).unwrap();
        let names: Vec<_> = aside.files().unwrap().into_iter().map(|file| file.name).collect();
        assert_eq!(names, ["other"]);
    }

    #[test]
    fn a_second_copy_of_one_day_leaves_the_first() {
        let place = tempfile::tempdir().unwrap();
        let aside = Aside::new(place.path().join("aside"));
        let file = place.path().join("keys.json");
        aside.keep_copy(&file, at("2026-11-30")).unwrap();
        assert_eq!(aside.files().unwrap(), []);
        for text in ["one", "two"] {
            std::fs::write(&file, text).unwrap();
            aside.keep_copy(&file, at("2026-11-30")).unwrap();
        }
        let kept: Vec<_> = aside.files().unwrap().iter().map(|file| aside.path(file)).collect();
        let texts: Vec<_> =
            kept.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
        assert_eq!(texts, ["one", "two"]);
    }
}
