//! `cargo xtask conformance [DIR]`: replays recordings of the real Functions host through
//! local-host and prints each difference.
//!
//! A scripted handler gives the recorded answers; what it received and what the host made of its
//! answers is compared with the recording. Ids, times, ports and the like are not compared
//! (tests/envelopes/README.md says which); what local-host deliberately does not imitate is in
//! `explained.rs`. The last line is `N cases, D differences, E explained`.

mod apps;
mod client;
mod compare;
mod conduct;
mod explained;
pub mod outsider;
mod queue_double;
mod recording;
mod replay;
mod response;
mod rig;
pub mod scripted_handler;
mod sentence;
mod stage;
mod stimulus;
mod to_send;
mod wire;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::apps::Apps;
use self::compare::{Difference, Place};
use self::explained::{Evidence, explain};
use self::recording::Case;
use self::replay::{Prepared, SharedRigs, replay};

/// Cases that share hosts run in so many lanes, each with hosts of its own.
const LANES: usize = 3;
/// Cases with a host of their own mostly wait; so many wait at once.
const AT_ONCE: usize = 12;

/// The command under which this program is its own scripted handler.
pub const SCRIPTED_HANDLER: &str = "scripted-handler";

/// How often a case that differed is replayed by itself, while there is time for it.
const TRIES_ALONE: usize = 2;
const TIME_ALONE: Duration = Duration::from_mins(1);

/// The recordings that the project keeps.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/envelopes")
}

/// `args`: at most one folder of recordings.
pub fn run(args: &[String]) -> Result<ExitCode, String> {
    let dir = match args {
        [] => fixtures(),
        [dir] => PathBuf::from(dir),
        _ => return Err("usage: cargo xtask conformance [DIR]".to_owned()),
    };
    if !dir.is_dir() {
        return Err(format!("{} is no folder", dir.display()));
    }
    let own_apps = dir.join("apps.json");
    let ours = Apps::read(&fixtures().join("apps.json"))?;
    let apps = if own_apps.is_file() { Apps::read(&own_apps)?.or(ours) } else { ours };
    let cases = recording::read_dir(&dir)?;
    for file in recording::not_replayed(&dir) {
        println!("{file}: not replayed (looked at by hand, or not used by this project)");
    }
    let runtime = tokio::runtime::Runtime::new().map_err(|e| e.to_string())?;
    let mut found = runtime.block_on(replay_all(&cases, &apps));
    runtime.block_on(replay_again(&cases, &apps, &mut found));
    Ok(report(&cases, &found))
}

/// Replays by itself each case that differed without a reason, when nothing else runs: what a
/// crowd on a slow machine did to its timing is no difference.
async fn replay_again(cases: &[Case], apps: &Apps, found: &mut [Vec<Difference>]) {
    let begun = Instant::now();
    for (case, found) in cases.iter().zip(found) {
        let evidence = Evidence::of(case);
        let unexplained = |found: &[Difference]| {
            found.iter().any(|difference| explain(&evidence, difference).is_none())
        };
        for _ in 0..TRIES_ALONE {
            if !unexplained(found) || begun.elapsed() > TIME_ALONE {
                break;
            }
            let Ok(prepared) = Prepared::new(case, apps) else { break };
            let mut rigs = SharedRigs::default();
            let result = replay(case, prepared, &mut rigs).await;
            rigs.take_down().await;
            *found = result.unwrap_or_else(not_replayed);
        }
    }
}

/// Prints what was found, in the order of the recordings, and judges it.
fn report(cases: &[Case], found: &[Vec<Difference>]) -> ExitCode {
    let (mut differences, mut explained) = (0, 0);
    for (case, found) in cases.iter().zip(found) {
        let evidence = Evidence::of(case);
        for difference in found {
            differences += 1;
            println!("{}: {}: {difference}", case.file, case.name);
            if let Some(reason) = explain(&evidence, difference) {
                explained += 1;
                println!("    explained: {reason}");
            }
        }
    }
    println!("{} cases, {differences} differences, {explained} explained", cases.len());
    if cases.is_empty() || differences > explained { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// The differences of each case, by its place in `cases`.
async fn replay_all(cases: &[Case], apps: &Apps) -> Vec<Vec<Difference>> {
    let mut found = vec![Vec::new(); cases.len()];
    let (mut shared, mut alone) = (VecDeque::new(), Vec::new());
    for (at, case) in cases.iter().enumerate() {
        match Prepared::new(case, apps) {
            Ok(prepared) if prepared.shares() => shared.push_back((at, case.clone(), prepared)),
            Ok(prepared) => alone.push((at, case.clone(), prepared)),
            Err(problem) => found[at] = not_replayed(problem),
        }
    }
    let mut tasks: JoinSet<Vec<(usize, Vec<Difference>)>> = JoinSet::new();
    let room = Arc::new(Semaphore::new(AT_ONCE));
    for (at, case, prepared) in alone {
        let room = Arc::clone(&room);
        tasks.spawn(async move {
            let _place = room.acquire().await;
            let mut rigs = SharedRigs::default();
            let result = replay(&case, prepared, &mut rigs).await;
            vec![(at, result.unwrap_or_else(not_replayed))]
        });
    }
    let shared = Arc::new(Mutex::new(shared));
    for _ in 0..LANES {
        let shared = Arc::clone(&shared);
        tasks.spawn(async move {
            let mut rigs = SharedRigs::default();
            let mut done = Vec::new();
            loop {
                let next = shared.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                let Some((at, case, prepared)) = next else { break };
                let result = replay(&case, prepared, &mut rigs).await;
                done.push((at, result.unwrap_or_else(not_replayed)));
            }
            rigs.take_down().await;
            done
        });
    }
    while let Some(done) = tasks.join_next().await {
        for (at, differences) in done.unwrap_or_default() {
            found[at] = differences;
        }
    }
    found
}

fn not_replayed(problem: String) -> Vec<Difference> {
    vec![Difference::new(Place::Replay, "a replay", problem)]
}
