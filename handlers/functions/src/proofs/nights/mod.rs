//! The erasure protocol under every kind of trouble: thousands of schedules, each from one seed, with
//! invocations that are killed between two effects, calls that fail or lose their answer, messages
//! that come twice, late or never, and people who hold, release, approve, write and look meanwhile.
//!
//! A broken law names its seed and says what happened; with [`SEEDS`] set to that seed alone the same
//! schedule runs again.

mod dice;
mod laws;
mod ports;
mod rights_desk;
mod schedule;
mod store_tests;
mod template;
mod witness;
mod world;

use std::ops::Range;

use domain::ports::clock::Clock as _;

pub use self::dice::Dice;
pub use self::ports::{Fate, Ports};
use self::schedule::Schedule;
use self::template::Template;
pub use self::template::copy;
pub use self::world::World;

const SEEDS: Range<u64> = 0..2_000;
/// Schedules share nothing, so two threads halve the time.
const THREADS: usize = 2;

// R61, R64, R66, R67; invariants 2 to 4 and 10.
#[test]
fn whatever_befalls_a_night_what_is_due_goes_and_what_is_held_stays() {
    let runtime = || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().start_paused(true).build().unwrap()
    };
    let here = runtime();
    let template = here.block_on(Template::at("2026-11-22T10:00:00Z"));
    std::thread::scope(|threads| {
        for first in 0..THREADS {
            let (runtime, template) = (runtime(), &template);
            threads.spawn(move || {
                for seed in SEEDS.skip(first).step_by(THREADS) {
                    runtime.block_on(run(template, seed));
                }
            });
        }
    });
}

async fn run(template: &Template, seed: u64) {
    let mut schedule = Schedule::of(template, seed);
    schedule.bad_nights().await;
    schedule.quiet_nights(3).await;
    check(&schedule, template, seed, "after the quiet nights", Vec::new());
    schedule.end_of_time().await;
    schedule.quiet_nights(3).await;
    let remains = laws::remains(&schedule.ports.world());
    check(&schedule, template, seed, "at the end of time", remains);
}

fn check(
    schedule: &Schedule<'_>,
    template: &Template,
    seed: u64,
    when: &str,
    mut broken: Vec<String>,
) {
    let today = crate::ledger::day(schedule.ports.now());
    broken.extend(laws::broken(&schedule.ports.world(), &template.patients, today));
    assert!(
        broken.is_empty(),
        "seed {seed}, {when}:\n  {}\nwhat happened:\n  {}",
        broken.join("\n  "),
        schedule.log.join("\n  "),
    );
}
