//! `cargo xtask bench cold`: from nothing to the first 200, the packed program on Azure's stores beside
//! a handler in Node.js that loads the same SDKs (`bench/azure_node`). In one run, turn by turn.
//!
//! Both make their clients and call none of them: that is what the host waits for at a cold start.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::Value;

use super::http::{Server, machine, median, milliseconds};
use crate::arguments::Arguments;
use crate::machine::chance;
use crate::{package, workspace};

/// Starts of each; the middle one is reported.
const STARTS: usize = 9;
/// What a cold start may cost, as parts of the other's.
const MOST_CPU: f64 = 1.0 / 20.0;
const MOST_MEMORY: f64 = 1.0 / 4.0;

/// Services that are nowhere: a start asks none of them for anything.
const NOWHERE: [(&str, &str); 8] = [
    ("STORES", "azure"),
    ("COSMOS_ENDPOINT", "https://localhost:9/"),
    ("COSMOS_DATABASE", "aftersight"),
    // Node's clients read an account's name out of the address.
    ("BLOB_ENDPOINT", "https://127.0.0.1:9/aftersight"),
    ("QUEUE_ENDPOINT", "https://127.0.0.1:9/aftersight"),
    ("KEY_VAULT_ENDPOINT", "https://localhost:9/"),
    ("IDENTITY_ENDPOINT", "http://127.0.0.1:9/msi/token"),
    ("IDENTITY_HEADER", "none"),
];

pub fn run(args: &[String]) -> Result<(), String> {
    Arguments::parse(args, &[])?;
    let target = workspace::target_of_this_program()?;
    let node = install(&target)?;
    let program = package::release()?;
    println!("{}", machine());
    for (name, version) in versions(&node)? {
        println!("{name} {version}");
    }
    let folder = target.join(format!("bench-{:016x}", chance()));
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let outcome = measure(&program, &node, &folder);
    fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    outcome
}

fn measure(program: &Path, node: &Path, folder: &Path) -> Result<(), String> {
    let (mut theirs, mut ours) = (Starts::default(), Starts::default());
    for _ in 0..STARTS {
        theirs.add("node and SDKs", || {
            let mut command = Command::new("node");
            command.arg(node.join("handler.mjs"));
            command
        })?;
        ours.add("handlers", || {
            let mut command = Command::new(program);
            command.arg("serve").env("OUTBOX_DIR", folder.join("outbox")).current_dir(folder);
            command
        })?;
    }
    let (theirs, ours) = (theirs.medians(), ours.medians());
    println!("\nCold start to the first 200, median of {STARTS}");
    println!("{:<12}{:>14}{:>10}{:>9}", "", "node and SDKs", "handlers", "x node");
    for (what, theirs, ours) in [
        ("CPU ms", theirs.cpu, ours.cpu),
        ("wall ms", theirs.wall, ours.wall),
        ("RSS MB", theirs.memory, ours.memory),
    ] {
        println!("{what:<12}{theirs:>14.1}{ours:>10.1}{:>9.3}", ours / theirs);
    }
    if ours.cpu > theirs.cpu * MOST_CPU {
        return Err("a cold start takes more than a twentieth of Node's CPU".to_owned());
    }
    if ours.memory > theirs.memory * MOST_MEMORY {
        return Err("the program takes more than a quarter of Node's memory".to_owned());
    }
    println!("At most 1/20 of the CPU and 1/4 of the memory: kept.");
    Ok(())
}

#[derive(Default)]
struct Starts {
    cpu: Vec<f64>,
    wall: Vec<f64>,
    memory: Vec<f64>,
}

struct Medians {
    cpu: f64,
    wall: f64,
    memory: f64,
}

impl Starts {
    fn add(&mut self, name: &'static str, command: impl Fn() -> Command) -> Result<(), String> {
        let began = Instant::now();
        let server = Server::start(name, |port| {
            let mut command = command();
            command.envs(NOWHERE).env("FUNCTIONS_CUSTOMHANDLER_PORT", port.to_string());
            command
        })?;
        self.wall.push(milliseconds(began.elapsed()));
        self.cpu.push(milliseconds(server.cpu()?));
        self.memory.push(server.memory()? / 1e6);
        Ok(())
    }

    fn medians(self) -> Medians {
        Medians { cpu: median(self.cpu), wall: median(self.wall), memory: median(self.memory) }
    }
}

/// The other's packages, installed once from their lock file without running any script.
fn install(target: &Path) -> Result<PathBuf, String> {
    let folder = target.join("bench-node");
    let said = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(&folder).map_err(said)?;
    let source = workspace::root().join("xtask/bench/azure_node");
    let lock = fs::read(source.join("package-lock.json")).map_err(said)?;
    fs::copy(source.join("handler.mjs"), folder.join("handler.mjs")).map_err(said)?;
    if fs::read(folder.join("installed-lock.json")).is_ok_and(|installed| installed == lock) {
        return Ok(folder);
    }
    println!("Installing the Azure SDKs for Node.js: a minute, once.");
    for name in ["package.json", "package-lock.json"] {
        fs::copy(source.join(name), folder.join(name)).map_err(said)?;
    }
    let npm = Command::new("npm")
        .args(["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&folder)
        .output()
        .map_err(said)?;
    if !npm.status.success() {
        return Err(format!("npm ci: {}", String::from_utf8_lossy(&npm.stderr).trim()));
    }
    fs::write(folder.join("installed-lock.json"), lock).map_err(said)?;
    Ok(folder)
}

/// Names and versions of what the other loads.
fn versions(node: &Path) -> Result<Vec<(String, String)>, String> {
    let package = fs::read(node.join("package.json")).map_err(|error| error.to_string())?;
    let package: Value = serde_json::from_slice(&package).map_err(|error| error.to_string())?;
    let named = package["dependencies"].as_object().into_iter().flatten();
    Ok(named
        .filter_map(|(name, version)| Some((name.clone(), version.as_str()?.to_owned())))
        .collect())
}
