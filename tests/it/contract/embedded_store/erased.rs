//! Erased means gone: after the night, not a byte of it stands in any file of the folder.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use domain::deployment::Deployment;
use domain::mobile::Mobile;
use domain::person_name::PersonName;
use domain::ports::blobs::{BlobContainer, Blobs as _, ReadBlobs, SignUrls as _};
use domain::ports::clock::Clock as _;
use domain::ports::documents::{
    Change, Container, Documents as _, Query, ReadDocuments as _, Stored, list_all,
};
use domain::ports::queues::Queue;
use domain::ports::sms::{OutgoingText, Sms};
use domain::upload_state::LARGEST;
use embedded::Embedded;
use jiff::SignedDuration;
use serde_json::json;

use super::super::wire::{element, send, signed};
use super::{open, served};

const SECRET: &str = "Zqxjk-Wvbyfg-Quuxly";

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// The files under `folder` that hold `text`, as it is or in base64 at any of its three shifts.
fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    use base64::Engine as _;
    let mut needles = vec![text.as_bytes().to_vec()];
    for shift in 0..3 {
        let padded = [&b"\0\0\0"[..shift], text.as_bytes()].concat();
        let code = base64::engine::general_purpose::STANDARD_NO_PAD.encode(padded);
        // Without the first and last characters, which depend on their neighbours.
        needles.push(code.as_bytes()[4..code.len() - 4].to_vec());
    }
    let holds = |path: &PathBuf| {
        let bytes = std::fs::read(path).unwrap();
        needles
            .iter()
            .any(|needle| bytes.windows(needle.len()).any(|window| window == needle.as_slice()))
    };
    files(folder).into_iter().filter(holds).collect()
}

/// A whole night in which everything is decided.
async fn night(store: &Embedded) {
    store.begin_night().await.unwrap();
    store.all_is_sent().await.unwrap();
    assert!(store.end_night().await.unwrap(), "something was erased");
}

async fn erase_one(store: &Embedded) {
    let put = Change::Put { id: "one".to_owned(), body: json!({}) };
    store.commit(Container::Patients, "one", vec![put]).await.unwrap();
    erase_partition(store, Container::Patients, "one").await;
}

