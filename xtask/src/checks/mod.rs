//! `cargo xtask test`: every check, in order, stopping at the first that fails; one runs beside the
//! others and is heard last. `--only WORDS` runs those whose names have these words.

mod deny;
mod infra;
mod pages;
mod text_lint;
mod whole_system;

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use crate::arguments::Arguments;
use crate::soak::siege;
use crate::{conformance, package, workspace};
use infra::BesideTheOthers;

/// One check: what it is called and how it is run. An error says what to mend.
struct Check {
    name: &'static str,
    run: fn() -> Result<(), String>,
}

const CHECKS: &[Check] = &[
    Check { name: "cargo fmt --check", run: formatted },
    Check { name: "cargo clippy", run: linted },
    Check { name: "cargo doc", run: documented },
    Check { name: "cargo test", run: tested },
    Check { name: "text lint", run: text_lint::run },
    Check { name: "cargo deny", run: deny::run },
    Check { name: "conformance", run: replayed },
    Check { name: "the pages: types, rules, bundles", run: pages::checked },
    Check { name: "the whole system: walk and night", run: whole_system::run },
    Check { name: "a short siege", run: siege::brief },
    Check { name: "the package", run: packed },
    Check { name: "the pages in a browser", run: pages::walked },
];

pub fn run(args: &[String]) -> Result<ExitCode, String> {
    let arguments = Arguments::parse(args, &["--only"])?;
    let only = arguments.get("--only").unwrap_or_default();
    let is_wanted = |name: &&str| name.contains(only);
    if !names().iter().any(is_wanted) {
        return Err(format!(
            "no check's name has the words `{only}`; there are {}",
            names().join("; ")
        ));
    }
    let began = Instant::now();
    let mut done = Vec::new();
    let beside = if is_wanted(&infra::NAME) { Some(BesideTheOthers::begin()?) } else { None };
    for check in CHECKS.iter().filter(|check| is_wanted(&check.name)) {
        println!("\n== {} ==", check.name);
        let check_began = Instant::now();
        let outcome = (check.run)();
        done.push((check.name, check_began.elapsed(), outcome.is_ok()));
        if let Err(error) = outcome {
            if let Some(beside) = beside {
                beside.stop();
            }
            println!("{}", summary(&done, began.elapsed()));
            return Err(format!("{} failed: {error}", check.name));
        }
    }
    let outcome = beside.map_or(Ok(()), |beside| {
        println!("\n== {} ==", infra::NAME);
        let waited = Instant::now();
        let outcome = beside.end();
        done.push((infra::NAME, waited.elapsed(), outcome.is_ok()));
        outcome
    });
    println!("{}", summary(&done, began.elapsed()));
    match outcome {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => Err(format!("{} failed: {error}", infra::NAME)),
    }
}

fn formatted() -> Result<(), String> {
    cargo(&["fmt", "--all", "--check"], &[])
}

fn linted() -> Result<(), String> {
    cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"], &[])
}

fn documented() -> Result<(), String> {
    let strict = [("RUSTDOCFLAGS", "--deny warnings")];
    cargo(&["doc", "--workspace", "--no-deps", "--locked"], &strict)
}

fn tested() -> Result<(), String> {
    cargo(&["test", "--workspace", "--locked"], &[])
}

fn replayed() -> Result<(), String> {
    let code = conformance::run(&[])?;
    let has_passed = code == ExitCode::SUCCESS;
    if has_passed { Ok(()) } else { Err("the last lines above say what differs".to_owned()) }
}

fn packed() -> Result<(), String> {
    package::check(&workspace::build_programs()?)
}

/// Runs cargo in the workspace, its lines among ours.
fn cargo(args: &[&str], environment: &[(&str, &str)]) -> Result<(), String> {
    // Under `cargo xtask` cargo sees a pipe or a terminal as we do, except in its own children.
    let color = if io::stdout().is_terminal() { "always" } else { "never" };
    let status = Command::new("cargo")
        .current_dir(workspace::root())
        .args(args)
        .env("CARGO_TERM_COLOR", color)
        .envs(environment.iter().copied())
        .status()
        .map_err(|error| format!("cargo does not run: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("cargo {} says why above", args.join(" "))) }
}

/// Every check, in the order in which they are heard.
fn names() -> Vec<&'static str> {
    CHECKS.iter().map(|check| check.name).chain([infra::NAME]).collect()
}

fn summary(done: &[(&str, Duration, bool)], total: Duration) -> String {
    let mut text = String::from("\n== summary ==");
    let names = names();
    for name in &names {
        let line = match done.iter().find(|(done, _, _)| done == name) {
            Some((_, took, true)) => format!("ok       {:>7.1} s", took.as_secs_f64()),
            Some((_, took, false)) => format!("FAILED   {:>7.1} s", took.as_secs_f64()),
            None => "not run           ".to_owned(),
        };
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{line}  {name}");
    }
    let passed = done.iter().filter(|(_, _, ok)| *ok).count();
    let (all, total) = (names.len(), total.as_secs_f64());
    let _ = write!(text, "\n{passed} of {all} checks passed in {total:.0} s");
    text
}
