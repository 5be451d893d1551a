//! A client that sends bytes as they are and keeps what comes back as it came.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::wire::{AnswerHead, dechunk, find};

/// A request, cut into the pieces in which it is sent.
#[derive(Clone, Debug)]
pub struct ToSend {
    /// Request line, headers and empty line.
    pub head: Vec<u8>,
    pub body: Vec<Vec<u8>>,
    /// Between two pieces of the body.
    pub pause: Duration,
    /// Send the body after `100 Continue` only.
    pub waits_to_continue: bool,
}

/// How the answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Complete,
    /// The connection was closed before the answer was whole.
    Closed,
    Reset,
    /// Nothing more came in time.
    Silent,
}

#[derive(Clone, Debug)]
pub struct ClientSaw {
    /// Heads of 1xx answers.
    pub interim: Vec<String>,
    /// The final answer, as it stood on the wire.
    pub wire: Vec<u8>,
    /// The final answer's pieces and when each came after the request was begun.
    pub pieces: Vec<(Duration, Vec<u8>)>,
    pub end: End,
}

impl ClientSaw {
    pub fn head(&self) -> Option<AnswerHead> {
        let end = find(&self.wire, b"\r\n\r\n")?;
        AnswerHead::parse(&String::from_utf8_lossy(self.wire.get(..end)?))
    }

    /// The body without chunk framing.
    pub fn body(&self) -> Vec<u8> {
        let raw = self.raw_body();
        let is_chunked = self.head().is_some_and(|head| head.get("Transfer-Encoding").is_some());
        if is_chunked { dechunk(raw).unwrap_or_default() } else { raw.to_vec() }
    }

    /// The body as it stood on the wire.
    pub fn raw_body(&self) -> &[u8] {
        find(&self.wire, b"\r\n\r\n").and_then(|end| self.wire.get(end + 4..)).unwrap_or_default()
    }
}

/// Sends `request` to `front` and reads one answer, at most for `patience`.
pub async fn exchange(
    front: SocketAddr,
    request: ToSend,
    patience: Duration,
) -> std::io::Result<ClientSaw> {
    let begun = Instant::now();
    let connection = TcpStream::connect(front).await?;
    connection.set_nodelay(true)?;
    let (mut from, mut to) = connection.into_split();
    let is_head = request.head.starts_with(b"HEAD ");
    let (go_on, told_to_go_on) = tokio::sync::oneshot::channel::<()>();
    // Sending goes on beside reading: the host may answer before it has the whole body.
    let sending = tokio::spawn(async move {
        to.write_all(&request.head).await?;
        if request.waits_to_continue && told_to_go_on.await.is_err() {
            return Ok(to);
        }
        for (at, piece) in request.body.iter().enumerate() {
            if at > 0 {
                tokio::time::sleep(request.pause).await;
            }
            to.write_all(piece).await?;
        }
        Ok::<_, std::io::Error>(to)
    });
    let mut go_on = Some(go_on);
    let mut saw = ClientSaw { interim: vec![], wire: vec![], pieces: vec![], end: End::Silent };
    let reading = async {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let count = match from.read(&mut buffer).await {
                Ok(0) => {
                    return if ends_with_the_connection(&saw) {
                        End::Complete
                    } else {
                        End::Closed
                    };
                }
                Ok(count) => count,
                Err(_) => return End::Reset,
            };
            let piece = buffer.get(..count).unwrap_or_default().to_vec();
            saw.wire.extend_from_slice(&piece);
            saw.pieces.push((begun.elapsed(), piece));
            while take_interim(&mut saw) {
                if let Some(go_on) = go_on.take() {
                    // Nobody waits: the body is on its way already.
                    let _ = go_on.send(());
                }
            }
            if is_whole(&saw, is_head) {
                return End::Complete;
            }
        }
    };
    let end = tokio::time::timeout(patience, reading).await.unwrap_or(End::Silent);
    saw.end = end;
    sending.abort();
    Ok(saw)
}

/// Moves a 1xx answer from the front of what came to `interim`.
fn take_interim(saw: &mut ClientSaw) -> bool {
    if !saw.wire.starts_with(b"HTTP/1.1 1") || saw.wire.starts_with(b"HTTP/1.1 101") {
        return false;
    }
    let Some(end) = find(&saw.wire, b"\r\n\r\n") else { return false };
    let rest = saw.wire.split_off(end + 4);
    saw.interim.push(String::from_utf8_lossy(&saw.wire).trim_end().to_owned());
    saw.pieces = rest_as_piece(&saw.pieces, &rest);
    saw.wire = rest;
    true
}

fn rest_as_piece(pieces: &[(Duration, Vec<u8>)], rest: &[u8]) -> Vec<(Duration, Vec<u8>)> {
    let last = pieces.last().map(|(at, _)| *at).filter(|_| !rest.is_empty());
    last.map(|at| (at, rest.to_vec())).into_iter().collect()
}

fn is_whole(saw: &ClientSaw, is_head: bool) -> bool {
    let Some(head) = saw.head() else { return false };
    if is_head || matches!(head.code(), 204 | 304) {
        return true;
    }
    let body = saw.raw_body();
    if head.get("Transfer-Encoding").is_some() {
        return body.ends_with(b"0\r\n\r\n") && dechunk(body).is_some();
    }
    let length = head.get("Content-Length").and_then(|text| text.parse::<usize>().ok());
    length.is_some_and(|length| body.len() >= length)
}

fn ends_with_the_connection(saw: &ClientSaw) -> bool {
    saw.head().is_some_and(|head| {
        head.get("Transfer-Encoding").is_none() && head.get("Content-Length").is_none()
    })
}
