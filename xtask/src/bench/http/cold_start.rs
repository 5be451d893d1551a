//! From nothing to the first 200: the handler beside node:http and the raw server.

use std::time::{Duration, Instant};

use super::median;
use super::server::{Peers, Server};
use crate::system::Settings;

/// Starts of each; the middle one is reported.
const STARTS: usize = 7;

/// A table as text.
pub fn measure(peers: &Peers, settings: &Settings) -> Result<String, String> {
    let mut raw = Starts::default();
    let mut node = Starts::default();
    let mut ours = Starts::default();
    for _ in 0..STARTS {
        raw.add(|| Server::raw_tokio(peers))?;
        node.add(|| Server::node(peers))?;
        ours.add(|| Server::handlers(peers, settings))?;
    }
    let (raw, node, ours) = (raw.medians(), node.medians(), ours.medians());
    Ok(format!(
        "\nCold start to the first 200, median of {STARTS}\n{:<12}{:>10}{:>11}{:>11}{:>11}\n\
         {:<12}{:>10.1}{:>11.1}{:>11.1}{:>11.3}\n{:<12}{:>10.1}{:>11.1}{:>11.1}{:>11.3}",
        "",
        "raw tokio",
        "node:http",
        "handlers",
        "x node",
        "CPU ms",
        raw.0,
        node.0,
        ours.0,
        ours.0 / node.0,
        "wall ms",
        raw.1,
        node.1,
        ours.1,
        ours.1 / node.1,
    ))
}

#[derive(Default)]
struct Starts {
    cpu: Vec<f64>,
    wall: Vec<f64>,
}

impl Starts {
    fn add(&mut self, start: impl FnOnce() -> Result<Server, String>) -> Result<(), String> {
        let began = Instant::now();
        let server = start()?;
        self.wall.push(milliseconds(began.elapsed()));
        self.cpu.push(milliseconds(server.cpu()?));
        Ok(())
    }

    fn medians(self) -> (f64, f64) {
        (median(self.cpu), median(self.wall))
    }
}

pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
