//! The pages: their types and rules, and then every road through them in a real browser.

use std::path::Path;
use std::process::Command;

use crate::{browser, pages, workspace};

/// Types, rules, bundles: what needs no browser.
pub fn checked() -> Result<(), String> {
    pages::build()?;
    npm(&["run", "check"], &[])?;
    npm(&["run", "test:unit"], &[])
}

/// Patient and staff in Chromium, through local-host.
pub fn walked() -> Result<(), String> {
    workspace::build_programs()?;
    pages::build()?;
    npm(&["run", "test:browser"], &[("CHROMIUM", &browser::find_or_install()?)])
}

fn npm(words: &[&str], environment: &[(&str, &Path)]) -> Result<(), String> {
    let status = Command::new("npm")
        .current_dir(workspace::root().join("web"))
        .args(words)
        .envs(environment.iter().copied())
        .status()
        .map_err(|error| format!("npm does not run: {error}; it comes with Node.js"))?;
    if status.success() { Ok(()) } else { Err(format!("npm {} says why above", words.join(" "))) }
}
