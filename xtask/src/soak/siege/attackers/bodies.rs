//! Anonymous bodies of 30 MB, with a length and in chunks.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::Aim;
use super::wire::{head, in_words, status};

const PIECES: usize = 480;
/// 480 of them are 30 MB.
const PIECE: usize = 64 << 10;
const AT_ONCE: usize = 2;
const PAUSE: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_mins(1);

pub fn begin(aim: &Aim) {
    for _ in 0..AT_ONCE {
        tokio::spawn(send(aim.clone(), aim.front, true));
        tokio::spawn(send(aim.clone(), aim.front, false));
    }
    if let Some(storage) = aim.storage {
        tokio::spawn(send(aim.clone(), storage, true));
    }
}

async fn send(aim: Aim, to: SocketAddr, says_length: bool) {
    let (attack, line) = match (to == aim.front, says_length) {
        (true, true) => ("30 MB at the host", "POST /api/patients"),
        (true, false) => ("30 MB in chunks at the host", "POST /api/links/open"),
        (false, _) => ("30 MB at storage", "PUT /aftersight/records/nobody/nothing"),
    };
    while !aim.is_over() {
        let sent = timeout(PATIENCE, send_once(to, line, says_length)).await;
        aim.tell(attack, &in_words(sent.unwrap_or_else(|_| Ok("late".to_owned()))));
        sleep(PAUSE).await;
    }
}

async fn send_once(to: SocketAddr, line: &str, says_length: bool) -> io::Result<String> {
    let length = format!("Content-Length: {}", PIECES * PIECE);
    let framing = if says_length { length.as_str() } else { "Transfer-Encoding: chunked" };
    let mut stream = TcpStream::connect(to).await?;
    stream.write_all(head(line, to, &[framing]).as_bytes()).await?;
    let piece = vec![b' '; PIECE];
    let (before, after) = (format!("{PIECE:x}\r\n"), "\r\n");
    for _ in 0..PIECES {
        let sent = async {
            if says_length {
                return stream.write_all(&piece).await;
            }
            stream.write_all(before.as_bytes()).await?;
            stream.write_all(&piece).await?;
            stream.write_all(after.as_bytes()).await
        };
        if sent.await.is_err() {
            // Cut, perhaps with an answer before it.
            return status(&mut stream).await;
        }
    }
    if !says_length {
        stream.write_all(b"0\r\n\r\n").await?;
    }
    status(&mut stream).await
}
