//! The night looks again at pointers that were written before their facts (invariant 2). The record
//! decides about each: what it says is right, what it does not know goes. Twice is once.

mod copies;
mod inbox_rows;
mod ledger_rows;
mod link_rows;
mod presses;
pub mod register_rows;

use custom_handler::Failure;
use domain::ledger_bucket::Bucket;
use domain::look_again::{Found, LookAgain, Place, Pointer};
use domain::ports::documents::{Change, Container, Stored};
use domain::record::PATIENT;
use domain::record::patient::{Keeping, Patient};
use jiff::Timestamp;

use crate::app::{App, stored};
use crate::erasure::pointers::delete_ledger_row;
use crate::healing::register_rows::say_what_the_record_says;
use crate::ledger::is_early;
use crate::missing_record::{has_bytes, was_erased};
use crate::record::versioned;

/// Whose the pointers are.
enum Whose {
    /// The record is there.
    Kept(Box<Patient>),
    /// It was erased, or it never came.
    Nobodys,
    /// It is being erased, or it is missing after a restore: nothing can be told yet.
    Unclear,
}

/// Decides about every pointer that the row names. The row goes when all are right.
pub async fn look_at(
    app: &App,
    bucket: &str,
    row: &LookAgain,
    now: Timestamp,
) -> Result<(), Failure> {
    if Bucket::parse(bucket).is_ok_and(|bucket| is_early(bucket, now)) {
        return Ok(());
    }
    let whose = whose(app, &row.patient).await?;
    let is_registered = row.pointers.iter().any(|pointer| pointer.place == Place::Register);
    if let (true, Whose::Kept(patient)) = (is_registered, &whose) {
        // Also where a row is not there: it must be.
        say_what_the_record_says(app, patient, &[], now).await?;
    }
    let (mut is_early, mut failed) = (false, None);
    for pointer in &row.pointers {
        // One that cannot be asked does not keep the others.
        match ask(app, &row.patient, &whose, pointer, now).await {
            Ok(Found::TooEarly) => is_early = true,
            Ok(Found::Right | Found::LeadsNowhere) => {}
            Err(failure) => failed = Some(failure),
        }
    }
    match failed {
        Some(failure) => Err(failure),
        None if is_early => Ok(()),
        None => delete_ledger_row(app, bucket, &row.id()).await,
    }
}

async fn whose(app: &App, patient: &str) -> Result<Whose, Failure> {
    if let Some(found) = patient_of(app, patient).await? {
        return Ok(match found.keeping {
            Keeping::Kept => Whose::Kept(Box::new(found)),
            Keeping::Erasing { .. } => Whose::Unclear,
        });
    }
    // Without a tombstone it never came, unless there are pictures of it.
    let is_missing =
        !was_erased(app, patient, None).await? && has_bytes(app, patient, None).await?;
    Ok(if is_missing { Whose::Unclear } else { Whose::Nobodys })
}

async fn ask(
    app: &App,
    patient: &str,
    whose: &Whose,
    pointer: &Pointer,
    now: Timestamp,
) -> Result<Found, Failure> {
    let kept = match whose {
        Whose::Unclear => return Ok(Found::TooEarly),
        Whose::Nobodys => None,
        Whose::Kept(patient) => Some(&**patient),
    };
    let Some(container) = pointer.place.container() else {
        return copies::look(app, patient, kept, &pointer.id).await;
    };
    let found = app.documents.get(container, &pointer.partition, &pointer.id).await;
    let Some(row) = stored(found)? else { return Ok(Found::Right) };
    let verdict = match pointer.place {
        Place::Patients => presses::look(&row, now)?,
        Place::Register => register_rows::look(app, kept, &pointer.partition, &row, now).await?,
        Place::Links => link_rows::look(app, kept, &row, now).await?,
        Place::Inbox => inbox_rows::look(app, kept, &row).await?,
        Place::Ledger => ledger_rows::look(app, kept, &pointer.partition, &row, now).await?,
        Place::Copies => Found::Right,
    };
    if verdict == Found::LeadsNowhere {
        return take_back(app, container, &pointer.partition, &row).await;
    }
    Ok(verdict)
}

/// Deletes the version that was judged. One that changed meanwhile is asked again.
async fn take_back(
    app: &App,
    container: Container,
    partition: &str,
    row: &Stored,
) -> Result<Found, Failure> {
    match app.documents.commit(container, partition, vec![Change::delete(row)]).await {
        Ok(_) => Ok(Found::LeadsNowhere),
        Err(error) if error.is_race() => Ok(Found::TooEarly),
        Err(error) => stored(Err(error)),
    }
}

/// The patient's details, fenced or not.
async fn patient_of(app: &App, patient: &str) -> Result<Option<Patient>, Failure> {
    let found = stored(app.documents.get(Container::Patients, patient, PATIENT).await)?;
    Ok(found.map(versioned::<Patient>).transpose()?.map(|patient| patient.value))
}

#[cfg(test)]
mod tests;
