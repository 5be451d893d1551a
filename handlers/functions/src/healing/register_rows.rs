//! What the register says of a patient: the search row, and the number that leads to them. The
//! record says what both must say; this is the one place that makes them so.
//!
//! Called after every decision that changed them or lost, and by the night. A row is written under
//! the etag that was read before the record was, and then all is read once more: so the last word
//! is that of the record, whoever else writes.

use custom_handler::Failure;
use domain::look_again::{self, Found};
use domain::ports::documents::{Change, Container, Stored};
use domain::record::patient::{Details, Keeping, Patient};
use domain::register::number::{Reservation, number_id};
use domain::register::patient_row::PatientRow;
use domain::register::{KEY, NUMBER, PATIENT};
use jiff::Timestamp;
use tracing::warn;

use crate::app::{App, stored};
use crate::healing::{patient_of, presses, take_back};
use crate::record::{DECISIONS, too_busy};
use crate::reserve_number::{FUNCTION_TIMEOUT, number_of, owns};

/// Makes the search row and the number of this patient say what the record says now, and frees
/// those of `numbers` (row ids) that it does not own.
pub async fn say_what_the_record_says(
    app: &App,
    patient: &Patient,
    numbers: &[String],
    now: Timestamp,
) -> Result<(), Failure> {
    let (controller, patient) = (patient.controller.as_str(), patient.patient.as_str());
    write_search_row(app, controller, patient).await?;
    keep_own_number(app, controller, patient, now).await?;
    for number in numbers {
        let found = app.documents.get(Container::Register, controller, number).await;
        let Some(row) = stored(found)? else { continue };
        if reservation(app, controller, &row, now).await? == Found::LeadsNowhere {
            take_back(app, Container::Register, controller, &row).await?;
        }
    }
    Ok(())
}

/// What the night finds about a row of the register that was written early.
pub async fn look(
    app: &App,
    kept: Option<&Patient>,
    controller: &str,
    row: &Stored,
    now: Timestamp,
) -> Result<Found, Failure> {
    if row.id.starts_with(KEY) {
        presses::look(row, now)
    } else if row.id.starts_with(NUMBER) {
        reservation(app, controller, row, now).await
    } else {
        // It was made to agree, where there is a record.
        Ok(if kept.is_some() { Found::Right } else { Found::LeadsNowhere })
    }
}

async fn reservation(
    app: &App,
    controller: &str,
    row: &Stored,
    now: Timestamp,
) -> Result<Found, Failure> {
    let held: Reservation = stored(row.read())?;
    let is_owned = owns(app, controller, &held.patient, &row.id).await?;
    Ok(look_again::reservation(is_owned, held.reserved_at, FUNCTION_TIMEOUT, now))
}

async fn write_search_row(app: &App, controller: &str, patient: &str) -> Result<(), Failure> {
    let id = format!("{PATIENT}{patient}");
    for _ in 0..DECISIONS {
        let row = stored(app.documents.get(Container::Register, controller, &id).await)?;
        let record = patient_of(app, patient).await?;
        // A record on its way out takes its row with it.
        let Some(wanted) = look_again::search_row(record.as_ref()) else { return Ok(()) };
        let change = match &row {
            Some(row) if stored(row.read::<PatientRow>())? == wanted => return Ok(()),
            Some(row) => Change::replace(row, &wanted),
            None => Change::create(&id, &wanted),
        };
        write(app, controller, stored(change)?).await?;
    }
    Err(too_busy())
}

/// The number that the record says leads to it.
async fn keep_own_number(
    app: &App,
    controller: &str,
    patient: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    let key = stored(app.keys.number_key(controller).await)?;
    for _ in 0..DECISIONS {
        let record = patient_of(app, patient).await?;
        let kept = record.filter(|record| record.keeping == Keeping::Kept);
        let Some(number) = kept.and_then(|kept| kept.details.nhs_number) else { return Ok(()) };
        let id = number_id(&key, &number);
        let ours = Reservation { patient: patient.to_owned(), reserved_at: now };
        let row = stored(app.documents.get(Container::Register, controller, &id).await)?;
        let change = match &row {
            None => Change::create(&id, &ours),
            Some(row) => {
                let held: Reservation = stored(row.read())?;
                if held.patient == patient {
                    return Ok(());
                }
                if reservation(app, controller, row, now).await? != Found::LeadsNowhere {
                    warn!(patient.id = %patient, "a number leads to another record than this one");
                    return Ok(());
                }
                Change::replace(row, &ours)
            }
        };
        write(app, controller, stored(change)?).await?;
    }
    Err(too_busy())
}

/// Who was faster is read again.
async fn write(app: &App, controller: &str, change: Change) -> Result<(), Failure> {
    match app.documents.commit(Container::Register, controller, vec![change]).await {
        Err(error) if !error.is_race() => stored(Err(error)),
        _ => Ok(()),
    }
}

/// Row ids of the numbers that this record has or had.
pub async fn numbers_of(
    app: &App,
    controller: &str,
    details: &[&Details],
) -> Result<Vec<String>, Failure> {
    let mut ids = Vec::new();
    for number in details.iter().filter_map(|details| details.nhs_number.as_ref()) {
        ids.push(number_of(app, controller, number).await?);
    }
    ids.sort();
    ids.dedup();
    Ok(ids)
}
