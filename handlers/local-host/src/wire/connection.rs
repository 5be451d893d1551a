//! One connection to the handler: buffered writes, bounded waits, the answer's head.

use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::answer::{Answer, AnswerBody, Framing, Head};
use super::{WireError, answer};

/// What is written waits for this many bytes, as in the real host: tiny chunks are held back.
const WRITE_BUFFER: usize = 4_096;
const READ_BUFFER: usize = 16 * 1_024;
const MOST_HEAD: usize = 64 * 1_024;

pub(crate) enum Expectation {
    GoOn(Connection),
    /// A final answer came first: the body is not wanted.
    Answered(Answer),
}

pub(crate) struct Connection {
    stream: TcpStream,
    written: Vec<u8>,
    read: BytesMut,
    idle: Option<Duration>,
}

impl Connection {
    pub async fn open(port: u16, idle: Option<Duration>) -> Result<Self, WireError> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.map_err(WireError::Connect)?;
        stream.set_nodelay(true).map_err(WireError::Connect)?;
        Ok(Self { stream, written: Vec::new(), read: BytesMut::new(), idle })
    }

    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        if self.written.len() + bytes.len() < WRITE_BUFFER {
            self.written.extend_from_slice(bytes);
            return Ok(());
        }
        self.flush().await?;
        self.send(bytes).await
    }

    pub async fn write_chunk(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        self.write(format!("{:X}\r\n", bytes.len()).as_bytes()).await?;
        self.write(bytes).await?;
        self.write(b"\r\n").await
    }

    pub async fn flush(&mut self) -> Result<(), WireError> {
        let written = std::mem::take(&mut self.written);
        self.send(&written).await
    }

    async fn send(&mut self, mut bytes: &[u8]) -> Result<(), WireError> {
        while !bytes.is_empty() {
            let sent = bounded(self.idle, self.stream.write(bytes)).await?;
            let sent = sent.map_err(WireError::Write)?;
            bytes = bytes.get(sent..).unwrap_or_default();
        }
        Ok(())
    }

    /// Waits for the word to go on after `Expect: 100-continue`; without one the body is sent all
    /// the same.
    pub async fn await_continue(
        mut self,
        wait: Duration,
        bodyless: bool,
    ) -> Result<Expectation, WireError> {
        match tokio::time::timeout(wait, self.head()).await {
            Ok(Ok(head)) if head.status == 100 => Ok(Expectation::GoOn(self)),
            Ok(Ok(head)) => {
                let framing = Framing::of(&head, bodyless)?;
                let body = AnswerBody::new(self, framing);
                Ok(Expectation::Answered(Answer::new(head, body)))
            }
            Ok(Err(error)) => Err(error),
            Err(_elapsed) => Ok(Expectation::GoOn(self)),
        }
    }

    pub async fn answer(mut self, bodyless: bool) -> Result<Answer, WireError> {
        loop {
            let head = self.head().await?;
            match head.status {
                // What follows would be another protocol, which local-host does not carry.
                101 => return Err(WireError::Malformed("an upgrade")),
                100..200 => continue,
                _ => {}
            }
            let framing = Framing::of(&head, bodyless)?;
            return Ok(Answer::new(head, AnswerBody::new(self, framing)));
        }
    }

    async fn head(&mut self) -> Result<Head, WireError> {
        let mut nothing_came = self.read.is_empty();
        loop {
            if let Some(end) = answer::head_end(&self.read) {
                let head = self.read.split_to(end);
                return Head::parse(&head);
            }
            if self.read.len() > MOST_HEAD {
                return Err(WireError::Malformed("the headers exceed 64 KiB"));
            }
            match self.fill().await {
                Ok(0) | Err(WireError::Ended { .. }) => {
                    return Err(WireError::Ended { nothing_came });
                }
                Ok(_) => nothing_came = false,
                Err(other) => return Err(other),
            }
        }
    }

    /// Reads more; 0 at the end of the stream.
    pub async fn fill(&mut self) -> Result<usize, WireError> {
        // Left to itself the buffer grows by 64 bytes.
        self.read.reserve(READ_BUFFER);
        let read = bounded(self.idle, self.stream.read_buf(&mut self.read)).await?;
        read.map_err(|_| WireError::Ended { nothing_came: false })
    }

    pub fn buffer(&mut self) -> &mut BytesMut {
        &mut self.read
    }
}

async fn bounded<T>(idle: Option<Duration>, step: impl Future<Output = T>) -> Result<T, WireError> {
    match idle {
        None => Ok(step.await),
        Some(most) => {
            tokio::time::timeout(most, step).await.map_err(|_elapsed| WireError::Idle(most))
        }
    }
}
