//! The erasure protocol under every kind of trouble: thousands of schedules, each from one seed, with
//! invocations that are killed between two effects, calls that fail or lose their answer, messages
//! that come twice, late or never, and people who hold, release, approve, write, look, add, correct,
//! answer and decline meanwhile.
//!
//! A broken law names its seed and says what happened; with [`OTHER_SEEDS`] set to that seed alone the
//! same schedule runs again.

mod dice;
mod early_pointers;
mod laws;
mod ports;
mod rights_desk;
mod schedule;
mod staff_desk;
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
/// Where set, other seeds: `NIGHT_SEEDS=17..18` is one schedule again.
const OTHER_SEEDS: &str = "NIGHT_SEEDS";
/// Schedules share nothing, so two threads halve the time.
const THREADS: usize = 2;

// R61, R64, R66, R67; invariants 2 to 4 and 10.
#[test]
fn whatever_befalls_a_night_what_is_due_goes_and_what_is_held_stays() {
    let runtime = || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().start_paused(true).build().unwrap()
    };
    let seeds = seeds();
    let here = runtime();
    let template = here.block_on(Template::at("2026-11-22T10:00:00Z"));
    std::thread::scope(|threads| {
        for first in 0..THREADS {
            let (runtime, template, seeds) = (runtime(), &template, seeds.clone());
            threads.spawn(move || {
                for seed in seeds.skip(first).step_by(THREADS) {
                    runtime.block_on(run(template, seed));
                }
            });
        }
    });
}

#[expect(clippy::disallowed_methods, reason = "a developer's choice, and no setting of the app")]
fn seeds() -> Range<u64> {
    let chosen = std::env::var(OTHER_SEEDS).ok();
    let range = chosen.as_deref().and_then(|text| text.split_once(".."));
    let range = range.and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
    range.unwrap_or(SEEDS)
}

async fn run(template: &Template, seed: u64) {
    let mut schedule = Schedule::of(template, seed);
    schedule.bad_nights().await;
    schedule.quiet_nights(3).await;
    check(&schedule, template, seed, "after the quiet nights", Vec::new());
    schedule.end_of_time().await;
    // The day after, what was erased is looked at again, and that day leaves the list two days on.
    schedule.quiet_nights(4).await;
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
    let now = schedule.ports.now();
    broken.extend(early_pointers::broken(&schedule.ports.world(), &template.number_key, now));
    assert!(
        broken.is_empty(),
        "seed {seed}, {when}:\n  {}\nwhat happened:\n  {}",
        broken.join("\n  "),
        schedule.log.join("\n  "),
    );
}
