//! Keeps processes from outliving the command that started them, even one that was killed.
//!
//! A child asks the kernel for a signal at its parent's death and becomes the program in the
//! same breath: the wish survives `exec`. Linux only; elsewhere children die when we are told to
//! stop, but not when we are killed.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitCode};

/// The hidden command: `tether PARENT PROGRAM ARGUMENTS…`.
pub const TETHER: &str = "tether";

/// A command that becomes `program`, tethered to this process. Arguments may be added to it.
pub fn command(program: &Path) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(TETHER).arg(std::process::id().to_string()).arg(program);
    Ok(command)
}

/// The child's side: returns only when it could not become the program.
pub fn run(args: &[String]) -> Result<ExitCode, String> {
    let [parent, program, args @ ..] = args else {
        return Err("this command is for xtask itself".to_owned());
    };
    tie_to(parent)?;
    let error = Command::new(program).args(args).exec();
    Err(format!("{program} cannot be started: {error}"))
}

#[cfg(target_os = "linux")]
fn tie_to(parent: &str) -> Result<(), String> {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};

    // The local host stops its handler when it is asked to stop; killed, it could not.
    set_parent_process_death_signal(Some(Signal::TERM)).map_err(|error| error.to_string())?;
    // It may have died before we asked.
    let is_alive = getppid().is_some_and(|pid| pid.as_raw_nonzero().to_string() == parent);
    if is_alive { Ok(()) } else { Err("the command that asked for this is gone".to_owned()) }
}

#[cfg(not(target_os = "linux"))]
fn tie_to(_parent: &str) -> Result<(), String> {
    Ok(())
}
