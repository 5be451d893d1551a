//! A stopped system whose database or keys are lost: the real program refuses, says what to do,
//! and changes nothing. Put back, everything is there.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;

use bytes::Bytes;
use domain::ports::blobs::{BlobContainer, Blobs as _, ReadBlobs as _};
use domain::ports::documents::{Change, Container, Documents as _, ReadDocuments as _};
use embedded::{Embedded, EmbeddedOptions, SystemClock};
use serde_json::json;

use crate::running_app::{program, root};

struct Machine {
    _folder: tempfile::TempDir,
    data: PathBuf,
}

impl Machine {
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(words)
            .env_clear()
            .env("DATA_DIR", &self.data)
            .env("STORAGE_PORT", "0")
            .env("QUEUE_PORT", "0")
            .env("FUNCTIONS_CUSTOMHANDLER_PORT", "0");
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// What it says where it ends well.
    fn says(&self, words: &[&str]) -> String {
        let ended = self.run(words);
        assert!(ended.status.success(), "{words:?}: {}", text(&ended.stderr));
        text(&ended.stdout)
    }

    /// What it says where it refuses, which it does without changing a file.
    fn refuses(&self, words: &[&str]) -> String {
        let before = self.files();
        let ended = self.run(words);
        assert_eq!(ended.status.code(), Some(1), "{words:?}: {}", text(&ended.stdout));
        let after = self.files();
        let same = |path: &PathBuf| before.get(path) == after.get(path);
        let changed: Vec<_> =
            before.keys().chain(after.keys()).filter(|path| !same(path)).collect();
        assert!(changed.is_empty(), "{words:?} changed {changed:?}: {}", text(&ended.stderr));
        text(&ended.stderr)
    }

    /// The storage process, up; it is stopped as a system is stopped, by a kill.
    fn storage(&self) -> Running {
        let mut child = self.command(&["storage"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("storage http"), "{line}");
        Running(child)
    }

    fn open(&self) -> Embedded {
        Embedded::open(EmbeddedOptions {
            dir: self.data.clone(),
            outbox_dir: self.data.join("outbox"),
            storage_origin: "http://127.0.0.1:7072".to_owned(),
            clock: Arc::new(SystemClock::default()),
        })
        .unwrap()
    }

    /// All files but locks and the index of the log.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.data.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.to_string_lossy().into_owned();
                if path.is_dir() {
                    folders.push(path);
                } else if ![".lock", "-shm"].iter().any(|end| name.ends_with(end)) {
                    found.insert(path.clone(), std::fs::read(path).unwrap());
                }
            }
        }
        found
    }

    /// The database and its log, as a copy of the stopped folder has them.
    fn copy(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let is_database = |path: &Path| path.to_string_lossy().contains("store.sqlite");
        self.files().into_iter().filter(|(path, _)| is_database(path)).collect()
    }

    fn lose_database(&self) {
        for path in self.copy().keys() {
            std::fs::remove_file(path).unwrap();
        }
        let _ = std::fs::remove_file(self.data.join("store.sqlite-shm"));
    }

    fn put_back(&self, copy: &BTreeMap<PathBuf, Vec<u8>>) {
        self.lose_database();
        for (path, bytes) in copy {
            std::fs::write(path, bytes).unwrap();
        }
    }
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn demo() -> String {
    root().join("handlers/functions/demo/controllers.json").to_str().unwrap().to_owned()
}

async fn write(store: &Embedded, id: &str) {
    let change = Change::Put { id: id.to_owned(), body: json!({}) };
    store.commit(Container::Patients, "p", vec![change]).await.unwrap();
    let picture = Bytes::from(id.repeat(5000));
    store.put(BlobContainer::Records, id, "image/jpeg", picture).await.unwrap();
}

async fn is_whole(store: &Embedded, id: &str) -> bool {
    let is_known = store.get(Container::Patients, "p", id).await.unwrap().is_some();
    let Some(facts) = store.head(BlobContainer::Records, id).await.unwrap() else { return false };
    let picture = store.read(BlobContainer::Records, id, &facts.etag).await;
    is_known && picture.is_ok_and(|bytes| bytes == id.repeat(5000))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_lost_under_a_stopped_system_is_refused_and_recovered() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine { data: folder.path().join("data"), _folder: folder };
    let demo = demo();
    assert!(machine.says(&["apply", &demo]).contains("+ controller riverside"));
    {
        let _running = machine.storage();
        write(&machine.open(), "last week").await;
    }
    let last_week = machine.copy();
    {
        let _running = machine.storage();
        write(&machine.open(), "today").await;
    }
    let today = machine.copy();

    machine.lose_database();
    for words in [
        &["serve"][..],
        &["storage"],
        &["apply", &demo],
        &["apply", &demo, "--check"],
        &["demo-only"],
    ] {
        let refused = machine.refuses(words);
        assert!(
            refused.contains("gone or empty") && refused.contains("handlers recover"),
            "{refused}"
        );
    }
    assert!(machine.says(&["recover"]).contains("put the newest copy there"));
    for way in ["--take-older", "--new-keys", "--put-back", "--everything"] {
        machine.refuses(&["recover", way]);
    }

    machine.put_back(&last_week);
    for words in [&["serve"][..], &["storage"], &["apply", &demo, "--check"]] {
        assert!(machine.refuses(words).contains("is older"));
    }
    assert!(machine.says(&["recover"]).contains("handlers recover --take-older"));

    machine.put_back(&today);
    assert!(machine.says(&["recover"]).contains("Nothing keeps this folder"));
    assert_eq!(machine.says(&["apply", &demo, "--check"]), "");
    {
        let _running = machine.storage();
        let store = machine.open();
        assert!(is_whole(&store, "last week").await && is_whole(&store, "today").await);
        assert!(machine.refuses(&["recover", "--take-older"]).contains("nothing was changed"));
    }

    let keys = std::fs::read(machine.data.join("keys.json")).unwrap();
    std::fs::remove_file(machine.data.join("keys.json")).unwrap();
    assert!(machine.refuses(&["storage"]).contains("link 1"));
    assert!(machine.says(&["recover"]).contains("handlers recover --new-keys"));
    std::fs::write(machine.data.join("keys.json"), keys).unwrap();
    machine.says(&["demo-only"]);
}

#[test]
fn looking_at_a_folder_that_is_not_there_says_so_and_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine { data: folder.path().join("data"), _folder: folder };
    let demo = demo();
    for words in [&["apply", &demo, "--check"][..], &["demo-only"]] {
        let ended = machine.run(words);
        assert!(ended.status.success());
        assert!(text(&ended.stderr).contains("there is no store in"), "{}", text(&ended.stderr));
        assert!(!machine.data.exists());
    }
    let ended = machine.run(&["recover"]);
    assert_eq!(ended.status.code(), Some(1));
    assert!(text(&ended.stderr).contains("there is no folder"));
    assert!(!machine.data.exists());
}
