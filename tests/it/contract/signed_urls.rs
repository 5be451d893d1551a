//! What every signed URL promises: one blob, some operations, until a moment (R50).

use bytes::Bytes;
use domain::ports::blobs::{BlobContainer, SignedUpload};
use domain::ports::clock::Clock as _;
use domain::upload_state::LARGEST;
use jiff::SignedDuration;

use super::wire::{Reply, element, send};
use super::{Opened, Server};

macro_rules! signed_urls_contract {
    ($open:path) => {
        $crate::contract::keeps!(
            $open,
            signed_urls: an_upload_creates_and_overwrites_one_blob,
            an_upload_opens_nothing_else,
            a_write_keeps_its_conditions,
            a_blob_is_made_of_blocks,
            a_block_list_of_unknown_blocks_makes_nothing,
            blocks_that_nobody_committed_are_listed_and_erased,
            a_read_url_gives_the_bytes_as_it_says,
            a_read_keeps_its_conditions_and_ranges,
            a_read_url_opens_nothing_else,
            a_signature_that_has_ended_opens_nothing,
            a_changed_url_opens_nothing,
            odd_names_travel_in_urls,
        );
    };
}
pub(crate) use signed_urls_contract;

macro_rules! signed_urls_on_a_set_clock_contract {
    ($open:path) => {
        $crate::contract::keeps!(
            $open,
            signed_urls_on_a_set_clock of signed_urls: a_signature_ends_at_its_moment,
        );
    };
}
pub(crate) use signed_urls_on_a_set_clock_contract;

const INCOMING: BlobContainer = BlobContainer::Incoming;
const RECORDS: BlobContainer = BlobContainer::Records;

async fn upload(opened: &Opened, name: &str) -> SignedUpload {
    let until = opened.clock.now() + SignedDuration::from_mins(15);
    opened.urls.sign_upload(name, "image/jpeg", LARGEST, until).await.unwrap()
}

async fn read_url(opened: &Opened, name: &str) -> String {
    let until = opened.clock.now() + SignedDuration::from_mins(5);
    opened.urls.sign_read(name, "image/jpeg", until).await.unwrap()
}

/// PUTs as the page does: with the headers it was given.
async fn put(upload: &SignedUpload, more: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut headers: Vec<_> =
        upload.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    headers.extend(more);
    send("PUT", &upload.url, &headers, body).await
}

async fn bytes_of(opened: &Opened, name: &str) -> Option<Bytes> {
    let facts = opened.blobs.head(INCOMING, name).await.unwrap()?;
    Some(opened.blobs.read(INCOMING, name, &facts.etag).await.unwrap())
}

async fn put_record(opened: &Opened, name: &str, bytes: &'static [u8]) {
    opened.blobs.put(RECORDS, name, "image/png", Bytes::from_static(bytes)).await.unwrap();
}

pub(crate) async fn an_upload_creates_and_overwrites_one_blob(opened: &Opened) {
    let upload = upload(opened, "b").await;
    let created = put(&upload, &[], b"first").await;
    assert_eq!(created.status, 201, "{created:?}");
    let facts = opened.blobs.head(INCOMING, "b").await.unwrap().unwrap();
    assert_eq!(facts.content_type, "image/jpeg");
    assert!(created.header("etag").is_some() && created.header("last-modified").is_some());
    // A lost reply costs nothing: the same URL may be used again while it lives.
    assert_eq!(put(&upload, &[], b"second").await.status, 201);
    assert_eq!(bytes_of(opened, "b").await.unwrap(), "second");
    assert_eq!(put(&upload, &[], b"").await.status, 201);
    assert_eq!(bytes_of(opened, "b").await.unwrap(), "");
}

pub(crate) async fn an_upload_opens_nothing_else(opened: &Opened) {
    let ours = upload(opened, "ours").await;
    put_record(opened, "ours", b"a record").await;
    assert_eq!(put(&ours, &[], b"bytes").await.status, 201);
    for method in ["GET", "HEAD", "DELETE"] {
        let reply = send(method, &ours.url, &[], b"").await;
        assert_eq!(reply.status, 403, "{method}");
        assert_eq!(reply.code(), "AuthorizationPermissionMismatch");
    }
    let blocks = format!("{}&comp=blocklist&blocklisttype=all", ours.url);
    assert_eq!(send("GET", &blocks, &[], b"").await.status, 403);
    for elsewhere in [("incoming/ours", "incoming/theirs"), ("incoming/ours", "records/ours")] {
        let url = ours.url.replace(elsewhere.0, elsewhere.1);
        assert_ne!(url, ours.url);
        let reply = put(&SignedUpload { url, ..ours.clone() }, &[], b"sneaked in").await;
        assert_eq!((reply.status, reply.code()), (403, opened.server.says("AuthenticationFailed")));
    }
    assert_eq!(opened.blobs.head(INCOMING, "theirs").await.unwrap(), None);
    let (bare, _) = ours.url.split_once('?').unwrap();
    let reply = put(&SignedUpload { url: bare.to_owned(), ..ours.clone() }, &[], b"x").await;
    assert_eq!((reply.status, reply.code()), (403, "AuthorizationFailure"));
}

