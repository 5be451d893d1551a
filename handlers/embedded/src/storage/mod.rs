//! The storage face: the same blobs and queues on a port of their own, as Azure Storage speaks.
//!
//! Browsers send and read blobs here by signed URL; the host's queue triggers fetch messages here
//! by the account's key. Nothing else answers, and only on the loopback interface.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tracing::{debug, warn};

use crate::Embedded;

mod blob_calls;
mod blob_reply;
mod call;
mod cors;
mod face;
mod hosts;
mod queue_calls;
mod receive;
mod refusal;
mod reply;
mod shared_key;
mod target;
mod xml;

use face::Face;

/// A client that has not said what it wants by then is let go.
const HEAD_DEADLINE: Duration = Duration::from_secs(30);
/// Connections at the same time; more wait to be accepted.
const MOST_CONNECTIONS: usize = 1024;
/// What is under way may end when the process is asked to.
const LAST_CALLS: Duration = Duration::from_secs(10);
/// Between two tries to accept where the machine has no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(50);

/// Who may call.
#[derive(Debug, Clone, Default)]
pub struct StorageOptions {
    /// Origins whose pages may send and read blobs: `http://127.0.0.1:7071`.
    pub allowed_origins: Vec<String>,
}

/// Why the face does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Anybody on the network could reach it.
    #[error("{0} is not a loopback address: the storage face listens on 127.0.0.1 only")]
    NotLoopback(SocketAddr),
    /// The listener is unusable.
    #[error(transparent)]
    Listener(#[from] io::Error),
}

/// Serves `store` on `listener` until `shutdown` ends; then what is under way has ten seconds.
pub async fn serve(
    store: Embedded,
    listener: TcpListener,
    options: StorageOptions,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        return Err(ServeError::NotLoopback(address));
    }
    let face = Arc::new(Face::new(store, address.port(), options.allowed_origins));
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let (stop, stopped) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = async {
            let place = Arc::clone(&room).acquire_owned().await.map_err(io::Error::other)?;
            listener.accept().await.map(|(stream, _)| (stream, place))
        };
        tokio::select! {
            () = &mut shutdown => break,
            accepted = accepted => match accepted {
                Ok((stream, place)) => {
                    let (face, stopped) = (Arc::clone(&face), stopped.clone());
                    connections.spawn(async move {
                        converse(face, stream, stopped).await;
                        drop(place);
                    });
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
    drop(stop);
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST_CALLS, ended).await.is_err() {
        warn!("the storage face cuts what did not end in time");
    }
    Ok(())
}

async fn converse(face: Arc<Face>, stream: TcpStream, mut stopped: watch::Receiver<()>) {
    let service = service_fn(move |request| {
        let face = Arc::clone(&face);
        async move { Ok::<_, std::convert::Infallible>(face.answer(request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_DEADLINE)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let outcome = tokio::select! {
        outcome = &mut connection => outcome,
        // The sender is gone: no further request, but the one under way ends.
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        debug!(%error, "a client of the storage face went away");
    }
}
