//! What every store of blobs promises.

use std::sync::Arc;

use bytes::Bytes;
use domain::ports::blobs::{BlobContainer, Blobs};
use domain::ports::error::StoreError;

use super::Opened;

macro_rules! blobs_contract {
    ($open:path) => {
        $crate::contract::keeps!(
            $open,
            blobs: a_blob_comes_back_as_it_was_written,
            an_absent_blob_is_none_and_erasing_it_is_fine,
            an_overwritten_blob_is_another_version,
            an_erased_blob_is_gone,
            names_are_listed_in_order,
            odd_names_are_names_like_others,
            containers_do_not_see_each_other,
            a_reader_gets_one_version_whole,
            a_part_is_read_without_the_rest,
            the_largest_picture_comes_back_whole,
        );
    };
}
pub(crate) use blobs_contract;

const RECORDS: BlobContainer = BlobContainer::Records;

async fn put(blobs: &dyn Blobs, name: &str, bytes: &[u8]) {
    blobs.put(RECORDS, name, "image/jpeg", Bytes::copy_from_slice(bytes)).await.unwrap();
}

async fn read(blobs: &dyn Blobs, name: &str) -> Bytes {
    let facts = blobs.head(RECORDS, name).await.unwrap().unwrap();
    blobs.read(RECORDS, name, &facts.etag).await.unwrap()
}

async fn all(blobs: &dyn Blobs) -> Vec<String> {
    blobs.list(RECORDS, "", None, 1000).await.unwrap()
}

pub(crate) async fn a_blob_comes_back_as_it_was_written(opened: &Opened) {
    let blobs = &*opened.blobs;
    let large: Vec<u8> = (0..3_000_001_u32).map(|n| n.to_le_bytes()[0] ^ 0x5a).collect();
    for (name, bytes) in [("empty", &[][..]), ("small", b"\0\xff\r\n"), ("large", &large)] {
        put(blobs, name, bytes).await;
        let facts = blobs.head(RECORDS, name).await.unwrap().unwrap();
        assert_eq!(facts.bytes, bytes.len() as u64);
        assert_eq!(facts.content_type, "image/jpeg");
        assert_eq!(blobs.read(RECORDS, name, &facts.etag).await.unwrap(), bytes);
    }
}

pub(crate) async fn an_absent_blob_is_none_and_erasing_it_is_fine(opened: &Opened) {
    let blobs = &*opened.blobs;
    assert_eq!(blobs.head(RECORDS, "absent").await.unwrap(), None);
    put(blobs, "there", b"bytes").await;
    let etag = blobs.head(RECORDS, "there").await.unwrap().unwrap().etag;
    let outcome = blobs.read(RECORDS, "absent", &etag).await;
    assert!(matches!(outcome, Err(StoreError::Stale { id }) if id == "absent"));
    blobs.erase(RECORDS, "absent").await.unwrap();
}

pub(crate) async fn an_overwritten_blob_is_another_version(opened: &Opened) {
    let blobs = &*opened.blobs;
    put(blobs, "b", b"old").await;
    let old = blobs.head(RECORDS, "b").await.unwrap().unwrap();
    // The same bytes are a new version all the same.
    put(blobs, "b", b"old").await;
    let outcome = blobs.read(RECORDS, "b", &old.etag).await;
    assert!(matches!(outcome, Err(StoreError::Stale { id }) if id == "b"));
    put(blobs, "b", b"new one").await;
    assert_eq!(read(blobs, "b").await, "new one");
    assert_eq!(blobs.head(RECORDS, "b").await.unwrap().unwrap().bytes, 7);
    assert_eq!(all(blobs).await, ["b"]);
}

pub(crate) async fn an_erased_blob_is_gone(opened: &Opened) {
    let blobs = &*opened.blobs;
    put(blobs, "gone", b"bytes").await;
    put(blobs, "kept", b"bytes").await;
    let etag = blobs.head(RECORDS, "gone").await.unwrap().unwrap().etag;
    for _ in 0..2 {
        blobs.erase(RECORDS, "gone").await.unwrap();
        assert_eq!(blobs.head(RECORDS, "gone").await.unwrap(), None);
        assert!(blobs.read(RECORDS, "gone", &etag).await.is_err());
        assert_eq!(all(blobs).await, ["kept"]);
    }
    put(blobs, "gone", b"again").await;
    assert_eq!(read(blobs, "gone").await, "again");
}

