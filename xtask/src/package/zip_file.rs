//! A zip file (PKWARE, APPNOTE 6.3.10) of deflated files with the modes of Unix, and the same bytes
//! for the same files: no dates, no owner.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// A file of the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// With `/` between its folders.
    pub name: String,
    /// `0o755` or `0o644`.
    pub mode: u32,
    pub bytes: Vec<u8>,
}

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const NEEDS: u16 = 0x14;
/// Made by version 2.0 on Unix: that is what makes a mode count.
const MADE_ON_UNIX: u16 = (3 << 8) | NEEDS;
const DEFLATED: u16 = 8;
/// Names are UTF-8.
const UTF8: u16 = 1 << 11;
/// 1 January 1980, the first day that a zip knows.
const DAY: u16 = (1 << 5) | 1;
const REGULAR_FILE: u32 = 0o100_000;

/// Writes the package.
pub fn write_zip(path: &Path, entries: &[Entry]) -> Result<(), String> {
    let bytes = zip(entries).map_err(|error| format!("{}: {error}", path.display()))?;
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}

fn zip(entries: &[Entry]) -> Result<Vec<u8>, String> {
    let mut file = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        let starts_at = number(file.len())?;
        let packed = deflate(&entry.bytes).map_err(|error| error.to_string())?;
        let mut crc = Crc::new();
        crc.update(&entry.bytes);
        // What both headers say of the file.
        let mut facts = Vec::new();
        for short in [NEEDS, UTF8, DEFLATED, 0, DAY] {
            facts.extend(short.to_le_bytes());
        }
        for long in [crc.sum(), number(packed.len())?, number(entry.bytes.len())?] {
            facts.extend(long.to_le_bytes());
        }
        let name = entry.name.as_bytes();
        facts.extend(u16::try_from(name.len()).map_err(|e| e.to_string())?.to_le_bytes());
        facts.extend(0_u16.to_le_bytes());

        file.extend(LOCAL.to_le_bytes());
        file.extend(&facts);
        file.extend(name);
        file.extend(packed);

        directory.extend(CENTRAL.to_le_bytes());
        directory.extend(MADE_ON_UNIX.to_le_bytes());
        directory.extend(&facts);
        // No comment, one disk, no attributes of DOS.
        for short in [0_u16; 3] {
            directory.extend(short.to_le_bytes());
        }
        directory.extend(((REGULAR_FILE | entry.mode) << 16).to_le_bytes());
        directory.extend(starts_at.to_le_bytes());
        directory.extend(name);
    }
    let count = u16::try_from(entries.len()).map_err(|error| error.to_string())?;
    let (length, starts_at) = (number(directory.len())?, number(file.len())?);
    file.extend(directory);
    file.extend(END.to_le_bytes());
    for short in [0, 0, count, count] {
        file.extend(short.to_le_bytes());
    }
    for long in [length, starts_at] {
        file.extend(long.to_le_bytes());
    }
    file.extend(0_u16.to_le_bytes());
    Ok(file)
}

fn deflate(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn number(length: usize) -> Result<u32, String> {
    u32::try_from(length).map_err(|_| "a package beyond four gigabytes".to_owned())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn another_program_reads_names_modes_and_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.zip");
        let entries = [
            Entry { name: "add-note/function.json".into(), mode: 0o644, bytes: b"{}".to_vec() },
            Entry { name: "handlers".into(), mode: 0o755, bytes: vec![7; 100_000] },
        ];
        write_zip(&path, &entries).unwrap();
        let read = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n\
                    for i in z.infolist(): print(i.filename, oct(i.external_attr >> 16), \
                    i.file_size, set(z.read(i)))";
        let said = Command::new("python3").args(["-c", read]).arg(&path).output().unwrap();
        let said = String::from_utf8(said.stdout).unwrap();
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(
            lines,
            ["add-note/function.json 0o100644 2 {123, 125}", "handlers 0o100755 100000 {7}"]
        );
    }

    #[test]
    fn the_same_files_make_the_same_package() {
        let entry = Entry { name: "host.json".into(), mode: 0o644, bytes: b"{}".to_vec() };
        assert_eq!(zip(std::slice::from_ref(&entry)), zip(&[entry]));
    }
}