pub(crate) async fn a_write_keeps_its_conditions(opened: &Opened) {
    let upload = upload(opened, "b").await;
    let missing = put(&upload, &[("If-Match", "\"0x1\"")], b"x").await;
    assert_eq!((missing.status, missing.code()), (412, "ConditionNotMet"));
    let first = put(&upload, &[("If-None-Match", "*")], b"first").await;
    assert_eq!(first.status, 201);
    let again = put(&upload, &[("If-None-Match", "*")], b"again").await;
    assert_eq!((again.status, again.code()), (409, "BlobAlreadyExists"));
    let etag = first.header("etag").unwrap();
    assert_eq!(put(&upload, &[("If-Match", etag)], b"second").await.status, 201);
    let stale = put(&upload, &[("If-Match", etag)], b"third").await;
    assert_eq!((stale.status, stale.code()), (412, "ConditionNotMet"));
    assert_eq!(bytes_of(opened, "b").await.unwrap(), "second");

    let no_type = send("PUT", &upload.url, &[], b"x").await;
    assert_eq!(
        (no_type.status, no_type.code()),
        (400, opened.server.says("MissingRequiredHeader"))
    );
    let page = send("PUT", &upload.url, &[("x-ms-blob-type", "PageBlob")], b"").await;
    assert_eq!(page.status, 400);
}

pub(crate) async fn a_blob_is_made_of_blocks(opened: &Opened) {
    let upload = upload(opened, "b").await;
    for (id, bytes) in [("YmI%3D", "two "), ("YWE%3D", "one "), ("Y2M%3D", "never")] {
        let url = format!("{}&comp=block&blockid={id}", upload.url);
        assert_eq!(send("PUT", &url, &[], bytes.as_bytes()).await.status, 201);
    }
    // A block sent again takes the place of the first: a resumed upload does that.
    let url = format!("{}&comp=block&blockid=YmI%3D", upload.url);
    assert_eq!(send("PUT", &url, &[], b"two again").await.status, 201);
    assert_eq!(opened.blobs.head(INCOMING, "b").await.unwrap(), None);

    let list_url = format!("{}&comp=blocklist", upload.url);
    let list = "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList><Latest>YWE=</Latest>\
                <Uncommitted>YmI=</Uncommitted><Latest>YWE=</Latest></BlockList>";
    let headers = [("x-ms-blob-content-type", "image/jpeg")];
    let reply = send("PUT", &list_url, &headers, list.as_bytes()).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    assert_eq!(bytes_of(opened, "b").await.unwrap(), "one two againone ");
    let facts = opened.blobs.head(INCOMING, "b").await.unwrap().unwrap();
    assert_eq!(facts.content_type, "image/jpeg");

    // Blocks that were not named are gone; those that were can be named again.
    let gone = "<BlockList><Latest>Y2M=</Latest></BlockList>";
    assert_eq!(send("PUT", &list_url, &[], gone.as_bytes()).await.code(), "InvalidBlockList");
    let kept = "<BlockList><Committed>YmI=</Committed></BlockList>";
    assert_eq!(send("PUT", &list_url, &[], kept.as_bytes()).await.status, 201);
    assert_eq!(bytes_of(opened, "b").await.unwrap(), "two again");
}

pub(crate) async fn a_block_list_of_unknown_blocks_makes_nothing(opened: &Opened) {
    let upload = upload(opened, "b").await;
    let url = format!("{}&comp=block&blockid=YWE%3D", upload.url);
    assert_eq!(send("PUT", &url, &[], b"one").await.status, 201);
    let list_url = format!("{}&comp=blocklist", upload.url);
    let list = "<BlockList><Latest>YWE=</Latest><Latest>enp6</Latest></BlockList>";
    let reply = send("PUT", &list_url, &[], list.as_bytes()).await;
    assert_eq!((reply.status, reply.code()), (400, "InvalidBlockList"));
    let reply = send("PUT", &list_url, &[], b"<BlockList><Latest>YWE=").await;
    assert_eq!((reply.status, reply.code()), (400, opened.server.says("InvalidXmlDocument")));
    assert_eq!(opened.blobs.head(INCOMING, "b").await.unwrap(), None);
    for id in ["not%20base64", "YQ%3D%3D%3D", ""] {
        let url = format!("{}&comp=block&blockid={id}", upload.url);
        assert_eq!(send("PUT", &url, &[], b"x").await.status, 400, "{id}");
    }
    // Ids of one blob are of one length.
    let url = format!("{}&comp=block&blockid=YWFhYWFh", upload.url);
    assert_eq!(send("PUT", &url, &[], b"x").await.code(), "InvalidBlobOrBlock");
}

