//! Texts under every kind of trouble: ten thousand schedules over `dispatch-sms` and both providers'
//! doubles, with kills, lost replies, redeliveries, resends, reports in any order, and providers that
//! are away for minutes, hours, or longer than a link lives.
//!
//! No text is lost, and none is sent twice where the provider can tell. GOV.UK Notify cannot in one
//! window: two invocations about the same text at once both ask before either has sent. Then a phone
//! may show it twice, never more. What no redelivery mends becomes a task that a person sees. A text
//! whose provider is away waits for it by day, and becomes one task when its link dies, never before.

mod laws;
mod providers;
mod schedule;
mod template;

use std::ops::{AddAssign, Range};

use self::providers::Kind;
use self::schedule::Schedule;
use self::template::Template;

const SEEDS: Range<u64> = 0..10_000;
/// Schedules share nothing, so two threads halve the time.
const THREADS: u64 = 2;

/// What the schedules of one provider came to.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    schedules: usize,
    deliveries: usize,
    kills: usize,
    lost_replies: usize,
    texts: usize,
    sent: usize,
    /// Sent twice, in the window.
    doubles: usize,
    /// Sent after its provider could not take it at first.
    waited: usize,
    /// Never sent: the provider was away until the link died.
    given_up: usize,
    /// Not sent, and a person was told.
    tasks: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.schedules += more.schedules;
        self.deliveries += more.deliveries;
        self.kills += more.kills;
        self.lost_replies += more.lost_replies;
        self.texts += more.texts;
        self.sent += more.sent;
        self.doubles += more.doubles;
        self.waited += more.waited;
        self.given_up += more.given_up;
        self.tasks += more.tasks;
    }
}

// R42, R43, R48; invariants 2 to 4.
#[test]
fn in_ten_thousand_schedules_no_text_is_lost_and_none_is_sent_twice_outside_the_window() {
    let runtime = || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().start_paused(true).build().unwrap()
    };
    let here = runtime();
    let templates = Kind::ALL.map(|kind| here.block_on(Template::of(kind)));
    let work = |first: u64| {
        let (runtime, templates) = (runtime(), &templates);
        move || {
            let mut counts = [Counts::default(); 2];
            for seed in SEEDS.skip(usize::try_from(first).unwrap()).step_by(2) {
                let place = usize::try_from(seed / THREADS % 2).unwrap();
                counts[place] += runtime.block_on(run(&templates[place], seed));
            }
            counts
        }
    };
    let mut counts = [Counts::default(); 2];
    std::thread::scope(|threads| {
        let threads = [0, 1].map(|first| threads.spawn(work(first)));
        for thread in threads {
            for (sum, more) in counts.iter_mut().zip(thread.join().unwrap()) {
                *sum += more;
            }
        }
    });
    for (kind, counts) in Kind::ALL.iter().zip(counts) {
        println!("{kind:?}: {counts:?}");
        assert!(counts.kills > 1_000 && counts.lost_replies > 100 && counts.tasks > 10);
        assert!(counts.waited > 500 && counts.given_up > 30);
        assert_eq!(
            *kind == Kind::Notify,
            counts.doubles > 0,
            "the window was not met, or is no more"
        );
    }
}

async fn run(template: &Template, seed: u64) -> Counts {
    let mut schedule = Schedule::of(template, seed);
    schedule.run().await;
    let (counts, broken) = laws::judge(&schedule);
    assert!(
        broken.is_empty(),
        "seed {seed}, {:?}:\n  {}\nwhat happened:\n  {}",
        template.kind,
        broken.join("\n  "),
        schedule.log.join("\n  "),
    );
    counts
}
