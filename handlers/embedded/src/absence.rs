//! Data without its database, without its keys, with an older database or a damaged one: nothing
//! is deleted, the words say what to do, and recovered, everything is there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use domain::ports::blobs::{BlobContainer, Blobs as _, ReadBlobs as _};
use domain::ports::documents::{Change, Container, Documents as _, ReadDocuments as _};
use domain::ports::keys::Keys as _;
use serde_json::json;

use crate::store::testing::{opened, opened_at, options, reopened};
use crate::{
    Embedded, EmbeddedReader, FilesAside, OpenError, RecoverRefused, SystemClock, Way, condition,
    recover,
};

/// Every file by its path, without locks and the index of the log.
fn all_files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(all_files(&path));
        } else if !["lock", "sqlite-shm"].iter().any(|end| path.to_string_lossy().ends_with(end)) {
            all.insert(path.clone(), std::fs::read(path).unwrap());
        }
    }
    all
}

async fn write(store: &Embedded, id: &str) {
    let change = Change::Put { id: id.to_owned(), body: json!({ "written": id }) };
    store.commit(Container::Patients, "p", vec![change]).await.unwrap();
    let picture = Bytes::from(id.repeat(2000));
    store.put(BlobContainer::Records, id, "image/jpeg", picture).await.unwrap();
}

async fn is_whole(store: &Embedded, id: &str) -> bool {
    let document = store.get(Container::Patients, "p", id).await.unwrap().is_some();
    let Some(facts) = store.head(BlobContainer::Records, id).await.unwrap() else { return false };
    let picture = store.read(BlobContainer::Records, id, &facts.etag).await;
    document && picture.is_ok_and(|bytes| bytes == id.repeat(2000))
}

/// A folder with a copy of its database of last week, and one of today.
struct Hospital {
    folder: tempfile::TempDir,
    last_week: Vec<u8>,
    today: Vec<u8>,
}

impl Hospital {
    async fn with_copies() -> Self {
        let (folder, store) = opened();
        write(&store, "old").await;
        store.number_key("riverside").await.unwrap();
        drop(store);
        let database = folder.path().join("data/store.sqlite");
        let last_week = std::fs::read(&database).unwrap();
        let store = reopened(&folder);
        write(&store, "new").await;
        drop(store);
        let today = std::fs::read(&database).unwrap();
        Self { folder, last_week, today }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("data").join(name)
    }

    fn put_database(&self, bytes: &[u8]) {
        std::fs::write(self.path("store.sqlite"), bytes).unwrap();
    }

    fn options(&self) -> crate::EmbeddedOptions {
        options(self.folder.path(), Arc::new(SystemClock::default()))
    }

    /// Refused by whoever opens it, to work or to look, and nothing is changed.
    fn refused(&self) -> String {
        let before = all_files(self.folder.path());
        let Err(refused) = Embedded::open(self.options()) else { panic!("opened") };
        let options = self.options();
        let Err(looked) = EmbeddedReader::open(options.dir, options.outbox_dir) else {
            panic!("looked at")
        };
        assert_eq!(refused.to_string(), looked.to_string());
        assert_eq!(all_files(self.folder.path()), before, "{refused}");
        refused.to_string()
    }

    fn condition(&self) -> String {
        let before = all_files(self.folder.path());
        let words = condition(&self.options()).unwrap().to_string();
        assert_eq!(all_files(self.folder.path()), before, "{words}");
        words
    }
}

#[tokio::test]
async fn a_lost_or_emptied_database_deletes_nothing_and_is_put_back() {
    let mut hospital = Hospital::with_copies().await;
    for emptied in [false, true] {
        hospital.today = std::fs::read(hospital.path("store.sqlite")).unwrap();
        if emptied {
            hospital.put_database(b"");
        } else {
            std::fs::remove_file(hospital.path("store.sqlite")).unwrap();
        }
        let words = hospital.refused();
        for said in ["gone or empty", "2 files in blobs", "keys.json", "handlers recover"] {
            assert!(words.contains(said), "{said}: {words}");
        }
        let words = hospital.condition();
        assert!(words.contains("put the newest copy there"), "{words}");
        for way in [Way::TakeOlder, Way::NewKeys, Way::PutBack] {
            let outcome = recover(&hospital.options(), way);
            assert!(matches!(outcome, Err(RecoverRefused::NotNeeded(_))), "{outcome:?}");
        }
        hospital.put_database(&hospital.today);
        let words = hospital.condition();
        assert!(words.contains("Nothing keeps this folder"), "{words}");
        let store = reopened(&hospital.folder);
        assert!(is_whole(&store, "old").await && is_whole(&store, "new").await);
    }
}

