//! `cargo xtask bench media`: what a picture costs to inspect, clean and shrink, in CPU and in memory beyond its own
//! bytes, and whether every hostile file stays within 50 ms and 32 MB.
//!
//! Each file is worked on in processes of their own (an example of the media crate, built for release): one that only
//! reads it gives the memory to subtract. Neighbours make CPU times longer, never shorter, so the best of five counts;
//! of memory the worst. The folder named by `AFTERSIGHT_EXTRA_MEDIA` is measured too, not judged.

mod peers;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use crate::workspace;

const ROUNDS: usize = 5;
const MOST_CPU_MS: f64 = 50.0;
const MOST_MEMORY_MB: f64 = 32.0;

/// # Errors
/// In words: what could not be measured, or which hostile files cost too much.
pub fn run(args: &[String]) -> Result<(), String> {
    if !args.is_empty() {
        return Err("bench media takes no arguments".to_owned());
    }
    let measure = Measure::build()?;
    let folder = workspace::target_of_this_program()?.join("bench-media");
    fs::create_dir_all(&folder).map_err(|error| said(&folder, &error))?;
    let mut files = measure.make(&folder)?;
    files.extend(extra()?);

    println!("{:>9}  {:>8}  {:>9}  file: what became of it", "bytes", "CPU ms", "memory MB");
    let mut too_costly = Vec::new();
    for file in &files {
        let cost = measure.cost(&file.path)?;
        let breaks = file.hostile && (cost.cpu_ms > MOST_CPU_MS || cost.memory_mb > MOST_MEMORY_MB);
        let mark = if breaks { " << TOO MUCH" } else { "" };
        println!(
            "{:>9}  {:>8.2}  {:>9.2}  {}: {}{mark}",
            cost.bytes, cost.cpu_ms, cost.memory_mb, file.name, cost.outcome
        );
        if breaks {
            too_costly.push(file.name.clone());
        }
    }

    println!(
        "\nstrip alone, wall, best of 40, in memory (of a PNG the rows are unpacked to find their end)"
    );
    for file in files.iter().filter(|file| !file.hostile) {
        let strip = measure.ask(&["strip", &file.shown()])?;
        let (bytes, copy, strip) =
            (number(&strip, "bytes")?, number(&strip, "copy_ns")?, number(&strip, "strip_ns")?);
        println!("{:>6.2} GB/s  {:>5.2} × memcpy  {}", bytes / strip, strip / copy, file.name);
    }
    if let Some(photo) = files.first() {
        peers::print(&photo.path);
    }

    let hostile = files.iter().filter(|file| file.hostile).count();
    if too_costly.is_empty() {
        println!("\n{hostile} hostile files: each within {MOST_CPU_MS} ms and {MOST_MEMORY_MB} MB");
        return Ok(());
    }
    Err(format!("beyond {MOST_CPU_MS} ms or {MOST_MEMORY_MB} MB: {}", too_costly.join("; ")))
}

struct File {
    path: PathBuf,
    name: String,
    hostile: bool,
}

impl File {
    fn shown(&self) -> String {
        self.path.display().to_string()
    }
}

struct Cost {
    bytes: f64,
    cpu_ms: f64,
    memory_mb: f64,
    outcome: String,
}

/// The program that does the measured work.
struct Measure(PathBuf);

impl Measure {
    fn build() -> Result<Self, String> {
        let built = Command::new("cargo")
            .current_dir(workspace::root())
            .args(["build", "--quiet", "--release", "--package", "media"])
            .args(["--features", "testing", "--example", "measure"])
            .status()
            .map_err(|error| format!("cargo does not run: {error}"))?;
        if !built.success() {
            return Err("the build failed; cargo says why above".to_owned());
        }
        Ok(Self(workspace::target_of_this_program()?.join("release/examples/measure")))
    }

    fn ask(&self, arguments: &[&str]) -> Result<String, String> {
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
    fn make(&self, folder: &Path) -> Result<Vec<File>, String> {
        let list = self.ask(&["make", &folder.display().to_string()])?;
        let files = list.lines().map(|line| {
            let mut words = line.split('\t');
            let (class, path, name) = (words.next()?, words.next()?, words.next()?);
            Some(File { path: path.into(), name: name.to_owned(), hostile: class == "hostile" })
        });
        files.collect::<Option<_>>().ok_or_else(|| format!("not a list of files: {list}"))
    }

    fn cost(&self, path: &Path) -> Result<Cost, String> {
        let file = path.display().to_string();
        let mut cost =
            Cost { bytes: 0.0, cpu_ms: f64::MAX, memory_mb: 0.0, outcome: String::new() };
        let mut read_kb = f64::MAX;
        let mut worked_kb: f64 = 0.0;
        for _ in 0..ROUNDS {
            let read = self.ask(&["read", &file])?;
            let work = self.ask(&["work", &file])?;
            cost.bytes = number(&read, "bytes")?;
            cost.cpu_ms = cost.cpu_ms.min(number(&work, "cpu_us")? / 1e3);
            read_kb = read_kb.min(number(&read, "peak_kb")?);
            worked_kb = worked_kb.max(number(&work, "peak_kb")?);
            work.split_once("outcome=")
                .map_or("", |(_, rest)| rest.trim())
                .clone_into(&mut cost.outcome);
        }
        cost.memory_mb = (worked_kb - read_kb).max(0.0) / 1024.0;
        Ok(cost)
    }
}

/// The files of the folder that the environment names, if it does.
fn extra() -> Result<Vec<File>, String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a developer's own files, named for this command alone"
    )]
    let Some(folder) = std::env::var_os("AFTERSIGHT_EXTRA_MEDIA").map(PathBuf::from) else {
        return Ok(Vec::new());
    };
    let entries = fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut paths: Vec<PathBuf> =
        entries.map_err(|error| said(&folder, &error))?.iter().map(fs::DirEntry::path).collect();
    paths.retain(|path| path.is_file());
    paths.sort();
    let named = |path: PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        File { name: name.unwrap_or_default(), path, hostile: false }
    };
    Ok(paths.into_iter().map(named).collect())
}

/// The number of `key=number` in an answer.
fn number(answer: &str, key: &str) -> Result<f64, String> {
    let pairs = answer.split_whitespace().filter_map(|word| word.split_once('='));
    let value =
        pairs.clone().find(|(name, _)| *name == key).and_then(|(_, value)| value.parse().ok());
    value.ok_or_else(|| format!("no {key} in: {answer}"))
}

fn said(path: &Path, error: &io::Error) -> String {
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
