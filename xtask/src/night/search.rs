//! Looks for many needles in every file of a folder, in one pass over each.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How many first bytes of a needle are its key; no needle is shorter.
const KEY: usize = 4;

type Key = [u8; KEY];

#[derive(Default)]
pub struct Needles {
    /// Looked for in lower case.
    texts: HashMap<Key, Vec<Needle>>,
    bytes: HashMap<Key, Vec<Needle>>,
}

struct Needle {
    what: &'static str,
    bytes: Vec<u8>,
}

/// What was found where.
pub struct Found {
    pub hits: Vec<Hit>,
    pub files: usize,
    pub bytes: u64,
}

pub struct Hit {
    pub what: &'static str,
    pub file: PathBuf,
    pub count: usize,
}

impl Needles {
    /// A text in any case, and as it looks inside base64.
    pub fn add_text(&mut self, what: &'static str, text: &str) {
        insert(&mut self.texts, what, text.to_lowercase().as_bytes());
        for form in base64_forms(text.as_bytes()) {
            insert(&mut self.bytes, what, form.as_bytes());
        }
    }

    pub fn add_bytes(&mut self, what: &'static str, bytes: &[u8]) {
        insert(&mut self.bytes, what, bytes);
    }

    /// The random id of a record.
    pub fn of_id(id: &str) -> Self {
        let mut needles = Self::default();
        insert(&mut needles.texts, "id", id.to_lowercase().as_bytes());
        needles
    }

    pub fn count(&self) -> usize {
        self.texts.values().chain(self.bytes.values()).map(Vec::len).sum()
    }

    fn look_through(&self, haystack: &[u8]) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        count_in(&self.bytes, haystack, &mut counts);
        count_in(&self.texts, &haystack.to_ascii_lowercase(), &mut counts);
        counts
    }
}

fn insert(needles: &mut HashMap<Key, Vec<Needle>>, what: &'static str, bytes: &[u8]) {
    if let Some(key) = bytes.first_chunk::<KEY>() {
        needles.entry(*key).or_default().push(Needle { what, bytes: bytes.to_vec() });
    }
}

fn count_in(
    needles: &HashMap<Key, Vec<Needle>>,
    haystack: &[u8],
    counts: &mut BTreeMap<&'static str, usize>,
) {
    let mut rest = haystack;
    while let Some(key) = rest.first_chunk::<KEY>() {
        for needle in needles.get(key).into_iter().flatten() {
            if rest.starts_with(&needle.bytes) {
                *counts.entry(needle.what).or_default() += 1;
            }
        }
        rest = rest.get(1..).unwrap_or_default();
    }
}

/// The three ways a text can stand in base64, by where it begins among groups of three bytes.
/// Only the characters that depend on the text alone.
fn base64_forms(text: &[u8]) -> Vec<String> {
    let form = |before: usize| {
        let encoded = STANDARD.encode([&b"\0\0"[..before], text].concat());
        let whole = (before + text.len()) / 3 * 4;
        let first = (before * 8).div_ceil(6);
        encoded.get(first..whole).map(str::to_owned)
    };
    (0..3).filter_map(form).collect()
}

/// Reads every file under `folder`, open databases and their logs included.
pub fn search(folder: &Path, needles: &Needles) -> Result<Found, String> {
    let mut found = Found { hits: Vec::new(), files: 0, bytes: 0 };
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let said = |error: io::Error| format!("{}: {error}", folder.display());
        for entry in fs::read_dir(&folder).map_err(said)? {
            let path = entry.map_err(said)?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = match fs::read(&path) {
                Ok(bytes) => bytes,
                // Erased between the listing and the reading.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(format!("{}: {error}", path.display())),
            };
            found.files += 1;
            found.bytes += bytes.len() as u64;
            for (what, count) in needles.look_through(&bytes) {
                found.hits.push(Hit { what, file: path.clone(), count });
            }
        }
    }
    Ok(found)
}

impl Found {
    pub fn count(&self) -> usize {
        self.hits.iter().map(|hit| hit.count).sum()
    }

    /// One line a file and kind of trace. Names the kind, never the trace.
    pub fn describe(&self) -> String {
        let line =
            |hit: &Hit| format!("  {} times the {} in {}", hit.count, hit.what, hit.file.display());
        self.hits.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(content: &[u8]) -> usize {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("deep")).unwrap();
        fs::write(folder.path().join("deep/file"), content).unwrap();
        let mut needles = Needles::default();
        needles.add_text("family name", "Quillfeather-Xqvtkrp");
        needles.add_bytes("picture", &[1, 2, 3, 4, 5]);
        search(folder.path(), &needles).unwrap().count()
    }

    #[test]
    fn a_trace_is_found_at_any_place_and_in_any_case() {
        for content in [
            "Quillfeather-Xqvtkrp",
            "{\"familyKey\":\"QUILLFEATHER-XQVTKRP\"}",
            "\0\u{1}quillfeather-xqvtkrp\0",
            "quillfeather-quillfeather-xqvtkrp",
        ] {
            assert_eq!(hits(content.as_bytes()), 1, "{content}");
        }
        assert_eq!(hits(&[0, 1, 2, 3, 4, 5, 6]), 1);
        assert_eq!(hits(b"Quillfeather-Xqvtkr"), 0);
        assert_eq!(hits(&[1, 2, 3, 4, 6]), 0);
    }

    #[test]
    fn a_trace_inside_base64_is_found_wherever_it_begins() {
        for before in ["", "a", "ab", "abc", "{\"name\":\""] {
            let content = STANDARD.encode(format!("{before}Quillfeather-Xqvtkrp\"}}"));
            assert_eq!(hits(content.as_bytes()), 1, "{before}");
        }
        assert_eq!(hits(STANDARD.encode("Quillfeather-Other").as_bytes()), 0);
    }
}
