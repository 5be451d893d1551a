//! The version that this one is measured beside: a commit of this repository, built in a checkout of
//! its own under the target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::workspace::{self, Programs};

/// The commit before "nobody can stop the others" was begun.
pub const COMMIT: &str = "908fc90";

/// Its programs. They are checked out and built only where they are missing: minutes, once.
pub fn build() -> Result<Programs, String> {
    let source = workspace::target_of_this_program()?.join(COMMIT);
    let target = source.join("target");
    let debug = target.join("debug");
    let programs = Programs {
        handlers: debug.join("handlers"),
        local_host: debug.join("local-host"),
        target: target.clone(),
        source: source.clone(),
    };
    let built = target.join("built");
    if built.is_file() && programs.handlers.is_file() && programs.local_host.is_file() {
        return Ok(programs);
    }
    check_out(&source)?;
    println!("Building {COMMIT} to compare with. It takes some minutes, once.");
    let programs = workspace::build_programs_of(&source, &target)?;
    fs::write(&built, COMMIT).map_err(|error| format!("{}: {error}", built.display()))?;
    Ok(programs)
}

/// Its files, for what is built from them alone. Written again each time: they keep the age of the commit, so that
/// nothing is built twice for it, and what an interrupted try left out is there.
pub fn source() -> Result<PathBuf, String> {
    let source = workspace::target_of_this_program()?.join(COMMIT);
    check_out(&source)?;
    Ok(source)
}

/// Writes the commit's files into `source`, over what an interrupted try left there.
fn check_out(source: &Path) -> Result<(), String> {
    let known = git().args(["cat-file", "-e", &format!("{COMMIT}^{{commit}}")]).output();
    if !known.is_ok_and(|known| known.status.success()) {
        return Err(format!(
            "commit {COMMIT} is not in this clone, so there is nothing to compare with; \
             `git fetch --unshallow` brings it"
        ));
    }
    let said = |error: std::io::Error| format!("{}: {error}", source.display());
    fs::create_dir_all(source).map_err(said)?;
    let mut archive =
        git().args(["archive", COMMIT]).stdout(Stdio::piped()).spawn().map_err(said)?;
    let files = archive.stdout.take().ok_or("git has no output")?;
    let unpacked =
        Command::new("tar").arg("-x").current_dir(source).stdin(files).status().map_err(said)?;
    let packed = archive.wait().map_err(said)?;
    if packed.success() && unpacked.success() {
        Ok(())
    } else {
        Err(format!("commit {COMMIT} cannot be written to {}", source.display()))
    }
}

fn git() -> Command {
    let mut git = Command::new("git");
    git.current_dir(workspace::root());
    git
}
