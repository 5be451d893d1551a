//! Those who do their work: walkers from the new patient to the opened picture, a ward that looks at
//! its lists, and the night's own tick. Each at a pace of its own, so that all versions are asked for
//! the same.

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::report::Phase;
use crate::camera_photo;
use crate::walk::{self, Call, StaffClient, StepFailed};

const WALKERS: u64 = 3;
/// Between two beginnings of one walker's walks.
const WALK_EVERY: Duration = Duration::from_millis(2_500);
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// One look in so many is a search: staff are allowed only so many a minute.
const SEARCH_IN: usize = 4;
const TICK_EVERY: Duration = Duration::from_secs(10);
/// A staff token is good for ten minutes; signing in is a part of the day.
const LOOKS_A_TOKEN: usize = 60;

/// Lets them work for so long; what they began they end.
pub fn spend(url: &str, time: Duration) -> Phase {
    let until = Instant::now() + time;
    let phase = Mutex::new(Phase::default());
    thread::scope(|scope| {
        for walker in 0..WALKERS {
            let phase = &phase;
            scope.spawn(move || walk_until(url, walker, until, phase));
        }
        scope.spawn(|| again_until(until, LOOK_EVERY, Ward::new(url), &phase));
        scope.spawn(|| again_until(until, TICK_EVERY, Night::new(url), &phase));
    });
    phase.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn walk_until(url: &str, walker: u64, until: Instant, phase: &Mutex<Phase>) {
    let photo = camera_photo::make_from(walker + 1);
    while Instant::now() < until {
        let began = Instant::now();
        let walked = walk::walk(url, &photo);
        let mut phase = phase.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match walked {
            Ok((walked, _)) => {
                phase.add_answers(&walked.heard);
                match walked.comparison.check() {
                    Ok(()) => phase.add_walk(began.elapsed()),
                    Err(why) => phase.add_failure(&why),
                }
            }
            Err(failed) => phase.add_failure(&failed.to_string()),
        }
        drop(phase);
        pause(began, WALK_EVERY, until);
    }
}

/// Somebody who does the same again and again.
trait Round {
    fn go(&mut self, phase: &Mutex<Phase>) -> Result<(), StepFailed>;
}

fn again_until(until: Instant, every: Duration, mut who: impl Round, phase: &Mutex<Phase>) {
    while Instant::now() < until {
        let began = Instant::now();
        if let Err(failed) = who.go(phase) {
            let mut phase = phase.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            phase.add_failure(&failed.to_string());
        }
        pause(began, every, until);
    }
}

/// Until the next beginning, or the end.
fn pause(began: Instant, every: Duration, until: Instant) {
    let next = (began + every).min(until);
    thread::sleep(next.saturating_duration_since(Instant::now()));
}

/// Staff who look at their lists.
struct Ward {
    url: String,
    staff: Option<StaffClient>,
    looks: usize,
}

impl Ward {
    fn new(url: &str) -> Self {
        Self { url: url.to_owned(), staff: None, looks: 0 }
    }
}

impl Round for Ward {
    fn go(&mut self, phase: &Mutex<Phase>) -> Result<(), StepFailed> {
        if self.looks.is_multiple_of(LOOKS_A_TOKEN) {
            self.staff = None;
        }
        self.looks += 1;
        let staff = match self.staff.take() {
            Some(staff) => staff,
            None => StaffClient::sign_in(&self.url)?,
        };
        let looked = look(&staff, self.looks.is_multiple_of(SEARCH_IN));
        let mut phase = phase.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        phase.add_answers(&staff.take_heard());
        self.staff = Some(staff);
        looked
    }
}

fn look(staff: &StaffClient, searches: bool) -> Result<(), StepFailed> {
    staff.send(Call::get("show-me", "/api/me"))?;
    staff.send(Call::get("list-inbox", "/api/inbox"))?;
    if searches {
        let nobody = json!({ "q": "Quillfeather" });
        staff.send(Call::post("find-patients", "/api/patients/find", &nobody))?;
    }
    Ok(())
}

/// The timers, fired by hand.
struct Night {
    url: String,
}

impl Night {
    fn new(url: &str) -> Self {
        Self { url: url.to_owned() }
    }
}

impl Round for Night {
    fn go(&mut self, phase: &Mutex<Phase>) -> Result<(), StepFailed> {
        let staff = StaffClient::sign_in(&self.url)?;
        for function in ["expire-records", "reconcile-uploads"] {
            staff.fire(function, &json!({ "input": "" }))?;
        }
        let mut phase = phase.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        phase.add_answers(&staff.take_heard());
        Ok(())
    }
}
