//! Serving: HTTP/1.1 on a listener, until it is told to stop.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, ready};
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tracing::{debug, error};

use crate::connection::Connection;
use crate::deadlines::Deadlines;
use crate::dispatch::{Served, at_once, filter, hand_over_headers};
use crate::router::Router;
use crate::{Function, StandingHeaders, TableError, check_table};

/// How long to wait when no connection can be accepted, for lack of file descriptors for one.
const BREATH: Duration = Duration::from_millis(100);

/// Why nothing was served.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The host would understand the functions otherwise than this crate does.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// Answers the host's requests for these functions.
///
/// The listener is bound already, so that the port is known and a taken port is the caller's own
/// failure. On `shutdown` no more connections are accepted; requests and functions that have begun
/// are carried to their end, which their deadlines bound.
pub async fn serve<A>(
    functions: Vec<Function<A>>,
    app: A,
    listener: TcpListener,
    deadlines: Deadlines,
    standing: StandingHeaders,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError>
where
    A: Clone + Send + Sync + 'static,
{
    check_table(&functions)?;
    let (alive, mut gone) = mpsc::channel(1);
    let router = Router::new(functions);
    let served = Served { router, app, deadlines, standing, _alive: alive };
    let service = warp::service(filter(Arc::new(served)));
    let open = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let stream = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener) => accepted,
        };
        // Not warp's own server: that one speaks HTTP/2 as well and cannot cut a stalled reader off.
        let connection = Connection::new(stream, deadlines.write);
        let service = TowerToHyperService::new(service.clone());
        let answer = service_fn(move |mut request: Request<Incoming>| {
            if let Some(answer) = at_once(&request) {
                return Either::Left(ready(Ok(answer.map(Into::into))));
            }
            hand_over_headers(&mut request);
            Either::Right(service.call(request))
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(connection), answer);
        let watched = open.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                debug!(%error, "a connection broke");
            }
        });
    }
    drop((listener, service));
    let ended = timeout(deadlines.sum(), async {
        open.shutdown().await;
        gone.recv().await
    });
    if ended.await.is_err() {
        error!("stopped with requests still open");
    }
    Ok(())
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            // The peer gave up between connecting and being accepted.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                error!(%error, "no connection can be accepted");
                sleep(BREATH).await;
            }
        }
    }
}

#[cfg(test)]
mod tests;
