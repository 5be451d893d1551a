//! Readers who ask and then do not read.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpSocket;
use tokio::time::sleep;

use super::wire::{head, in_words};
use super::{Aim, Spoils};

const AT_ONCE: usize = 64;
/// As little as the kernel lets a reader take in without reading.
const BUFFER: u32 = 4 << 10;
/// How long one lets the other side wait.
const SILENCE: Duration = Duration::from_secs(45);
const LOOK: Duration = Duration::from_millis(250);

pub fn begin(aim: &Aim, spoils: &Spoils) {
    for _ in 0..AT_ONCE {
        let page = head("GET /api/openapi.json", aim.front, &[]);
        tokio::spawn(read_nothing(aim.clone(), "slow readers at the host", aim.front, page));
        if let (Some(storage), Some(path)) = (aim.storage, spoils.path_of_view()) {
            let picture = head(&format!("GET {path}"), storage, &[]);
            let attack = "slow readers at storage";
            tokio::spawn(read_nothing(aim.clone(), attack, storage, picture));
        }
    }
}

async fn read_nothing(aim: Aim, attack: &'static str, to: SocketAddr, request: String) {
    while !aim.is_over() {
        let outcome = ask(&aim, to, request.as_bytes()).await;
        aim.tell(attack, &in_words(outcome.map(|()| "asked and not read".to_owned())));
        sleep(LOOK).await;
    }
}

async fn ask(aim: &Aim, to: SocketAddr, request: &[u8]) -> io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(BUFFER)?;
    let mut stream = socket.connect(to).await?;
    stream.write_all(request).await?;
    let looks = SILENCE.as_millis() / LOOK.as_millis();
    for _ in 0..looks {
        if aim.is_over() {
            break;
        }
        sleep(LOOK).await;
    }
    Ok(())
}
