//! One version's night over a copy of the seeded folder, watched from outside.
//!
//! What is swept once more when the last signature has run out comes minutes later. Nobody waits for
//! that here: the system is stopped and started again with its clock set on.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use jiff::{Span, Timestamp};
use serde_json::json;

use super::copy::copy;
use super::probe::Probe;
use super::rewrites::schema_cookie;
use super::seed::Seeded;
use crate::running::Used;
use crate::system::{Console, Ports, StopSignal, System, SystemOptions};
use crate::walk::{StaffClient, StepFailed};
use crate::workspace::Programs;

/// Part of every line that the program writes when a message about erasures is done with.
const LINE: &[u8] = b"\"function\":\"erase-records\"";
/// After so long without such a line nothing more is coming.
const SILENCE: Duration = Duration::from_secs(30);
/// How long one part of a night may take.
const PATIENCE: Duration = Duration::from_mins(40);
/// Until the sweeps behind a night are visible: the longest signature and a little.
const SWEEPS_AFTER: i64 = 20;
/// Of those who are not due so many are looked at.
const LOOKED_AT: usize = 100;

/// What a night cost.
pub struct Night {
    /// Bytes before it.
    pub database: u64,
    pub rewrites: u32,
    /// By the handler and the storage process, what the probe used taken off.
    pub used: Used,
    pub probe: Probe,
    pub used_by_probe: Used,
    /// Due and still there.
    pub late: usize,
    /// Not due and gone.
    pub lost: usize,
    pub took: Duration,
}

pub fn spend(
    name: &str,
    programs: &Programs,
    seeded: &Seeded,
    data: &Path,
    stop: &StopSignal,
) -> Result<Night, String> {
    println!("{name}: a night");
    copy(&seeded.folder, data)?;
    let log = programs.target.join("bench-night.log");
    OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(true)
        .open(&log)
        .map_err(|error| format!("{}: {error}", log.display()))?;
    let watch = Watch { programs, data, log, stop };
    let database = data.join("store.sqlite");
    let began = Instant::now();

    let patient = seeded.people.others.first().ok_or("there is nobody who is not due")?;
    let after = |minutes| {
        let later = seeded.people.night.checked_add(Span::new().minutes(minutes));
        later.map_err(|error| error.to_string())
    };
    let mut part = Part::default();
    watch.part(after(0)?, &["expire-records", "reconcile-uploads"], patient, &mut part)?;
    watch.part(after(SWEEPS_AFTER)?, &["reconcile-uploads"], patient, &mut part)?;
    let took = began.elapsed();

    let rewrites = schema_cookie(&database)?.wrapping_sub(part.cookie);
    let (late, lost) = watch.count(after(2 * SWEEPS_AFTER)?, seeded)?;
    let used_by_probe = part.a_note * part.probe.asked();
    Ok(Night {
        database: part.database,
        rewrites,
        used: part.used - used_by_probe,
        used_by_probe,
        probe: part.probe,
        late,
        lost,
        took,
    })
}

/// What is added up over the parts of a night.
#[derive(Default)]
struct Part {
    used: Used,
    probe: Probe,
    a_note: Used,
    /// Of the database before anything was erased.
    database: u64,
    cookie: u32,
}

struct Watch<'a> {
    programs: &'a Programs,
    data: &'a Path,
    log: PathBuf,
    stop: &'a StopSignal,
}

impl Watch<'_> {
    fn start(&self, at: Timestamp) -> Result<System, String> {
        let console = Console::File(self.log.clone());
        let options = SystemOptions::new(Ports::free()?, self.data.to_owned(), console);
        System::start(self.programs, SystemOptions { at: Some(at), ..options }, self.stop)
    }

    /// Runs the night's functions until nothing more comes, with a writer beside them.
    fn part(
        &self,
        at: Timestamp,
        functions: &[&str],
        patient: &str,
        sum: &mut Part,
    ) -> Result<(), String> {
        let said = |failed: StepFailed| failed.to_string();
        let mut system = self.start(at)?;
        let url = system.ports.front_origin();
        let pids = system.pids()?;
        let used = || {
            pids.iter().try_fold(Used::default(), |sum, pid| Ok::<_, String>(sum + Used::of(*pid)?))
        };
        if sum.probe.asked() == 0 {
            // Opened and closed since by the commands of the start: it is laid out as this version
            // wants it, and its log is empty.
            let database = self.data.join("store.sqlite");
            sum.database = fs::metadata(&database).map_err(|error| error.to_string())?.len();
            sum.cookie = schema_cookie(&database)?;
            let before = used()?;
            sum.probe = Probe::begin(&url, patient).map_err(said)?;
            sum.a_note = (used()? - before) / Probe::notes_at_begin();
        }
        let before = used()?;
        let over = AtomicBool::new(false);
        let (probe, over) = (&mut sum.probe, &over);
        thread::scope(|scope| {
            let writer = scope.spawn(|| probe.go_on(&url, patient, over));
            // The sweeps of a second part come by themselves.
            let done = self.wait(&mut system).and_then(|()| {
                functions.iter().try_for_each(|function| {
                    fire(&url, function)?;
                    self.wait(&mut system)
                })
            });
            over.store(true, Ordering::Relaxed);
            let wrote = writer.join().map_err(|_| "the writer broke".to_owned());
            done?;
            wrote?.map_err(said)
        })?;
        sum.used = sum.used + (used()? - before);
        system.stop();
        Ok(())
    }

    /// Until the log tells of no more erasures.
    fn wait(&self, system: &mut System) -> Result<(), String> {
        let (began, mut lines, mut heard) = (Instant::now(), self.lines()?, Instant::now());
        while heard.elapsed() < SILENCE {
            if let Some(death) = system.death() {
                return Err(death);
            }
            if self.stop.came() || began.elapsed() > PATIENCE {
                return Err("the night came to no end".to_owned());
            }
            thread::sleep(Duration::from_millis(500));
            let now = self.lines()?;
            if now != lines {
                (lines, heard) = (now, Instant::now());
            }
        }
        Ok(())
    }

    fn lines(&self) -> Result<usize, String> {
        let log = fs::read(&self.log).map_err(|error| error.to_string())?;
        let told = |line: &&[u8]| line.windows(LINE.len()).any(|part| part == LINE);
        Ok(log.split(|byte| *byte == b'\n').filter(told).count())
    }

    /// Due patients who are still there, and others who are not.
    fn count(&self, at: Timestamp, seeded: &Seeded) -> Result<(usize, usize), String> {
        let system = self.start(at)?;
        let counted = count(&system.ports.front_origin(), seeded);
        system.stop();
        counted.map_err(|failed| failed.to_string())
    }
}

/// Runs an event function now.
fn fire(url: &str, function: &str) -> Result<(), String> {
    let staff = StaffClient::sign_in(url).map_err(|failed| failed.to_string())?;
    staff.fire(function, &json!({ "input": "" })).map_err(|failed| failed.to_string())
}

fn count(url: &str, seeded: &Seeded) -> Result<(usize, usize), StepFailed> {
    let staff = StaffClient::sign_in(url)?;
    let (mut late, mut lost) = (0, 0);
    for patient in &seeded.people.due {
        late += usize::from(!staff.is_gone(patient)?);
    }
    for patient in seeded.people.others.iter().take(LOOKED_AT) {
        lost += usize::from(staff.is_gone(patient)?);
    }
    Ok((late, lost))
}
