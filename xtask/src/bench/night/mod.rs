//! `cargo xtask bench night`: what a night does to those who work beside it, beside an older commit
//! that rewrote its database for every person it erased. In one run, over copies of one folder.
//!
//! Ten thousand patients without photos, five hundred of them due. Writers are asked from outside: a
//! note is added again and again, and a wait far beyond the usual one is time in which writers were
//! held. Debug builds of both: only ratios count.

mod copy;
mod probe;
mod rewrites;
mod seed;
mod spend;

use std::fs;
use std::time::Duration;

use super::machine;
use crate::arguments::Arguments;
use crate::machine::chance;
use crate::workspace::{self, Programs};
use crate::{peer, system::StopSignal};
use spend::Night;

const PATIENTS: usize = 10_000;
const DUE: usize = 500;

/// What a night may cost.
const MOST_REWRITES: u32 = 2;
const MOST_WRITTEN: f64 = 8.0;
/// As parts of the other's.
const MOST_HELD: f64 = 1.0 / 100.0;
const MOST_CPU: f64 = 0.4;

pub fn run(args: &[String]) -> Result<(), String> {
    let arguments = Arguments::parse(args, &["--patients", "--due"])?;
    let patients = arguments.number("--patients", PATIENTS)?;
    let due = arguments.number("--due", DUE)?;
    if due == 0 || due >= patients {
        return Err(format!("--due {due}: it is 1 to {}", patients.saturating_sub(1)));
    }
    let stop = StopSignal::listen()?;
    let (ours, theirs) = (workspace::build_programs()?, peer::build()?);
    println!("{}; debug builds", machine());
    println!("this is {}, the other is {}", workspace::version(), peer::COMMIT);
    let seeded = seed::seeded(&theirs, patients, due, &stop)?;
    let of = |name, programs: &Programs| {
        let data = ours.target.join(format!("bench-{:016x}", chance()));
        let spent = spend::spend(name, programs, &seeded, &data, &stop);
        if data.exists() {
            fs::remove_dir_all(&data).map_err(|error| format!("{}: {error}", data.display()))?;
        }
        spent
    };
    let theirs = of(peer::COMMIT, &theirs)?;
    let ours = of("this", &ours)?;
    println!("{}", table(patients, due, &theirs, &ours));
    check(&theirs, &ours)
}

fn table(patients: usize, due: usize, theirs: &Night, ours: &Night) -> String {
    let line = |what: &str, of: &dyn Fn(&Night) -> f64| {
        let (theirs, ours) = (of(theirs), of(ours));
        format!("\n{what:<34}{theirs:>12.1}{ours:>12.1}{:>10.4}", ours / theirs)
    };
    [
        format!("\nA night with {due} due of {patients} patients, none with photos"),
        format!("\n{:<34}{:>12}{:>12}{:>10}", "", peer::COMMIT, "this", "ratio"),
        line("database, MB", &|night| megabytes(night.database)),
        line("database rewrites", &|night| f64::from(night.rewrites)),
        line("written, MB", &|night| megabytes(night.used.written)),
        line("  of the probe, taken off", &|night| megabytes(night.used_by_probe.written)),
        line("written, times the database", &times_database),
        line("writers held, s", &|night| night.probe.held().as_secs_f64()),
        line("longest wait of a writer, s", &|night| night.probe.longest().as_secs_f64()),
        line("notes added meanwhile", &|night| f64::from(night.probe.added())),
        line("notes refused meanwhile", &|night| f64::from(night.probe.refused())),
        line("usual wait of a writer, ms", &|night| night.probe.usual().as_secs_f64() * 1e3),
        line("CPU of the night, s", &|night| night.used.cpu.as_secs_f64()),
        line("  of the probe, taken off", &|night| night.used_by_probe.cpu.as_secs_f64()),
        line("due patients still there", &|night| count(night.late)),
        line("other patients gone", &|night| count(night.lost)),
        line("night over after, s", &|night| night.took.as_secs_f64()),
    ]
    .concat()
}

fn check(theirs: &Night, ours: &Night) -> Result<(), String> {
    let mut wrong = Vec::new();
    let mut bar = |is_kept: bool, what: String| {
        if !is_kept {
            wrong.push(what);
        }
    };
    let part = |ours: Duration, theirs: Duration| ours.as_secs_f64() / theirs.as_secs_f64();
    let held = part(ours.probe.held(), theirs.probe.held());
    let cpu = part(ours.used.cpu, theirs.used.cpu);
    let written = times_database(ours);
    bar(ours.rewrites <= MOST_REWRITES, format!("{} database rewrites", ours.rewrites));
    bar(written <= MOST_WRITTEN, format!("{written:.1} times the database written"));
    bar(held <= MOST_HELD, format!("writers are held {held:.4} of the other's time"));
    bar(cpu <= MOST_CPU, format!("{cpu:.2} of the other's CPU"));
    bar(ours.late == 0, format!("{} due patients are still there", ours.late));
    bar(ours.lost == 0, format!("{} patients that were not due are gone", ours.lost));
    if wrong.is_empty() {
        println!(
            "At most {MOST_REWRITES} rewrites, {MOST_WRITTEN} times the database written, 1/100 of \
             the time held, {MOST_CPU} of the CPU, none late: kept."
        );
        return Ok(());
    }
    Err(format!("too much for a night: {}", wrong.join("; ")))
}

fn times_database(night: &Night) -> f64 {
    megabytes(night.used.written) / megabytes(night.database)
}

fn megabytes(bytes: u64) -> f64 {
    // In kilobytes it fits for all that a disk holds.
    f64::from(u32::try_from(bytes / 1_000).unwrap_or(u32::MAX)) / 1e3
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::probe::Probe;
    use super::*;
    use crate::running::Used;

    fn night(rewrites: u32, held_ms: u64, cpu_s: u64) -> Night {
        let mut probe = Probe::usually(Duration::from_millis(10));
        probe.waited(Duration::from_millis(held_ms), true);
        Night {
            database: 10_000_000,
            rewrites,
            used: Used { cpu: Duration::from_secs(cpu_s), written: 70_000_000 },
            probe,
            used_by_probe: Used::default(),
            late: 0,
            lost: 0,
            took: Duration::from_mins(1),
        }
    }

    #[test]
    fn a_quiet_night_is_within_its_bars() {
        assert_eq!(check(&night(517, 200_000, 100), &night(2, 1_500, 30)), Ok(()));
    }

    #[test]
    fn each_bar_is_seen() {
        let theirs = night(517, 200_000, 100);
        let refused = |ours: &Night| check(&theirs, ours).unwrap_err();
        assert!(refused(&night(3, 1_500, 30)).contains("rewrites"));
        assert!(refused(&night(2, 2_500, 30)).contains("held"));
        assert!(refused(&night(2, 1_500, 41)).contains("CPU"));
        let late = Night { late: 1, ..night(2, 1_500, 30) };
        assert!(refused(&late).contains("still there"));
        let lost = Night { lost: 1, ..night(2, 1_500, 30) };
        assert!(refused(&lost).contains("not due"));
        let used = Used { written: 81_000_000, ..theirs.used };
        let used = Used { cpu: used.cpu / 4, ..used };
        assert!(refused(&Night { used, ..night(2, 1_500, 30) }).contains("written"));
    }
}
