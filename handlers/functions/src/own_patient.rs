//! Reading a patient of the caller's own controller; every other answer is the same 404 (R11).

use custom_handler::{Failure, Request};
use domain::ids::is_id;
use domain::record::PATIENT;
use domain::record::patient::{Keeping, Patient};

use crate::problems;
use crate::record::{Record, Versioned};
use crate::sign_in::staff::SignedIn;

/// The id in the path, where it can be one.
pub fn id_in_path<'r>(
    request: &'r Request,
    name: &str,
    thing: &'static str,
) -> Result<&'r str, Failure> {
    let id = request.param(name);
    if is_id(id) { Ok(id) } else { Err(problems::no_such(thing).into()) }
}

/// The patient's details document; 404 for another controller's, an erased and an unknown one.
pub async fn own_patient(
    record: &Record<'_>,
    signed_in: &SignedIn,
) -> Result<Versioned<Patient>, Failure> {
    let patient = record
        .read::<Patient>(PATIENT)
        .await?
        .filter(|patient| {
            patient.value.controller == signed_in.controller.controller
                && patient.value.keeping == Keeping::Kept
        })
        .ok_or_else(|| problems::no_such("patient"))?;
    Ok(patient)
}
