//! What is in a package, seen from outside: another program unpacks it, each file is compared with
//! where it comes from, and the packed program does the main job from the unpacked folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::layout::{PROGRAM, READABLE, RUNNABLE, files};
use crate::camera_photo;
use crate::machine::chance;
use crate::pages;
use crate::system::{Console, Ports, StopSignal, System, SystemOptions, wait_until_ok};
use crate::walk;
use crate::workspace::{self, Programs};

/// Unpacks with the modes that the package says, and prints each: `100755 handlers`.
const UNPACK: &str = "\
import os, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
for i in z.infolist():
    mode = i.external_attr >> 16
    os.chmod(z.extract(i, sys.argv[2]), mode & 0o777)
    print('%o %s' % (mode, i.filename))";
const REGULAR_FILE: u32 = 0o100_000;

/// Sees the package whole and working.
pub fn see(programs: &Programs, zip: &Path, program: &Path) -> Result<(), String> {
    let folder = programs.target.join(format!("unpacked-{:016x}", chance()));
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let seen = contents(zip, &folder, program).and_then(|()| start(programs, &folder));
    fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    seen
}

/// Nothing is missing, nothing else is there, and every byte is that of its source.
fn contents(zip: &Path, folder: &Path, program: &Path) -> Result<(), String> {
    let unpacked = Command::new("python3")
        .args(["-c", UNPACK])
        .arg(zip)
        .arg(folder)
        .output()
        .map_err(|error| format!("python3 does not run: {error}"))?;
    if !unpacked.status.success() {
        return Err(format!("no zip: {}", String::from_utf8_lossy(&unpacked.stderr).trim()));
    }
    let found = modes(&String::from_utf8_lossy(&unpacked.stdout))?;
    let expected = sources(program)?;
    compare_names(&found, &expected)?;
    for (name, source) in &expected {
        let (packed, source) = (fs::read(folder.join(name)), fs::read(source));
        if packed.map_err(|error| error.to_string())? != source.map_err(|e| e.to_string())? {
            return Err(format!("{name} in the package is not what it was made from"));
        }
    }
    Ok(())
}

fn modes(listing: &str) -> Result<BTreeMap<String, u32>, String> {
    let lines = listing.lines().map(|line| {
        let (mode, name) = line.split_once(' ')?;
        Some((name.to_owned(), u32::from_str_radix(mode, 8).ok()?))
    });
    lines.collect::<Option<_>>().ok_or_else(|| "the package cannot be listed".to_owned())
}

/// Each name and where its bytes come from. The declarations are those that a test compares with
/// the table of functions.
fn sources(program: &Path) -> Result<BTreeMap<String, PathBuf>, String> {
    let root = workspace::root();
    let mut sources = BTreeMap::from([
        (PROGRAM.to_owned(), program.to_path_buf()),
        ("host.json".to_owned(), root.join("host.json")),
    ]);
    for (prefix, folder) in [("", root.join("tests/golden")), ("pages/", pages::build()?)] {
        for file in files(&folder).map_err(|error| error.to_string())? {
            let name = file.strip_prefix(&folder).ok().and_then(Path::to_str);
            let name = name.ok_or("a file's name is not UTF-8")?;
            // Beside the declarations is the description of the API, which is served, not read.
            if prefix == "pages/" || name.ends_with("/function.json") {
                sources.insert(format!("{prefix}{name}"), file.clone());
            }
        }
    }
    Ok(sources)
}

fn compare_names(
    found: &BTreeMap<String, u32>,
    expected: &BTreeMap<String, PathBuf>,
) -> Result<(), String> {
    for name in expected.keys() {
        let mode = if name == PROGRAM { RUNNABLE } else { READABLE };
        match found.get(name) {
            Some(found) if *found == REGULAR_FILE | mode => {}
            Some(found) => return Err(format!("{name} has the mode {found:o}")),
            None => return Err(format!("{name} is not in the package")),
        }
    }
    match found.keys().find(|name| !expected.contains_key(*name)) {
        Some(stranger) => Err(format!("{stranger} has no business in the package")),
        None => Ok(()),
    }
}

/// The main job, by the packed program from the unpacked folder, and its pages.
fn start(programs: &Programs, folder: &Path) -> Result<(), String> {
    let data = programs.target.join(format!("check-{:016x}", chance()));
    let console = Console::File(programs.target.join("package.log"));
    let options = SystemOptions {
        package: Some(folder.to_path_buf()),
        ..SystemOptions::new(Ports::free()?, data.clone(), console)
    };
    let system = System::start(programs, options, &StopSignal::default())?;
    let front = system.ports.front_origin();
    let walked = walk::walk(&front, &camera_photo::make()).map_err(|failed| failed.to_string());
    let pages = wait_until_ok(&format!("{front}/staff"), Duration::from_secs(5));
    system.stop();
    fs::remove_dir_all(&data).map_err(|error| format!("{}: {error}", data.display()))?;
    let (walked, _) = walked?;
    walked.comparison.check()?;
    pages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[(&str, u32)]) -> BTreeMap<String, u32> {
        names.iter().map(|(name, mode)| ((*name).to_owned(), *mode)).collect()
    }

    #[test]
    fn a_package_is_refused_by_what_is_wrong_with_it() {
        let expected = ["handlers", "host.json"];
        let expected = expected.map(|name| (name.to_owned(), PathBuf::from(name))).into();
        let good = [("handlers", 0o100_755), ("host.json", 0o100_644)];
        assert_eq!(compare_names(&named(&good), &expected), Ok(()));
        for (wrong, said) in [
            (vec![("handlers", 0o100_644), good[1]], "handlers has the mode 100644"),
            (vec![good[0]], "host.json is not in the package"),
            (vec![good[0], good[1], (".env", 0o100_644)], ".env has no business in the package"),
        ] {
            assert_eq!(compare_names(&named(&wrong), &expected), Err(said.to_owned()));
        }
    }

    #[test]
    fn a_listing_is_read_with_its_modes() {
        let listing = "100755 handlers\n100644 pages/a b.js\n";
        let read = modes(listing).unwrap();
        assert_eq!(read, named(&[("handlers", 0o100_755), ("pages/a b.js", 0o100_644)]));
        assert!(modes("nothing").is_err());
    }
}
