//! One process of the system: its own process group, stopped with everything it started.

use std::fs::OpenOptions;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::{Settings, tether};
use crate::workspace;

/// How long a process may take to stop after it was asked to.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// Where the processes' lines go.
#[derive(Clone)]
pub enum Console {
    /// To the terminal, among the command's own.
    Terminal,
    /// To the end of a file.
    File(PathBuf),
}

pub struct Process {
    name: &'static str,
    child: Child,
}

impl Process {
    /// Starts `program` in a process group of its own, tethered to this process.
    pub fn start(
        name: &'static str,
        program: &Path,
        args: &[String],
        settings: &Settings,
        console: &Console,
    ) -> Result<Self, String> {
        let said = |error: std::io::Error| format!("{name} cannot be started: {error}");
        let mut command = tether::command(program).map_err(said)?;
        command
            .args(args)
            .current_dir(workspace::root())
            .envs(settings.iter().map(|(key, value)| (key, value)))
            .stdin(Stdio::null())
            // Ctrl-C is for us: we stop the others in order.
            .process_group(0);
        if let Console::File(path) = console {
            let file = OpenOptions::new().create(true).append(true).open(path).map_err(said)?;
            command.stdout(file.try_clone().map_err(said)?).stderr(file);
        }
        Ok(Self { name, child: command.spawn().map_err(said)? })
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it died, if it did.
    pub fn death(&mut self) -> Option<String> {
        match self.child.try_wait() {
            Ok(None) => None,
            Ok(Some(status)) => Some(format!("{} died: {status}", self.name)),
            Err(error) => Some(format!("{} cannot be watched: {error}", self.name)),
        }
    }

    /// Waits until it ends by itself.
    pub fn end(mut self) -> Result<ExitStatus, String> {
        self.child.wait().map_err(|error| format!("{} cannot be waited for: {error}", self.name))
    }

    /// Asks it to stop, then makes it stop. What it started itself goes with it.
    pub fn stop(mut self) {
        self.signal(Signal::TERM);
        let asked = Instant::now();
        while self.death().is_none() && asked.elapsed() < STOP_PATIENCE {
            thread::sleep(Duration::from_millis(10));
        }
        self.signal(Signal::KILL);
        // Killed or dead already: this returns at once and leaves no zombie.
        let _ = self.child.wait();
    }

    fn signal(&self, signal: Signal) {
        let leader = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(leader) = leader {
            // An empty group is what we want.
            let _ = kill_process_group(leader, signal);
        }
    }
}

/// Runs `program` to its end. What it says on a failure is the error.
pub fn run_once(program: &Path, args: &[&str], settings: &Settings) -> Result<(), String> {
    let name = || format!("{} {}", program.display(), args.join(" "));
    let output = Command::new(program)
        .args(args)
        .current_dir(workspace::root())
        .envs(settings.iter().map(|(key, value)| (key, value)))
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{} cannot be run: {error}", name()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!(
        "{} failed ({}):\n{}",
        name(),
        output.status,
        String::from_utf8_lossy(&said).trim()
    ))
}
