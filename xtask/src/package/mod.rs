//! `cargo xtask package`: `target/aftersight.zip`, which a Functions app runs as it is.
//!
//! `host.json`, every `function.json`, the pages, and the program, stripped and built for the oldest
//! glibc of the host's images. What was packed is looked at again before the command is content.

mod glibc;
mod zig;
mod zip_file;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::arguments::Arguments;
use crate::{pages, workspace};

use zip_file::{Entry, write_zip};

/// What Flex Consumption unpacks at every cold start.
const MOST_BYTES: u64 = 15 * 1024 * 1024;
/// A program that its owner and the host may run.
const RUNNABLE: u32 = 0o755;
const READABLE: u32 = 0o644;

pub fn run(args: &[String]) -> Result<ExitCode, String> {
    Arguments::parse(args, &[])?;
    let target = workspace::target_of_this_program()?;
    println!(
        "Building the program for glibc {}. The first time takes some minutes.",
        glibc::OLDEST
    );
    let program = zig::build(&target)?;
    glibc::check(&program)?;
    let folder = target.join("package");
    assemble(&folder, &program)?;
    let zip = target.join("aftersight.zip");
    let entries = entries(&folder)?;
    write_zip(&zip, &entries)?;
    let bytes = fs::metadata(&zip).map_err(|error| error.to_string())?.len();
    if bytes > MOST_BYTES {
        return Err(format!("{} has {bytes} bytes; {MOST_BYTES} are the most", zip.display()));
    }
    println!("{}: {} files, {} kB", zip.display(), entries.len(), bytes / 1000);
    Ok(ExitCode::SUCCESS)
}

/// Lays the folder out as the host reads it.
fn assemble(folder: &Path, program: &Path) -> Result<(), String> {
    let said = |error: std::io::Error| format!("{} cannot be written: {error}", folder.display());
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(said(error)),
        _ => {}
    }
    fs::create_dir_all(folder).map_err(said)?;
    fs::copy(workspace::root().join("host.json"), folder.join("host.json")).map_err(said)?;
    let placed = folder.join("handlers");
    fs::copy(program, &placed).map_err(said)?;
    let declared = Command::new(&placed).arg("package").arg("--to").arg(folder).status();
    if !declared.is_ok_and(|status| status.success()) {
        return Err("the packed program does not write its declarations".to_owned());
    }
    pages::place(&pages::build()?, folder)
}

/// Every file of the folder by its name in the package, sorted; only the program may be run.
fn entries(folder: &Path) -> Result<Vec<Entry>, String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).map_err(|error| error.to_string())? {
            let path: PathBuf = entry.map_err(|error| error.to_string())?.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).ok().and_then(Path::to_str);
            let name = name.ok_or("a file's name is not UTF-8")?.to_owned();
            let mode = if name == "handlers" { RUNNABLE } else { READABLE };
            let bytes = fs::read(&path).map_err(|error| error.to_string())?;
            found.push(Entry { name, mode, bytes });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_program_may_be_run() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("add-note")).unwrap();
        for name in ["handlers", "host.json", "add-note/function.json"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        let found = entries(folder.path()).unwrap();
        let seen: Vec<_> = found.iter().map(|entry| (entry.name.as_str(), entry.mode)).collect();
        assert_eq!(
            seen,
            [("add-note/function.json", 0o644), ("handlers", 0o755), ("host.json", 0o644)]
        );
    }
}
