//! The smallest HTTP server that a client of a provider can talk to: one request a connection.

use std::sync::Arc;

use azure_core::error::ErrorKind;
use azure_core::http::headers::Headers;
use azure_core::http::request::Body;
use azure_core::http::{AsyncRawResponse, Request};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A request.
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) target: String,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Asked {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn bearer(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }
}

impl From<&Request> for Asked {
    fn from(request: &Request) -> Self {
        let headers = request.headers().iter();
        let body = match request.body() {
            Body::Bytes(bytes) => bytes.to_vec(),
            Body::SeekableStream(_) => Vec::new(),
        };
        Self {
            method: request.method().to_string(),
            target: request.path_and_query(),
            headers: headers
                .map(|(name, value)| (name.as_str().to_lowercase(), value.as_str().to_owned()))
                .collect(),
            body,
        }
    }
}

/// A reply, or a broken connection in its place.
pub(super) enum Answered {
    Json(u16, Value),
    Nothing,
}

impl Answered {
    /// As a transport in the process says it.
    pub(super) fn in_process(self) -> azure_core::Result<AsyncRawResponse> {
        match self {
            Self::Json(status, body) => {
                Ok(AsyncRawResponse::from_bytes(status.into(), Headers::new(), body.to_string()))
            }
            Self::Nothing => Err(ErrorKind::Io.into_error()),
        }
    }
}

/// Answers on a port of its own until the runtime ends; its origin.
pub(super) async fn serve<F>(answer: F) -> std::io::Result<String>
where
    F: Fn(Asked) -> Answered + Send + Sync + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, Arc::clone(&answer)));
        }
    });
    Ok(origin)
}

async fn converse<F>(mut stream: TcpStream, answer: Arc<F>)
where
    F: Fn(Asked) -> Answered + Send + Sync + 'static,
{
    let Some(asked) = read(&mut stream).await else { return };
    let Answered::Json(status, body) = answer(asked) else { return };
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    // A client that went away is no trouble of ours.
    let _ = stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).await;
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes.get(..end)?.to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut asked = Asked { method, target, headers, body: bytes.get(end + 4..)?.to_vec() };
    let length = asked.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while asked.body.len() < length {
        if stream.read_buf(&mut asked.body).await.ok()? == 0 {
            return None;
        }
    }
    Some(asked)
}
