//! The program that does the measured work: an example of the media crate, of these sources or of the commit before.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{peer, workspace};

/// A file that is measured.
pub(super) struct File {
    pub path: PathBuf,
    pub name: String,
    /// How it is judged: `hostile`, `png`, `palette` or `jpeg`; `told` and `extra` have no bounds.
    pub class: String,
}

impl File {
    pub fn shown(&self) -> String {
        self.path.display().to_string()
    }

    pub fn is_hostile(&self) -> bool {
        self.class == "hostile"
    }

    /// One that is made for this command, and so can be read by everybody.
    pub fn is_made_photo(&self) -> bool {
        !self.is_hostile() && self.class != "extra"
    }
}

/// What a file cost: the least CPU of the rounds, the most memory beyond the file itself.
pub(super) struct Cost {
    pub bytes: f64,
    pub cpu_ms: f64,
    pub memory_mb: f64,
    pub outcome: String,
}

/// A round's figures gather here until they are a [`Cost`].
pub(super) struct Rounds {
    bytes: f64,
    cpu_ms: f64,
    read_kb: f64,
    worked_kb: f64,
    outcome: String,
}

impl Rounds {
    pub fn none() -> Self {
        let outcome = String::new();
        Self { bytes: 0.0, cpu_ms: f64::MAX, read_kb: f64::MAX, worked_kb: 0.0, outcome }
    }

    pub fn cost(self) -> Cost {
        let memory_mb = (self.worked_kb - self.read_kb).max(0.0) / 1024.0;
        Cost { bytes: self.bytes, cpu_ms: self.cpu_ms, memory_mb, outcome: self.outcome }
    }
}

/// The program.
pub(super) struct Measure(PathBuf);

impl Measure {
    /// Built from these sources.
    pub fn build() -> Result<Self, String> {
        let target = workspace::target_of_this_program()?;
        Self::build_of(workspace::root(), &target)
    }

    /// Built from the commit that this version is measured beside.
    pub fn build_of_the_commit_before() -> Result<Self, String> {
        let source = peer::source()?;
        Self::build_of(&source, &source.join("target"))
    }

    fn build_of(source: &Path, target: &Path) -> Result<Self, String> {
        let built = Command::new("cargo")
            .current_dir(source)
            .args(["build", "--quiet", "--release", "--locked", "--package", "media"])
            .args(["--features", "testing", "--example", "measure", "--target-dir"])
            .arg(target)
            .status()
            .map_err(|error| format!("cargo does not run: {error}"))?;
        if !built.success() {
            return Err("the build failed; cargo says why above".to_owned());
        }
        Ok(Self(target.join("release/examples/measure")))
    }

    pub fn ask(&self, arguments: &[&str]) -> Result<String, String> {
        let answer = Command::new(&self.0)
            .args(arguments)
            .output()
            .map_err(|error| said(&self.0, &error))?;
        let text = String::from_utf8_lossy(&answer.stdout).into_owned();
        if !answer.status.success() {
            return Err(format!("{} ended with {}: {text}", arguments.join(" "), answer.status));
        }
        Ok(text)
    }

    /// The photos and hostile files that the media crate makes for its tests.
    pub fn make(&self, folder: &Path) -> Result<Vec<File>, String> {
        let list = self.ask(&["make", &folder.display().to_string()])?;
        let files = list.lines().map(|line| {
            let mut words = line.split('\t');
            let (class, path, name) = (words.next()?, words.next()?, words.next()?);
            Some(File { path: path.into(), name: name.to_owned(), class: class.to_owned() })
        });
        files.collect::<Option<_>>().ok_or_else(|| format!("not a list of files: {list}"))
    }

    /// One process that only reads the file, and one that works on it.
    pub fn round(&self, file: &str, rounds: &mut Rounds) -> Result<(), String> {
        let read = self.ask(&["read", file])?;
        let work = self.ask(&["work", file])?;
        rounds.bytes = number(&read, "bytes")?;
        rounds.cpu_ms = rounds.cpu_ms.min(number(&work, "cpu_us")? / 1e3);
        rounds.read_kb = rounds.read_kb.min(number(&read, "peak_kb")?);
        rounds.worked_kb = rounds.worked_kb.max(number(&work, "peak_kb")?);
        let outcome = work.split_once("outcome=").map_or("", |(_, rest)| rest.trim());
        outcome.clone_into(&mut rounds.outcome);
        Ok(())
    }
}

/// The number of `key=number` in an answer.
pub(super) fn number(answer: &str, key: &str) -> Result<f64, String> {
    let pairs = answer.split_whitespace().filter_map(|word| word.split_once('='));
    let value =
        pairs.clone().find(|(name, _)| *name == key).and_then(|(_, value)| value.parse().ok());
    value.ok_or_else(|| format!("no {key} in: {answer}"))
}

pub(super) fn said(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_by_its_name() {
        let answer = "cpu_us=1250 peak_kb=2048 outcome=65500 × 65500 pixels are too many\n";
        assert_eq!(number(answer, "cpu_us"), Ok(1250.0));
        assert_eq!(number(answer, "peak_kb"), Ok(2048.0));
        assert!(number(answer, "peak").is_err());
    }
}
