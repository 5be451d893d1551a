//! `add-patient`: staff enter a patient.
//!
//! Trigger: HTTP POST /api/patients. Touches: ledger, NHS number reservation, search row, record.
//! A crash half-way leaves pointers to nothing, which readers skip; the reservation is taken over
//! by the next try.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::ledger_row::LedgerRow;
use domain::letter_folding::search_key;
use domain::ports::documents::{Change, Container};
use domain::purpose::Purpose;
use domain::record::PATIENT;
use domain::record::patient::{Details, Keeping, Patient};
use domain::register::patient_row::PatientRow;
use domain::register::staff::Role;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{App, stored};
use crate::as_staff::StaffDoor;
use crate::details_form::DetailsForm;
use crate::ledger::{day, write_down};
use crate::record::{DECISIONS, Record, too_busy};
use crate::reserve_number::reserve_number;
use crate::seen::due;
use crate::sign_in::staff::SignedIn;

const DOOR: StaffDoor = StaffDoor { function: "add-patient", purpose: Purpose::Identify };

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
    DOOR.open(app, request, add).await
}

async fn add(app: App, request: Request, signed_in: SignedIn) -> Result<Reply, Failure> {
    let now = app.now();
    signed_in.must_be(Role::CareTeam)?;
    let operation = signed_in.operation(Purpose::Identify)?;
    let form: DetailsForm = request.json()?;
    let details = form.parse(app.settings.deployment, day(now))?;

    let controller = &signed_in.controller.controller;
    let id = app.id(now);
    let due = due(&signed_in.controller, day(now), None)?;
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

#[cfg(test)]
mod tests {
    use custom_handler::Reply;
    use domain::record::PATIENT;
    use serde_json::json;

    use crate::testing::{ASHA, DEV, TestApp, body, status};

    #[tokio::test]
    async fn every_wrong_field_is_named_and_nothing_is_saved() {
        // R22, R25.
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let wrong = json!({ "familyName": "", "dateOfBirth": "2027-01-01", "mobile": "0207946",
                            "nhsNumber": "999 000 0019", "gpPractice": "X" });
        let failure = app.add_patient_as(ASHA, &wrong).await.unwrap_err();
        assert_eq!(status(&failure), 422);
        let said = format!("{:?}", failure.as_problem());
        for field in ["familyName", "dateOfBirth", "mobile", "nhsNumber", "gpPractice"] {
            assert!(said.contains(field), "{field}: {said}");
        }
        let found = app.find("Bell").await;
        assert!(found.is_empty(), "nothing was saved");
    }

    // R26.
    #[tokio::test]
    async fn status_and_source_of_a_number_are_kept_as_they_were_given() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let traced = json!({ "nhsNumber": "999 000 0018", "gpPractice": "A81001",
                             "nhsNumberStatus": "01", "source": "Traced by the hospital" });
        let typed = json!({});
        for (given, status, source) in
            [(&traced, "01", "Traced by the hospital"), (&typed, "02", "staff")]
        {
            let patient = app.add_patient_as(ASHA, given).await.unwrap();
            let call = TestApp::staff_at(ASHA, &[("patient", &patient)], &json!({}));
            let shown = crate::show_patient::show_patient(app.app.clone(), call).await.unwrap();
            let (kept, shown) = (app.document(&patient, PATIENT).await.unwrap(), body(&shown));
            for details in [kept, shown] {
                assert_eq!(
                    (&details["nhsNumberStatus"], &details["source"]),
                    (&json!(status), &json!(source))
                );
            }
        }
    }

    // R26.
    #[tokio::test]
    async fn a_status_or_source_that_is_none_is_refused_by_name() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        for (field, value) in [
            ("nhsNumberStatus", "00".to_owned()),
            ("nhsNumberStatus", "09".to_owned()),
            ("nhsNumberStatus", "1".to_owned()),
            ("nhsNumberStatus", "traced".to_owned()),
            ("source", "x".repeat(101)),
            ("source", "ward\u{7} 4".to_owned()),
        ] {
            let refused = app.add_patient_as(ASHA, &json!({ field: value })).await.unwrap_err();
            let said = body(&Reply::from(refused.as_problem()));
            assert_eq!(
                (status(&refused), &said["errors"][0]["field"]),
                (422, &json!(field)),
                "{value}"
            );
        }
        assert!(app.find("Bell").await.is_empty());
    }

    #[tokio::test]
    async fn a_known_nhs_number_names_who_has_it_within_the_controller_only() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let number = json!({ "nhsNumber": "999 000 0018" });
        let first = app.add_patient_as(ASHA, &number).await.unwrap();
        let again = app.add_patient_as(ASHA, &number).await.unwrap_err();
        assert_eq!(status(&again), 409);
        assert!(format!("{:?}", again.as_problem()).contains(&first));
        // R11: another controller has a key of its own and learns nothing.
        assert!(app.add_patient_as(DEV, &number).await.is_ok());
    }

    #[tokio::test]
    async fn a_reservation_whose_patient_never_came_is_taken_over() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let number =
            domain::nhs_number::NhsNumber::parse("9990000018", app.app.settings.deployment)
                .unwrap();
        let now = app.now();
        super::reserve_number(&app.app, "riverside", &number, "never", now).await.unwrap();
        let taken = json!({ "nhsNumber": "999 000 0018" });
        assert_eq!(status(&app.add_patient_as(ASHA, &taken).await.unwrap_err()), 409);
        app.pass(jiff::SignedDuration::from_mins(6));
        assert!(app.add_patient_as(ASHA, &taken).await.is_ok());
    }
}
