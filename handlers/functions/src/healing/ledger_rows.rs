//! Rows of other buckets: one leads to each document, from the day that the document says.

use custom_handler::Failure;
use domain::ledger_bucket::Bucket;
use domain::ledger_row::LedgerRow;
use domain::look_again::{Found, ledger_row};
use domain::ports::documents::{Container, Stored};
use domain::record::PATIENT;
use domain::record::patient::Patient;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use crate::app::{App, stored};
use crate::ledger::day;

/// What the patient, an item and a note say alike.
#[derive(Deserialize)]
struct DueDocument {
    due: Date,
}

pub async fn look(
    app: &App,
    kept: Option<&Patient>,
    bucket: &str,
    found: &Stored,
    now: Timestamp,
) -> Result<Found, Failure> {
    let row: LedgerRow = stored(found.read())?;
    if kept.is_none() {
        return Ok(Found::LeadsNowhere);
    }
    let id = row.document.as_deref().unwrap_or(PATIENT);
    let document = app.documents.get(Container::Patients, &row.patient, id).await;
    let Some(document) = stored(document)? else { return Ok(Found::LeadsNowhere) };
    let own = stored(document.read::<DueDocument>())?.due;
    let Ok(bucket) = Bucket::parse(bucket) else { return Ok(Found::Right) };
    let tomorrow = day(now).tomorrow().map_err(Failure::broken)?;
    if bucket.day <= tomorrow {
        // Its own night decides: an approval may have written it just now, and what is due at once
        // goes into tomorrow's bucket.
        return Ok(Found::Right);
    }
    let own_bucket = Bucket::of(own, &row.patient).to_string();
    let own_row = app.documents.get(Container::Ledger, &own_bucket, &row.id()).await;
    Ok(ledger_row(bucket.day, own, stored(own_row)?.is_some()))
}
