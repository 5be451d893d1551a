//! The three processes of a system, started, watched and stopped together.

mod app_folder;
mod ports;
mod process;
mod ready;
mod settings;
mod stop_signal;
mod tether;

use std::fs::{self, File, TryLockError};
use std::iter;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use crate::emulators::OnEmulators;
use crate::machine;
use crate::running;
use crate::workspace::Programs;

pub use ports::{Ports, free_port};
pub use process::{Console, Process};
pub use ready::wait_until_ok;
pub use settings::{OtherIssuer, Settings};
pub use stop_signal::StopSignal;
pub use tether::{TETHER, run as run_tethered};

/// The controllers of the demo, and the staff that can be signed in as.
const DEMO_CONTROLLERS: &str = "handlers/functions/demo/controllers.json";

/// What a system is started with.
pub struct SystemOptions {
    pub ports: Ports,
    /// Everything the system keeps; made when it is not there.
    pub data: PathBuf,
    /// What the one clock of all processes says at the start; the machine's time without it.
    pub at: Option<Timestamp>,
    pub console: Console,
    /// The built pages; without them every other function still runs.
    pub pages: Option<PathBuf>,
    /// In place of the embedded store.
    pub emulators: Option<OnEmulators>,
    /// An unpacked package, run as it is in place of a folder laid out here.
    pub package: Option<PathBuf>,
    /// Who signs staff in, in place of the local host's own issuer.
    pub issuer: Option<OtherIssuer>,
}

impl SystemOptions {
    /// On the embedded store and the machine's clock, without pages.
    pub fn new(ports: Ports, data: PathBuf, console: Console) -> Self {
        Self {
            ports,
            data,
            console,
            at: None,
            pages: None,
            emulators: None,
            package: None,
            issuer: None,
        }
    }
}

/// A running system. Dropped, it takes its processes with it.
pub struct System {
    pub ports: Ports,
    pub data: PathBuf,
    settings: Settings,
    /// In the order they were started.
    processes: Vec<Process>,
    /// What it runs on, unless that is the embedded store.
    pub emulators: Option<OnEmulators>,
    /// Held as long as the system uses the folder.
    _data_lock: File,
}

impl System {
    /// Starts all processes and returns when each is ready. Errors are for the person at the
    /// terminal: what is wrong and what helps.
    pub fn start(
        programs: &Programs,
        options: SystemOptions,
        stop: &StopSignal,
    ) -> Result<Self, String> {
        let SystemOptions { ports, data, at, console, pages, emulators, package, issuer } = options;
        ports.check_free()?;
        let (data, data_lock) = open_data(&data)?;
        let offset = at.map_or(0, |at| at.as_second() - machine::now().as_second());
        let settings =
            settings::settings(ports, &data, offset, emulators.as_ref(), issuer.as_ref());
        if let Some(emulators) = &emulators {
            emulators.write_key(&data.join(settings::ACCOUNT_KEY))?;
        }
        let handlers = |words: &[&str]| process::run_once(&programs.handlers, words, &settings);
        let demo = programs.source.join(DEMO_CONTROLLERS);
        let demo = demo.to_str().ok_or("the project's path is not UTF-8")?;

        if at.is_some() {
            // A clock set forward erases for good.
            handlers(&["demo-only"])?;
        }
        handlers(&["apply", demo])?;
        let app = match package {
            Some(package) => package,
            None => app_folder::assemble(programs, &settings, pages.as_deref())?,
        };

        let mut system =
            Self { ports, data, settings, processes: Vec::new(), emulators, _data_lock: data_lock };
        if system.emulators.is_none() {
            system.processes.push(Process::start(
                "storage",
                &programs.handlers,
                &["storage".into()],
                &system.settings,
                &console,
            )?);
            system.wait_for(&ready::Sign::AnyAnswer(ports.storage_origin()), stop)?;
        }
        system.processes.push(Process::start(
            "local-host",
            &programs.local_host,
            &settings::host_arguments(
                ports,
                &settings::queue_origin(ports, &programs.source),
                &system.data,
                &app,
                demo,
                offset,
                system.emulators.as_ref(),
            ),
            &system.settings,
            &console,
        )?);
        for sign in [
            ready::Sign::Ok(format!("{}/.well-known/openid-configuration", ports.issuer_origin())),
            // Answered by the handler itself, through the host.
            ready::Sign::Ok(format!("{}/settings.json", ports.front_origin())),
        ] {
            system.wait_for(&sign, stop)?;
        }
        Ok(system)
    }

    /// What its processes were told.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The process ids of those that open the store: the handler, and storage where it is ours.
    pub fn pids(&self) -> Result<Vec<u32>, String> {
        let named = |name: &str| self.processes.iter().find(|process| process.name() == name);
        let host = named("local-host").ok_or("the system has no local-host")?;
        let handler = running::child_named(host.id(), "handlers")?;
        Ok(iter::once(handler).chain(named("storage").map(Process::id)).collect())
    }

    /// Why the system cannot go on: the process that died, and how.
    pub fn death(&mut self) -> Option<String> {
        self.processes.iter_mut().find_map(Process::death)
    }

    /// Stops all processes, the newest first.
    pub fn stop(mut self) {
        self.stop_all();
    }

    fn stop_all(&mut self) {
        while let Some(process) = self.processes.pop() {
            process.stop();
        }
    }

    fn wait_for(&mut self, sign: &ready::Sign, stop: &StopSignal) -> Result<(), String> {
        let patience = Duration::from_mins(1);
        ready::wait(sign, patience, || {
            if stop.came() {
                return Err("stopped before it was ready".to_owned());
            }
            self.death().map_or(Ok(()), Err)
        })
    }
}

impl Drop for System {
    fn drop(&mut self) {
        self.stop_all();
    }
}

/// Makes the folder and keeps other systems out of it.
fn open_data(data: &Path) -> Result<(PathBuf, File), String> {
    let said = |error| format!("{} cannot be used as data folder: {error}", data.display());
    fs::create_dir_all(data).map_err(said)?;
    let data = fs::canonicalize(data).map_err(said)?;
    let lock = File::create(data.join("in-use")).map_err(said)?;
    match lock.try_lock() {
        Ok(()) => Ok((data, lock)),
        Err(TryLockError::WouldBlock) => Err(format!(
            "{} is in use by another start; stop that one or name another folder with --data",
            data.display()
        )),
        Err(TryLockError::Error(error)) => Err(said(error)),
    }
}
