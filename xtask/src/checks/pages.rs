//! The pages: their types and rules, and then every road through them in a real browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{pages, workspace};

/// Where Debian, Ubuntu and others put the browser; `CHROMIUM` names another.
const BROWSERS: [&str; 4] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
];

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
    npm(&["run", "test:browser"], &[("CHROMIUM", &browser()?)])
}

/// The browser, installed from Debian's packages where there is none and we may.
#[expect(clippy::disallowed_methods, reason = "a command reads its environment")]
fn browser() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return Ok(named.into());
    }
    let found = || BROWSERS.iter().map(PathBuf::from).find(|path| path.exists());
    if let Some(browser) = found() {
        return Ok(browser);
    }
    println!("Installing Chromium from the system's packages.");
    let update = apt(&["update", "--quiet=2"]);
    update.and_then(|()| {
        apt(&["install", "--quiet=2", "--yes", "--no-install-recommends", "chromium"])
    })?;
    found().ok_or_else(|| "Chromium was installed, but it is not where it should be".to_owned())
}

fn apt(words: &[&str]) -> Result<(), String> {
    let needed = "the browser tests need Chromium: install it, or name it in CHROMIUM";
    let ran = Command::new("apt-get")
        .args(words)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .status()
        .map_err(|error| format!("{needed} (apt-get does not run: {error})"))?;
    if ran.success() { Ok(()) } else { Err(format!("{needed} (apt-get says why above)")) }
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
