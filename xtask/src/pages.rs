//! The pages: built from `web/` when something there changed, and put into the app's folder.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::workspace;

/// What the web build needs at least, major and minor.
const NODE: (u32, u32) = (20, 19);
/// What is installed and what was built from it, kept where `npm ci` throws it away.
const INSTALLED: &str = "node_modules/.installed-from";
const BUILT: &str = "node_modules/.built-from";
/// In `web/`, but no part of a page.
const NO_SOURCES: [&str; 5] = ["node_modules", "dist", "tests", "bench", "src/api/openapi.d.ts"];

/// Builds what is not built yet; the folder with the pages and their list.
pub fn build() -> Result<PathBuf, String> {
    let web = workspace::root().join("web");
    let lock = fingerprint(&[web.join("package-lock.json")])?;
    if !is_stamped(&web.join(INSTALLED), &lock) {
        check_node()?;
        println!("Installing what the pages are built with: a minute, once.");
        npm(&web, &["ci", "--no-audit", "--no-fund"])?;
        stamp(&web.join(INSTALLED), &lock)?;
    }
    let dist = web.join("dist");
    let list = dist.join("pages.json");
    let sources = fingerprint(&sources(&web)?)?;
    // With the list, because somebody may have built by hand from other sources.
    let built =
        |of: &str| Ok::<_, String>(format!("{of} {}", fingerprint(std::slice::from_ref(&list))?));
    if !(list.exists() && is_stamped(&web.join(BUILT), &built(&sources)?)) {
        check_node()?;
        println!("Building the pages.");
        npm(&web, &["run", "build"])?;
        stamp(&web.join(BUILT), &built(&sources)?)?;
    }
    Ok(dist)
}

/// Puts the pages beside host.json, where the handler looks for them.
pub fn place(dist: &Path, app: &Path) -> Result<(), String> {
    let (pages, fresh) = (app.join("pages"), app.join("pages.new"));
    let same = |folder: &Path| fs::read(folder.join("pages.json")).ok();
    if same(dist).is_some() && same(dist) == same(&pages) {
        return Ok(());
    }
    let said = |error: io::Error| format!("{} cannot be written: {error}", pages.display());
    remove(&fresh).and_then(|()| copy(dist, &fresh)).map_err(said)?;
    // Whole or not at all: a handler that starts meanwhile finds one build, not a mixture.
    remove(&pages).and_then(|()| fs::rename(&fresh, &pages)).map_err(said)
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Everything that the pages are made from, in a fixed order; the API's description is one of it.
fn sources(web: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = vec![workspace::root().join("tests/golden/openapi.json")];
    let leave_out: Vec<PathBuf> = NO_SOURCES.iter().map(|name| web.join(name)).collect();
    let mut folders = vec![web.to_owned()];
    while let Some(folder) = folders.pop() {
        let said = |error: io::Error| format!("{} cannot be read: {error}", folder.display());
        for entry in fs::read_dir(&folder).map_err(said)? {
            let path = entry.map_err(said)?.path();
            if leave_out.contains(&path) {
                continue;
            }
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

/// SHA-256 over names and contents. A file that is not there counts as such.
fn fingerprint(files: &[PathBuf]) -> Result<String, String> {
    let mut all = Sha256::new();
    for file in files {
        let contents = match fs::read(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(|error| format!("{} cannot be read: {error}", file.display()))?,
        };
        all.update(file.as_os_str().as_encoded_bytes());
        all.update(Sha256::digest(&contents));
    }
    let hex = all.finalize().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    Ok(hex)
}

fn is_stamped(stamp: &Path, with: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|kept| kept == with)
}

fn stamp(stamp: &Path, with: &str) -> Result<(), String> {
    fs::write(stamp, with).map_err(|error| format!("{}: {error}", stamp.display()))
}

fn check_node() -> Result<(), String> {
    let (major, minor) = NODE;
    let needed = format!("the pages are built with Node.js {major}.{minor} or newer, and npm");
    let said = Command::new("node")
        .arg("--version")
        .output()
        .map_err(|_| format!("{needed}; there is no `node` on the path"))?;
    let said = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    if parse_version(&said).is_some_and(|version| version >= NODE) {
        Ok(())
    } else {
        Err(format!("{needed}; `node --version` says {said}"))
    }
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Runs npm in `web`; what it prints is shown only where it fails.
fn npm(web: &Path, words: &[&str]) -> Result<(), String> {
    let ran = Command::new("npm")
        .current_dir(web)
        .args(words)
        .output()
        .map_err(|error| format!("npm does not run: {error}; it comes with Node.js"))?;
    if ran.status.success() {
        return Ok(());
    }
    print!("{}", String::from_utf8_lossy(&ran.stdout));
    eprint!("{}", String::from_utf8_lossy(&ran.stderr));
    Err(format!("npm {} failed in web/; it says why above", words.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) {
        fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
        fs::write(folder.join(name), text).unwrap();
    }

    #[test]
    fn a_changed_source_is_another_fingerprint_and_a_built_file_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let web = folder.path();
        let taken = || fingerprint(&sources(web).unwrap()).unwrap();
        write(web, "src/staff/main.tsx", "one");
        let first = taken();
        write(web, "dist/assets/staff.js", "built");
        write(web, "node_modules/x/index.js", "installed");
        write(web, "tests/staff/walk.test.ts", "a test");
        assert_eq!(taken(), first);
        write(web, "src/staff/main.tsx", "two");
        let second = taken();
        assert_ne!(second, first);
        write(web, "src/staff/more.tsx", "");
        assert_ne!(taken(), second);
    }

    #[test]
    fn the_pages_of_an_older_build_are_gone() {
        let folder = tempfile::tempdir().unwrap();
        let (dist, app) = (folder.path().join("dist"), folder.path().join("app"));
        write(&dist, "assets/staff-1.js", "one");
        write(&dist, "pages.json", "1");
        fs::create_dir(&app).unwrap();
        place(&dist, &app).unwrap();
        fs::rename(dist.join("assets/staff-1.js"), dist.join("assets/staff-2.js")).unwrap();
        write(&dist, "pages.json", "2");
        place(&dist, &app).unwrap();
        assert!(app.join("pages/assets/staff-2.js").exists());
        assert!(!app.join("pages/assets/staff-1.js").exists());
    }

    #[test]
    fn versions_of_node_are_compared_as_numbers() {
        for (said, enough) in
            [("v20.19.0", true), ("v22.1.0", true), ("v9.20.0", false), ("", false)]
        {
            assert_eq!(
                parse_version(said).is_some_and(|version| version >= NODE),
                enough,
                "{said}"
            );
        }
    }
}
