//! `cargo xtask bench pages`: what the pages weigh and how soon a patient can use each, on an old
//! phone with little signal, beside the first page made with React.
//!
//! The measuring is done in `web/bench`, where the browser is driven; this builds the pages, finds
//! the browser and gives it the system.

use std::process::Command;

use crate::{browser, pages, workspace};

/// # Errors
/// In words: what could not be measured, or that a page was too late.
pub fn run(args: &[String]) -> Result<(), String> {
    if !args.is_empty() {
        return Err("bench pages takes no arguments".to_owned());
    }
    pages::build()?;
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let ran = Command::new("npm")
        .current_dir(workspace::root().join("web"))
        .args(["run", "--silent", "bench"])
        .env("AFTERSIGHT_XTASK", program)
        .env("CHROMIUM", browser::find_or_install()?)
        .status()
        .map_err(|error| format!("npm does not run: {error}; it comes with Node.js"))?;
    if ran.success() {
        Ok(())
    } else {
        Err("a page was too late, or not measured; it says which above".to_owned())
    }
}
