//! The night's decision about one row: the record decides, the ledger only led here.

use custom_handler::Failure;
use domain::inbox_row::{InboxKind, InboxRow};
use domain::ledger_row::LedgerRow;
use domain::record::HOLD;
use domain::record::hold::Hold;
use domain::record::patient::Patient;
use domain::register::controller::Controller;
use domain::retention::{CareKind, DueBy, RecordClass, RetentionDecision, RetentionFacts, decide};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::app::App;
use crate::inbox::tell_team;
use crate::ledger::{day, write_down};
use crate::record::Record;

/// What to do with the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Erase now.
    Erase { rule: DueBy, due: Date },
    /// Due later, and the later row is written: this one may go when its day is there.
    MovedOn,
    /// Due and kept: the row stays, so that each night asks again.
    Stays,
}

/// What a document says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About<'a> {
    /// Itself, or the item that it is a note about.
    pub item: Option<&'a str>,
    /// Whose it is.
    pub team: Option<&'a str>,
}

/// Decides about `document` of this patient (`None`: the whole record) on the day of `now`.
pub async fn verdict(
    app: &App,
    record: &Record<'_>,
    patient: &Patient,
    controller: &Controller,
    document: Option<&str>,
    about: About<'_>,
    now: Timestamp,
) -> Result<Verdict, Failure> {
    let holds = record.list::<Hold>(HOLD).await?;
    let held = holds.iter().find(|hold| match document {
        // A hold on one item covers the notes about it (R35), and no note elsewhere.
        Some(_) if about.item.is_none() => hold.value.item.is_none() && hold.value.covers(None),
        _ => hold.value.covers(about.item),
    });
    let facts = RetentionFacts {
        class: RecordClass::VisualRecord,
        anchor: patient.last_seen,
        born: Some(patient.details.date_of_birth),
        care: CareKind::General,
        controller_years: controller.keep_years,
        contract_end: controller.contract_ended,
        approved_erasure: patient.erasure_approved,
        held_by: held.map(|hold| hold.value.hold.clone()),
        is_restricted: patient.restricted,
        is_handed_back: false,
    };
    Ok(match decide(&facts, day(now)) {
        RetentionDecision::Erase { rule, due } => Verdict::Erase { rule, due },
        RetentionDecision::Held { .. } => Verdict::Stays,
        RetentionDecision::Keep { until } => {
            let row = LedgerRow {
                patient: patient.patient.clone(),
                document: document.map(str::to_owned),
                due: until,
            };
            write_down(app, &row, now).await?;
            Verdict::MovedOn
        }
        RetentionDecision::HandBackFirst { minimum_until } => {
            ask_hand_back(app, patient, controller, about.team, minimum_until).await?;
            Verdict::Stays
        }
    })
}

/// The code of practice wants it kept longer than this service may: a person decides.
async fn ask_hand_back(
    app: &App,
    patient: &Patient,
    controller: &Controller,
    team: Option<&str>,
    minimum_until: Date,
) -> Result<(), Failure> {
    let first = controller.teams.first().map(|team| team.team.as_str());
    let Some(team) = team.or(first) else { return Ok(()) };
    let at = patient.due.to_zoned(TimeZone::UTC).map_err(Failure::broken)?.timestamp();
    let row = InboxRow {
        kind: InboxKind::HandBack,
        at,
        controller: controller.controller.clone(),
        patient: Some(patient.patient.clone()),
        request: None,
        item: None,
        detail: Some(format!("Minimum in the code of practice: {minimum_until}.")),
    };
    tell_team(app, team, &patient.patient, &row).await.map(drop)
}
