//! Last contact: it is the anchor of retention, so each contact may move the patient's own date.

use custom_handler::Failure;
use domain::ledger_row::LedgerRow;
use domain::london::day_of;
use domain::ports::documents::Change;
use domain::record::patient::Patient;
use domain::register::controller::Controller;
use domain::retention::{self, RecordClass};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::app::App;
use crate::ledger::{look_again, pointer_to, write_down};
use crate::problems;
use crate::record::Versioned;

/// The day from which something of a visual record anchored at `anchor` is due under this
/// controller; what joins a record whose erasure is `approved` is due with it (R60, R64, R66).
pub fn due(controller: &Controller, anchor: Date, approved: Option<Date>) -> Result<Date, Failure> {
    retention::due(
        RecordClass::VisualRecord,
        anchor,
        controller.keep_years,
        controller.contract_ended,
        approved,
    )
    .map_err(Failure::broken)
}

/// The day from which a record that begins or goes on today is due; 403 where that is today: the
/// night would erase at once what was just asked for (R65).
pub fn must_be_kept(controller: &Controller, today: Date) -> Result<Date, Failure> {
    let due = due(controller, today, None)?;
    if due <= today { Err(problems::nothing_is_kept().into()) } else { Ok(due) }
}

/// Where the patient was last seen on an earlier day: writes the new date into the ledger and
/// answers the details that say so; otherwise the details as they are.
pub async fn seen_today(
    app: &App,
    controller: &Controller,
    patient: &Patient,
    now: Timestamp,
) -> Result<Patient, Failure> {
    let today = day_of(now);
    if patient.last_seen >= today {
        return Ok(patient.clone());
    }
    let latest = due(controller, today, None)?.max(patient.due);
    let id = patient.patient.as_str();
    let row = |due| LedgerRow { patient: id.to_owned(), document: None, due };
    if latest != patient.due {
        // One of the two is one too many, whichever way this is decided.
        let both = vec![pointer_to(&row(latest), now), pointer_to(&row(patient.due), now)];
        look_again(app, id, "seen", both, now).await?;
    }
    write_down(app, &row(latest), now).await?;
    Ok(Patient { last_seen: today, due: latest, ..patient.clone() })
}

/// The same as a change of the record, where there is one.
pub async fn note_contact(
    app: &App,
    controller: &Controller,
    patient: &Versioned<Patient>,
    now: Timestamp,
) -> Result<Option<Change>, Failure> {
    let seen = seen_today(app, controller, &patient.value, now).await?;
    if seen == patient.value { Ok(None) } else { patient.replace(&seen).map(Some) }
}
