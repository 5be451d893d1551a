//! The reservation of an NHS number, made before the patient exists (DESIGN, "The NHS number").

use custom_handler::{Failure, Problem, StatusCode};
use domain::nhs_number::NhsNumber;
use domain::ports::documents::{Change, Container};
use domain::record::PATIENT;
use domain::record::patient::Patient;
use domain::register::number::{Reservation, number_id};
use jiff::{SignedDuration, Timestamp};

use crate::app::{App, stored};
use crate::record::versioned;

/// A reservation whose patient never came may be taken over after the longest an invocation lives.
pub const FUNCTION_TIMEOUT: SignedDuration = SignedDuration::from_mins(5);

/// Reserves `number` for `patient`; 409 names the patient who has it already (same controller).
pub async fn reserve_number(
    app: &App,
    controller: &str,
    number: &NhsNumber,
    patient: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    let key = stored(app.keys.number_key(controller).await)?;
    let id = number_id(&key, number);
    let ours = Reservation { patient: patient.to_owned(), reserved_at: now };
    let found = stored(app.documents.get(Container::Register, controller, &id).await)?;
    let change = match found {
        None => stored(Change::create(&id, &ours))?,
        Some(found) => {
            let held = versioned::<Reservation>(found)?;
            if held.value.patient == patient {
                return Ok(());
            }
            if exists(app, &held.value.patient).await? {
                return Err(known(&held.value.patient).into());
            }
            if now.duration_since(held.value.reserved_at) < FUNCTION_TIMEOUT {
                return Err(being_added().into());
            }
            held.replace(&ours)?
        }
    };
    match app.documents.commit(Container::Register, controller, vec![change]).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_race() => Err(being_added().into()),
        Err(error) => stored(Err(error)),
    }
}

/// Gives a number back, if it is still this patient's.
pub async fn release_number(
    app: &App,
    controller: &str,
    number: &NhsNumber,
    patient: &str,
) -> Result<(), Failure> {
    let key = stored(app.keys.number_key(controller).await)?;
    let id = number_id(&key, number);
    let Some(found) = stored(app.documents.get(Container::Register, controller, &id).await)? else {
        return Ok(());
    };
    let held = versioned::<Reservation>(found)?;
    if held.value.patient != patient {
        return Ok(());
    }
    match app.documents.commit(Container::Register, controller, vec![held.delete()]).await {
        Err(error) if !error.is_race() => stored(Err(error)),
        _ => Ok(()),
    }
}

async fn exists(app: &App, patient: &str) -> Result<bool, Failure> {
    let found = stored(app.documents.get(Container::Patients, patient, PATIENT).await)?;
    found.map(versioned::<Patient>).transpose().map(|patient| patient.is_some())
}

fn known(patient: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT, "known-nhs-number", "This patient is here already")
        .detail("Somebody with this NHS number is in your organisation already. Nothing was saved.")
        .extension("patient", serde_json::Value::String(patient.to_owned()))
}

fn being_added() -> Problem {
    Problem::new(StatusCode::CONFLICT, "being-added", "This patient is being added")
        .detail("Somebody is adding a patient with this NHS number now. Search again in a moment.")
}
