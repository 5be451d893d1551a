//! What the storage face does beyond what Azure promises: who may call it, and what it lets go.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use domain::ports::blobs::{
    BlobContainer, Blobs as _, ReadBlobs as _, SignUrls as _, SignedUpload,
};
use domain::ports::clock::Clock as _;
use domain::upload_state::LARGEST;
use embedded::storage::{Listeners, ServeError, StorageOptions, serve};
use jiff::SignedDuration;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::super::wire::{element, raw, send, signed, split};
use super::{PAGE, Served, loopback, open, served};

const INCOMING: BlobContainer = BlobContainer::Incoming;
const BLOCK_BLOB: (&str, &str) = ("x-ms-blob-type", "BlockBlob");

async fn upload(served: &Served, name: &str) -> SignedUpload {
    let until = served.clock.now() + SignedDuration::from_mins(15);
    served.store.sign_upload(name, "image/jpeg", LARGEST, until).await.unwrap()
}

fn files(served: &Served) -> usize {
    std::fs::read_dir(served.folder.path().join("data/blobs")).unwrap().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_that_arrives_is_told_on_the_uploads_queue() {
    let opened = open().await;
    let until = opened.clock.now() + SignedDuration::from_mins(15);
    let upload = opened.urls.sign_upload("01jd", "image/jpeg", LARGEST, until).await.unwrap();
    let headers = [BLOCK_BLOB, ("Content-Type", "image/jpeg"), ("x-ms-client-request-id", "c-1")];
    let created = send("PUT", &upload.url, &headers, b"picture").await;
    assert_eq!(created.status, 201);
    assert_eq!(created.header("x-ms-client-request-id"), Some("c-1"));
    // Staging a block is not arriving; committing the list is.
    let block = format!("{}&comp=block&blockid=YWE%3D", upload.url);
    assert_eq!(send("PUT", &block, &[], b"block").await.status, 201);
    let list = format!("{}&comp=blocklist", upload.url);
    let document = b"<BlockList><Latest>YWE=</Latest></BlockList>";
    assert_eq!(send("PUT", &list, &[], document).await.status, 201);
    // `records` has no subscription.
    let bytes = Bytes::from_static(b"clean");
    opened.blobs.put(BlobContainer::Records, "r", "image/jpeg", bytes).await.unwrap();

    let reply = signed(&opened, "GET", "/uploads/messages?numofmessages=32", "").await;
    let body = reply.text();
    let events: Vec<Value> = body
        .split("<QueueMessage>")
        .skip(1)
        .map(|message| STANDARD.decode(element(message, "MessageText").unwrap()).unwrap())
        .map(|json| serde_json::from_slice(&json).unwrap())
        .collect();
    assert_eq!(events.len(), 2, "{body}");
    let event = &events[0];
    assert_eq!(event["eventType"], "Microsoft.Storage.BlobCreated");
    assert_eq!(event["subject"], "/blobServices/default/containers/incoming/blobs/01jd");
    assert_eq!(event["eventTime"], "2026-11-22T09:00:00Z");
    assert_eq!(event["data"]["api"], "PutBlob");
    assert_eq!(event["data"]["contentLength"], 7);
    assert_eq!(event["data"]["contentType"], "image/jpeg");
    assert_eq!(event["data"]["clientRequestId"], "c-1");
    let etag = event["data"]["eTag"].as_str().unwrap();
    assert_eq!(created.header("etag"), Some(format!("\"{etag}\"").as_str()));
    let (bare, _) = upload.url.split_once('?').unwrap();
    assert_eq!(event["data"]["url"], bare);
    assert_eq!(events[1]["data"]["api"], "PutBlockList");
    assert_eq!(events[1]["data"]["contentLength"], 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_upload_commits_nothing_and_leaves_nothing() {
    let served = served().await;
    let upload = upload(&served, "b").await;
    let (host, target) = split(&upload.url);
    let head = format!(
        "PUT {target} HTTP/1.1\r\nHost: {host}\r\nx-ms-blob-type: BlockBlob\r\n\
         Content-Length: 1000000\r\n\r\n"
    );
    let cut = [head.as_bytes(), &vec![1; 600_000]].concat();
    // The sender closes its side: the server says so. Or it is gone altogether.
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.write_all(&cut).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await.unwrap();
    assert!(!reply.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&reply));
    for _ in 0..5 {
        let mut stream = TcpStream::connect(host).await.unwrap();
        stream.write_all(&cut).await.unwrap();
        drop(stream);
    }
    // A whole one behind them has been through the same steps; polls for the cut ones to end.
    let whole = send("PUT", &upload.url, &[BLOCK_BLOB], b"whole").await;
    assert_eq!(whole.status, 201);
    let settled = async {
        while files(&served) != 1 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), settled).await.unwrap();
    assert_eq!(served.store.head(INCOMING, "b").await.unwrap().unwrap().bytes, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_has_a_length_and_a_bound() {
    let served = served().await;
    let upload = upload(&served, "b").await;
    let (host, target) = split(&upload.url);
    let head = format!("PUT {target} HTTP/1.1\r\nHost: {host}\r\nx-ms-blob-type: BlockBlob\r\n");
    let chunked = format!("{head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n");
    let reply = raw(host, chunked.as_bytes()).await;
    assert_eq!((reply.status, reply.code()), (411, "MissingContentLengthHeader"));
    // Refused before a byte of it: who waits for leave to send never gets it.
    let large = format!(
        "{head}Content-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        (200 << 20) + 1
    );
    let reply = raw(host, large.as_bytes()).await;
    assert_eq!((reply.status, reply.code()), (413, "RequestBodyTooLarge"));
    assert_eq!(served.store.head(INCOMING, "b").await.unwrap(), None);
    assert_eq!(files(&served), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_upload_is_read_so_that_its_sender_reads_why() {
    let served = served().await;
    let upload = upload(&served, "b").await;
    let photo = vec![7; 5_000_000];
    let reply = send("PUT", &upload.url, &[], &photo).await;
    assert_eq!((reply.status, reply.code()), (400, "MissingRequiredHeader"));
    let tampered = upload.url.replace("sp=cw", "sp=rcw");
    let reply = send("PUT", &tampered, &[BLOCK_BLOB], &photo).await;
    assert_eq!((reply.status, reply.code()), (403, "AuthenticationFailed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_would_not_be_obeyed_are_refused() {
    let served = served().await;
    let upload = upload(&served, "b").await;
    for name in [
        "x-ms-copy-source",
        "x-ms-lease-id",
        "x-ms-meta-name",
        "x-ms-tags",
        "Content-MD5",
        "If-Unmodified-Since",
    ] {
        let reply = send("PUT", &upload.url, &[BLOCK_BLOB, (name, "x")], b"bytes").await;
        assert_eq!((reply.status, reply.code()), (400, "UnsupportedHeader"), "{name}");
    }
    let other = format!("{}&comp=metadata", upload.url);
    assert_eq!(send("PUT", &other, &[BLOCK_BLOB], b"").await.code(), "InvalidQueryParameterValue");
    assert_eq!(send("POST", &upload.url, &[BLOCK_BLOB], b"").await.status, 405);
    assert_eq!(served.store.head(INCOMING, "b").await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn our_page_may_call_and_read_the_reply_and_no_other_page() {
    let served = served().await;
    let upload = upload(&served, "b").await;
    let asked = [
        ("Access-Control-Request-Method", "PUT"),
        ("Access-Control-Request-Headers", "content-type,x-ms-blob-type"),
    ];
    let preflight = async |origin: &str| {
        let headers = [asked[0], asked[1], ("Origin", origin)];
        send("OPTIONS", &upload.url, &headers, b"").await
    };
    let allowed = preflight(PAGE).await;
    assert_eq!(allowed.status, 200);
    assert_eq!(allowed.header("access-control-allow-origin"), Some(PAGE));
    for stranger in ["http://evil.example", "http://127.0.0.1:7071.evil.example", "null"] {
        let refused = preflight(stranger).await;
        assert_eq!((refused.status, refused.code()), (403, "CorsPreflightFailure"));
        assert_eq!(refused.header("access-control-allow-origin"), None);
    }
    let ours = send("PUT", &upload.url, &[BLOCK_BLOB, ("Origin", PAGE)], b"bytes").await;
    assert_eq!(ours.header("access-control-allow-origin"), Some(PAGE));
    let exposed = ours.header("access-control-expose-headers").unwrap();
    assert!(exposed.contains("etag") && exposed.contains("x-ms-request-id"), "{exposed}");
    // A page can read why it was refused, too.
    let again = [BLOCK_BLOB, ("Origin", PAGE), ("If-None-Match", "*")];
    let refused = send("PUT", &upload.url, &again, b"bytes").await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.header("access-control-allow-origin"), Some(PAGE));
    let strange = [BLOCK_BLOB, ("Origin", "http://evil.example")];
    let theirs = send("PUT", &upload.url, &strange, b"bytes").await;
    assert_eq!(theirs.header("access-control-allow-origin"), None);
    assert_eq!(theirs.header("vary"), Some("Origin"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_served_can_be_no_page_and_stays_in_no_cache() {
    let served = served().await;
    let html = Bytes::from_static(b"<script>alert(1)</script>");
    served.store.put(BlobContainer::Records, "b", "text/html", html).await.unwrap();
    let until = served.clock.now() + SignedDuration::from_mins(5);
    let url = served.store.sign_read("b", "image/jpeg", until).await.unwrap();
    let reply = send("GET", &url, &[], b"").await;
    for (name, value) in [
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("content-type", "image/jpeg"),
        ("content-disposition", "attachment"),
        // By the store's clock, not the machine's.
        ("date", "Sun, 22 Nov 2026 09:00:00 GMT"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_not_ours_is_refused() {
    let served = served().await;
    let upload = upload(&served, "b").await;
    let (host, _) = split(&upload.url);
    let port = host.rsplit(':').next().unwrap();
    for strange in ["evil.example", &format!("evil.example:{port}"), "127.0.0.1:1"] {
        let headers = [BLOCK_BLOB, ("Host", strange)];
        let reply = send("PUT", &upload.url, &headers, b"bytes").await;
        assert_eq!((reply.status, reply.code()), (421, "MisdirectedRequest"), "{strange}");
    }
    let ours = format!("localhost:{port}");
    let reply = send("PUT", &upload.url, &[BLOCK_BLOB, ("Host", &ours)], b"bytes").await;
    assert_eq!(reply.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_signed_for_a_quarter_of_an_hour_at_most() {
    let served = served().await;
    let until = served.clock.now() + SignedDuration::from_secs(15 * 60 + 1);
    assert!(served.store.sign_upload("b", "image/jpeg", LARGEST, until).await.is_err());
    for name in [".", "..", ""] {
        let until = served.clock.now() + SignedDuration::from_mins(5);
        assert!(
            served.store.sign_upload(name, "image/jpeg", LARGEST, until).await.is_err(),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asked_stop_lets_what_is_under_way_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let origin = format!("http://{address}");
    let folder = tempfile::tempdir().unwrap();
    let clock = super::SetClock::at("2026-11-22T09:00:00Z");
    let options = super::options(folder.path(), &origin, clock.clone());
    let store = embedded::Embedded::open(options).unwrap();
    let until = clock.now() + SignedDuration::from_mins(5);
    let upload = store.sign_upload("b", "image/jpeg", LARGEST, until).await.unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let listeners = Listeners { blobs: listener, queues: loopback().await };
    let server = tokio::spawn(serve(store.clone(), listeners, StorageOptions::default(), async {
        let _ = stopped.await;
    }));
    let (host, target) = split(&upload.url);
    let mut under_way = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "PUT {target} HTTP/1.1\r\nHost: {host}\r\nx-ms-blob-type: BlockBlob\r\n\
         Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    );
    under_way.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    under_way.read_exact(&mut go_on).await.unwrap();
    assert!(go_on.starts_with(b"HTTP/1.1 100"));
    stop.send(()).unwrap();
    under_way.write_all(b"bytes").await.unwrap();
    let mut reply = Vec::new();
    under_way.read_to_end(&mut reply).await.unwrap();
    assert!(reply.starts_with(b"HTTP/1.1 201"), "{}", String::from_utf8_lossy(&reply));
    server.await.unwrap().unwrap();
    assert_eq!(store.head(INCOMING, "b").await.unwrap().unwrap().bytes, 5);
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_on_the_network_can_reach_it() {
    let served = served().await;
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let open_to_all = [
        Listeners { blobs: listener, queues: loopback().await },
        Listeners {
            blobs: loopback().await,
            queues: TcpListener::bind("0.0.0.0:0").await.unwrap(),
        },
    ];
    for listeners in open_to_all {
        let (store, options) = (served.store.clone(), StorageOptions::default());
        let outcome = serve(store, listeners, options, std::future::pending()).await;
        assert!(matches!(outcome, Err(ServeError::NotLoopback(_))));
    }
}
