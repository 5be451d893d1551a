//! Crowds at the storage face: who drips, who has no signature, who sends more than was declared.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ports::blobs::{BlobContainer, Blobs as _, ReadBlobs as _, SignUrls as _};
use domain::ports::error::StoreError;
use domain::ports::free_space::FreeSpace;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::SignedDuration;
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::store::testing::opened;

const FEW: Places = Places { strangers: 4, signed: 4, of_one: 2 };
const INCOMING: BlobContainer = BlobContainer::Incoming;

struct Disk(u64);

#[async_trait]
impl FreeSpace for Disk {
    async fn free_bytes(&self) -> Result<Option<u64>, StoreError> {
        Ok(Some(self.0))
    }
}

struct Served {
    _folder: tempfile::TempDir,
    store: Embedded,
    blobs: SocketAddr,
    queues: SocketAddr,
}

async fn served(disk: u64) -> Served {
    let (folder, store) = opened();
    let listen = || TcpListener::bind("127.0.0.1:0");
    let listeners = Listeners { blobs: listen().await.unwrap(), queues: listen().await.unwrap() };
    let blobs = listeners.blobs.local_addr().unwrap();
    let queues = listeners.queues.local_addr().unwrap();
    let options =
        StorageOptions { disk: Arc::new(Disk(disk)), keep_free: 1000, ..StorageOptions::default() };
    let face = store.clone();
    tokio::spawn(async move {
        serve_with(face, listeners, options, FEW, std::future::pending()).await.unwrap();
    });
    Served { _folder: folder, store, blobs, queues }
}

impl Served {
    /// Path and query of an upload of at most `bytes`.
    async fn target(&self, name: &str, bytes: u64) -> String {
        let until = self.store.now() + SignedDuration::from_mins(10);
        let upload = self.store.sign_upload(name, "image/jpeg", bytes, until).await.unwrap();
        upload.url.split_once("7072").unwrap().1.to_owned()
    }

    fn put(&self, target: &str, length: u64) -> String {
        format!(
            "PUT {target} HTTP/1.1\r\nHost: {}\r\nx-ms-blob-type: BlockBlob\r\n\
             Content-Length: {length}\r\n\r\n",
            self.blobs
        )
    }

    /// An upload of which the store waits for the bytes: it has its place.
    async fn begin(&self, target: &str, length: u64) -> TcpStream {
        let mut stream = TcpStream::connect(self.blobs).await.unwrap();
        let head = self
            .put(target, length)
            .replace("\r\n\r\n", "\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut go_on = [0; 25];
        stream.read_exact(&mut go_on).await.unwrap();
        stream
    }

    /// What a trigger asks the queue of texts, signed with the account's key.
    fn fetch_texts(&self) -> String {
        let (path, date) = ("/aftersight/sms/messages", reply::http_date(self.store.now()));
        // Method and eleven headers that are not sent, each on its line.
        let start = format!("GET{}", "\n".repeat(12));
        let signed = format!("{start}x-ms-date:{date}\nx-ms-version:2021-12-02\n/aftersight{path}");
        let mut mac = Hmac::<Sha256>::new_from_slice(self.store.storage_key()).unwrap();
        mac.update(signed.as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nx-ms-date: {date}\r\nx-ms-version: 2021-12-02\r\n\
             Authorization: SharedKey aftersight:{signature}\r\nConnection: close\r\n\r\n",
            self.queues
        )
    }

    async fn send(&self, target: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.blobs).await.unwrap();
        let head = self
            .put(target, body.len() as u64)
            .replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
        stream.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
        rest(&mut stream).await
    }
}

/// What comes until the other side closes; within a bound, for a side that never does.
async fn rest(stream: &mut TcpStream) -> String {
    let mut reply = Vec::new();
    let read = tokio::time::timeout(Duration::from_mins(5), stream.read_to_end(&mut reply));
    let _ = read.await.expect("the other side closes");
    String::from_utf8_lossy(&reply).into_owned()
}

#[tokio::test(start_paused = true)]
async fn a_head_and_a_body_that_drip_have_an_end() {
    let served = served(u64::MAX).await;
    let target = served.target("p/drip", 1000).await;
    let mut head = TcpStream::connect(served.blobs).await.unwrap();
    head.write_all(b"PUT /aftersight/inc").await.unwrap();
    assert_eq!(rest(&mut head).await, "");
    let mut body = TcpStream::connect(served.blobs).await.unwrap();
    let half = [served.put(&target, 1000).as_bytes(), &[7; 500]].concat();
    body.write_all(&half).await.unwrap();
    let reply = rest(&mut body).await;
    assert!(reply.starts_with("HTTP/1.1 408"), "{reply}");
}

