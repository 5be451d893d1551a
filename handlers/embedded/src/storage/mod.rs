//! The storage face: the same blobs and queues on ports of their own, as Azure Storage speaks.
//!
//! Browsers send and read blobs on the one, by signed URL; the host's queue triggers fetch messages
//! on the other, by the account's key, so that no crowd of browsers keeps texts and nights waiting.
//! Nothing else answers, and only on the loopback interface.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::ports::free_space::{Boundless, FreeSpace};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::warn;

use crate::Embedded;

mod blob_calls;
mod blob_reply;
mod call;
mod conversation;
mod cors;
mod face;
mod hosts;
mod patience;
mod queue_calls;
mod receive;
mod refusal;
mod reply;
mod room;
mod shared_key;
mod target;
#[cfg(test)]
mod tests;
mod xml;

use conversation::converse;
use face::{Door, Face};
use room::{Places, Room};

/// Places for browsers, and for the host's triggers.
const FOR_BLOBS: Places = Places { strangers: 256, signed: 256, of_one: 8 };
const FOR_QUEUES: Places = Places { strangers: 64, signed: 64, of_one: 64 };
/// What is under way may end when the process is asked to.
const LAST_CALLS: Duration = Duration::from_secs(10);
/// Between two tries to accept where the machine has no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(50);

/// Who may call, and how much.
#[derive(Clone)]
pub struct StorageOptions {
    /// Origins whose pages may send and read blobs: `http://127.0.0.1:7071`.
    pub allowed_origins: Vec<String>,
    /// The disk that blobs go to.
    pub disk: Arc<dyn FreeSpace>,
    /// Bytes of it that uploads leave free.
    pub keep_free: u64,
}

impl Default for StorageOptions {
    /// No page, and no bound.
    fn default() -> Self {
        Self { allowed_origins: Vec::new(), disk: Arc::new(Boundless), keep_free: 0 }
    }
}

/// Where it listens.
pub struct Listeners {
    /// For browsers.
    pub blobs: TcpListener,
    /// For queue triggers.
    pub queues: TcpListener,
}

/// Why the face does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Anybody on the network could reach it.
    #[error("{0} is not a loopback address: the storage face listens on 127.0.0.1 only")]
    NotLoopback(SocketAddr),
    /// A listener is unusable.
    #[error(transparent)]
    Listener(#[from] io::Error),
}

/// Serves `store` until `shutdown` ends; then what is under way has ten seconds.
pub async fn serve(
    store: Embedded,
    listeners: Listeners,
    options: StorageOptions,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    serve_with(store, listeners, options, FOR_BLOBS, shutdown).await
}

async fn serve_with(
    store: Embedded,
    listeners: Listeners,
    options: StorageOptions,
    for_blobs: Places,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let Listeners { blobs, queues } = listeners;
    let face = |listener: &TcpListener, door| {
        let address = listener.local_addr()?;
        if !address.ip().is_loopback() {
            return Err(ServeError::NotLoopback(address));
        }
        Ok(Arc::new(Face::new(store.clone(), door, address.port(), options.clone())))
    };
    let for_browsers = face(&blobs, Door::Blobs)?;
    let for_triggers = face(&queues, Door::Queues)?;
    let (stop, stopped) = watch::channel(());
    let doors = async {
        tokio::join!(
            receive_clients(for_browsers, blobs, Room::with(for_blobs), stopped.clone()),
            receive_clients(for_triggers, queues, Room::with(FOR_QUEUES), stopped.clone()),
        )
    };
    let stopping = async {
        shutdown.await;
        drop(stop);
    };
    tokio::join!(doors, stopping);
    Ok(())
}

/// Takes in whoever comes to `listener` until the sender of `stopped` is gone.
async fn receive_clients(
    face: Arc<Face>,
    listener: TcpListener,
    room: Arc<Room>,
    stopped: watch::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    let mut stop = stopped.clone();
    loop {
        tokio::select! {
            _ = stop.changed() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let seat = room.enter();
                    connections.spawn(converse(Arc::clone(&face), seat, stream, stopped.clone()));
                }
                Err(error) => {
                    warn!(%error, "the storage face cannot accept a connection");
                    tokio::time::sleep(NO_ROOM).await;
                }
            },
            // Reaps connections as they end.
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST_CALLS, ended).await.is_err() {
        warn!("the storage face cuts what did not end in time");
    }
}