async fn erase_partition(store: &Embedded, container: Container, partition: &str) {
    let all = list_all(store, container, partition, Query::prefix("")).await.unwrap();
    for stored in all.chunks(100) {
        let batch = stored.iter().map(Change::delete).collect();
        store.commit(container, partition, batch).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_night_not_a_byte_is_left() {
    let served = served().await;
    let (store, data) = (&served.store, served.folder.path().join("data"));
    let body = json!({"familyName": SECRET, "note": SECRET.repeat(200)});
    for partition in 0..30 {
        let batch = (0..20).map(|n| Change::Put { id: format!("n-{n:02}"), body: body.clone() });
        let partition = format!("p-{partition}");
        store.commit(Container::Patients, &partition, batch.collect()).await.unwrap();
    }
    // Searched for, so that it stands in an index, too.
    let query = Query::prefix("").with("familyName", SECRET);
    let found = list_all(store, Container::Patients, "p-0", query).await.unwrap();
    assert_eq!(found.len(), 20);
    let until = served.clock.now() + SignedDuration::from_mins(5);
    let upload = store.sign_upload("b", "image/jpeg", LARGEST, until).await.unwrap();
    let put = [("x-ms-blob-type", "BlockBlob")];
    for _ in 0..2 {
        assert_eq!(send("PUT", &upload.url, &put, SECRET.as_bytes()).await.status, 201);
    }
    // A block that nobody commits.
    let block = format!("{}&comp=block&blockid=YWE%3D", upload.url);
    assert_eq!(send("PUT", &block, &[], SECRET.as_bytes()).await.status, 201);
    store
        .put(BlobContainer::Records, "r", "image/jpeg", Bytes::from_static(SECRET.as_bytes()))
        .await
        .unwrap();
    let text = OutgoingText {
        reference: "t-1".to_owned(),
        first_name: PersonName::parse("Zqxjk").ok(),
        mobile: Mobile::parse("07700 900123", Deployment::Trial).unwrap(),
        link: format!("http://127.0.0.1:7071/r#{SECRET}"),
    };
    Sms::send(store, &text).await.unwrap();
    assert!(holding(&data, SECRET).len() >= 4, "{:?}", holding(&data, SECRET));

    for partition in 0..30 {
        erase_partition(store, Container::Patients, &format!("p-{partition}")).await;
    }
    store.erase(BlobContainer::Incoming, "b").await.unwrap();
    store.erase(BlobContainer::Records, "r").await.unwrap();
    store.forget("t-1").await.unwrap();
    night(store).await;

    assert_eq!(holding(&data, SECRET), Vec::<PathBuf>::new());
    assert_eq!(holding(&data, "+447700900123"), Vec::<PathBuf>::new());
    assert_eq!(files(&data.join("blobs")), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn until_the_night_settles_the_erased_can_be_read_through_no_port() {
    let served = served().await;
    let (store, clock) = (&served.store, served.clock.clone());
    let body = json!({"familyName": SECRET});
    let put = Change::Put { id: "patient".to_owned(), body };
    store.commit(Container::Patients, "p", vec![put]).await.unwrap();
    let bytes = Bytes::from_static(SECRET.as_bytes());
    for (container, name) in [(BlobContainer::Records, "p/r"), (BlobContainer::Incoming, "p/i")] {
        store.put(container, name, "image/jpeg", bytes.clone()).await.unwrap();
    }
    let etag = store.head(BlobContainer::Records, "p/r").await.unwrap().unwrap().etag;
    let until = served.clock.now() + SignedDuration::from_mins(5);
    let view = store.sign_read("p/r", "image/jpeg", until, None).await.unwrap();
    assert_eq!(send("GET", &view, &[], b"").await.status, 200);

    erase_partition(store, Container::Patients, "p").await;
    store.erase(BlobContainer::Records, "p/r").await.unwrap();
    store.erase(BlobContainer::Incoming, "p/i").await.unwrap();

    assert!(!store.end_night().await.unwrap(), "by day nothing is settled");
    let other =
        Embedded::open(super::options(served.folder.path(), &served.origin, clock)).unwrap();
    for store in [store, &other] {
        assert_eq!(store.get(Container::Patients, "p", "patient").await.unwrap(), None);
        for query in [Query::prefix(""), Query::prefix("").with("familyName", SECRET)] {
            let found = list_all(store, Container::Patients, "p", query).await.unwrap();
            assert!(found.is_empty());
        }
        for (container, name) in [(BlobContainer::Records, "p/r"), (BlobContainer::Incoming, "p/i")]
        {
            assert_eq!(store.head(container, name).await.unwrap(), None);
            assert!(store.read(container, name, &etag).await.is_err());
            assert!(ReadBlobs::list(store, container, "p/", None, 10).await.unwrap().is_empty());
        }
    }
    assert_eq!(send("GET", &view, &[], b"").await.status, 404);
    // Its bytes lie in files of their own, which go at once.
    assert_eq!(files(&served.folder.path().join("data/blobs")), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_message_is_gone_too() {
    let opened = open().await;
    let store = &opened.queues;
    for n in 0..200 {
        let message = json!({"patient": format!("{SECRET}-{n}")});
        store.send(Queue::Erasures, &message, Duration::ZERO).await.unwrap();
    }
    loop {
        let path = "/erasures/messages?numofmessages=32";
        let body = signed(&opened, "GET", path, "").await.text();
        let messages: Vec<_> = body.split("<QueueMessage>").skip(1).collect();
        for message in &messages {
            let id = element(message, "MessageId").unwrap();
            let receipt = element(message, "PopReceipt").unwrap();
            let receipt = receipt.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
            let path = format!("/erasures/messages/{id}?popreceipt={receipt}");
            assert_eq!(signed(&opened, "DELETE", &path, "").await.status, 204);
        }
        if messages.is_empty() {
            break;
        }
    }
    let served = opened.kept.downcast_ref::<super::Served>().unwrap();
    erase_one(&served.store).await;
    night(&served.store).await;
    assert_eq!(holding(&served.folder.path().join("data"), SECRET), Vec::<PathBuf>::new());
}

/// `secure_delete` alone leaves copies in the gaps of pages whose cells moved to a neighbour; a
/// steady to and fro of rows of many sizes makes some.
#[tokio::test(flavor = "multi_thread")]
async fn the_gaps_between_rows_are_empty_too() {
    let served = served().await;
    let store = &served.store;
    let (mut seed, mut written) = (7_u64, 0_u32);
    let mut random = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below
    };
    let mut live: Vec<(Stored, String)> = Vec::new();
    for _ in 0..150 {
        let (mut batch, mut next) = (Vec::new(), Vec::new());
        while batch.len() < 100 {
            let size = [3, 20, 80, 300][usize::try_from(random(4)).unwrap()];
            let mark = format!("ZQ{written:06}QZ");
            let body = json!({"mark": mark, "filler": "y".repeat(size)});
            written += 1;
            if live.len() + next.len() < 1000 || random(2) == 0 {
                let id = format!("{:08}", random(1 << 26));
                batch.push(Change::Put { id: id.clone(), body: body.clone() });
                next.push((Some((id, body)), mark));
            } else if !live.is_empty() {
                let place = usize::try_from(random(live.len() as u64)).unwrap();
                let (stored, _) = live.swap_remove(place);
                if random(2) == 0 {
                    batch.push(Change::delete(&stored));
                    next.push((None, mark));
                } else {
                    let (id, etag) = (stored.id, stored.etag);
                    batch.push(Change::Replace { id: id.clone(), etag, body: body.clone() });
                    next.push((Some((id, body)), mark));
                }
            }
        }
        let etags = store.commit(Container::Patients, "p", batch).await.unwrap();
        for ((kept, mark), etag) in next.into_iter().zip(etags) {
            if let Some((id, body)) = kept {
                live.retain(|(stored, _)| stored.id != id);
                live.push((Stored { id, etag, body }, mark));
            }
        }
    }
    night(store).await;

    let database = std::fs::read(served.folder.path().join("data/store.sqlite")).unwrap();
    let text = String::from_utf8_lossy(&database);
    let found: BTreeSet<_> =
        text.match_indices("ZQ").filter_map(|(at, _)| text.get(at..at + 10)).collect();
    let expected: BTreeSet<_> = live.iter().map(|(_, mark)| mark.as_str()).collect();
    assert_eq!(found, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_settles_while_others_work() {
    let served = served().await;
    let (store, clock) = (&served.store, served.clock.clone());
    let other =
        Embedded::open(super::options(served.folder.path(), &served.origin, clock)).unwrap();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let busy = tokio::spawn(async move {
        let mut n = 0;
        while !*stopped.borrow() {
            let change = Change::Put { id: format!("{n:06}"), body: json!({"n": n}) };
            other.commit(Container::Patients, "p", vec![change]).await.unwrap();
            list_all(&other, Container::Patients, "p", Query::prefix("")).await.unwrap();
            n += 1;
        }
        n
    });
    for _ in 0..5 {
        erase_one(store).await;
        night(store).await;
    }
    stop.send(true).unwrap();
    let written = busy.await.unwrap();
    let all = list_all(store, Container::Patients, "p", Query::prefix("")).await.unwrap();
    assert_eq!(all.len(), written);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abandoned_block_goes_after_a_week() {
    let served = served().await;
    let until = served.clock.now() + SignedDuration::from_mins(5);
    let upload = served.store.sign_upload("b", "image/jpeg", LARGEST, until).await.unwrap();
    let block = format!("{}&comp=block&blockid=YWE%3D", upload.url);
    assert_eq!(send("PUT", &block, &[], SECRET.as_bytes()).await.status, 201);
    let data = served.folder.path().join("data");
    served.clock.set("2026-11-29T09:00:00Z");
    assert_eq!(served.store.sweep().await.unwrap(), 0);
    assert_eq!(holding(&data, SECRET).len(), 1);
    served.clock.set("2026-11-29T09:00:01Z");
    assert_eq!(served.store.sweep().await.unwrap(), 1);
    assert!(holding(&data, SECRET).is_empty());
}