#[tokio::test]
async fn a_refused_body_is_not_read() {
    let served = served(u64::MAX).await;
    let mut stream = TcpStream::connect(served.blobs).await.unwrap();
    let head = served.put("/aftersight/incoming/p/x", 1 << 40);
    // Only the start of it: whoever reads on would wait for the rest.
    stream.write_all(&[head.as_bytes(), &[7; 1000]].concat()).await.unwrap();
    let mut reply = vec![0; 12];
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_exact(&mut reply));
    read.await.expect("it is answered at once").unwrap();
    assert_eq!(reply, b"HTTP/1.1 403");
    let reply = rest(&mut stream).await;
    assert!(reply.contains("connection: close"), "{reply}");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_keep_nobody_out_who_is_signed() {
    let served = served(u64::MAX).await;
    let target = served.target("p/b", 1000).await;
    let mut drips = Vec::new();
    for _ in 0..40 {
        let mut drip = TcpStream::connect(served.blobs).await.unwrap();
        // Its end of the connection may be cut already.
        let _ = drip.write_all(b"PUT /aftersight/incoming").await;
        drips.push(drip);
    }
    let sent = tokio::time::timeout(Duration::from_secs(5), served.send(&target, b"photo"));
    let reply = sent.await.expect("nobody waits behind the dripping");
    assert!(reply.starts_with("HTTP/1.1 201"), "{reply}");
    assert!(served.store.head(INCOMING, "p/b").await.unwrap().is_some());
    // Who came first had to make room, long before its own time was over.
    let cut = tokio::time::timeout(Duration::from_secs(5), rest(&mut drips[0]));
    assert_eq!(cut.await.expect("the oldest is cut"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_house_at_the_blobs_keeps_no_trigger_waiting() {
    let served = served(u64::MAX).await;
    let mut under_way = Vec::new();
    for patient in ["p", "q"] {
        for upload in 0..2 {
            let target = served.target(&format!("{patient}/{upload}"), 1000).await;
            under_way.push(served.begin(&target, 1000).await);
        }
    }
    let mut trigger = TcpStream::connect(served.queues).await.unwrap();
    trigger.write_all(served.fetch_texts().as_bytes()).await.unwrap();
    let reply = tokio::time::timeout(Duration::from_secs(5), rest(&mut trigger)).await;
    let reply = reply.expect("a trigger waits for no browser");
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    // Each door opens to its own half.
    let at_blobs = served.send("/aftersight/sms/messages", b"").await;
    assert!(at_blobs.starts_with("HTTP/1.1 404"), "{at_blobs}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_longer_than_declared_is_refused_at_the_block_that_exceeds() {
    let served = served(u64::MAX).await;
    let target = served.target("p/b", 10).await;
    let whole = served.send(&target, &[1; 11]).await;
    assert!(whole.starts_with("HTTP/1.1 413"), "{whole}");
    let block = |id: &str| format!("{target}&comp=block&blockid={id}");
    for (id, bytes, status) in
        [("YWE", 6, "201"), ("YWI", 5, "413"), ("YWE", 10, "201"), ("YWI", 1, "413")]
    {
        let reply = served.send(&block(&format!("{id}%3D")), &vec![1; bytes]).await;
        assert!(reply.starts_with(&format!("HTTP/1.1 {status}")), "{id} {bytes}: {reply}");
    }
    // A list that names the block twice would be twice as long.
    let list = b"<BlockList><Latest>YWE=</Latest><Latest>YWE=</Latest></BlockList>";
    let twice = served.send(&format!("{target}&comp=blocklist"), list).await;
    assert!(twice.starts_with("HTTP/1.1 413"), "{twice}");
    assert_eq!(served.store.head(INCOMING, "p/b").await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_out_ends_the_address_at_once() {
    let served = served(u64::MAX).await;
    let target = served.target("p/b", 1000).await;
    assert!(served.send(&target, b"photo").await.starts_with("HTTP/1.1 201"));
    served.store.erase(INCOMING, "p/b").await.unwrap();
    for more in ["", "&comp=block&blockid=YWE%3D", "&comp=blocklist"] {
        let reply = served.send(&format!("{target}{more}"), b"<BlockList/>").await;
        assert!(reply.starts_with("HTTP/1.1 403"), "{more}: {reply}");
    }
    // Given again, it lives again.
    let again = served.target("p/b", 1000).await;
    assert!(served.send(&again, b"photo").await.starts_with("HTTP/1.1 201"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_was_taken_out_while_its_bytes_came_is_not_kept() {
    let served = served(u64::MAX).await;
    let target = served.target("p/b", 1000).await;
    let mut stream = served.begin(&target, 5).await;
    served.store.erase(INCOMING, "p/b").await.unwrap();
    stream.write_all(b"photo").await.unwrap();
    let reply = rest(&mut stream).await;
    assert!(reply.starts_with("HTTP/1.1 403"), "{reply}");
    assert_eq!(served.store.head(INCOMING, "p/b").await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_nearly_full_takes_no_upload_and_still_erases() {
    let served = served(1009).await;
    let target = served.target("p/b", 1000).await;
    let over = served.send(&target, &[1; 10]).await;
    assert!(over.starts_with("HTTP/1.1 507"), "{over}");
    assert!(over.contains("There is no room for uploads now"), "{over}");
    let block = served.send(&format!("{target}&comp=block&blockid=YWE%3D"), &[1; 10]).await;
    assert!(block.starts_with("HTTP/1.1 507"), "{block}");
    assert!(served.send(&target, &[1; 9]).await.starts_with("HTTP/1.1 201"));
    served.store.erase(INCOMING, "p/b").await.unwrap();
    assert_eq!(served.store.head(INCOMING, "p/b").await.unwrap(), None);
}
