//! HTTP/1.1 towards the handler, spelled as the real host spells it.
//!
//! Not hyper's client, because the recordings pin what that one decides by itself: order and case
//! of header names, the whole body sent before the answer is read (so that an early answer on a
//! closed connection is an error), small chunks held back, a custom reason phrase, and whether a
//! connection ended before or after the first byte of an answer.

mod answer;
mod connection;
mod upload;

use std::time::Duration;

use bytes::Bytes;

pub(crate) use answer::{Answer, AnswerBody};
use connection::{Connection, Expectation};
pub(crate) use upload::{BODY_LIMIT, Upload, UploadError};

/// Header names and values in wire order.
pub(crate) type Headers = Vec<(String, Vec<u8>)>;

/// A request's head. Framing headers stand among the others, where the host writes them.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Headers,
}

/// A request's body; the framing has to agree with the head.
pub(crate) enum Body<'a> {
    Nothing,
    Whole(&'a Bytes),
    Chunked(&'a Bytes),
    Stream(&'a mut Upload),
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    #[error("System.Net.Sockets.SocketException: {0}")]
    Connect(std::io::Error),
    #[error("Request headers must contain only ASCII characters.")]
    NotAscii,
    /// The connection ended before the answer's head did.
    #[error("The response ended prematurely. (ResponseEnded)")]
    Ended { nothing_came: bool },
    #[error("Unable to write data to the transport connection: {0}")]
    Write(std::io::Error),
    /// A header of the answer that cannot go on to the client.
    #[error("System.InvalidOperationException: {0}")]
    Header(String),
    #[error("Received an invalid response: {0}")]
    Malformed(&'static str),
    #[error("{}", truncated(*.missing))]
    Truncated { missing: Option<u64> },
    #[error(transparent)]
    Upload(#[from] UploadError),
    #[error("The request timed out: nothing moved for {} s", .0.as_secs())]
    Idle(Duration),
}

fn truncated(missing: Option<u64>) -> String {
    match missing {
        Some(bytes) => format!(
            "The response ended prematurely, with at least {bytes} additional bytes expected. \
             (ResponseEnded)"
        ),
        None => "The response ended prematurely. (ResponseEnded)".to_owned(),
    }
}

/// How long `Expect: 100-continue` waits before the body is sent all the same.
const CONTINUE_WAIT: Duration = Duration::from_secs(1);

/// Sends one request on a connection of its own and reads the answer's head.
///
/// `idle` bounds every single wait for bytes to move, not the whole exchange.
pub(crate) async fn exchange(
    port: u16,
    request: &Request,
    body: Body<'_>,
    idle: Option<Duration>,
) -> Result<Answer, WireError> {
    let head = encode_head(request)?;
    let mut connection = Connection::open(port, idle).await?;
    connection.write(&head).await?;
    let bodyless_answer = request.method == "HEAD";
    if expects_continue(request) && !matches!(body, Body::Nothing) {
        connection.flush().await?;
        connection = match connection.await_continue(CONTINUE_WAIT, bodyless_answer).await? {
            Expectation::GoOn(connection) => connection,
            Expectation::Answered(answer) => return Ok(answer),
        };
    }
    match body {
        // Nothing of such a request is lost when it cannot be written: it may go out again.
        Body::Nothing => {
            let sent = connection.flush().await;
            sent.map_err(|_| WireError::Ended { nothing_came: true })?;
        }
        Body::Whole(bytes) => connection.write(bytes).await?,
        Body::Chunked(bytes) => {
            connection.write_chunk(bytes).await?;
            connection.write(b"0\r\n\r\n").await?;
        }
        Body::Stream(upload) => {
            connection.flush().await?;
            while let Some(piece) = upload.next().await? {
                connection.write_chunk(&piece).await?;
            }
            connection.write(b"0\r\n\r\n").await?;
        }
    }
    connection.flush().await?;
    connection.answer(bodyless_answer).await
}

fn expects_continue(request: &Request) -> bool {
    let expect = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("expect"));
    expect.is_some_and(|(_, value)| value.eq_ignore_ascii_case(b"100-continue"))
}

fn encode_head(request: &Request) -> Result<Vec<u8>, WireError> {
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target).into_bytes();
    for (name, value) in &request.headers {
        if !value.is_ascii() {
            return Err(WireError::NotAscii);
        }
        head.extend_from_slice(name.as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value);
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    Ok(head)
}

#[cfg(test)]
mod tests;
