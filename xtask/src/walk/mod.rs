//! `cargo xtask walk`: the main job over HTTP, as a nurse's and a patient's clients would do it.
//!
//! Prints one JSON line and fails when the served picture is not the sent one, cleaned. With
//! `--transcript FILE` it writes what each step was answered, without what is chance.

mod client;
mod link;
mod patient;
mod person;
mod photo;
mod staff;
mod transcript;

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;

use crate::arguments::Arguments;

pub use client::{Answer, Call, Client, StepFailed};
pub use patient::PatientClient;
pub use person::{MadeUpPerson, nhs_number};
use photo::Comparison;
pub use photo::{Photo, sha256_hex};
pub use staff::{DemoStaff, StaffClient, list_staff};
pub use transcript::Heard;

const DEFAULT_URL: &str = "http://127.0.0.1:7071";

/// What a walk shows to the world: random ids and facts about the picture.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Walked {
    pub patient: String,
    pub request: String,
    pub upload: String,
    pub item: String,
    pub sent_sha256: String,
    pub served_sha256: String,
    pub sent_bytes: usize,
    pub served_bytes: usize,
    #[serde(flatten)]
    pub comparison: Comparison,
    /// From the sign-in to the picture served, in milliseconds.
    #[serde(rename = "took_ms")]
    pub took_ms: u128,
    /// What each step was answered, without what is chance.
    #[serde(skip)]
    pub transcript: Vec<Value>,
    /// The answers themselves, with what each took.
    #[serde(skip)]
    pub heard: Vec<Heard>,
}

/// What a walk left in the system and must not be printed: what a search looks for later.
pub struct Traces {
    pub person: MadeUpPerson,
    pub sent: Vec<u8>,
    pub served: Vec<u8>,
    pub thumbnail: Vec<u8>,
}

pub fn run(args: &[String]) -> Result<ExitCode, String> {
    let arguments = Arguments::parse(args, &["--photo", "--url", "--transcript"])?;
    let photo = Photo::read(Path::new(arguments.need("--photo")?))?;
    let url = arguments.get("--url").unwrap_or(DEFAULT_URL).trim_end_matches('/');
    let (walked, _) = walk(url, &photo).map_err(|failed| failed.to_string())?;
    println!("{}", serde_json::to_string(&walked).map_err(|error| error.to_string())?);
    if let Some(file) = arguments.get("--transcript") {
        let lines = serde_json::to_vec_pretty(&walked.transcript).map_err(|e| e.to_string())?;
        fs::write(file, lines).map_err(|error| format!("{file}: {error}"))?;
    }
    walked.comparison.check()?;
    Ok(ExitCode::SUCCESS)
}

/// The whole main job against the front at `url`.
pub fn walk(url: &str, photo: &Photo) -> Result<(Walked, Traces), StepFailed> {
    let began = Instant::now();
    let staff = StaffClient::sign_in(url)?;
    let (patient, person) = staff.add_patient()?;
    let request = staff.request_capture(&patient, 1)?;
    let code = staff.await_link(&person)?;
    let mut capture = PatientClient::open_link(url, &code)?;
    if capture.verify_identity(&code, &person)? != request {
        return Err(StepFailed::shape("verify-identity", "the link leads to another request"));
    }
    capture.consent()?;
    let upload = capture.send_photo(photo)?;
    capture.show()?;
    capture.submit()?;
    let arrived = staff.await_item(&patient)?;
    let served = staff.view_item(&patient, &arrived.item)?;
    staff.show_patient(&patient)?;
    let heard = [staff.heard(), capture.heard()].concat();
    let walked = Walked {
        transcript: transcript::transcript(&heard, &person, url),
        heard,
        patient,
        request,
        upload,
        item: arrived.item,
        took_ms: began.elapsed().as_millis(),
        sent_sha256: sha256_hex(&photo.bytes),
        served_sha256: sha256_hex(&served),
        sent_bytes: photo.bytes.len(),
        served_bytes: served.len(),
        comparison: Comparison::of(&photo.bytes, &served),
    };
    let traces = Traces { person, sent: photo.bytes.clone(), served, thumbnail: arrived.thumbnail };
    Ok((walked, traces))
}

/// Asks again and again until there is something, or `patience` is over.
fn poll<T>(
    step: &'static str,
    patience: Duration,
    mut ask: impl FnMut() -> Result<Option<T>, StepFailed>,
) -> Result<T, StepFailed> {
    let began = Instant::now();
    loop {
        if let Some(found) = ask()? {
            return Ok(found);
        }
        if began.elapsed() > patience {
            return Err(StepFailed::waited(step, patience));
        }
        thread::sleep(Duration::from_millis(100));
    }
}