#[tokio::test]
async fn a_lost_database_is_seen_by_whatever_is_left() {
    let hospital = Hospital::with_copies().await;
    let aside = hospital.path("aside/2026-11-30");
    std::fs::create_dir_all(&aside).unwrap();
    std::fs::write(aside.join("0123456789abcdef"), b"whose?").unwrap();
    std::fs::write(hospital.path("store.sqlite-wal"), b"of a killed process").unwrap();
    let everything = all_files(hospital.folder.path());
    for kept in ["keys.json", "storage.key", "newest-count", "blobs", "aside", "store.sqlite-wal"] {
        std::fs::remove_dir_all(hospital.path("")).unwrap();
        for (path, bytes) in &everything {
            if path.starts_with(hospital.path(kept)) {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, bytes).unwrap();
            }
        }
        assert!(hospital.refused().contains("gone or empty"), "{kept}");
    }
}

#[tokio::test]
async fn last_week_s_database_is_refused_with_and_without_a_newer_log() {
    let hospital = Hospital::with_copies().await;
    hospital.put_database(&hospital.last_week);
    let words = hospital.refused();
    assert!(words.contains("older") && words.contains("--take-older"), "{words}");

    // The log of today's database, as a killed process leaves it beside.
    hospital.put_database(&hospital.today);
    let store = reopened(&hospital.folder);
    write(&store, "newest").await;
    let log = std::fs::read(hospital.path("store.sqlite-wal")).unwrap();
    let whole = std::fs::read(hospital.path("store.sqlite")).unwrap();
    drop(store);
    assert!(!log.is_empty());
    std::fs::write(hospital.path("store.sqlite-wal"), &log).unwrap();
    hospital.put_database(&hospital.last_week);
    assert!(hospital.refused().contains("older"));

    hospital.put_database(&whole);
    let store = reopened(&hospital.folder);
    for id in ["old", "new", "newest"] {
        assert!(is_whole(&store, id).await, "{id}");
    }
}

#[tokio::test]
async fn an_older_database_is_taken_when_named_and_what_it_does_not_know_can_come_back() {
    let hospital = Hospital::with_copies().await;
    hospital.put_database(&hospital.last_week);
    let words = hospital.condition();
    assert!(words.contains("recover --take-older") && words.contains("Lost is"), "{words}");
    recover(&hospital.options(), Way::TakeOlder).unwrap();
    let taken = std::fs::read(hospital.path("store.sqlite")).unwrap();
    hospital.put_database(&hospital.today);
    assert!(
        hospital.refused().contains("older"),
        "it was given up before anybody opened the other"
    );
    hospital.put_database(&taken);
    let store = reopened(&hospital.folder);
    assert!(is_whole(&store, "old").await);
    let expected = FilesAside { moved: 1, waiting: 1, ..FilesAside::default() };
    assert_eq!(store.move_aside().await.unwrap(), expected);
    drop(store);

    // The newer one was found after all. By now it is the one that is behind.
    hospital.put_database(&hospital.today);
    assert!(hospital.refused().contains("older"));
    recover(&hospital.options(), Way::TakeOlder).unwrap();
    let store = reopened(&hospital.folder);
    assert_eq!(store.move_aside().await.unwrap().wanted, 1);
    let outcome = recover(&hospital.options(), Way::PutBack);
    assert!(matches!(outcome, Err(RecoverRefused::InUse(_))), "{outcome:?}");
    drop(store);
    assert!(hospital.condition().contains("recover --put-back"));
    recover(&hospital.options(), Way::PutBack).unwrap();
    let store = reopened(&hospital.folder);
    assert!(is_whole(&store, "old").await && is_whole(&store, "new").await);
    assert_eq!(store.move_aside().await.unwrap(), FilesAside::default());
}

