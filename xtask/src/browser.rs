//! The browser that pages are tried in: Debian's Chromium, or the one that `CHROMIUM` names.

use std::path::PathBuf;
use std::process::Command;

/// Where Debian, Ubuntu and others put the browser; `CHROMIUM` names another.
const BROWSERS: [&str; 4] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
];

/// The browser, installed from Debian's packages where there is none and we may.
#[expect(clippy::disallowed_methods, reason = "a command reads its environment")]
pub fn find_or_install() -> Result<PathBuf, String> {
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
    let needed = "the pages are tried in Chromium: install it, or name it in CHROMIUM";
    let ran = Command::new("apt-get")
        .args(words)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .status()
        .map_err(|error| format!("{needed} (apt-get does not run: {error})"))?;
    if ran.success() { Ok(()) } else { Err(format!("{needed} (apt-get says why above)")) }
}
