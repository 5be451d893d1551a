//! A writer who asks again and again, and how long it is kept waiting.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::measured::median;
use crate::walk::{Call, StaffClient, StepFailed};

/// A wait so many times the usual one, and no shorter than that, is one in which writers were held:
/// shorter ones a busy neighbour makes.
const FAR_BEYOND: u32 = 10;
const AT_LEAST: Duration = Duration::from_millis(100);
/// Between two notes.
const PAUSE: Duration = Duration::from_millis(250);
/// Notes by which the usual wait is found, and what one costs.
const USUAL: usize = 100;
/// A staff token is good for ten minutes.
const SIGN_IN_EVERY: Duration = Duration::from_mins(5);

/// What the writer waited.
#[derive(Debug, Default)]
pub struct Probe {
    usual: Duration,
    waits: Vec<Duration>,
    refused: u32,
}

impl Probe {
    #[cfg(test)]
    pub fn usually(usual: Duration) -> Self {
        Self { usual, ..Self::default() }
    }

    /// Finds the usual wait while nothing else goes on.
    pub fn begin(url: &str, patient: &str) -> Result<Self, StepFailed> {
        let staff = StaffClient::sign_in(url)?;
        add_note(&staff, patient)?;
        let mut waits = Vec::new();
        for _ in 0..USUAL {
            let began = Instant::now();
            add_note(&staff, patient)?;
            waits.push(began.elapsed().as_secs_f64());
        }
        Ok(Self { usual: Duration::from_secs_f64(median(&waits)), ..Self::default() })
    }

    /// How many notes the usual wait was found by, the first included.
    pub fn notes_at_begin() -> u32 {
        u32::try_from(USUAL + 1).unwrap_or(u32::MAX)
    }

    /// Goes on until it is over. A note that is refused is a wait too.
    pub fn go_on(&mut self, url: &str, patient: &str, over: &AtomicBool) -> Result<(), StepFailed> {
        let (mut staff, mut signed_in) = (StaffClient::sign_in(url)?, Instant::now());
        while !over.load(Ordering::Relaxed) {
            if signed_in.elapsed() > SIGN_IN_EVERY {
                (staff, signed_in) = (StaffClient::sign_in(url)?, Instant::now());
            }
            let began = Instant::now();
            let added = add_note(&staff, patient);
            self.waited(began.elapsed(), added.is_ok());
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    pub fn waited(&mut self, wait: Duration, was_added: bool) {
        self.waits.push(wait);
        self.refused += u32::from(!was_added);
    }

    /// All waits far beyond the usual one, the usual part taken off.
    pub fn held(&self) -> Duration {
        let far = (self.usual * FAR_BEYOND).max(AT_LEAST);
        let beyond = |wait: &Duration| wait.saturating_sub(self.usual);
        self.waits.iter().filter(|wait| **wait > far).map(beyond).sum()
    }

    pub fn longest(&self) -> Duration {
        self.waits.iter().copied().max().unwrap_or_default()
    }

    pub fn usual(&self) -> Duration {
        self.usual
    }

    pub fn asked(&self) -> u32 {
        u32::try_from(self.waits.len()).unwrap_or(u32::MAX)
    }

    pub fn added(&self) -> u32 {
        self.asked().saturating_sub(self.refused)
    }

    pub fn refused(&self) -> u32 {
        self.refused
    }
}

fn add_note(staff: &StaffClient, patient: &str) -> Result<(), StepFailed> {
    let path = format!("/api/patients/{patient}/notes");
    let note = json!({ "text": "Healing as it should." });
    staff.send(Call::post("add-note", &path, &note).expect(201)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_far_beyond_the_usual_one_are_summed_without_it() {
        let mut probe = Probe::usually(Duration::from_millis(20));
        for ms in [10, 20, 150, 200] {
            probe.waited(Duration::from_millis(ms), true);
        }
        assert_eq!(probe.held(), Duration::ZERO);
        probe.waited(Duration::from_millis(1_020), true);
        probe.waited(Duration::from_millis(30_020), false);
        assert_eq!(probe.held(), Duration::from_secs(31));
        assert_eq!(probe.longest(), Duration::from_millis(30_020));
        assert_eq!((probe.added(), probe.refused()), (5, 1));
    }
}
