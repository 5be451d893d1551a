//! The folder that a Functions host is pointed at, as a deployment would ship it.

use std::fs;
use std::io;
use std::path::Path;

use super::{Settings, process};
use crate::workspace::{self, Programs};

/// Puts `host.json`, the `handlers` program and each `<function>/function.json` into `app`.
pub fn assemble(app: &Path, programs: &Programs, settings: &Settings) -> Result<(), String> {
    let said = |error: io::Error| format!("{} cannot be assembled: {error}", app.display());
    fs::create_dir_all(app).map_err(said)?;
    fs::copy(workspace::root().join("host.json"), app.join("host.json")).map_err(said)?;
    place_program(&programs.handlers, &app.join("handlers")).map_err(said)?;
    let app = app.to_str().ok_or("the target folder's path is not UTF-8")?;
    process::run_once(&programs.handlers, &["package", "--to", app], settings)
}

/// Links rather than copies: a debug build is large, and a start is quick. The old one is removed
/// first, since a program that runs cannot be written to.
fn place_program(from: &Path, to: &Path) -> io::Result<()> {
    match fs::remove_file(to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(drop))
}
