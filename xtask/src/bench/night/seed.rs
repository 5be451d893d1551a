//! The folder that both versions get a copy of: filled once, by the older program, over HTTP.

use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use jiff::{Span, Timestamp, Zoned, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::machine;
use crate::system::{Console, Ports, StopSignal, System, SystemOptions};
use crate::walk::{Call, StaffClient, StepFailed, nhs_number};
use crate::workspace::Programs;

/// People who enter patients at the same time.
const AT_ONCE: usize = 8;
/// A staff token is good for ten minutes.
const PATIENTS_A_TOKEN: usize = 200;
/// So many days before the others come those who will be due.
const DAYS_BEFORE: i64 = 2;
/// How long records of the demo's hospital are kept.
const YEARS: i64 = 8;

/// A filled folder.
#[derive(Debug)]
pub struct Seeded {
    pub folder: PathBuf,
    pub people: People,
}

/// Who is in it.
#[derive(Debug, Serialize, Deserialize)]
pub struct People {
    /// A moment on the day on which some are due.
    pub night: Timestamp,
    pub due: Vec<String>,
    pub others: Vec<String>,
}

/// Fills it where it is not there yet.
pub fn seeded(
    programs: &Programs,
    patients: usize,
    due: usize,
    stop: &StopSignal,
) -> Result<Seeded, String> {
    let folder = programs.target.join(format!("night-{due}-of-{patients}"));
    let list = folder.with_extension("json");
    if let Ok(people) = fs::read(&list) {
        let people = serde_json::from_slice(&people).map_err(|error| error.to_string())?;
        return Ok(Seeded { folder, people });
    }
    if folder.exists() {
        // Of a run that came to no end.
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    println!("Filling a folder with {patients} patients. It takes some minutes, once.");
    let now = Zoned::new(machine::now(), TimeZone::UTC);
    let before = now.checked_sub(Span::new().days(DAYS_BEFORE)).map_err(|e| e.to_string())?;
    let fill = |at: Timestamp, numbers: std::ops::Range<usize>| {
        let console = Console::File(programs.target.join("night-seed.log"));
        let options = SystemOptions::new(Ports::free()?, folder.clone(), console);
        let options = SystemOptions { at: Some(at), ..options };
        let system = System::start(programs, options, stop)?;
        let added = add_patients(&system.ports.front_origin(), numbers);
        system.stop();
        added.map_err(|failed| failed.to_string())
    };
    let people = People {
        night: night_of(&before)?,
        due: fill(before.timestamp(), 0..due)?,
        others: fill(now.timestamp(), due..patients)?,
    };
    let written = serde_json::to_vec(&people).map_err(|error| error.to_string())?;
    fs::write(&list, written).map_err(|error| format!("{}: {error}", list.display()))?;
    Ok(Seeded { folder, people })
}

/// Shortly after three on the day on which they are due: the timer of two o'clock is fired by hand.
fn night_of(seen: &Zoned) -> Result<Timestamp, String> {
    let due = seen.checked_add(Span::new().years(YEARS)).map_err(|error| error.to_string())?;
    let night = due.date().at(3, 1, 0, 0).to_zoned(TimeZone::UTC);
    night.map(|night| night.timestamp()).map_err(|error| error.to_string())
}

fn add_patients(url: &str, numbers: std::ops::Range<usize>) -> Result<Vec<String>, StepFailed> {
    let next = AtomicUsize::new(numbers.start);
    let added = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let add_some = || -> Result<(), StepFailed> {
            let mut staff = StaffClient::sign_in(url)?;
            for turn in 1_usize.. {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= numbers.end {
                    break;
                }
                if turn.is_multiple_of(PATIENTS_A_TOKEN) {
                    staff = StaffClient::sign_in(url)?;
                }
                let patient = add_patient(&staff, number)?;
                let mut added = added.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                added.push(patient);
            }
            Ok(())
        };
        let adding: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(add_some)).collect();
        adding.into_iter().try_for_each(|one| {
            one.join().unwrap_or_else(|_| Err(StepFailed::shape("add-patient", "it panicked")))
        })
    })?;
    Ok(added.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// The same people whenever a folder is filled.
fn add_patient(staff: &StaffClient, number: usize) -> Result<String, StepFailed> {
    let person = json!({
        "givenName": "Ada",
        "familyName": format!("Quillfeather{}", letters(number)),
        "dateOfBirth": format!("19{:02}-{:02}-{:02}", 40 + number % 59, 1 + number % 12, 1 + number % 28),
        "nhsNumber": number_of(number),
        "mobile": format!("07700 900{:03}", number % 1_000),
    });
    let call = Call::post("add-patient", "/api/patients", &person).expect(201);
    staff.send(call)?.text("/patient")
}

/// A number of their own: one in eleven begins like no valid number, and the next hundred thousand
/// is tried.
fn number_of(number: usize) -> Option<String> {
    let number = u64::try_from(number).unwrap_or_default();
    (0..10).find_map(|turn| nhs_number(number + turn * 100_000))
}

/// A number as letters: names have no digits.
fn letters(mut number: usize) -> String {
    let mut text = String::new();
    for _ in 0..4 {
        let letter = u8::try_from(number % 26).unwrap_or_default();
        text.push(char::from(b'a' + letter));
        number /= 26;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_seen_first_are_due_in_the_night_of_the_same_day_years_later() {
        let seen: Timestamp = "2026-11-28T16:00:00Z".parse().unwrap();
        let seen = Zoned::new(seen, TimeZone::UTC);
        assert_eq!(night_of(&seen).unwrap().to_string(), "2034-11-28T03:01:00Z");
    }

    #[test]
    fn two_people_are_never_called_the_same() {
        let names: std::collections::BTreeSet<String> = (0..10_000).map(letters).collect();
        assert_eq!(names.len(), 10_000);
        let numbers: std::collections::BTreeSet<_> = (0..10_000).filter_map(number_of).collect();
        assert_eq!(numbers.len(), 10_000);
    }
}
