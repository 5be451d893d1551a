//! The files that the web build made, read once: a request never reaches the disk.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use domain::sha256_hex::Sha256Hex;
use serde::Deserialize;

/// The list of files, written by the web build.
const LIST: &str = "pages.json";

/// The files of a folder, by path inside it.
#[derive(Debug, Default)]
pub struct WebFiles {
    files: HashMap<String, WebFile>,
    /// Path of the style for pages that the server writes.
    plain_style: Option<String>,
}

/// One file, whole, with what was made of it by compressing.
#[derive(Debug)]
pub struct WebFile {
    pub content_type: String,
    /// SHA-256 of the plain bytes, lower-case hex.
    pub sha256: String,
    /// True where the name holds a hash of the contents.
    pub immutable: bool,
    pub plain: Bytes,
    pub brotli: Option<Bytes>,
    pub gzip: Option<Bytes>,
}

/// Why the pages cannot be served, in words for an administrator.
#[derive(Debug, thiserror::Error)]
pub enum WebFilesRefused {
    #[error("{path} cannot be read: {cause}")]
    Unreadable { path: PathBuf, cause: io::Error },
    #[error("{path} is no list of pages: {cause}")]
    NoList { path: PathBuf, cause: serde_json::Error },
    #[error("{path} is not the file that {LIST} names; build the pages again")]
    Changed { path: PathBuf },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    content_type: String,
    sha256: String,
    #[serde(default)]
    immutable: bool,
    /// The style for pages that the server writes: notices and refusals.
    #[serde(default)]
    notice: bool,
}

impl WebFiles {
    /// Reads what `pages.json` in `folder` lists. No such folder is no files: the handler is worth
    /// running without its pages.
    pub fn read(folder: &Path) -> Result<Self, WebFilesRefused> {
        let path = folder.join(LIST);
        let Some(list) = read_if_there(&path)? else { return Ok(Self::default()) };
        let list: BTreeMap<String, Listed> = serde_json::from_slice(&list)
            .map_err(|cause| WebFilesRefused::NoList { path, cause })?;
        let mut found = Self::default();
        for (name, listed) in list {
            if listed.notice {
                found.plain_style = Some(name.clone());
            }
            let file = read_file(&folder.join(&name), listed)?;
            found.files.insert(name, file);
        }
        Ok(found)
    }

    /// The file at this path inside the folder; only what is listed.
    pub fn get(&self, path: &str) -> Option<&WebFile> {
        self.files.get(path)
    }

    /// Path of the style for pages that the server writes, if the build made one.
    pub fn plain_style(&self) -> Option<&str> {
        self.plain_style.as_deref()
    }
}

fn read_file(path: &Path, listed: Listed) -> Result<WebFile, WebFilesRefused> {
    let changed = || WebFilesRefused::Changed { path: path.to_owned() };
    let plain = read_if_there(path)?.ok_or_else(changed)?;
    if Sha256Hex::of(&plain).to_string() != listed.sha256 {
        return Err(changed());
    }
    Ok(WebFile {
        content_type: listed.content_type,
        sha256: listed.sha256,
        immutable: listed.immutable,
        brotli: read_if_there(&with_ending(path, ".br"))?,
        gzip: read_if_there(&with_ending(path, ".gz"))?,
        plain,
    })
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn read_if_there(path: &Path) -> Result<Option<Bytes>, WebFilesRefused> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes.into())),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(WebFilesRefused::Unreadable { path: path.to_owned(), cause }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn folder(list: &Value, files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("assets")).unwrap();
        fs::write(folder.path().join(LIST), list.to_string()).unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    fn listed(text: &str) -> Value {
        let hash = Sha256Hex::of(text).to_string();
        json!({ "contentType": "text/javascript", "sha256": hash, "immutable": true })
    }

    #[test]
    fn what_is_listed_is_read_with_what_was_compressed() {
        let list = json!({ "assets/a.js": listed("let a") });
        let files = [("assets/a.js", "let a"), ("assets/a.js.br", "small"), ("secret", "s")];
        let folder = folder(&list, &files);
        let files = WebFiles::read(folder.path()).unwrap();
        let file = files.get("assets/a.js").unwrap();
        assert_eq!((&*file.plain, file.brotli.as_deref()), (&b"let a"[..], Some(&b"small"[..])));
        assert!(file.gzip.is_none() && file.immutable);
        assert_eq!(files.plain_style(), None);
        assert!(files.get("secret").is_none() && files.get("assets/a.js.br").is_none());
    }

    #[test]
    fn no_folder_is_no_files() {
        let folder = tempfile::tempdir().unwrap();
        let files = WebFiles::read(&folder.path().join("pages")).unwrap();
        assert!(files.get("staff.html").is_none());
    }

    #[test]
    fn half_a_build_is_refused_by_name() {
        let list = json!({ "assets/a.js": listed("let a"), "assets/b.js": listed("let b") });
        for b in ["let c", ""] {
            let mut files = vec![("assets/a.js", "let a")];
            files.extend((!b.is_empty()).then_some(("assets/b.js", b)));
            let folder = folder(&list, &files);
            let refused = WebFiles::read(folder.path()).unwrap_err().to_string();
            assert!(refused.contains("assets/b.js"), "{refused}");
        }
        let folder = folder(&json!([]), &[]);
        assert!(WebFiles::read(folder.path()).unwrap_err().to_string().contains(LIST));
    }
}
