//! The hidden command that plays all clients, honest and not, and writes down how they fared.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use super::attackers::{Aim, Attack, Spoils};
use super::honest;
use super::report::Report;
use crate::arguments::Arguments;

pub const CLIENTS: &str = "siege-clients";

/// Alone and besieged take turns, so that a busy neighbour on the machine hits both alike.
pub fn run(args: &[String]) -> Result<ExitCode, String> {
    let known = ["--url", "--storage", "--rounds", "--quiet", "--siege", "--seed", "--report"];
    let arguments = Arguments::parse(args, &known)?;
    let url = arguments.need("--url")?;
    let seconds = |name: &str| arguments.number(name, 0).map(Duration::from_secs);
    let seed: u64 = arguments.number("--seed", 0)?;
    let mut report = Report::default();
    for round in 0..arguments.number("--rounds", 1)? {
        let spoils = Spoils::gather(url).map_err(|failed| failed.to_string())?;
        let quiet = honest::spend(url, seconds("--quiet")?);
        println!("  alone: {}", quiet.describe());
        let aim = Aim::at(url, arguments.get("--storage"), seed.wrapping_add(round))?;
        let attack = Attack::begin(aim, spoils)?;
        let siege = honest::spend(url, seconds("--siege")?);
        println!("  besieged: {}", siege.describe());
        report.add(quiet, siege, attack.end());
    }
    report.write(Path::new(arguments.need("--report")?))?;
    Ok(ExitCode::SUCCESS)
}
