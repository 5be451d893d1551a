//! `cargo xtask bench http`: CPU per request of ping, open-link and view-item at the handler,
//! beside a raw tokio server and node:http that answer the same requests with fixed JSON.
//!
//! All in one run, round by round, so that a busy neighbour hits each alike; only ratios travel
//! to another machine. The peers do no work: they are what sending and receiving costs.

mod cold_start;
mod cpu;
mod load;
mod prepare;
mod server;

use std::fmt::Write as _;
use std::process::Command;

use crate::arguments::Arguments;
pub(super) use cold_start::milliseconds;
use load::Load;
use server::Peers;
pub(super) use server::Server;

/// Rounds of every pair of server and request; the middle one is reported.
const ROUNDS: usize = 5;

pub fn run(args: &[String]) -> Result<(), String> {
    Arguments::parse(args, &[])?;
    let peers = Peers::build()?;
    let prepared = prepare::prepare(&peers)?;
    println!("{}", machine());

    let servers = [
        Server::raw_tokio(&peers)?,
        Server::node(&peers)?,
        Server::handlers(&peers, &prepared.settings)?,
    ];
    let mut table = Table::default();
    for round in 0..ROUNDS {
        println!("round {} of {ROUNDS}", round + 1);
        for load in &prepared.loads {
            for server in &servers {
                table.add(load, server, measure(load, server)?);
            }
        }
    }
    drop(servers);
    println!("\n{}", table.print(&prepared.loads));
    println!(
        "The peers answer fixed JSON; the handler reads and writes its store, synced to disk."
    );
    println!("{}", cold_start::measure(&peers, &prepared.settings)?);
    prepared.finish()
}

/// CPU microseconds a request.
fn measure(load: &Load, server: &Server) -> Result<f64, String> {
    let before = server.cpu()?;
    load.run(server.port)?;
    let spent = server.cpu()?.saturating_sub(before);
    Ok(spent.as_secs_f64() * 1e6 / f64::from(load.requests))
}

#[derive(Default)]
struct Table(Vec<Cell>);

struct Cell {
    load: &'static str,
    server: &'static str,
    microseconds: Vec<f64>,
}

impl Table {
    fn add(&mut self, load: &Load, server: &Server, microseconds: f64) {
        let same = |cell: &&mut Cell| cell.load == load.name && cell.server == server.name;
        match self.0.iter_mut().find(same) {
            Some(cell) => cell.microseconds.push(microseconds),
            None => self.0.push(Cell {
                load: load.name,
                server: server.name,
                microseconds: vec![microseconds],
            }),
        }
    }

    fn median(&self, load: &str, server: &str) -> f64 {
        let cell = self.0.iter().find(|cell| cell.load == load && cell.server == server);
        median(cell.map(|cell| cell.microseconds.clone()).unwrap_or_default())
    }

    fn print(&self, loads: &[Load]) -> String {
        let mut text = format!(
            "CPU microseconds a request, median of {ROUNDS} rounds\n{:<12}{:>10}{:>11}{:>11}{:>11}{:>11}",
            "", "raw tokio", "node:http", "handlers", "x tokio", "x node"
        );
        for load in loads {
            let of = |server| self.median(load.name, server);
            let (raw, node, ours) = (of("raw tokio"), of("node:http"), of("handlers"));
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "\n{:<12}{raw:>10.1}{node:>11.1}{ours:>11.1}{:>11.2}{:>11.2}",
                load.name,
                ours / raw,
                ours / node
            );
        }
        text
    }
}

/// The middle value; 0 of none.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// What was measured on and with.
pub fn machine() -> String {
    let said = |program: &str, flag: &str| {
        let output = Command::new(program).arg(flag).output();
        output.map_or_else(
            |_| format!("no {program}"),
            |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        )
    };
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "{}; node {}; {cores} cores of {}",
        said("rustc", "--version"),
        said("node", "--version"),
        model.map_or("an unnamed CPU", |(_, model)| model)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_not_moved_by_one_bad_round() {
        assert!((median(vec![5.0, 4.0, 900.0, 6.0, 5.5]) - 5.5).abs() < f64::EPSILON);
        assert!(median(Vec::new()).abs() < f64::EPSILON);
    }
}
