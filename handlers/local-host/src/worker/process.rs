//! One handler process: started as the host starts it, killed with everything it started.

use std::path::Path;
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal};
use tokio::process::{Child, Command};

use super::command_line::CommandLine;
use super::console::{self, LastErrors, Stream};

/// Kills the group when our end of its stdin closes, that is when we are gone, however that came
/// about. Linux could do it with PDEATHSIG, but only through unsafe code between fork and exec.
const WATCHDOG: &str = "read _; kill -9 -\"$1\" 2>/dev/null";

pub(crate) struct Process {
    child: Child,
    pid: u32,
    watchdog: Option<Child>,
    pub last_errors: LastErrors,
}

pub(crate) struct Start<'a> {
    pub line: &'a CommandLine,
    pub working_directory: &'a Path,
    pub variables: &'a [(String, String)],
    pub stderr_is_error: bool,
    pub echo: bool,
}

impl Process {
    pub fn start(start: &Start<'_>) -> std::io::Result<Self> {
        let mut child = Command::new(&start.line.program)
            .args(&start.line.arguments)
            .current_dir(start.working_directory)
            .env_clear()
            .envs(start.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().unwrap_or_default();
        let last_errors = LastErrors::default();
        if let Some(pipe) = child.stdout.take() {
            tokio::spawn(console::follow(pipe, Stream::Out, start.echo, last_errors.clone()));
        }
        if let Some(pipe) = child.stderr.take() {
            let stream = Stream::Err { is_error: start.stderr_is_error };
            tokio::spawn(console::follow(pipe, stream, start.echo, last_errors.clone()));
        }
        let watchdog = Command::new("/bin/sh")
            .args(["-c", WATCHDOG, "local-host-watchdog", &pid.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn();
        if let Err(cause) = &watchdog {
            tracing::warn!(%cause, "no watchdog: the handler may outlive a killed local-host");
        }
        Ok(Self { child, pid, watchdog: watchdog.ok(), last_errors })
    }

    pub fn pid(&self) -> u32 {
        self.pid
    }

    pub async fn wait(&mut self) -> std::io::Result<ExitStatus> {
        let status = self.child.wait().await;
        // The group's number may be given away again: nobody may kill it any more.
        self.watchdog = None;
        status
    }

    /// SIGKILL, then the exit status; there is no graceful stop.
    pub async fn kill(&mut self) -> std::io::Result<ExitStatus> {
        self.kill_group();
        self.wait().await
    }

    fn kill_group(&self) {
        let running = self.child.id().is_some();
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        if let (true, Some(pid)) = (running, pid)
            && let Err(cause) = rustix::process::kill_process_group(pid, Signal::KILL)
        {
            tracing::warn!(%cause, pid = self.pid, "the handler could not be killed");
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill_group();
    }
}