pub(crate) async fn names_are_listed_in_order(opened: &Opened) {
    let blobs = &*opened.blobs;
    for name in ["p-2", "p-10", "q", "p-1", "p%", "p-3", "P-1"] {
        put(blobs, name, b"x").await;
    }
    let list = async |prefix: &str, after: Option<&str>, limit| {
        blobs.list(RECORDS, prefix, after, limit).await.unwrap()
    };
    assert_eq!(list("p-", None, 100).await, ["p-1", "p-10", "p-2", "p-3"]);
    assert_eq!(list("p-", None, 2).await, ["p-1", "p-10"]);
    assert_eq!(list("p-", Some("p-10"), 2).await, ["p-2", "p-3"]);
    assert!(list("p-", Some("p-3"), 2).await.is_empty());
    assert_eq!(list("p%", None, 100).await, ["p%"]);
    assert_eq!(list("", None, 100).await, ["P-1", "p%", "p-1", "p-10", "p-2", "p-3", "q"]);
}

pub(crate) async fn odd_names_are_names_like_others(opened: &Opened) {
    let blobs = &*opened.blobs;
    let names = [
        "a b",
        "a%20b",
        "a+b",
        "a/b/c",
        "é-\u{1f600}",
        "'; DROP TABLE blobs; --",
        "x?y=1#z",
        "a&b",
        "a=b",
        "\"q\"",
        "<x>",
    ];
    for name in names {
        put(blobs, name, name.as_bytes()).await;
    }
    for name in names {
        assert_eq!(read(blobs, name).await, name.as_bytes());
    }
    let mut sorted = names.map(str::to_owned);
    sorted.sort();
    assert_eq!(all(blobs).await, sorted);
    for name in names {
        blobs.erase(RECORDS, name).await.unwrap();
    }
    assert!(all(blobs).await.is_empty());
}

pub(crate) async fn containers_do_not_see_each_other(opened: &Opened) {
    let blobs = &*opened.blobs;
    put(blobs, "same", b"in records").await;
    let incoming = BlobContainer::Incoming;
    assert_eq!(blobs.head(incoming, "same").await.unwrap(), None);
    blobs.put(incoming, "same", "image/png", Bytes::from_static(b"in incoming")).await.unwrap();
    blobs.erase(incoming, "same").await.unwrap();
    assert_eq!(read(blobs, "same").await, "in records");
}

pub(crate) async fn a_reader_gets_one_version_whole(opened: &Opened) {
    put(&*opened.blobs, "b", &vec![0; 100_000]).await;
    let writer = {
        let blobs = Arc::clone(&opened.blobs);
        tokio::spawn(async move {
            for version in 1..=40_u8 {
                put(&*blobs, "b", &vec![version; 100_000 + usize::from(version)]).await;
            }
        })
    };
    let mut whole = 0;
    while !writer.is_finished() || whole == 0 {
        let facts = opened.blobs.head(RECORDS, "b").await.unwrap().unwrap();
        match opened.blobs.read(RECORDS, "b", &facts.etag).await {
            Ok(bytes) => {
                assert_eq!(bytes.len() as u64, facts.bytes);
                assert!(bytes.iter().all(|byte| *byte == bytes[0]));
                assert_eq!(bytes.len(), 100_000 + usize::from(bytes[0]));
                whole += 1;
            }
            Err(error) => assert!(error.is_race(), "{error}"),
        }
    }
    writer.await.unwrap();
}

pub(crate) async fn a_part_is_read_without_the_rest(opened: &Opened) {
    let blobs = &*opened.blobs;
    put(blobs, "b", b"0123456789").await;
    let etag = blobs.head(RECORDS, "b").await.unwrap().unwrap().etag;
    for (part, wanted) in
        [(0..4, "0123"), (3..7, "3456"), (8..40, "89"), (9..10, "9"), (4..4, ""), (10..12, "")]
    {
        assert_eq!(blobs.read_part(RECORDS, "b", &etag, part.clone()).await.unwrap(), wanted);
    }
    put(blobs, "b", b"other").await;
    for part in [0..4, 10..12] {
        let outcome = blobs.read_part(RECORDS, "b", &etag, part).await;
        assert!(matches!(outcome, Err(StoreError::Stale { id }) if id == "b"));
    }
    let outcome = blobs.read_part(RECORDS, "absent", &etag, 0..4).await;
    assert!(matches!(outcome, Err(StoreError::Stale { .. })));
}

pub(crate) async fn the_largest_picture_comes_back_whole(opened: &Opened) {
    let blobs = &*opened.blobs;
    let largest: Vec<u8> = (0..26_214_400_u32).map(|n| n.to_le_bytes()[1] ^ 0x5a).collect();
    put(blobs, "largest", &largest).await;
    assert!(read(blobs, "largest").await == largest);
    let etag = blobs.head(RECORDS, "largest").await.unwrap().unwrap().etag;
    let part = blobs.read_part(RECORDS, "largest", &etag, 4_000_000..13_000_000).await.unwrap();
    assert!(part == largest[4_000_000..13_000_000]);
}
