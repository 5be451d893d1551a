//! The embedded store keeps every contract, and some promises of its own.

mod erased;
mod folder;
mod storage_face;

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ports::clock::Clock;
use embedded::storage::{Listeners, StorageOptions, serve};
use embedded::{Embedded, EmbeddedOptions};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{Caller, Opened, Server, SetClock};

super::documents::documents_contract!(super::open);
super::document_races::document_races_contract!(super::open);
super::blobs::blobs_contract!(super::open);
super::signed_urls::signed_urls_contract!(super::open);
super::signed_urls::signed_urls_on_a_set_clock_contract!(super::open);
super::queue_calls::queue_calls_contract!(super::open);
super::queue_calls::queue_calls_on_a_set_clock_contract!(super::open);

/// The page's origin.
const PAGE: &str = "http://127.0.0.1:7071";

/// A store in a temporary folder, with its storage face on a port of its own.
struct Served {
    folder: tempfile::TempDir,
    store: Embedded,
    clock: Arc<SetClock>,
    origin: String,
    queues: String,
    server: JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn options(folder: &Path, origin: &str, clock: Arc<dyn Clock>) -> EmbeddedOptions {
    EmbeddedOptions {
        dir: folder.join("data"),
        outbox_dir: folder.join("data/outbox"),
        storage_origin: origin.to_owned(),
        clock,
    }
}

async fn loopback() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

async fn served() -> Served {
    let listener = loopback().await;
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let clock = SetClock::at("2026-11-22T09:00:00Z");
    let store = Embedded::open(options(folder.path(), &origin, clock.clone())).unwrap();
    // A store of its own, as the storage process has.
    let face = Embedded::open(options(folder.path(), &origin, clock.clone())).unwrap();
    let allowed =
        StorageOptions { allowed_origins: vec![PAGE.to_owned()], ..StorageOptions::default() };
    let listeners = Listeners { blobs: listener, queues: loopback().await };
    let queues = format!("http://{}", listeners.queues.local_addr().unwrap());
    let server = tokio::spawn(async move {
        serve(face, listeners, allowed, std::future::pending()).await.unwrap();
    });
    Served { folder, store, clock, origin, queues, server }
}

async fn open() -> Opened {
    let served = served().await;
    let key = std::fs::read_to_string(served.folder.path().join("data/storage.key")).unwrap();
    let store = Arc::new(served.store.clone());
    Opened {
        documents: store.clone(),
        blobs: store.clone(),
        urls: store.clone(),
        queues: store,
        queue_endpoint: format!("{}/aftersight", served.queues),
        caller: Caller::Key(STANDARD.decode(key).unwrap()),
        server: Server::Embedded,
        clock: Arc::clone(&served.clock),
        kept: Box::new(served),
    }
}
