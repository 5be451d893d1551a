//! Request headers as the client wrote them.
//!
//! hyper lowers their names and drops a Content-Length beside chunks; the recordings show that the
//! handler sees names as they came, and that length too. So a copy of the bytes is kept until the
//! request that begins in them is served.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use http::{HeaderMap, Method};
use hyper::rt::{Read, ReadBufCursor, Write};
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::net::TcpStream;

use crate::wire::Headers;

/// More than the largest head that is served.
const MOST_KEPT: usize = 128 * 1_024;

/// The bytes read since the last request was served, shared by a connection and its service.
#[derive(Clone, Default)]
pub(super) struct Spelling {
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl Spelling {
    /// Takes the head of this request out of the bytes and gives its headers as they came.
    pub fn headers(&self, method: &Method, target: &str, headers: &HeaderMap) -> Headers {
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let written = take_head(&mut bytes, &format!("{method} {target} HTTP/1."));
        drop(bytes);
        if agree(&written, headers) {
            return written;
        }
        let read = headers.iter();
        read.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect()
    }

    fn keep(&self, read: &[u8]) {
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        bytes.extend_from_slice(read);
        // A long body passes through here too; the next head is always at the end.
        if bytes.len() > 2 * MOST_KEPT {
            let old = bytes.len() - MOST_KEPT;
            bytes.drain(..old);
        }
    }
}

/// Headers of the head that begins with this request line; it and all before it are removed.
fn take_head(bytes: &mut Vec<u8>, request_line: &str) -> Headers {
    let line = request_line.as_bytes();
    let begin = bytes.windows(line.len()).position(|window| window == line);
    let Some(begin) = begin else { return Headers::new() };
    let rest = bytes.get(begin..).unwrap_or_default();
    let end = rest.windows(4).position(|four| four == b"\r\n\r\n").map_or(rest.len(), |at| at + 4);
    let head = rest.get(..end).unwrap_or_default();
    let headers = head.split(|byte| *byte == b'\n').skip(1).filter_map(header_line).collect();
    bytes.drain(..begin + end);
    headers
}

fn header_line(line: &[u8]) -> Option<(String, Vec<u8>)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at_checked(colon)?;
    let name = std::str::from_utf8(name).ok()?.trim().to_owned();
    Some((name, value.strip_prefix(b":")?.trim_ascii().to_vec()))
}

/// Whether these are the headers that hyper read, but for the lengths that it does not believe. A
/// body that looks like another request could have misled us.
fn agree(written: &Headers, read: &HeaderMap) -> bool {
    let (mut seen, mut lengths) = (0, 0);
    for (name, value) in written {
        let same = read.get_all(name).iter().any(|read| read.as_bytes() == value.as_slice());
        let is_length = name.eq_ignore_ascii_case("content-length");
        if same && is_length {
            // Said twice, it was read once.
            lengths = 1;
        } else if same {
            seen += 1;
        } else if !is_length {
            return false;
        }
    }
    seen + lengths == read.len()
}

/// A client's socket whose bytes are copied on their way to hyper.
pub(super) struct Copied {
    stream: TcpStream,
    spelling: Spelling,
    read: Box<[u8]>,
}

impl Copied {
    pub fn new(stream: TcpStream, spelling: Spelling) -> Self {
        Self { stream, spelling, read: vec![0; 16 * 1_024].into_boxed_slice() }
    }

    /// Ends the connection with a reset instead of an orderly close.
    pub fn reset(self) {
        if let Err(cause) = self.stream.set_zero_linger() {
            tracing::debug!(%cause, "a connection was closed where it should have been reset");
        }
    }
}

impl Read for Copied {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut cursor: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let room = this.read.len().min(cursor.remaining());
        let mut read = ReadBuf::new(this.read.get_mut(..room).unwrap_or_default());
        ready!(Pin::new(&mut this.stream).poll_read(context, &mut read))?;
        cursor.put_slice(read.filled());
        this.spelling.keep(read.filled());
        Poll::Ready(Ok(()))
    }
}

impl Write for Copied {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(spelling: &Spelling, target: &str, names: &[&'static str]) -> Vec<String> {
        let headers: HeaderMap = names
            .iter()
            .map(|name| (http::HeaderName::from_static(name), http::HeaderValue::from_static("1")))
            .collect();
        let headers = spelling.headers(&Method::GET, target, &headers);
        headers.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn names_come_back_as_the_client_wrote_them() {
        let spelling = Spelling::default();
        spelling.keep(b"GET /a HTTP/1.1\r\nHOST: 1\r\nx-Lower_Case: 1\r\n\r\n");
        assert_eq!(names(&spelling, "/a", &["host", "x-lower_case"]), ["HOST", "x-Lower_Case"]);
    }

    #[test]
    fn pipelined_requests_keep_their_own_spelling() {
        let spelling = Spelling::default();
        spelling.keep(b"body of the one beforeGET /a HTTP/1.1\r\nX-A: 1\r\n\r\nGET /b HTT");
        assert_eq!(names(&spelling, "/a", &["x-a"]), ["X-A"]);
        spelling.keep(b"P/1.1\r\nx-A: 1\r\n\r\n");
        assert_eq!(names(&spelling, "/b", &["x-a"]), ["x-A"]);
    }

    #[test]
    fn a_length_that_hyper_dropped_is_still_there() {
        let spelling = Spelling::default();
        spelling.keep(b"GET /a HTTP/1.1\r\nX-A: 1\r\nContent-Length: 4\r\n\r\n");
        assert_eq!(names(&spelling, "/a", &["x-a"]), ["X-A", "Content-Length"]);
    }

    #[test]
    fn a_length_that_was_said_twice_is_there_twice() {
        let spelling = Spelling::default();
        spelling.keep(b"GET /a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n");
        assert_eq!(names(&spelling, "/a", &["content-length"]).len(), 2);
    }

    #[test]
    fn a_head_that_does_not_agree_is_not_believed() {
        let spelling = Spelling::default();
        spelling.keep(b"GET /a HTTP/1.1\r\nX-A: forged\r\n\r\n");
        assert_eq!(names(&spelling, "/a", &["x-a"]), ["x-a"]);
    }

    #[test]
    fn a_head_that_is_not_found_is_spelled_in_lower_case() {
        assert_eq!(names(&Spelling::default(), "/a", &["x-a"]), ["x-a"]);
    }

    #[test]
    fn a_long_body_is_forgotten() {
        let spelling = Spelling::default();
        for _ in 0..100 {
            spelling.keep(&[b'x'; 16 * 1_024]);
        }
        assert!(spelling.bytes.lock().unwrap().len() <= 2 * MOST_KEPT);
    }
}
