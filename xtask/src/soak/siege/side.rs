//! One version under siege: its system is started, its clients run beside it in a process of their
//! own, and its processes are watched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use super::clients::CLIENTS;
use super::report::Report;
use crate::emulators::OnEmulators;
use crate::machine::chance;
use crate::system::{Console, Ports, StopSignal, System, SystemOptions};
use crate::workspace::Programs;

/// How long the clients may take to end what they were doing.
const LAST_CALLS: Duration = Duration::from_mins(4);
/// Between two looks at the processes.
const LOOK: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stores {
    Embedded,
    Emulators,
}

/// What is done to each version, the same to all.
pub struct Plan {
    pub stores: Stores,
    pub minutes: f64,
    pub seed: u64,
}

/// What a version went through.
pub struct Besieged {
    pub name: &'static str,
    pub report: Report,
    /// Processes that ended, in words.
    pub stops: Vec<String>,
}

impl Plan {
    /// How long the honest clients are alone in each round.
    pub fn quiet(&self) -> Duration {
        self.siege() / 3
    }

    /// How long a round besieges: about a minute.
    pub fn siege(&self) -> Duration {
        Duration::from_secs_f64(self.minutes * 60.0) / self.rounds()
    }

    pub fn rounds(&self) -> u32 {
        // Of at most eight minutes.
        (1..=8).rev().find(|rounds| f64::from(*rounds) <= self.minutes).unwrap_or(1)
    }

    pub fn describe(&self) -> String {
        let stores = match self.stores {
            Stores::Embedded => "the embedded store",
            Stores::Emulators => "emulators of Azure (Azurite 3.37.0, Cosmos DB in memory)",
        };
        format!(
            "A siege on {stores}: {} times {} s alone and {} s besieged, seed {}",
            self.rounds(),
            self.quiet().as_secs(),
            self.siege().as_secs(),
            self.seed
        )
    }
}

/// Starts the version's system, lets the clients at it, and stops it.
pub fn besiege(name: &'static str, programs: &Programs, plan: &Plan) -> Result<Besieged, String> {
    let data = programs.target.join(format!("siege-{:016x}", chance()));
    let outcome = besiege_in(&data, name, programs, plan);
    if data.exists() {
        fs::remove_dir_all(&data).map_err(|error| format!("{}: {error}", data.display()))?;
    }
    outcome
}

fn besiege_in(
    data: &Path,
    name: &'static str,
    programs: &Programs,
    plan: &Plan,
) -> Result<Besieged, String> {
    let (ports, stop) = (Ports::free()?, StopSignal::listen()?);
    let log = programs.target.join("siege.log");
    let emulators = (plan.stores == Stores::Emulators)
        .then(|| OnEmulators::start(&ports.front_origin()))
        .transpose()?;
    let options = SystemOptions {
        emulators,
        ..SystemOptions::new(ports, data.to_owned(), Console::File(log.clone()))
    };
    let mut system = System::start(programs, options, &stop)?;
    println!("{name}: besieged; the processes' own lines are in {}", log.display());
    let began = system.pids()?;
    let report = data.join("report.json");
    let mut clients = start_clients(&system, &report, plan)?;
    let patience = (plan.quiet() + plan.siege() + LAST_CALLS) * plan.rounds();
    let mut stops = Vec::new();
    let since = Instant::now();
    let ended = loop {
        if let Some(status) = clients.try_wait().map_err(|error| error.to_string())? {
            break Ok(status);
        }
        if stop.came() || since.elapsed() > patience {
            // It keeps nothing that a kill could hurt.
            let _ = clients.kill();
            let _ = clients.wait();
            break Err("the clients did not come to an end".to_owned());
        }
        if stops.is_empty() {
            stops.extend(system.death());
            match system.pids() {
                Ok(now) if now == began => {}
                Ok(_) => stops.push("the handler was started again".to_owned()),
                Err(why) => stops.push(why),
            }
        }
        thread::sleep(LOOK);
    };
    system.stop();
    let ended = ended?;
    if !ended.success() {
        return Err(format!("{name}: the clients failed ({ended})"));
    }
    let bytes = fs::read(&report).map_err(|error| format!("{}: {error}", report.display()))?;
    let report = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    Ok(Besieged { name, report, stops })
}

/// A process of their own: whom they trust is told by its environment.
fn start_clients(system: &System, report: &PathBuf, plan: &Plan) -> Result<Child, String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(this);
    command.arg(CLIENTS).args(["--url", &system.ports.front_origin()]);
    match &system.emulators {
        Some(emulators) => command.env("SSL_CERT_FILE", emulators.authority()),
        // Azurite's port is not ours to besiege.
        None => command.args(["--storage", &system.ports.storage_origin()]),
    };
    let seconds = |time: Duration| time.as_secs().to_string();
    command
        .args(["--rounds", &plan.rounds().to_string()])
        .args(["--quiet", &seconds(plan.quiet()), "--siege", &seconds(plan.siege())])
        .args(["--seed", &plan.seed.to_string()])
        .arg("--report")
        .arg(report)
        .spawn()
        .map_err(|error| format!("the clients cannot be started: {error}"))
}
