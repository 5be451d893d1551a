//! The reservation of an NHS number, made before the patient exists (DESIGN, "The NHS number").

use custom_handler::{Failure, Problem, StatusCode};
use domain::look_again::{Found, reservation};
use domain::nhs_number::NhsNumber;
use domain::ports::documents::{Change, Container};
use domain::ports::error::Etag;
use domain::record::PATIENT;
use domain::record::patient::Patient;
use domain::register::number::{Reservation, number_id};
use jiff::{SignedDuration, Timestamp};

use crate::app::{App, stored};
use crate::record::versioned;

/// A reservation whose patient never came may be taken over after the longest an invocation lives.
pub const FUNCTION_TIMEOUT: SignedDuration = SignedDuration::from_mins(5);

/// A reservation that this invocation wrote, in the version that it wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserved {
    id: String,
    etag: Etag,
}

/// Reserves `number` for `patient`; 409 names the patient who has it already (same controller). A
/// reservation that its record does not own is free, once nobody is alive who could make it so.
///
/// One that is this patient's already is written again: who gives it back meanwhile meets another
/// version, and leaves it.
pub async fn reserve_number(
    app: &App,
    controller: &str,
    number: &NhsNumber,
    patient: &str,
    now: Timestamp,
) -> Result<Reserved, Failure> {
    let id = number_of(app, controller, number).await?;
    let ours = Reservation { patient: patient.to_owned(), reserved_at: now };
    let found = stored(app.documents.get(Container::Register, controller, &id).await)?;
    let change = match found {
        None => stored(Change::create(&id, &ours))?,
        Some(found) => {
            let held = versioned::<Reservation>(found)?;
            if held.value.patient != patient {
                let is_owned = owns(app, controller, &held.value.patient, &id).await?;
                match reservation(is_owned, held.value.reserved_at, FUNCTION_TIMEOUT, now) {
                    Found::Right => return Err(known(&held.value.patient).into()),
                    Found::TooEarly => return Err(being_added().into()),
                    Found::LeadsNowhere => {}
                }
            }
            held.replace(&ours)?
        }
    };
    match app.documents.commit(Container::Register, controller, vec![change]).await {
        Ok(etags) => {
            let etag = etags.into_iter().next().ok_or_else(being_added)?;
            Ok(Reserved { id, etag })
        }
        Err(error) if error.is_race() => Err(being_added().into()),
        Err(error) => stored(Err(error)),
    }
}

/// The reservation that leads to this patient now, to be given back once the record says another
/// number: who wants it again meanwhile writes another version.
pub async fn reserved_for(
    app: &App,
    controller: &str,
    number: &NhsNumber,
    patient: &str,
) -> Result<Option<Reserved>, Failure> {
    let id = number_of(app, controller, number).await?;
    let found = stored(app.documents.get(Container::Register, controller, &id).await)?;
    let Some(held) = found.map(versioned::<Reservation>).transpose()? else { return Ok(None) };
    let is_theirs = held.value.patient == patient;
    Ok(is_theirs.then_some(Reserved { id, etag: held.stored.etag }))
}

/// Gives back a reservation that the record does not own. The caller knows that the record moved
/// on since it was read: so nobody else can make this version of it the record's own.
pub async fn give_back(
    app: &App,
    controller: &str,
    reserved: &Reserved,
    patient: &str,
) -> Result<(), Failure> {
    let Reserved { id, etag } = reserved.clone();
    if owns(app, controller, patient, &id).await? {
        return Ok(());
    }
    let change = Change::Delete { id, etag };
    match app.documents.commit(Container::Register, controller, vec![change]).await {
        Err(error) if !error.is_race() => stored(Err(error)),
        _ => Ok(()),
    }
}

/// Deletes a number's row (by its id) where it leads to this patient, who is going.
pub async fn release_number(
    app: &App,
    controller: &str,
    id: &str,
    patient: &str,
) -> Result<(), Failure> {
    let Some(found) = stored(app.documents.get(Container::Register, controller, id).await)? else {
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

/// Id of the row that a number leads to.
pub async fn number_of(app: &App, controller: &str, number: &NhsNumber) -> Result<String, Failure> {
    Ok(number_id(&stored(app.keys.number_key(controller).await)?, number))
}

/// True where the patient's record says that the number of this row is theirs.
pub async fn owns(
    app: &App,
    controller: &str,
    patient: &str,
    number: &str,
) -> Result<bool, Failure> {
    let found = stored(app.documents.get(Container::Patients, patient, PATIENT).await)?;
    let Some(found) = found.map(versioned::<Patient>).transpose()? else { return Ok(false) };
    match &found.value.details.nhs_number {
        Some(own) => Ok(number_of(app, controller, own).await? == number),
        None => Ok(false),
    }
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
