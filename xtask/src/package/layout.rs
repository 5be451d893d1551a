//! The folder that is packed, and the modes of what is in it.

use std::fs;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::zip_file::Entry;
use crate::{pages, workspace};

/// The program's name, as host.json says it.
pub const PROGRAM: &str = "handlers";
/// A program that its owner and the host may run.
pub const RUNNABLE: u32 = 0o755;
pub const READABLE: u32 = 0o644;

/// Lays the folder out as the host reads it.
pub fn assemble(folder: &Path, program: &Path) -> Result<(), String> {
    let said = |error: Error| format!("{} cannot be written: {error}", folder.display());
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(said(error)),
        _ => {}
    }
    fs::create_dir_all(folder).map_err(said)?;
    fs::copy(workspace::root().join("host.json"), folder.join("host.json")).map_err(said)?;
    let placed = folder.join(PROGRAM);
    fs::copy(program, &placed).map_err(said)?;
    let declared = Command::new(&placed).arg("package").arg("--to").arg(folder).status();
    if !declared.is_ok_and(|status| status.success()) {
        return Err("the packed program does not write its declarations".to_owned());
    }
    pages::place(&pages::build()?, folder)
}

/// Every file of the folder by its name in the package, sorted; only the program may be run.
pub fn entries(folder: &Path) -> Result<Vec<Entry>, String> {
    let mut found = Vec::new();
    for path in files(folder).map_err(|error| error.to_string())? {
        let name = path.strip_prefix(folder).ok().and_then(Path::to_str);
        let name = name.ok_or("a file's name is not UTF-8")?.to_owned();
        let mode = if name == PROGRAM { RUNNABLE } else { READABLE };
        let bytes = fs::read(&path).map_err(|error| error.to_string())?;
        found.push(Entry { name, mode, bytes });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Every file under `folder`.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
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
