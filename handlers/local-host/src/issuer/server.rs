//! The issuer's own port.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::Issuer;
use crate::FrontService as _;
use crate::dev::page;

/// No form of an issuer is longer.
const BODY_LIMIT: usize = 16 * 1024;

/// Answers on `listener` until `shutdown`; open connections end with it.
pub async fn serve(
    issuer: Arc<Issuer>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) {
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => return,
            // Keeps the set from growing with connections that are over.
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors: the next accept would fail at once as well.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let issuer = Arc::clone(&issuer);
        let answer = service_fn(move |request| answer(Arc::clone(&issuer), request));
        connections.spawn(async move {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(Duration::from_secs(10))
                .serve_connection(TokioIo::new(stream), answer);
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to the issuer broke");
            }
        });
    }
}

async fn answer(
    issuer: Arc<Issuer>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let answer = match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(body) => issuer.answer(Request::from_parts(head, body.to_bytes())).await,
        Err(_) => page::refuse(StatusCode::PAYLOAD_TOO_LARGE, "The body is too long"),
    };
    Ok(answer.map(Full::new))
}
