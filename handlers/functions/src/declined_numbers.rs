//! Mobile numbers that somebody declined, by controller: found by a keyed hash alone.

use custom_handler::Failure;
use domain::look_again::{Place, Pointer};
use domain::ports::documents::{Change, Container, Query};
use domain::record::patient::{Details, Patient};
use domain::register::declined_number::{DeclinedNumber, declined_id, declined_prefix};
use jiff::Timestamp;

use crate::app::{App, stored};
use crate::ledger::look_again;

/// True where the number of these details was declined for any record of the controller.
pub async fn is_declined(app: &App, controller: &str, details: &Details) -> Result<bool, Failure> {
    let Some(mobile) = &details.mobile else { return Ok(false) };
    let key = stored(app.keys.number_key(controller).await)?;
    let query = Query::prefix(declined_prefix(&key, mobile)).limit(1);
    let page = stored(app.documents.list(Container::Register, controller, &query).await)?;
    Ok(!page.documents.is_empty())
}

/// Remembers the number before the record says that it was declined, as every pointer. `request` is
/// by which link.
pub async fn remember(
    app: &App,
    patient: &Patient,
    request: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    let controller = &patient.controller;
    for id in rows_of(app, controller, &patient.patient, &[&patient.details]).await? {
        let pointer = Pointer::new(Place::Register, controller, &id);
        let cause = format!("declined-{request}");
        look_again(app, &patient.patient, &cause, vec![pointer], now).await?;
        let row = DeclinedNumber { patient: patient.patient.clone() };
        let put = vec![stored(Change::put(id, &row))?];
        stored(app.documents.commit(Container::Register, controller, put).await)?;
    }
    Ok(())
}

/// Ids of the rows that may be there for this record's numbers.
pub async fn rows_of(
    app: &App,
    controller: &str,
    patient: &str,
    details: &[&Details],
) -> Result<Vec<String>, Failure> {
    let key = stored(app.keys.number_key(controller).await)?;
    let mobiles = details.iter().filter_map(|details| details.mobile.as_ref());
    let mut ids: Vec<String> = mobiles.map(|mobile| declined_id(&key, mobile, patient)).collect();
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// Takes a row back, whose record is going.
pub async fn forget(app: &App, controller: &str, id: &str) -> Result<(), Failure> {
    let Some(found) = stored(app.documents.get(Container::Register, controller, id).await)? else {
        return Ok(());
    };
    let gone = vec![Change::delete(&found)];
    match app.documents.commit(Container::Register, controller, gone).await {
        Err(error) if !error.is_race() => stored(Err(error)),
        _ => Ok(()),
    }
}
