//! Where scripted handlers ask what to do, and where it is written down what they saw.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::conduct::{Body, Conduct, Head, Life, Told};

/// Decides on one request: its head, and how many came before it.
pub type Script = Arc<dyn Fn(&Head, usize) -> Conduct + Send + Sync>;

/// One request as the handler saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub head: Head,
    /// `None`: the body was not read.
    pub body: Option<Body>,
}

impl Seen {
    /// Head and body were read to their end.
    pub fn is_complete(&self) -> bool {
        self.body.as_ref().is_some_and(|body| body.complete)
    }

    pub fn body_bytes(&self) -> Option<Vec<u8>> {
        BASE64_STANDARD.decode(self.body.as_ref()?.bytes.as_ref()?).ok()
    }

    /// Head and body as they stood on the wire.
    pub fn wire(&self) -> Vec<u8> {
        let decode = |text: &str| BASE64_STANDARD.decode(text).unwrap_or_default();
        let body = self.body.as_ref().and_then(|body| body.wire.as_deref());
        [decode(&self.head.wire), body.map(decode).unwrap_or_default()].concat()
    }
}

/// One process of the handler.
#[derive(Clone, Debug)]
pub struct LifeSeen {
    pub over: bool,
}

#[derive(Default)]
struct Record {
    probes: Vec<Seen>,
    requests: Vec<Seen>,
    lives: Vec<LifeSeen>,
}

struct Shared {
    record: Mutex<Record>,
    script: Mutex<Script>,
    probe: Mutex<Script>,
    life: Mutex<Life>,
    /// Counts what was recorded, for those who wait.
    events: watch::Sender<u64>,
}

/// The writer of the script for all handler processes of one host.
pub struct Stage {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Stage {
    pub async fn open(life: Life, probe: Script) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            record: Mutex::default(),
            script: Mutex::new(Arc::new(|_, _| Conduct::steps(Vec::new()))),
            probe: Mutex::new(probe),
            life: Mutex::new(life),
            events: watch::Sender::new(0),
        });
        let listening = Arc::downgrade(&shared);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let Some(shared) = listening.upgrade() else { return };
                tokio::spawn(async move { shared.hear(connection).await });
            }
        });
        Ok(Self { address, shared })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Forgets what was seen and takes a new script.
    pub fn set_script(&self, script: Script) {
        *lock(&self.shared.script) = script;
        let mut record = lock(&self.shared.record);
        record.requests.clear();
        record.probes.clear();
    }

    pub fn requests(&self) -> Vec<Seen> {
        lock(&self.shared.record).requests.clone()
    }

    pub fn probes(&self) -> Vec<Seen> {
        lock(&self.shared.record).probes.clone()
    }

    pub fn lives(&self) -> Vec<LifeSeen> {
        lock(&self.shared.record).lives.clone()
    }

    /// Waits until `enough` holds of this stage, at most `patience`. Says whether it came to hold.
    pub async fn wait(&self, patience: Duration, enough: impl Fn(&Self) -> bool) -> bool {
        let mut events = self.shared.events.subscribe();
        let waiting = async {
            while !enough(self) {
                if events.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::time::timeout(patience, waiting).await.is_ok()
    }
}

impl Shared {
    async fn hear(self: Arc<Self>, connection: TcpStream) {
        let (from, mut to) = connection.into_split();
        let mut lines = BufReader::new(from).lines();
        let mut born = None;
        // Which request this connection is at, to give its body to.
        let mut current: Option<(bool, usize)> = None;
        while let Ok(Some(line)) = lines.next_line().await {
            let Ok(told) = serde_json::from_str::<Told>(&line) else { break };
            let answered = match told {
                Told::Born => {
                    let (life, at) = self.begin_life();
                    born = Some(at);
                    answer(&mut to, &life).await
                }
                Told::Head(head) => {
                    let (conduct, place) = self.decide(&head);
                    current = Some(place);
                    answer(&mut to, &conduct).await
                }
                Told::Body(body) => {
                    if let Some(place) = current {
                        self.complete(place, body);
                    }
                    true
                }
            };
            self.events.send_modify(|count| *count += 1);
            if !answered {
                break;
            }
        }
        if let Some(at) = born {
            if let Some(life) = lock(&self.record).lives.get_mut(at) {
                life.over = true;
            }
            self.events.send_modify(|count| *count += 1);
        }
    }

    fn begin_life(&self) -> (Life, usize) {
        let mut record = lock(&self.record);
        record.lives.push(LifeSeen { over: false });
        (lock(&self.life).clone(), record.lives.len() - 1)
    }

    /// Writes the request down and asks the script; returns where it stands (probe?, index).
    fn decide(&self, head: &Head) -> (Conduct, (bool, usize)) {
        let is_probe = head.is_probe();
        let script = if is_probe { &self.probe } else { &self.script };
        let script = Arc::clone(&lock(script));
        let mut record = lock(&self.record);
        let list = if is_probe { &mut record.probes } else { &mut record.requests };
        let before = list.len();
        list.push(Seen { head: head.clone(), body: None });
        drop(record);
        (script(head, before), (is_probe, before))
    }

    fn complete(&self, (is_probe, at): (bool, usize), body: Body) {
        let mut record = lock(&self.record);
        let list = if is_probe { &mut record.probes } else { &mut record.requests };
        if let Some(seen) = list.get_mut(at) {
            seen.body = Some(body);
        }
    }
}

async fn answer<T: Serialize>(to: &mut OwnedWriteHalf, value: &T) -> bool {
    match serde_json::to_string(value) {
        Ok(line) => to.write_all(format!("{line}\n").as_bytes()).await.is_ok(),
        Err(_) => false,
    }
}

/// A lock that a panic left behind guards nothing that could be half done: lists only grow.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