pub(crate) async fn blocks_that_nobody_committed_are_listed_and_erased(opened: &Opened) {
    let list = async |after: Option<&str>| {
        opened.blobs.list_uncommitted(INCOMING, "p/", after, 2).await.unwrap()
    };
    for name in ["p/1", "p/2", "p/3", "q/1"] {
        let upload = upload(opened, name).await;
        let block = format!("{}&comp=block&blockid=YWE%3D", upload.url);
        assert_eq!(send("PUT", &block, &[], b"block").await.status, 201, "{name}");
    }
    let whole = upload(opened, "p/0").await;
    assert_eq!(put(&whole, &[], b"whole").await.status, 201);
    assert_eq!(list(None).await, ["p/1", "p/2"]);
    assert_eq!(list(Some("p/2")).await, ["p/3"]);
    assert_eq!(opened.blobs.list(INCOMING, "p/", None, 9).await.unwrap(), ["p/0"]);
    opened.blobs.erase(INCOMING, "p/2").await.unwrap();
    assert_eq!(list(None).await, ["p/1", "p/3"]);
}

pub(crate) async fn a_read_url_gives_the_bytes_as_it_says(opened: &Opened) {
    put_record(opened, "b", b"picture").await;
    let url = read_url(opened, "b").await;
    let reply = send("GET", &url, &[], b"").await;
    assert_eq!((reply.status, reply.body.as_slice()), (200, &b"picture"[..]));
    // As it was signed, not as it was written.
    assert_eq!(reply.header("content-type"), Some("image/jpeg"));
    assert_eq!(reply.header("content-disposition"), Some("attachment"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.header("content-length"), Some("7"));
    assert!(reply.header("etag").is_some());
    let head = send("HEAD", &url, &[], b"").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), Some("7"));
    assert_eq!(head.header("etag"), reply.header("etag"));
}

pub(crate) async fn a_read_keeps_its_conditions_and_ranges(opened: &Opened) {
    put_record(opened, "b", b"0123456789").await;
    let url = read_url(opened, "b").await;
    let etag = send("HEAD", &url, &[], b"").await.header("etag").unwrap().to_owned();
    for (headers, status, body) in [
        (vec![("Range", "bytes=2-4")], 206, "234"),
        (vec![("x-ms-range", "bytes=8-")], 206, "89"),
        (vec![("If-Match", etag.as_str()), ("Range", "bytes=0-0")], 206, "0"),
        (vec![("If-Match", etag.as_str())], 200, "0123456789"),
        (vec![("If-None-Match", etag.as_str())], 304, ""),
        (vec![("If-None-Match", "\"0x1\"")], 200, "0123456789"),
    ] {
        let reply = send("GET", &url, &headers, b"").await;
        assert_eq!((reply.status, reply.text().as_str()), (status, body), "{headers:?}");
    }
    let part = send("GET", &url, &[("Range", "bytes=2-4")], b"").await;
    assert_eq!(part.header("content-range"), Some("bytes 2-4/10"));
    let stale = send("GET", &url, &[("If-Match", "\"0x1\"")], b"").await;
    assert_eq!((stale.status, stale.code()), (412, "ConditionNotMet"));
    let beyond = send("GET", &url, &[("Range", "bytes=10-")], b"").await;
    match opened.server {
        Server::Embedded | Server::Azure => {
            assert_eq!((beyond.status, beyond.code()), (416, "InvalidRange"));
        }
        // It answers 206 with nothing in it.
        Server::Azurite => assert_eq!(beyond.text(), ""),
    }
}

