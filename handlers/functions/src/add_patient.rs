//! `add-patient`: staff enter a patient.
//!
//! Trigger: HTTP POST /api/patients. Touches: ledger, NHS number reservation, search row, record.
//! A crash half-way leaves pointers to nothing, which readers skip; the reservation is taken over
//! by the next try.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::identity_check::search_key;
use domain::ledger_row::LedgerRow;
use domain::ports::documents::{Change, Container};
use domain::purpose::Purpose;
use domain::record::PATIENT;
use domain::record::patient::{Details, Keeping, Patient};
use domain::register::patient_row::PatientRow;
use domain::register::staff::Role;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{App, stored};
use crate::details_form::DetailsForm;
use crate::ledger::{day, write_down};
use crate::record::{DECISIONS, Record, too_busy};
use crate::reserve_number::reserve_number;
use crate::seen::due;
use crate::sign_in::staff::sign_in;

pub fn function() -> Function<App> {
    Function::http("add-patient", &[Method::POST], "api/patients", add_patient)
}

#[derive(Serialize, ToSchema)]
pub struct PatientAdded {
    /// Random id of the new patient.
    pub patient: String,
}

#[utoipa::path(post, path = "/api/patients", tag = "staff", request_body = DetailsForm, responses(
    (status = 201, body = PatientAdded),
    (status = 409, description = "The NHS number is known; `patient` names who has it"),
    (status = 422, description = "`errors` names each wrong field"),
))]
pub async fn add_patient(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let signed_in = sign_in(&app, &request).await?;
    signed_in.must_be(Role::CareTeam)?;
    let operation = signed_in.operation(Purpose::Identify)?;
    let form: DetailsForm = request.json()?;
    let details = form.parse(app.settings.deployment, day(now))?;

    let controller = &signed_in.controller.controller;
    let id = app.id(now);
    let due = due(&signed_in.controller, day(now))?;
    if let Some(number) = &details.nhs_number {
        reserve_number(&app, controller, number, &id, now).await?;
    }
    write_down(&app, &LedgerRow { patient: id.clone(), document: None, due }, now).await?;
    write_search_row(&app, controller, &id, &details).await?;

    let patient = Patient {
        patient: id.clone(),
        controller: controller.clone(),
        version: 1,
        details,
        mobile_confirmed: true,
        restricted: false,
        last_seen: day(now),
        due,
        keeping: Keeping::Kept,
        erasure_approved: None,
        added_at: now,
        added_by: signed_in.staff.subject.clone(),
    };
    for _ in 0..DECISIONS {
        let record = Record::open(&app, &id, now).await?;
        let changes = vec![stored(Change::create(PATIENT, &patient))?];
        let about = [("patient", id.as_str())];
        if record.commit(&operation, "patient-added", &about, changes, None).await?.settled() {
            return Ok(Reply::created(&PatientAdded { patient: id }));
        }
    }
    Err(too_busy())
}

/// The small row by which `find-patients` finds them.
pub async fn write_search_row(
    app: &App,
    controller: &str,
    patient: &str,
    details: &Details,
) -> Result<(), Failure> {
    let row = PatientRow {
        patient: patient.to_owned(),
        family_key: search_key(details.family_name.as_str()),
        date_of_birth: details.date_of_birth.date().to_string(),
        given_name: details.given_name.as_str().to_owned(),
        family_name: details.family_name.as_str().to_owned(),
    };
    let id = format!("{}{patient}", domain::register::PATIENT);
    let change = vec![stored(Change::put(id, &row))?];
    stored(app.documents.commit(Container::Register, controller, change).await).map(drop)
}