#[tokio::test]
async fn a_log_beside_an_older_database_is_kept_and_not_read_into_it() {
    let hospital = Hospital::with_copies().await;
    let store = reopened(&hospital.folder);
    write(&store, "newest").await;
    let log = std::fs::read(hospital.path("store.sqlite-wal")).unwrap();
    drop(store);
    hospital.put_database(&hospital.last_week);
    std::fs::write(hospital.path("store.sqlite-wal"), &log).unwrap();
    recover(&hospital.options(), Way::TakeOlder).unwrap();
    let kept = all_files(&hospital.path("aside"));
    assert!(kept.values().any(|bytes| *bytes == log), "the log is kept");
    let store = reopened(&hospital.folder);
    assert!(is_whole(&store, "old").await && !is_whole(&store, "newest").await);
    assert_eq!(store.quick_check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn lost_and_exchanged_keys_are_refused_and_none_is_made() {
    let hospital = Hospital::with_copies().await;
    let right = std::fs::read(hospital.path("keys.json")).unwrap();
    let (elsewhere, other) = opened();
    other.number_key("riverside").await.unwrap();
    let wrong = std::fs::read(elsewhere.path().join("data/keys.json")).unwrap();
    for bytes in [None, Some(&b"{\"half"[..]), Some(&wrong)] {
        match bytes {
            None => std::fs::remove_file(hospital.path("keys.json")).unwrap(),
            Some(bytes) => std::fs::write(hospital.path("keys.json"), bytes).unwrap(),
        }
        let words = hospital.refused();
        assert!(words.contains("link 1, number riverside, url"), "{words}");
        assert!(words.contains("--new-keys"), "{words}");
    }
    std::fs::write(hospital.path("keys.json"), &right).unwrap();
    let storage_key = std::fs::read(hospital.path("storage.key")).unwrap();
    std::fs::remove_file(hospital.path("storage.key")).unwrap();
    assert!(hospital.refused().contains(": storage."));
    std::fs::write(hospital.path("storage.key"), storage_key).unwrap();
    let store = reopened(&hospital.folder);
    assert!(is_whole(&store, "new").await);
}

#[tokio::test]
async fn new_keys_are_made_when_named_and_the_old_file_is_kept() {
    let hospital = Hospital::with_copies().await;
    let outcome = recover(&hospital.options(), Way::NewKeys);
    assert!(matches!(outcome, Err(RecoverRefused::NotNeeded(_))), "{outcome:?}");
    std::fs::write(hospital.path("keys.json"), b"{\"half").unwrap();
    let words = hospital.condition();
    assert!(words.contains("recover --new-keys") && words.contains("are dead"), "{words}");
    recover(&hospital.options(), Way::NewKeys).unwrap();
    assert!(all_files(&hospital.path("aside")).values().any(|bytes| bytes == b"{\"half"));
    let store = reopened(&hospital.folder);
    assert!(is_whole(&store, "old").await && is_whole(&store, "new").await);
    assert_eq!(store.current_link_key().await.unwrap().0, 2, "no old link is taken for a new one");
    assert_eq!(store.link_key(1).await.unwrap(), None);
    store.number_key("riverside").await.unwrap();
    drop(store);
    drop(reopened(&hospital.folder));
}

#[tokio::test]
async fn a_damaged_page_is_found_and_the_rest_is_served() {
    let (folder, store) = opened();
    for n in 0..40 {
        write(&store, &format!("{n:03}")).await;
    }
    assert_eq!(store.quick_check().await.unwrap(), Vec::<String>::new());
    drop(store);
    let database = folder.path().join("data/store.sqlite");
    let whole = std::fs::read(&database).unwrap();
    let page = 4096;
    let root: usize = {
        let connection = rusqlite::Connection::open(&database).unwrap();
        let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'messages'";
        connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap().try_into().unwrap()
    };
    // A page that is none, and a count of free pages: the check fails at the one and lists the other.
    for damaged in [(root - 1) * page..root * page, 36..40] {
        let mut bytes = whole.clone();
        bytes[damaged.clone()].fill(0x5a);
        std::fs::write(&database, &bytes).unwrap();
        let store = reopened(&folder);
        assert!(!store.quick_check().await.unwrap().is_empty(), "{damaged:?}");
        assert!(is_whole(&store, "007").await);
        drop(store);
        // The count beside the database rose with each opening.
        std::fs::remove_file(folder.path().join("data/newest-count")).unwrap();
    }
}

#[tokio::test]
async fn a_file_that_no_row_leads_to_lies_aside_for_thirty_days() {
    let (folder, store, clock) = opened_at("2026-11-30T02:00:00Z");
    let file = folder.path().join("data/blobs/0123456789abcdef");
    std::fs::write(&file, b"whole, and nobody's").unwrap();
    let moved = FilesAside { moved: 1, waiting: 1, ..FilesAside::default() };
    assert_eq!(store.move_aside().await.unwrap(), moved);
    let waiting = FilesAside { waiting: 1, ..FilesAside::default() };
    clock.set("2026-12-30T02:00:00Z");
    assert_eq!(store.move_aside().await.unwrap(), waiting);
    clock.set("2026-12-31T02:00:00Z");
    let gone = FilesAside { gone: 1, ..FilesAside::default() };
    assert_eq!(store.move_aside().await.unwrap(), gone);
}

#[tokio::test]
async fn what_an_erasure_names_goes_at_once_wherever_it_lies() {
    let (folder, store) = opened();
    write(&store, "aside").await;
    write(&store, "killed").await;
    let data = folder.path().join("data");
    let connection = rusqlite::Connection::open(data.join("store.sqlite")).unwrap();
    let file_of = |name: &str| -> String {
        connection
            .query_row("SELECT file FROM blobs WHERE name = ?1", [name], |row| row.get(0))
            .unwrap()
    };
    let (aside, killed) = (file_of("aside"), file_of("killed"));
    std::fs::create_dir_all(data.join("aside/2026-11-30")).unwrap();
    std::fs::rename(data.join("blobs").join(&aside), data.join("aside/2026-11-30").join(&aside))
        .unwrap();
    store.erase(BlobContainer::Records, "aside").await.unwrap();
    assert!(all_files(&data.join("aside")).is_empty());

    // Doomed by a commit, and killed before the file was gone.
    let doom = "INSERT INTO doomed_files SELECT file, container, name FROM blobs";
    connection.execute_batch(&format!("{doom}; DELETE FROM blobs")).unwrap();
    drop(connection);
    assert_eq!(store.move_aside().await.unwrap(), FilesAside::default());
    assert!(data.join("blobs").join(&killed).exists());
    drop(store);
    drop(reopened(&folder));
    assert!(all_files(&data.join("blobs")).is_empty());
}

#[tokio::test]
async fn looking_makes_and_changes_nothing() {
    let place = tempfile::tempdir().unwrap();
    let nowhere = place.path().join("nowhere");
    let reader = EmbeddedReader::open(nowhere.clone(), nowhere.join("outbox")).unwrap();
    assert!(!reader.is_there() && !nowhere.exists());
    assert_eq!(reader.get(Container::Patients, "p", "new").await.unwrap(), None);
    let condition = condition(&options(&nowhere, Arc::new(SystemClock::default())));
    assert!(matches!(condition, Err(RecoverRefused::NotThere(_))));
    assert!(!nowhere.exists());

    let everything = |folder: &Path| -> BTreeMap<PathBuf, (u64, std::time::SystemTime)> {
        let data = std::fs::read_dir(folder.join("data")).unwrap();
        let facts = data.map(|entry| {
            let entry = entry.unwrap();
            let facts = entry.metadata().unwrap();
            (entry.path(), (facts.len(), facts.modified().unwrap()))
        });
        facts.collect()
    };
    // Stopped in order; killed with a log; at work.
    let hospital = Hospital::with_copies().await;
    let store = reopened(&hospital.folder);
    write(&store, "in the log").await;
    let killed = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(killed.path().join("data/blobs")).unwrap();
    for (path, bytes) in all_files(hospital.folder.path()) {
        std::fs::write(
            killed.path().join(path.strip_prefix(hospital.folder.path()).unwrap()),
            bytes,
        )
        .unwrap();
    }
    std::fs::copy(hospital.path("store.sqlite-shm"), killed.path().join("data/store.sqlite-shm"))
        .unwrap();
    let index = killed.path().join("data/store.sqlite-shm");
    for (folder, has_index) in
        [(hospital.folder.path(), true), (killed.path(), true), (killed.path(), false)]
    {
        if !has_index {
            std::fs::remove_file(&index).unwrap();
        }
        let before = everything(folder);
        let options = options(folder, Arc::new(SystemClock::default()));
        let reader = EmbeddedReader::open(options.dir, options.outbox_dir)
            .unwrap_or_else(|refused| panic!("has an index: {has_index}: {refused}"));
        let found = reader.get(Container::Patients, "p", "in the log").await.unwrap();
        assert!(found.is_some(), "{has_index}");
        drop(reader);
        assert_eq!(everything(folder), before);
    }
    drop(store);
    let before = everything(hospital.folder.path());
    let options = hospital.options();
    let reader = EmbeddedReader::open(options.dir, options.outbox_dir).unwrap();
    assert!(reader.get(Container::Patients, "p", "new").await.unwrap().is_some());
    drop(reader);
    assert_eq!(everything(hospital.folder.path()), before);
}

#[tokio::test]
async fn data_of_the_version_before_opens_and_is_counted_from_then_on() {
    let hospital = Hospital::with_copies().await;
    let connection = rusqlite::Connection::open(hospital.path("store.sqlite")).unwrap();
    connection.execute_batch("DROP TABLE known_keys; PRAGMA user_version = 1").unwrap();
    drop(connection);
    std::fs::remove_file(hospital.path("newest-count")).unwrap();
    let before = std::fs::read(hospital.path("store.sqlite")).unwrap();
    let keys = std::fs::read(hospital.path("keys.json")).unwrap();
    std::fs::remove_file(hospital.path("keys.json")).unwrap();
    let Err(OpenError::LostKeys { .. }) = Embedded::open(hospital.options()) else {
        panic!("keys were made anew")
    };
    std::fs::write(hospital.path("keys.json"), keys).unwrap();
    let store = reopened(&hospital.folder);
    assert!(is_whole(&store, "old").await && is_whole(&store, "new").await);
    drop(store);
    hospital.put_database(&before);
    assert!(hospital.refused().contains("older"));
}

#[tokio::test]
async fn the_count_rises_while_somebody_writes_and_when_a_night_is_settled() {
    let (folder, store, clock) = opened_at("2026-11-30T09:00:00Z");
    let said = || std::fs::read_to_string(folder.path().join("data/newest-count")).unwrap();
    assert_eq!(said(), "1\n");
    write(&store, "a").await;
    assert_eq!(said(), "1\n");
    clock.set("2026-11-30T09:15:00Z");
    write(&store, "b").await;
    assert_eq!(said(), "2\n");
    write(&store, "c").await;
    assert_eq!(said(), "2\n");
    store.erase(BlobContainer::Records, "c").await.unwrap();
    store.begin_night().await.unwrap();
    store.all_is_sent().await.unwrap();
    assert!(store.end_night().await.unwrap());
    assert_eq!(said(), "3\n");
}

#[tokio::test]
async fn a_count_that_is_no_number_is_refused_until_somebody_says_that_it_is_the_newest() {
    let hospital = Hospital::with_copies().await;
    std::fs::write(hospital.path("newest-count"), b"?").unwrap();
    assert!(hospital.refused().contains("holds no number"));
    recover(&hospital.options(), Way::TakeOlder).unwrap();
    let store = reopened(&hospital.folder);
    assert!(is_whole(&store, "old").await && is_whole(&store, "new").await);
}

#[test]
fn a_process_that_was_killed_while_it_laid_out_a_folder_refuses_nobody() {
    let whole = tempfile::tempdir().unwrap();
    drop(reopened(&whole));
    let made = all_files(whole.path());
    // What is made, in its order: the database, the keys, the count.
    let order = ["store.sqlite", "keys.json", "storage.key"];
    for count in 0..=order.len() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("data/blobs")).unwrap();
        for name in order.iter().take(count) {
            let bytes = &made[&whole.path().join("data").join(name)];
            std::fs::write(folder.path().join("data").join(name), bytes).unwrap();
        }
        if count > 0 {
            let connection =
                rusqlite::Connection::open(folder.path().join("data/store.sqlite")).unwrap();
            connection.execute_batch("DELETE FROM known_keys; PRAGMA user_version = 2").unwrap();
        }
        drop(reopened(&folder));
        drop(reopened(&folder));
    }
}
