//! The others. Each kind at a pace and in a number of its own, made up from one seed, until they are
//! told that it is over.

mod addresses;
mod bodies;
mod drips;
mod greedy;
mod readers;
mod strangers;
mod wire;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use super::report::Answers;
use crate::walk::sha256_hex;
pub use greedy::Spoils;

/// How long the slow ones may take to see that it is over.
const LAST_LOOK: Duration = Duration::from_secs(4);

/// Whom they are after, what they make up, and what they were answered.
#[derive(Clone)]
pub struct Aim {
    front: SocketAddr,
    /// The embedded store's own port.
    storage: Option<SocketAddr>,
    chance: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
    answers: Arc<Mutex<BTreeMap<&'static str, Answers>>>,
}

impl Aim {
    /// At origins of this machine only.
    pub fn at(front: &str, storage: Option<&str>, seed: u64) -> Result<Self, String> {
        Ok(Self {
            front: loopback(front)?,
            storage: storage.map(loopback).transpose()?,
            chance: Arc::new(AtomicU64::new(seed)),
            over: Arc::default(),
            answers: Arc::default(),
        })
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    fn tell(&self, attack: &'static str, answer: &str) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        *answers.entry(attack).or_default().entry(answer.to_owned()).or_default() += 1;
    }

    /// The next number of the seed's row (splitmix64).
    fn chance(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.chance.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// So many letters and digits, as ids and codes have them.
    fn letters(&self, count: usize) -> String {
        const SIGNS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let sign = |_| {
            let at = usize::try_from(self.chance() % 32).unwrap_or_default();
            SIGNS.get(at).copied().map_or('0', char::from)
        };
        (0..count).map(sign).collect()
    }

    /// A hash of nothing that anybody has.
    fn hash(&self) -> String {
        sha256_hex(self.letters(16).as_bytes())
    }
}

fn loopback(origin: &str) -> Result<SocketAddr, String> {
    let address = origin.strip_prefix("http://").and_then(|rest| rest.parse().ok());
    address
        .filter(|address: &SocketAddr| address.ip().is_loopback())
        .ok_or_else(|| format!("{origin} is no address of this machine: nothing else is besieged"))
}

/// An attack under way.
pub struct Attack {
    aim: Aim,
    runtime: Runtime,
    sessions: Vec<JoinHandle<()>>,
}

impl Attack {
    pub fn begin(aim: Aim, spoils: Spoils) -> Result<Self, String> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let inside = runtime.enter();
        drips::begin(&aim);
        bodies::begin(&aim);
        readers::begin(&aim, &spoils);
        strangers::begin(&aim);
        let sessions = spoils.sessions.into_iter().enumerate().map(|(number, session)| {
            let aim = aim.clone();
            thread::spawn(move || match number % 3 {
                0 => addresses::collect(&aim, session),
                1 => greedy::send_too_much(&aim, session),
                _ => greedy::lie(&aim, session),
            })
        });
        let sessions = sessions.collect();
        drop(inside);
        Ok(Self { aim, runtime, sessions })
    }

    /// What each attack was answered.
    pub fn end(self) -> BTreeMap<String, Answers> {
        self.aim.over.store(true, Ordering::Relaxed);
        for session in self.sessions {
            // One that panicked has nothing more to tell.
            let _ = session.join();
        }
        // Those that drip look up at their next drop.
        thread::sleep(LAST_LOOK);
        self.runtime.shutdown_timeout(Duration::from_secs(1));
        let answers = self.aim.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.iter().map(|(attack, answers)| ((*attack).to_owned(), answers.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_this_machine_is_aimed_at() {
        assert!(loopback("http://127.0.0.1:7071").is_ok());
        for elsewhere in ["http://192.0.2.1:80", "https://127.0.0.1:1", "http://example.org:80"] {
            assert!(loopback(elsewhere).is_err(), "{elsewhere}");
        }
    }

    #[test]
    fn a_seed_makes_the_same_things_up_again() {
        let of = |seed| Aim::at("http://127.0.0.1:1", None, seed).unwrap().letters(26);
        assert_eq!(of(12), of(12));
        assert_ne!(of(12), of(13));
        assert_eq!(of(12).len(), 26);
    }
}
