//! The hidden command that plays the honest clients, lets the others at the system meanwhile, and
//! writes down how all of them fared.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use super::honest;
use super::others::Others;
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
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut report = Report::default();
    for round in 0..arguments.number("--rounds", 1)? {
        let seed = seed.wrapping_add(round);
        let mut others = Others::gather(&this, url, arguments.get("--storage"), seed)?;
        let quiet = honest::spend(url, seconds("--quiet")?);
        println!("  alone: {}", quiet.describe());
        others.begin()?;
        let siege = honest::spend(url, seconds("--siege")?);
        println!("  besieged: {}", siege.describe());
        report.add(quiet, siege, others.end()?);
    }
    report.write(Path::new(arguments.need("--report")?))?;
    Ok(ExitCode::SUCCESS)
}