pub(crate) async fn a_read_url_opens_nothing_else(opened: &Opened) {
    put_record(opened, "ours", b"picture").await;
    put_record(opened, "theirs", b"secret").await;
    let url = read_url(opened, "ours").await;
    for (method, headers) in [("PUT", vec![("x-ms-blob-type", "BlockBlob")]), ("DELETE", vec![])] {
        let reply = send(method, &url, &headers, b"").await;
        assert_eq!((reply.status, reply.code()), (403, "AuthorizationPermissionMismatch"));
    }
    let theirs = send("GET", &url.replace("/ours?", "/theirs?"), &[], b"").await;
    assert_eq!((theirs.status, theirs.code()), (403, opened.server.says("AuthenticationFailed")));
    let absent = send("GET", &read_url(opened, "absent").await, &[], b"").await;
    assert_eq!((absent.status, absent.code()), (404, "BlobNotFound"));
    let kept = opened.blobs.head(RECORDS, "ours").await.unwrap().unwrap();
    assert_eq!(kept.bytes, 7);
}

pub(crate) async fn a_signature_ends_at_its_moment(opened: &Opened) {
    opened.clock.set("2026-11-22T09:00:00.900Z");
    put_record(opened, "b", b"picture").await;
    let (upload, read) = (upload(opened, "b").await, read_url(opened, "b").await);
    opened.clock.set("2026-11-22T09:04:59.999Z");
    assert_eq!(send("GET", &read, &[], b"").await.status, 200);
    opened.clock.set("2026-11-22T09:05:00.900Z");
    let late = send("GET", &read, &[], b"").await;
    assert_eq!((late.status, late.code()), (403, opened.server.says("AuthenticationFailed")));
    opened.clock.set("2026-11-22T09:14:59.999Z");
    assert_eq!(put(&upload, &[], b"in time").await.status, 201);
    opened.clock.set("2026-11-22T09:15:00.900Z");
    let late = put(&upload, &[], b"late").await;
    assert_eq!((late.status, late.code()), (403, opened.server.says("AuthenticationFailed")));
    let url = format!("{}&comp=block&blockid=YWE%3D", upload.url);
    assert_eq!(send("PUT", &url, &[], b"late").await.status, 403);
    assert_eq!(bytes_of(opened, "b").await.unwrap(), "in time");
}

pub(crate) async fn a_signature_that_has_ended_opens_nothing(opened: &Opened) {
    put_record(opened, "b", b"picture").await;
    let ended = opened.clock.now() - SignedDuration::from_mins(1);
    let read = opened.urls.sign_read("b", "image/jpeg", ended).await.unwrap();
    assert_eq!(send("GET", &read, &[], b"").await.status, 403);
    let upload = opened.urls.sign_upload("late", "image/jpeg", LARGEST, ended).await.unwrap();
    assert_eq!(put(&upload, &[], b"late").await.status, 403);
    assert_eq!(opened.blobs.head(INCOMING, "late").await.unwrap(), None);
}

pub(crate) async fn a_changed_url_opens_nothing(opened: &Opened) {
    put_record(opened, "b", b"picture").await;
    let url = read_url(opened, "b").await;
    let (path, query) = url.split_once('?').unwrap();
    let parameters: Vec<_> = query.split('&').collect();
    for (place, parameter) in parameters.iter().enumerate() {
        let (name, value) = parameter.split_once('=').unwrap();
        for changed in [
            format!("{name}={value}0"),
            format!("{name}="),
            String::new(),
            format!("{parameter}&{parameter}"),
            format!("{parameter}&{name}=rcwd"),
        ] {
            let mut others = parameters.clone();
            others[place] = &changed;
            let url = format!("{path}?{}", others.join("&"));
            let reply = send("GET", &url, &[], b"").await;
            match opened.server {
                Server::Embedded | Server::Azure => assert_eq!(reply.status, 403, "{changed}"),
                // It answers 500 to a version that it does not know.
                Server::Azurite => assert!(reply.status >= 400, "{changed}"),
            }
        }
    }
    let promoted = url.replace("sp=r&", "sp=rcwd&");
    assert_ne!(promoted, url);
    assert_eq!(
        send("DELETE", &promoted, &[], b"").await.code(),
        opened.server.says("AuthenticationFailed")
    );
    assert_eq!(send("GET", &format!("{url}&st=2020-01-01"), &[], b"").await.status, 403);
    assert_eq!(send("GET", &format!("{url}&timeout=30"), &[], b"").await.status, 200);
}

pub(crate) async fn odd_names_travel_in_urls(opened: &Opened) {
    for name in ["a b", "a%20b", "a+b", "a/../b", "é-\u{1f600}", "x?y=1#z", "a&sp=rcwd", "..."] {
        let upload = upload(opened, name).await;
        let reply = put(&upload, &[], name.as_bytes()).await;
        assert_eq!(
            reply.status,
            201,
            "{name} {}",
            element(&reply.text(), "Code").unwrap_or_default()
        );
        assert_eq!(bytes_of(opened, name).await.unwrap(), name.as_bytes());
    }
}
