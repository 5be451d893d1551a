//! The folder that a Functions host is pointed at, as a deployment would ship it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Settings, process};
use crate::pages;
use crate::workspace::Programs;

/// Puts `host.json`, the `handlers` program, each `<function>/function.json` and the pages, where
/// there are some, into one folder.
pub fn assemble(
    programs: &Programs,
    settings: &Settings,
    built_pages: Option<&Path>,
) -> Result<PathBuf, String> {
    let app = programs.target.join("app");
    let said = |error: io::Error| format!("{} cannot be assembled: {error}", app.display());
    fs::create_dir_all(&app).map_err(said)?;
    fs::copy(programs.source.join("host.json"), app.join("host.json")).map_err(said)?;
    place_program(&programs.handlers, &app.join("handlers")).map_err(said)?;
    let folder = app.to_str().ok_or("the target folder's path is not UTF-8")?;
    process::run_once(&programs.handlers, &["package", "--to", folder], settings)?;
    if let Some(built) = built_pages {
        pages::place(built, &app)?;
    }
    Ok(app)
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
