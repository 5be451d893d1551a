//! `cargo xtask soak siege`: slow, dripping, greedy and lying clients beside honest ones, against a
//! running system on this machine.
//!
//! Round by round the honest ones are alone, then the others come. Then an honest client waits at most
//! three times as long, none of them fails, and no process ends. `--peer` does the same to an older
//! commit and prints it beside. Bounded in time and in number, loopback only.

mod attackers;
mod clients;
mod honest;
mod others;
mod report;
mod side;

use crate::arguments::Arguments;
use crate::bench::machine;
use crate::peer;
use crate::workspace;
pub use clients::{CLIENTS, run as run_clients};
pub use others::{OTHERS, run as run_others};
use report::Verdict;
use side::{Plan, Stores};

/// Longest siege in minutes: a staff token and a view address live about as long.
const MOST_MINUTES: f64 = 8.0;
/// A tenth, for the developer's check.
const BRIEF_MINUTES: f64 = 0.3;
const SEED: u64 = 12;

pub fn run(args: &[String]) -> Result<(), String> {
    let known = ["--on", "--minutes", "--seed"];
    let arguments = Arguments::parse_with_switches(args, &known, &["--peer"])?;
    let stores = match arguments.get("--on") {
        None | Some("embedded") => Stores::Embedded,
        Some("emulators") => Stores::Emulators,
        Some(other) => return Err(format!("--on {other}: it is `embedded` or `emulators`")),
    };
    let minutes: f64 = arguments.number("--minutes", 3.0)?;
    if !(BRIEF_MINUTES..=MOST_MINUTES).contains(&minutes) {
        return Err(format!("--minutes {minutes}: it is {BRIEF_MINUTES} to {MOST_MINUTES}"));
    }
    let plan = Plan { stores, minutes, seed: arguments.number("--seed", SEED)? };
    println!("{}", plan.describe());
    println!("{}; debug builds", machine());
    println!("this is {}", workspace::version());
    let ours = side::besiege("this", &workspace::build_programs()?, &plan)?;
    if arguments.has("--peer") {
        println!("the other is {}", peer::COMMIT);
        let theirs = side::besiege(peer::COMMIT, &peer::build()?, &plan);
        println!("{}", report::beside(&ours, theirs.as_ref()));
    } else {
        println!("{}", report::alone(&ours));
    }
    Verdict::of(&ours).check()
}

/// A tenth of it, on the embedded store: for `cargo xtask test`. Times are told and not judged: what
/// else the machine does beside the checks would decide.
pub fn brief() -> Result<(), String> {
    let plan = Plan { stores: Stores::Embedded, minutes: BRIEF_MINUTES, seed: SEED };
    println!("{}", plan.describe());
    let ours = side::besiege("this", &workspace::build_programs()?, &plan)?;
    println!("{}", report::alone(&ours));
    Verdict::of(&ours).check_work()
}
