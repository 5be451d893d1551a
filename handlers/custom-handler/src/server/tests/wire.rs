//! A running server, and a client that writes raw bytes and reads one answer at a time.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::{Deadlines, Function, ServeError, StandingHeaders, serve};

/// Longer than anything here may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What the real host puts on an event.
pub(super) const HOST: &str = "Host: 127.0.0.1:39197\r\n\
    X-Azure-Functions-HostVersion: 4.1037.0.0\r\n\
    X-Azure-Functions-InvocationId: 0fe8c849-d4e6-4eee-b598-a16e0f3ab057\r\n\
    User-Agent: Azure-Functions-Host/4.1037.0.0\r\n";

/// What the real host puts on a request that it proxies.
pub(super) const PROXY: &str = "Host: 127.0.0.1:37841\r\n\
    X-Azure-Functions-HostVersion: 4.1037.0.0\r\n\
    X-Azure-Functions-InvocationId: bec11693-c2cc-48cb-88aa-0f70d2112a63\r\n\
    x-ms-invocation-id: bec11693-c2cc-48cb-88aa-0f70d2112a63\r\n\
    X-Forwarded-For: 127.0.0.1\r\n\
    X-Forwarded-Host: app.example.net\r\n\
    X-Forwarded-Proto: http\r\n";

/// What the functions of a test leave behind.
#[derive(Clone, Default)]
pub(super) struct Seen {
    begun: Arc<AtomicUsize>,
    ended: Arc<AtomicUsize>,
    changed: Arc<Notify>,
    /// Opened by a test to let a waiting function go on.
    pub(super) gate: Arc<Notify>,
}

impl Seen {
    pub(super) fn begin(&self) {
        self.begun.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    pub(super) fn end(&self) {
        self.ended.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    pub(super) fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }

    pub(super) fn ended(&self) -> usize {
        self.ended.load(Ordering::SeqCst)
    }

    pub(super) async fn until_begun(&self, count: usize) {
        self.until(|| self.begun() >= count).await;
    }

    pub(super) async fn until_ended(&self, count: usize) {
        self.until(|| self.ended() >= count).await;
    }

    async fn until(&self, reached: impl Fn() -> bool) {
        let wait = async {
            loop {
                let changed = self.changed.notified();
                let mut changed = std::pin::pin!(changed);
                changed.as_mut().enable();
                if reached() {
                    return;
                }
                changed.await;
            }
        };
        timeout(PATIENCE, wait).await.expect("a function did not get so far");
    }
}

pub(super) struct Running {
    pub(super) address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), ServeError>>,
}

impl Running {
    pub(super) async fn start(seen: &Seen, functions: Vec<Function<Seen>>) -> Self {
        Self::within(Deadlines::default(), seen, functions).await
    }

    pub(super) async fn within(
        deadlines: Deadlines,
        seen: &Seen,
        functions: Vec<Function<Seen>>,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let standing = StandingHeaders::default().with("x-standing", "yes");
        let stop_asked = async { drop(stopped.await) };
        let served =
            tokio::spawn(serve(functions, seen.clone(), listener, deadlines, standing, stop_asked));
        Self { address, stop, served }
    }

    pub(super) async fn connect(&self) -> Client {
        Client { stream: TcpStream::connect(self.address).await.unwrap(), unread: Vec::new() }
    }

    /// One request on a connection of its own.
    pub(super) async fn send(&self, request: &str) -> Answer {
        self.connect().await.send(request).await
    }

    /// Tells it to stop and waits until it has.
    pub(super) async fn stop(self) {
        self.stop.send(()).unwrap();
        timeout(PATIENCE, self.served).await.expect("it did not stop").unwrap().unwrap();
    }
}

pub(super) struct Client {
    pub(super) stream: TcpStream,
    unread: Vec<u8>,
}

impl Client {
    pub(super) async fn send(&mut self, request: &str) -> Answer {
        self.write(request.as_bytes()).await;
        self.answer().await
    }

    /// For an answer that has no body whatever its length says.
    pub(super) async fn send_head(&mut self, request: &str) -> Answer {
        self.write(request.as_bytes()).await;
        self.try_answer(!request.starts_with("HEAD")).await.unwrap()
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) {
        timeout(PATIENCE, self.stream.write_all(bytes)).await.expect("nobody reads").unwrap();
    }

    /// The next answer, or the end of the connection as an error.
    pub(super) async fn try_answer(&mut self, has_body: bool) -> io::Result<Answer> {
        let end = loop {
            if let Some(at) = self.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            self.read_more().await?;
        };
        let head = String::from_utf8(self.unread.drain(..end).collect()).unwrap();
        let mut answer = Answer::from_head(&head);
        let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        if has_body && length > 0 {
            while self.unread.len() < length {
                self.read_more().await?;
            }
            let rest = self.unread.split_off(length);
            answer.body = std::mem::replace(&mut self.unread, rest);
        }
        Ok(answer)
    }

    pub(super) async fn answer(&mut self) -> Answer {
        self.try_answer(true).await.expect("the connection ended without an answer")
    }

    /// How many more bytes come before the connection ends.
    pub(super) async fn bytes_left(&mut self, at_a_time: usize) -> usize {
        let mut buffer = vec![0; at_a_time];
        let mut count = 0;
        let drain = async {
            while let Ok(some @ 1..) = self.stream.read(&mut buffer).await {
                count += some;
            }
        };
        timeout(PATIENCE, drain).await.expect("the connection did not end");
        count
    }

    async fn read_more(&mut self) -> io::Result<()> {
        let mut buffer = vec![0; 16 * 1024];
        let read = timeout(PATIENCE, self.stream.read(&mut buffer)).await.expect("no answer")?;
        self.unread.extend_from_slice(&buffer[..read]);
        if read == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    headers: HashMap<String, String>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    fn from_head(head: &str) -> Self {
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self { status, headers, body: Vec::new() }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The last segment of a problem's `type`.
    pub(super) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let problem: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem["status"], self.status);
        problem["type"].as_str().unwrap().strip_prefix("/problems/").unwrap().to_owned()
    }
}

/// A body in chunks of `size`, as the host sends an envelope.
pub(super) fn chunked(body: &[u8], size: usize) -> Vec<u8> {
    let mut wire = Vec::new();
    for chunk in body.chunks(size) {
        wire.extend_from_slice(format!("{:X}\r\n", chunk.len()).as_bytes());
        wire.extend_from_slice(chunk);
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b"0\r\n\r\n");
    wire
}
