//! `cargo xtask night`: a walk, nine years, one night, and a search for what is left of it (R64).
//!
//! Prints one JSON line and fails where a single trace of the patient or the picture is found in
//! any file of the data folder.

mod search;
mod traces;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use jiff::{Span, Timestamp, Zoned, tz::TimeZone};
use serde::Serialize;
use serde_json::json;

use crate::arguments::Arguments;
use crate::machine;
use crate::system::{Console, Ports, StopSignal, System, SystemOptions};
use crate::walk::{self, Photo, StaffClient, Walked};
use crate::workspace::{self, Programs};
use search::{Found, Needles};

/// How long the night's work may take.
const PATIENCE: Duration = Duration::from_mins(3);

/// What a night left.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Night {
    patient: String,
    item: String,
    /// What the clock was set to.
    clock: Timestamp,
    needles: usize,
    /// The same search before the night: what it finds when there is something.
    hits_before: usize,
    hits: usize,
    files: usize,
    bytes: u64,
    /// Files that still name the patient's random id: the tombstone.
    tombstones: usize,
}

pub fn run(args: &[String]) -> Result<ExitCode, String> {
    let arguments = Arguments::parse(args, &["--data", "--photo"])?;
    let data = PathBuf::from(arguments.need("--data")?);
    let photo = Photo::read(Path::new(arguments.need("--photo")?))?;
    let programs = workspace::build_programs()?;
    let (walked, night) = spend(&programs, &data, &photo)?;
    for line in [serde_json::to_string(&walked), serde_json::to_string(&night)] {
        println!("{}", line.map_err(|error| error.to_string())?);
    }
    Ok(ExitCode::SUCCESS)
}

/// Walks, waits nine years and searches. An error says what went wrong or was left.
pub fn spend(programs: &Programs, data: &Path, photo: &Photo) -> Result<(Walked, Night), String> {
    let stop = StopSignal::listen()?;
    let log = programs.target.join("night.log");
    let start = |at| {
        let console = Console::File(log.clone());
        let options = SystemOptions::new(Ports::free()?, data.into(), console);
        let options = SystemOptions { at, ..options };
        System::start(programs, options, &stop)
    };
    let see_log =
        |error: String| format!("{error}\nThe processes' own lines are in {}", log.display());

    let system = start(None).map_err(see_log)?;
    let walked = walk::walk(&system.ports.front_origin(), photo);
    system.stop();
    let (walked, traces) = walked.map_err(|failed| see_log(failed.to_string()))?;
    walked.comparison.check()?;
    let needles = traces::needles(&traces);
    let before = search::search(data, &needles)?;
    check_search_bites(&before)?;

    let night_at = in_nine_years()?;
    let system = start(Some(night_at)).map_err(see_log)?;
    let gone = await_erased(&system, &walked, data, &needles);
    system.stop();
    gone.map_err(see_log)?;

    let after = search::search(data, &needles)?;
    if !after.hits.is_empty() {
        return Err(format!("the night left traces:\n{}", after.describe()));
    }
    let tombstones = search::search(data, &Needles::of_id(&walked.patient))?.hits.len();
    if tombstones == 0 {
        return Err("the night left no tombstone".to_owned());
    }
    let night = Night {
        patient: walked.patient.clone(),
        item: walked.item.clone(),
        clock: night_at,
        needles: needles.count(),
        hits_before: before.count(),
        hits: 0,
        files: after.files,
        bytes: after.bytes,
        tombstones,
    };
    Ok((walked, night))
}

/// A search that finds nothing while everything is there proves nothing later.
fn check_search_bites(before: &Found) -> Result<(), String> {
    for kind in traces::KINDS_STORED {
        if !before.hits.iter().any(|hit| hit.what == *kind) {
            return Err(format!("the search does not find the {kind} even before the night"));
        }
    }
    Ok(())
}

/// Longer than the longest that a grown-up's picture is kept.
fn in_nine_years() -> Result<Timestamp, String> {
    let now = Zoned::new(machine::now(), TimeZone::UTC);
    let then = now.checked_add(Span::new().years(9)).map_err(|error| error.to_string())?;
    Ok(then.timestamp())
}

/// Runs the night and returns when the patient is gone and no file tells of them.
fn await_erased(
    system: &System,
    walked: &Walked,
    data: &Path,
    needles: &Needles,
) -> Result<(), String> {
    let staff =
        StaffClient::sign_in(&system.ports.front_origin()).map_err(|failed| failed.to_string())?;
    staff.fire("expire-records", &json!({ "input": "" })).map_err(|failed| failed.to_string())?;
    let began = Instant::now();
    loop {
        let is_gone = staff
            .is_gone(&walked.patient)
            .map_err(|failed: walk::StepFailed| failed.to_string())?;
        // The timer that settles the store once the night's last message is done.
        if is_gone {
            let timer = json!({ "input": "" });
            staff.fire("reconcile-uploads", &timer).map_err(|failed| failed.to_string())?;
        }
        // Pointers and messages go after the record: an empty search is the end of the night.
        if is_gone && search::search(data, needles)?.hits.is_empty() {
            return Ok(());
        }
        if began.elapsed() > PATIENCE {
            let state = if is_gone { "gone" } else { "still there" };
            let left = search::search(data, needles)?.describe();
            return Err(format!(
                "after {} s the patient is {state}; what the files tell:\n{left}",
                PATIENCE.as_secs()
            ));
        }
        thread::sleep(Duration::from_millis(500));
    }
}
