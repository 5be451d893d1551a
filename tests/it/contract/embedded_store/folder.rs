//! The folder of an embedded store: whose it is, and what opening does to it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use domain::ports::blobs::{BlobContainer, Blobs as _, ReadBlobs};
use domain::ports::documents::{Change, Container, Documents as _, ReadDocuments};
use embedded::{Embedded, OpenError, SystemClock};
use serde_json::json;

use super::options;

const ORIGIN: &str = "http://127.0.0.1:7072";

fn open(folder: &Path) -> Result<Embedded, OpenError> {
    Embedded::open(options(folder, ORIGIN, Arc::new(SystemClock::default())))
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[tokio::test]
async fn only_its_owner_can_look_into_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).unwrap();
    let store = open(folder.path()).unwrap();
    let body = json!({});
    let change = Change::Put { id: "d".to_owned(), body };
    store.commit(Container::Patients, "p", vec![change]).await.unwrap();
    let bytes = Bytes::from_static(b"x");
    store.put(BlobContainer::Records, "b", "image/jpeg", bytes).await.unwrap();
    assert_eq!(mode(&data), 0o700);
    let mut seen = 0;
    for folder in [&data, &data.join("blobs"), &data.join("outbox")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 8, "{seen}");
}

#[test]
fn a_folder_that_everybody_shares_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o1777)).unwrap();
    let Err(refused) = open(folder.path()) else { panic!("opened") };
    assert!(matches!(refused, OpenError::SharedFolder(_)), "{refused}");
    assert_eq!(mode(&data), 0o1777);
}

#[test]
fn a_folder_of_another_version_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).unwrap());
    let database = folder.path().join("data/store.sqlite");
    // `user_version` stands big-endian at byte 60 (SQLite, "Database File Format").
    let mut bytes = std::fs::read(&database).unwrap();
    bytes[60..64].copy_from_slice(&7_u32.to_be_bytes());
    std::fs::write(&database, &bytes).unwrap();
    let Err(refused) = open(folder.path()) else { panic!("opened") };
    let words = refused.to_string();
    assert!(words.contains("version 7") && words.contains("version 2"), "{words}");
    assert_eq!(std::fs::read(&database).unwrap(), bytes);

    std::fs::write(&database, b"not a database at all, but long enough to be read as one").unwrap();
    assert!(open(folder.path()).is_err());
}

#[test]
fn an_origin_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for origin in ["", "127.0.0.1:7072", "http://127.0.0.1:7072/", "ftp://x", "http://x/?y"] {
        let clock = Arc::new(SystemClock::default());
        let outcome = Embedded::open(options(folder.path(), origin, clock));
        assert!(matches!(outcome, Err(OpenError::StorageOrigin(_))), "{origin}");
    }
}

#[tokio::test]
async fn what_a_killed_process_left_unfinished_is_swept_and_what_is_finished_stays() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    let bytes = Bytes::from_static(b"kept");
    store.put(BlobContainer::Records, "b", "image/jpeg", bytes).await.unwrap();
    let blobs = folder.path().join("data/blobs");
    let outbox = folder.path().join("data/outbox");
    let count = |folder: &Path| std::fs::read_dir(folder).unwrap().count();
    let leave = || {
        std::fs::write(blobs.join(".unfinished-0123"), b"half").unwrap();
        std::fs::write(blobs.join("0123456789abcdef"), b"whole, but never led to").unwrap();
    };
    leave();
    std::fs::write(outbox.join(".unfinished-4567"), b"half a text").unwrap();
    let second = open(folder.path()).unwrap();
    assert_eq!((count(&blobs), count(&outbox)), (2, 0));
    assert_eq!(second.sweep().await.unwrap(), 0);
    assert_eq!(count(&blobs), 2);

    leave();
    assert_eq!(second.move_aside().await.unwrap().moved, 1);
    assert_eq!(count(&blobs), 1);
    let facts = second.head(BlobContainer::Records, "b").await.unwrap().unwrap();
    let read = second.read(BlobContainer::Records, "b", &facts.etag).await.unwrap();
    assert_eq!(read, "kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_takes_nothing_that_another_process_is_writing() {
    let folder = tempfile::tempdir().unwrap();
    let stores = [(); 3].map(|()| open(folder.path()).unwrap());
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8_usize {
        let store = stores[writer % 2].clone();
        writers.spawn(async move {
            for number in 0..25 {
                let name = format!("{writer}-{number}");
                let bytes = Bytes::from(name.repeat(5000));
                store.put(BlobContainer::Records, &name, "image/jpeg", bytes).await.unwrap();
            }
        });
    }
    let mut sweeps = 0;
    while !writers.is_empty() {
        stores[2].move_aside().await.unwrap();
        stores[2].sweep().await.unwrap();
        sweeps += 1;
        while writers.try_join_next().is_some_and(|outcome| outcome.is_ok()) {}
    }
    assert!(sweeps > 1);
    let names = ReadBlobs::list(&stores[2], BlobContainer::Records, "", None, 1000).await.unwrap();
    assert_eq!(names.len(), 200);
    for name in names {
        let facts = stores[2].head(BlobContainer::Records, &name).await.unwrap().unwrap();
        let bytes = stores[2].read(BlobContainer::Records, &name, &facts.etag).await.unwrap();
        assert_eq!(bytes, name.repeat(5000));
    }
}

#[tokio::test]
async fn two_processes_see_each_other_s_writes_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (open(folder.path()).unwrap(), open(folder.path()).unwrap());
    for n in 0..20 {
        let (writer, reader) = if n % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let id = n.to_string();
        let change = Change::Create { id: id.clone(), body: json!({}) };
        writer.commit(Container::Patients, "p", vec![change]).await.unwrap();
        assert!(ReadDocuments::get(reader, Container::Patients, "p", &id).await.unwrap().is_some());
    }
    assert_eq!(one.latest_written_at().await.unwrap(), other.latest_written_at().await.unwrap());
}
