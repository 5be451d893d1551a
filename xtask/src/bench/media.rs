//! `cargo xtask bench media`: what a picture costs to inspect, clean and shrink, in CPU and in memory beyond its own
//! bytes; whether every hostile file stays within 50 ms and 32 MB; and the photos beside the commit before and others.
//!
//! Each file is worked on in processes of their own (an example of the media crate, built for release): one that only
//! reads it gives the memory to subtract. Neighbours make CPU times longer, never shorter, so the best of five counts;
//! of memory the worst. The folder named by `AFTERSIGHT_EXTRA_MEDIA` is measured too, not judged.

mod beside;
mod measure;
mod peers;

use std::path::PathBuf;
use std::{fs, io};

use crate::workspace;
use measure::{File, Measure, Rounds, number, said};

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
        let mut rounds = Rounds::none();
        for _ in 0..ROUNDS {
            measure.round(&file.shown(), &mut rounds)?;
        }
        let cost = rounds.cost();
        let breaks =
            file.is_hostile() && (cost.cpu_ms > MOST_CPU_MS || cost.memory_mb > MOST_MEMORY_MB);
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
    for file in files.iter().filter(|file| !file.is_hostile()) {
        let strip = measure.ask(&["strip", &file.shown()])?;
        let (bytes, copy, strip) =
            (number(&strip, "bytes")?, number(&strip, "copy_ns")?, number(&strip, "strip_ns")?);
        println!("{:>6.2} GB/s  {:>5.2} × memcpy  {}", bytes / strip, strip / copy, file.name);
    }
    let beyond = beside::compare(&measure, &files)?;

    let hostile = files.iter().filter(|file| file.is_hostile()).count();
    if too_costly.is_empty() {
        println!("\n{hostile} hostile files: each within {MOST_CPU_MS} ms and {MOST_MEMORY_MB} MB");
    } else {
        let all = too_costly.join("; ");
        return Err(format!("beyond {MOST_CPU_MS} ms or {MOST_MEMORY_MB} MB: {all}"));
    }
    if beyond.is_empty() { Ok(()) } else { Err(beyond.join("; ")) }
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
        File { name: name.unwrap_or_default(), path, class: "extra".to_owned() }
    };
    Ok(paths.into_iter().map(named).collect())
}
