//! One connection: requests, each with its end, until the client goes or its place is needed.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{Request, Response, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tracing::debug;

use super::face::Face;
use super::patience::{BEHIND_A_REPLY, Patience, for_request};
use super::reply::Reply;
use super::room::Seat;

/// A refused client that is still sending gets to read why: closing at once would take the reply
/// off its hands.
const LINGER: Duration = Duration::from_secs(1);
const MOST_LINGERED: usize = 1 << 20;

/// Talks until it is over.
pub(crate) async fn converse(
    face: Arc<Face>,
    seat: Arc<Seat>,
    stream: TcpStream,
    mut stopped: watch::Receiver<()>,
) {
    let patience = Patience::for_a_head();
    let cut_short = Arc::new(AtomicBool::new(false));
    let service = service_fn(|request| {
        let answer = answer(
            Arc::clone(&face),
            Arc::clone(&seat),
            patience.clone(),
            Arc::clone(&cut_short),
            request,
        );
        Box::pin(async move { Ok::<_, Infallible>(answer.await) })
    });
    // Its own timer for heads is not asked: `patience` knows them, and replies that nobody reads.
    let mut connection = http1::Builder::new()
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service);
    let mut out_of_patience = pin!(patience.runs_out());
    let mut stopping = false;
    loop {
        tokio::select! {
            outcome = poll_fn(|context| connection.poll_without_shutdown(context)) => {
                match outcome {
                    Ok(()) => break,
                    Err(error) => {
                        debug!(%error, "a client of the storage face went away");
                        return;
                    }
                }
            }
            () = &mut out_of_patience => {
                debug!("a client of the storage face took too long");
                return;
            }
            () = seat.is_needed() => {
                debug!("a connection without a signature made room");
                return;
            }
            // The sender is gone: no further request, but the one under way ends.
            _ = stopped.changed(), if !stopping => {
                stopping = true;
                std::pin::Pin::new(&mut connection).graceful_shutdown();
            }
        }
    }
    let mut stream = connection.into_parts().io.into_inner();
    let _ = stream.shutdown().await;
    if cut_short.load(Ordering::Relaxed) {
        let _ = tokio::time::timeout(LINGER, linger(&mut stream)).await;
    }
}

/// Throws away what is on its way, within a bound.
async fn linger(stream: &mut TcpStream) {
    let mut thrown_away = 0;
    let mut buffer = vec![0; 64 << 10];
    while thrown_away < MOST_LINGERED {
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => thrown_away += read,
            _ => return,
        }
    }
}

async fn answer(
    face: Arc<Face>,
    seat: Arc<Seat>,
    patience: Patience,
    cut_short: Arc<AtomicBool>,
    request: Request<Incoming>,
) -> Response<Reply> {
    let (head, mut body) = request.into_parts();
    // A body of no known length is a short document.
    patience.give(for_request(body.size_hint().exact().unwrap_or(0)));
    let (mut reply, signed) = face.answer(head, &mut body, &seat).await;
    if !body.is_end_stream() {
        // What was not wanted is not read either: the connection ends with the reply.
        cut_short.store(true, Ordering::Relaxed);
        let close = header::HeaderValue::from_static("close");
        reply.headers_mut().insert(header::CONNECTION, close);
    }
    patience.give(for_request(reply.body().size_hint().upper().unwrap_or(0)));
    let behind = BehindReply { patience, _signed: signed };
    reply.map(|body| {
        body.map_frame(move |frame| {
            let _kept = &behind;
            frame
        })
        .boxed_unsync()
    })
}

/// Dropped when the reply is handed over: what comes next is a head.
struct BehindReply<S> {
    patience: Patience,
    _signed: S,
}

impl<S> Drop for BehindReply<S> {
    fn drop(&mut self) {
        self.patience.give(BEHIND_A_REPLY);
    }
}
