//! The servers that are measured, each a process of its own.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::cpu;
use crate::system::{Settings, free_port, wait_until_ok};
use crate::workspace::{self, Programs};

/// Release builds of what is measured.
pub struct Peers {
    pub programs: Programs,
    raw_tokio: PathBuf,
}

pub struct Server {
    pub name: &'static str,
    pub port: u16,
    child: Child,
}

impl Peers {
    pub fn build() -> Result<Self, String> {
        println!("Building for release. The first time takes some minutes.");
        let (programs, raw_tokio) = workspace::build_release_with_example("raw_tokio")?;
        Ok(Self { programs, raw_tokio })
    }

    pub fn raw_tokio(&self, port: u16) -> Command {
        let mut command = Command::new(&self.raw_tokio);
        command.arg(port.to_string());
        command
    }

    pub fn node(port: u16) -> Command {
        let mut command = Command::new("node");
        command.arg(workspace::root().join("xtask/bench/node_http.mjs")).arg(port.to_string());
        command
    }

    /// The handler as the host starts it, the host left out.
    pub fn handlers(&self, settings: &Settings, port: u16) -> Command {
        let mut command = Command::new(&self.programs.handlers);
        command.arg("serve").envs(settings.iter().map(|(name, value)| (name, value)));
        command.env("FUNCTIONS_CUSTOMHANDLER_PORT", port.to_string());
        command
    }
}

impl Server {
    pub fn raw_tokio(peers: &Peers) -> Result<Self, String> {
        Self::start("raw tokio", |port| peers.raw_tokio(port))
    }

    pub fn node(_: &Peers) -> Result<Self, String> {
        Self::start("node:http", Peers::node)
    }

    pub fn handlers(peers: &Peers, settings: &Settings) -> Result<Self, String> {
        Self::start("handlers", |port| peers.handlers(settings, port))
    }

    /// Starts it on a free port and returns when it answers.
    pub fn start(name: &'static str, command: impl FnOnce(u16) -> Command) -> Result<Self, String> {
        let port = free_port()?;
        let child = command(port)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("{name} cannot be started: {error}"))?;
        let server = Self { name, port, child };
        wait_until_ok(&format!("http://127.0.0.1:{port}/"), Duration::from_secs(20))?;
        Ok(server)
    }

    pub fn cpu(&self) -> Result<Duration, String> {
        cpu::spent(self.child.id())
    }

    /// Bytes of its memory that are in use (Linux).
    pub fn memory(&self) -> Result<f64, String> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u32>().ok());
        kilobytes
            .map(|kilobytes| f64::from(kilobytes) * 1024.0)
            .ok_or_else(|| format!("{path} does not say what it uses"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It keeps nothing that a kill could hurt; and it may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
