//! The issuer's own port.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Body as _, Incoming};
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
    if body.size_hint().lower() > BODY_LIMIT as u64 {
        return Ok(too_long().map(Full::new));
    }
    let answer = match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(body) => issuer.answer(Request::from_parts(head, body.to_bytes())).await,
        Err(_) => too_long(),
    };
    Ok(answer.map(Full::new))
}

fn too_long() -> Response<Bytes> {
    page::refuse(StatusCode::PAYLOAD_TOO_LARGE, "The body is too long")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HostClock;
    use crate::issuer::IssuerOptions;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn the_port_answers_until_it_is_told_to_stop() {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let issuer = Issuer::open(IssuerOptions {
            origin: format!("http://{address}"),
            public_origin: "http://127.0.0.1:7071".to_owned(),
            audience: "api://aftersight".to_owned(),
            staff: Vec::new(),
            key_file: folder.path().join("issuer-key.pem"),
            clock: HostClock::real(),
        })
        .unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving =
            tokio::spawn(serve(Arc::new(issuer), listener, async { drop(stopped.await) }));

        let found = ask(address, "GET /jwks", 0).await;
        assert!(found.starts_with("HTTP/1.1 200 "), "{found}");
        assert!(found.contains("\"crv\":\"P-256\""), "{found}");
        let refused = ask(address, "POST /token", BODY_LIMIT + 1).await;
        assert!(refused.starts_with("HTTP/1.1 413 "), "{refused}");

        stop.send(()).unwrap();
        serving.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }

    async fn ask(address: std::net::SocketAddr, first_line: &str, body: usize) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "{first_line} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
             Content-Length: {body}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8(answer).unwrap()
    }
}
