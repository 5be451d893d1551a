//! HTTP functions through the host's reverse proxy: the tries, and when there are no more.

mod headers;

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;

use crate::invoke::failure::Failure;
use crate::wire::{Answer, Body, Headers, Request, Upload, UploadError, WireError, exchange};
use crate::worker::TRIES_WITHOUT_BODY;

/// No byte in either direction for this long ends a request.
const IDLE: Duration = Duration::from_mins(4);
const TRIES: u32 = 10;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// A client's request as the front has it.
pub(crate) struct ProxyRequest {
    pub method: String,
    /// Path and query, encoded for the handler.
    pub target: String,
    /// In the server's order.
    pub headers: Headers,
    pub peer: IpAddr,
    pub body: ProxyBody,
}

pub(crate) enum ProxyBody {
    Nothing,
    /// With a Content-Length: read whole before the handler hears of it.
    Whole(Bytes),
    Chunked(Upload),
}

/// An answer whose first piece is there: status and headers never leave before it.
pub(crate) struct Proxied {
    pub answer: Answer,
    pub first: Option<Bytes>,
}

/// Sends the request on. A connection that fails before the answer's headers is tried again, all
/// with the same invocation id: 40 deliveries without content, 10 with an empty one, 1 with a body.
pub(crate) async fn forward(
    port: u16,
    invocation: &str,
    mut request: ProxyRequest,
) -> Result<Proxied, Failure> {
    let outgoing = headers::request(&headers::From {
        method: &request.method,
        headers: &request.headers,
        peer: request.peer,
        port,
        invocation,
        chunked: matches!(request.body, ProxyBody::Chunked(_)),
    });
    let head = Request {
        method: std::mem::take(&mut request.method),
        target: std::mem::take(&mut request.target),
        headers: outgoing.headers,
    };
    let mut sender = Sender { port, head, body: request.body, sent: false };
    let deliveries = if outgoing.has_content { 1 } else { TRIES_WITHOUT_BODY };
    let answer = sender.tries(deliveries).await?;
    let Answer { status, reason, headers, mut body } = answer;
    let headers = headers::response(headers)
        .map_err(|cause| forwarding("ResponseHeaders", WireError::Header(cause)))?;
    let first = body.next().await.map_err(|cause| forwarding("ResponseBodyDestination", cause))?;
    Ok(Proxied { answer: Answer { status, reason, headers, body }, first })
}

struct Sender {
    port: u16,
    head: Request,
    body: ProxyBody,
    /// A body has begun to go out: it cannot again.
    sent: bool,
}

impl Sender {
    async fn tries(&mut self, deliveries: u32) -> Result<Answer, Failure> {
        let mut pause = FIRST_PAUSE;
        let mut stage = "Request";
        // What broke a body under way outlasts the tries that cannot send it again.
        let mut broken = None;
        for left in (0..TRIES).rev() {
            let error = match self.try_once(deliveries).await {
                Ok(answer) => return Ok(answer),
                // The client has gone, or nothing moves: there is nobody to try for.
                Err(cause @ WireError::Upload(UploadError::ClientGone)) => {
                    return Err(forwarding("RequestBodyClient", cause));
                }
                Err(cause @ WireError::Idle(_)) => {
                    return Err(forwarding("RequestTimedOut", cause));
                }
                Err(cause) => cause,
            };
            match &error {
                WireError::Write(_) => stage = "RequestBodyDestination",
                WireError::Upload(UploadError::TooLarge) => stage = "RequestBodyClient",
                _ => {}
            }
            if left == 0 {
                return Err(forwarding(stage, broken.unwrap_or(error)));
            }
            if matches!(error, WireError::Write(_)) {
                broken = Some(error);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        Err(forwarding(stage, WireError::Ended { nothing_came: true }))
    }

    async fn try_once(&mut self, deliveries: u32) -> Result<Answer, WireError> {
        let mut last = WireError::Ended { nothing_came: true };
        for _ in 0..deliveries {
            match self.deliver().await {
                Err(error @ WireError::Ended { nothing_came: true }) => last = error,
                other => return other,
            }
        }
        Err(last)
    }

    async fn deliver(&mut self) -> Result<Answer, WireError> {
        if self.sent {
            return Err(WireError::Upload(UploadError::Consumed));
        }
        let (port, head) = (self.port, &self.head);
        match &mut self.body {
            ProxyBody::Nothing => exchange(port, head, Body::Nothing, Some(IDLE)).await,
            ProxyBody::Whole(bytes) => {
                let answered = exchange(port, head, Body::Whole(bytes), Some(IDLE)).await;
                // What never reached a connection has not been sent.
                self.sent = !matches!(answered, Err(WireError::Connect(_) | WireError::NotAscii));
                answered
            }
            ProxyBody::Chunked(upload) => {
                let answered = exchange(port, head, Body::Stream(upload), Some(IDLE)).await;
                self.sent = upload.started();
                answered
            }
        }
    }
}

fn forwarding(stage: &'static str, cause: WireError) -> Failure {
    Failure::Forwarding { stage, cause }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A handler that closes every connection once it has read a head; counts them.
    async fn closing_handler() -> (u16, Arc<AtomicUsize>) {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(AtomicUsize::new(0));
        let counted = heads.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut read = Vec::new();
                while !read.windows(4).any(|four| four == b"\r\n\r\n") {
                    let more = tokio::io::AsyncReadExt::read_buf(&mut stream, &mut read).await;
                    assert_ne!(more.unwrap(), 0);
                }
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        (port, heads)
    }

    async fn deliveries(method: &str, headers: &[(&str, &str)], body: ProxyBody) -> usize {
        let (port, heads) = closing_handler().await;
        let headers: Headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
            .collect();
        let request = ProxyRequest {
            method: method.into(),
            target: "/r/x".into(),
            headers,
            peer: IpAddr::from([127, 0, 0, 1]),
            body,
        };
        let failure = forward(port, "id", request).await.err().unwrap();
        assert!(matches!(failure, Failure::Forwarding { .. }));
        heads.load(Ordering::SeqCst)
    }

    #[tokio::test]
    async fn a_closed_connection_repeats_a_bodyless_request_forty_times() {
        assert_eq!(deliveries("GET", &[("Host", "h")], ProxyBody::Nothing).await, 40);
    }

    #[tokio::test]
    async fn an_empty_body_goes_out_ten_times_and_a_body_once() {
        let empty = [("Content-Length", "0")];
        let once = [("Content-Length", "5")];
        let body = ProxyBody::Whole(Bytes::from_static(b"12345"));
        let (ten, one) = tokio::join!(
            deliveries("POST", &empty, ProxyBody::Nothing),
            deliveries("PUT", &once, body),
        );
        assert_eq!((ten, one), (10, 1));
    }

    #[tokio::test]
    async fn a_value_beyond_ascii_reaches_nothing() {
        assert_eq!(deliveries("GET", &[("Cookie", "a=café")], ProxyBody::Nothing).await, 0);
    }
}
