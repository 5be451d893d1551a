//! Requests byte by byte: what no honest client library would send.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longer than any answer should take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Sends a whole request; answers the status, or in a word what came instead.
pub async fn exchange(to: SocketAddr, request: &[u8]) -> String {
    let exchanged = async {
        let mut stream = TcpStream::connect(to).await?;
        stream.write_all(request).await?;
        status(&mut stream).await
    };
    in_words(timeout(PATIENCE, exchanged).await.unwrap_or_else(|_| Ok("late".to_owned())))
}

/// Reads the first line of an answer.
pub async fn status(stream: &mut TcpStream) -> io::Result<String> {
    let mut line = [0_u8; 12];
    stream.read_exact(&mut line).await?;
    let line = String::from_utf8_lossy(&line);
    Ok(line.split(' ').nth(1).unwrap_or("no status").to_owned())
}

/// What an outcome is counted as.
pub fn in_words(outcome: io::Result<String>) -> String {
    outcome.unwrap_or_else(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe => "cut".to_owned(),
        io::ErrorKind::ConnectionRefused => "not accepted".to_owned(),
        other => other.to_string(),
    })
}

/// The head of a request, ended; `headers` are whole lines without their ends.
pub fn head(first_line: &str, to: SocketAddr, headers: &[&str]) -> String {
    let mut head = format!("{first_line} HTTP/1.1\r\nHost: {to}\r\n");
    for line in headers {
        head.push_str(line);
        head.push_str("\r\n");
    }
    head + "\r\n"
}

/// A whole request with a JSON body.
pub fn with_json(first_line: &str, to: SocketAddr, headers: &[&str], body: &str) -> Vec<u8> {
    let length = format!("Content-Length: {}", body.len());
    let all = [headers, &["Content-Type: application/json", &length]].concat();
    (head(first_line, to, &all) + body).into_bytes()
}
