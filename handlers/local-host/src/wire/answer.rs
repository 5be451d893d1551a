//! The handler's answer: its head, how its body is framed, and the body piece by piece.

use bytes::{Buf as _, Bytes, BytesMut};

use super::connection::Connection;
use super::{Headers, WireError};

pub(crate) struct Answer {
    pub status: u16,
    pub reason: String,
    pub headers: Headers,
    pub body: AnswerBody,
}

impl Answer {
    pub fn new(head: Head, body: AnswerBody) -> Self {
        Self { status: head.status, reason: head.reason, headers: head.headers, body }
    }

    pub fn header(&self, name: &str) -> Option<&[u8]> {
        find(&self.headers, name)
    }
}

pub(crate) struct Head {
    pub status: u16,
    pub reason: String,
    pub headers: Headers,
}

/// Where the head ends in what was read, the empty line included.
pub(super) fn head_end(read: &[u8]) -> Option<usize> {
    read.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

impl Head {
    pub fn parse(bytes: &[u8]) -> Result<Self, WireError> {
        let mut lines =
            bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let status_line = lines.next().unwrap_or_default();
        let rest = status_line
            .strip_prefix(b"HTTP/1.1 ")
            .or_else(|| status_line.strip_prefix(b"HTTP/1.0 "))
            .ok_or(WireError::Malformed("no HTTP/1 status line"))?;
        let (code, reason) = rest.split_at_checked(3).unwrap_or((rest, b""));
        let status = std::str::from_utf8(code).ok().and_then(|code| code.parse().ok());
        let mut headers = Headers::new();
        for line in lines.filter(|line| !line.is_empty()) {
            let colon = line.iter().position(|byte| *byte == b':');
            let (name, value) = line
                .split_at_checked(colon.unwrap_or(0))
                .filter(|(name, _)| !name.is_empty())
                .ok_or(WireError::Malformed("a header line without a name"))?;
            let name = std::str::from_utf8(name)
                .map_err(|_| WireError::Malformed("a header name that is not text"))?;
            let value = value.strip_prefix(b":").unwrap_or(value).trim_ascii();
            headers.push((name.to_owned(), value.to_owned()));
        }
        Ok(Self {
            status: status.ok_or(WireError::Malformed("no status code"))?,
            reason: String::from_utf8_lossy(reason.trim_ascii()).into_owned(),
            headers,
        })
    }
}

/// RFC 9112 §6.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    Empty,
    Length(u64),
    Chunked,
    UntilClose,
}

impl Framing {
    pub fn of(head: &Head, bodyless: bool) -> Result<Self, WireError> {
        if bodyless || matches!(head.status, 100..200 | 204 | 304) {
            return Ok(Self::Empty);
        }
        let coding = find(&head.headers, "transfer-encoding");
        if coding.is_some_and(|coding| coding.to_ascii_lowercase().ends_with(b"chunked")) {
            return Ok(Self::Chunked);
        }
        let Some(length) = find(&head.headers, "content-length") else {
            return Ok(Self::UntilClose);
        };
        let length = std::str::from_utf8(length).ok().and_then(|length| length.parse().ok());
        length.map(Self::Length).ok_or(WireError::Malformed("a Content-Length that is no number"))
    }
}

fn find<'a>(headers: &'a Headers, name: &str) -> Option<&'a [u8]> {
    let found = headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_slice())
}

/// The body, read as it is asked for.
pub(crate) struct AnswerBody {
    connection: Connection,
    state: State,
}

enum State {
    Length(u64),
    UntilClose,
    ChunkSize,
    Chunk(u64),
    ChunkEnd,
    Trailers,
    Done,
}

impl AnswerBody {
    pub fn new(connection: Connection, framing: Framing) -> Self {
        let state = match framing {
            Framing::Empty | Framing::Length(0) => State::Done,
            Framing::Length(length) => State::Length(length),
            Framing::Chunked => State::ChunkSize,
            Framing::UntilClose => State::UntilClose,
        };
        Self { connection, state }
    }

    /// The next piece, or `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, WireError> {
        loop {
            match self.state {
                State::Done => return Ok(None),
                State::Length(left) => {
                    return self.piece(left, State::Length, State::Done).await.map(Some);
                }
                State::Chunk(left) => {
                    return self.piece(left, State::Chunk, State::ChunkEnd).await.map(Some);
                }
                State::UntilClose => {
                    let ended = self.connection.buffer().is_empty() && self.fill().await? == 0;
                    if ended {
                        self.state = State::Done;
                        return Ok(None);
                    }
                    return Ok(Some(self.connection.buffer().split().freeze()));
                }
                State::ChunkSize => {
                    let line = self.line().await?;
                    let size = line.split(|byte| *byte == b';').next().unwrap_or_default();
                    let size = std::str::from_utf8(size.trim_ascii()).ok();
                    let size = size.and_then(|size| u64::from_str_radix(size, 16).ok());
                    self.state = match size {
                        Some(0) => State::Trailers,
                        Some(size) => State::Chunk(size),
                        None => return Err(WireError::Malformed("a chunk without a size")),
                    };
                }
                State::ChunkEnd => {
                    self.line().await?;
                    self.state = State::ChunkSize;
                }
                State::Trailers => {
                    if self.line().await?.is_empty() {
                        self.state = State::Done;
                    }
                }
            }
        }
    }

    /// Reads all of it, up to `most` bytes.
    pub async fn whole(mut self, most: usize) -> Result<Bytes, WireError> {
        let mut all = BytesMut::new();
        while let Some(piece) = self.next().await? {
            all.extend_from_slice(&piece);
            if all.len() > most {
                return Err(WireError::Malformed("the answer is too large"));
            }
        }
        Ok(all.freeze())
    }

    async fn piece(
        &mut self,
        left: u64,
        on: impl Fn(u64) -> State,
        then: State,
    ) -> Result<Bytes, WireError> {
        if self.connection.buffer().is_empty() && self.fill().await? == 0 {
            let counted = matches!(self.state, State::Length(_));
            return Err(WireError::Truncated { missing: counted.then_some(left) });
        }
        let buffer = self.connection.buffer();
        let here = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let piece = buffer.split_to(here).freeze();
        let left = left - here as u64;
        self.state = if left == 0 { then } else { on(left) };
        Ok(piece)
    }

    async fn line(&mut self) -> Result<Bytes, WireError> {
        loop {
            let buffer = self.connection.buffer();
            if let Some(end) = buffer.windows(2).position(|two| two == b"\r\n") {
                let line = buffer.split_to(end).freeze();
                buffer.advance(2);
                return Ok(line);
            }
            if buffer.len() > 16 * 1_024 {
                return Err(WireError::Malformed("a chunk line without an end"));
            }
            if self.fill().await? == 0 {
                return Err(WireError::Truncated { missing: None });
            }
        }
    }

    /// Reads more; a reset connection is the same as an ended one here.
    async fn fill(&mut self) -> Result<usize, WireError> {
        match self.connection.fill().await {
            Err(WireError::Ended { .. }) => Err(WireError::Truncated { missing: None }),
            other => other,
        }
    }
}
