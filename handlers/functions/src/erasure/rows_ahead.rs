//! What is erased before its day leaves rows of the ledger under days to come: the day that was
//! written down first, and one for each time a later contact moved it. Tomorrow's night takes them
//! back.

use std::collections::BTreeSet;

use custom_handler::Failure;
use domain::ledger_row::LedgerRow;
use domain::london::day_of;
use domain::look_again::Pointer;
use domain::record::EVENT;
use domain::record::patient::Patient;
use domain::register::controller::Controller;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use crate::app::App;
use crate::ledger::{day, look_again, pointer_to};
use crate::record::Record;
use crate::seen::due;

/// A document (none: the whole record), and the day that it says itself.
pub type OwnDay = (Option<String>, Date);

/// Every contact is an event.
#[derive(Deserialize)]
struct Moment {
    at: Timestamp,
}

/// Rows that may lead to these documents from a day to come.
pub async fn rows_ahead(
    record: &Record<'_>,
    patient: &Patient,
    controller: &Controller,
    documents: &[OwnDay],
    now: Timestamp,
) -> Result<Vec<LedgerRow>, Failure> {
    let today = day(now);
    let mut days = BTreeSet::from([patient.due]);
    // No row stands beyond the patient's own day, so the rest is asked for only before it.
    if today < patient.due {
        for moment in record.list::<Moment>(EVENT).await? {
            // Rows from before days were London's hang on the UTC day.
            for anchor in [day_of(moment.value.at), day(moment.value.at)] {
                days.insert(due(controller, anchor, None)?);
            }
        }
    }
    let mut rows = Vec::new();
    for (document, own) in documents {
        for due in days.iter().chain([own]).filter(|due| today < **due) {
            let (patient, document) = (patient.patient.clone(), document.clone());
            rows.push(LedgerRow { patient, document, due: *due });
        }
    }
    Ok(rows)
}

/// Has tomorrow's night look at them, before these documents go.
pub async fn look_again_ahead(
    app: &App,
    record: &Record<'_>,
    patient: &Patient,
    controller: &Controller,
    cause: &str,
    documents: &[OwnDay],
    now: Timestamp,
) -> Result<(), Failure> {
    let rows = rows_ahead(record, patient, controller, documents, now).await?;
    let pointers: Vec<Pointer> = rows.iter().map(|row| pointer_to(row, now)).collect();
    if pointers.is_empty() {
        return Ok(());
    }
    look_again(app, &patient.patient, &format!("erased-{cause}"), pointers, now).await
}
