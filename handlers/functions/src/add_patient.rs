//! `add-patient`: staff enter a patient.
//!
//! Trigger: HTTP POST /api/patients. Touches: ledger, the key of the press, NHS number reservation,
//! search row, record. One press is one patient, however often its call arrives. A crash half-way
//! leaves pointers to nothing, which readers skip and the next night takes back.

use custom_handler::{Failure, Function, Method, Reply, Request, StatusCode};
use domain::ledger_row::LedgerRow;
use domain::london::day_of;
use domain::look_again::{Place, Pointer};
use domain::ports::documents::{Change, Container};
use domain::press::Press;
use domain::purpose::Purpose;
use domain::record::PATIENT;
use domain::record::patient::{Details, Keeping, Patient};
use domain::register;
use domain::register::patient_row::PatientRow;
use domain::register::staff::Role;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{App, stored};
use crate::as_staff::StaffDoor;
use crate::details_form::DetailsForm;
use crate::healing::register_rows::say_what_the_record_says;
use crate::ledger::{look_again, pointer_to, write_down};
use crate::press::PressKey;
use crate::record::{DECISIONS, Record, too_busy, versioned};
use crate::reserve_number::{number_of, reserve_number};
use crate::seen::must_be_kept;
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

#[utoipa::path(post, path = "/api/patients", tag = "staff",
    params(("Idempotency-Key" = Option<String>, Header)), request_body = DetailsForm, responses(
    (status = 201, body = PatientAdded),
    (status = 403, description = "Nothing of this organisation is kept any longer"),
    (status = 409, description = "The NHS number is known; `patient` names who has it"),
    (status = 422, description = "`errors` names each wrong field, or the key was used otherwise"),
))]
pub async fn add_patient(app: App, request: Request) -> Result<Reply, Failure> {
    DOOR.open(app, request, add).await
}

async fn add(app: App, request: Request, signed_in: SignedIn) -> Result<Reply, Failure> {
    let now = app.now();
    signed_in.must_be(Role::CareTeam)?;
    let operation = signed_in.operation(Purpose::Identify)?;
    let form: DetailsForm = request.json()?;
    let due = must_be_kept(&signed_in.controller, day_of(now))?;
    let details =
        form.parse(app.settings.deployment, signed_in.controller.texts_abroad, day_of(now))?;
    let key = PressKey::of(&app, &request, &signed_in, "add-patient", &form).await?;

    let controller = &signed_in.controller.controller;
    let (id, is_first) = first_press(&app, controller, &key, &details, due, now).await?;
    if !is_first && let Some(found) = added(&app, &id).await? {
        say_what_the_record_says(&app, &found, &[], now).await?;
        return Ok(Reply::created(&PatientAdded { patient: id }));
    }
    if let Some(number) = &details.nhs_number
        && let Err(refused) = reserve_number(&app, controller, number, &id, now).await
    {
        // Where the store did not answer, the number may be this patient's: the key leads back.
        if refused.as_problem().status() == StatusCode::CONFLICT {
            forget(&app, controller, &key, &id).await?;
        }
        return Err(refused);
    }
    write_down(&app, &LedgerRow { patient: id.clone(), document: None, due }, now).await?;
    let patient = Patient {
        patient: id.clone(),
        controller: controller.clone(),
        version: 1,
        details,
        mobile_confirmed: true,
        number_checked: false,
        restricted: false,
        last_seen: day_of(now),
        due,
        keeping: Keeping::Kept,
        erasure_approved: None,
        added_at: now,
        added_by: signed_in.staff.subject.clone(),
    };
    write_search_row(&app, controller, &PatientRow::of(&patient)).await?;

    for _ in 0..DECISIONS {
        let record = Record::open(&app, &id, now).await?;
        if record.read::<Patient>(PATIENT).await?.is_some() {
            // The same press once more was faster.
            return Ok(Reply::created(&PatientAdded { patient: id }));
        }
        let changes = vec![stored(Change::create(PATIENT, &patient))?];
        let about = [("patient", id.as_str())];
        if record.commit(&operation, "patient-added", &about, changes, None).await?.settled() {
            return Ok(Reply::created(&PatientAdded { patient: id }));
        }
    }
    Err(too_busy())
}

/// The id that this press gives its patient, and whether no call of it came before. A repeat after
/// any crash finds the first one's id and goes on with it.
async fn first_press(
    app: &App,
    controller: &str,
    key: &PressKey,
    details: &Details,
    due: Date,
    now: Timestamp,
) -> Result<(String, bool), Failure> {
    let row = key.in_register();
    let id = app.id(now);
    for _ in 0..DECISIONS {
        let found = stored(app.documents.get(Container::Register, controller, &row).await)?;
        let found = found.map(versioned::<Press>).transpose()?;
        if let Some(first) = &found
            && let Some(id) = key.made_by(&first.value, now)?
        {
            return Ok((id, false));
        }
        let ledger_row = LedgerRow { patient: id.clone(), document: None, due };
        let mut pointers = vec![
            Pointer::new(Place::Register, controller, &row),
            Pointer::new(Place::Register, controller, format!("{}{id}", register::PATIENT)),
            pointer_to(&ledger_row, now),
        ];
        if let Some(number) = &details.nhs_number {
            let number = number_of(app, controller, number).await?;
            pointers.push(Pointer::new(Place::Register, controller, number));
        }
        look_again(app, &id, "added", pointers, now).await?;
        let press = key.press(&id, now);
        let change = match &found {
            Some(old) => old.replace(&press)?,
            None => stored(Change::create(&row, &press))?,
        };
        match app.documents.commit(Container::Register, controller, vec![change]).await {
            Ok(_) => return Ok((id, true)),
            Err(error) if error.is_race() => {}
            Err(error) => return stored(Err(error)),
        }
    }
    Err(too_busy())
}

/// A refused press made nothing: the same key may bring other details.
async fn forget(app: &App, controller: &str, key: &PressKey, id: &str) -> Result<(), Failure> {
    let row = key.in_register();
    let found = stored(app.documents.get(Container::Register, controller, &row).await)?;
    let Some(found) = found.map(versioned::<Press>).transpose()? else { return Ok(()) };
    if found.value.made != id || added(app, id).await?.is_some() {
        return Ok(());
    }
    match app.documents.commit(Container::Register, controller, vec![found.delete()]).await {
        Err(error) if !error.is_race() => stored(Err(error)),
        _ => Ok(()),
    }
}

async fn added(app: &App, id: &str) -> Result<Option<Patient>, Failure> {
    let found = stored(app.documents.get(Container::Patients, id, PATIENT).await)?;
    Ok(found.map(versioned::<Patient>).transpose()?.map(|patient| patient.value))
}

/// The small row by which `find-patients` finds them.
async fn write_search_row(app: &App, controller: &str, row: &PatientRow) -> Result<(), Failure> {
    let id = format!("{}{}", register::PATIENT, row.patient);
    let change = vec![stored(Change::put(id, row))?];
    stored(app.documents.commit(Container::Register, controller, change).await).map(drop)
}

#[cfg(test)]
mod tests {
    use custom_handler::{Method, Reply, Request};
    use domain::record::PATIENT;
    use jiff::SignedDuration;
    use serde_json::json;

    use crate::patient_page::change_controller;
    use crate::testing::{ASHA, DEV, TestApp, body, status};

    #[tokio::test]
    async fn every_wrong_field_is_named_and_nothing_is_saved() {
        // R22, R25.
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let wrong = json!({ "familyName": "<", "dateOfBirth": "2027-01-01", "mobile": "0207946",
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

    fn press(key: &str, family_name: &str) -> Request {
        press_of(key, family_name, Some("999 000 0018"))
    }

    fn press_of(key: &str, family_name: &str, number: Option<&str>) -> Request {
        let form = json!({ "givenName": "Ada", "familyName": family_name,
            "dateOfBirth": "1980-02-29", "mobile": "07700 900123", "nhsNumber": number });
        Request::for_test(Method::POST, "/api/patients")
            .header("authorization", &format!("Bearer {ASHA}"))
            .header("idempotency-key", key)
            .json(&form)
            .build()
    }

    async fn add(test: &TestApp, key: &str, family_name: &str) -> Result<String, u16> {
        let reply = super::add_patient(test.app.clone(), press(key, family_name)).await;
        let reply = reply.map_err(|refused| status(&refused))?;
        Ok(body(&reply)["patient"].as_str().unwrap().to_owned())
    }

    #[tokio::test]
    async fn one_press_that_comes_twice_is_one_patient_for_a_day() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let first = add(&test, "one press", "Bell").await.unwrap();
        test.pass(SignedDuration::from_hours(23));
        assert_eq!(add(&test, "one press", "Bell").await, Ok(first));
        assert_eq!(add(&test, "one press", "Ball").await, Err(422), "another wish");
        assert_eq!(add(&test, "another press", "Bell").await, Err(409), "the number is known");
        assert_eq!(test.find("Bell").await.len(), 1);
    }

    // Without a number, which would be known the second time: the key alone keeps them one.
    #[tokio::test(flavor = "multi_thread")]
    async fn one_press_that_comes_twice_at_once_is_one_patient() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        for round in 0..10 {
            let name = format!("Bell{}", "l".repeat(round));
            let calls = [0, 1].map(|_| {
                tokio::spawn(super::add_patient(test.app.clone(), press_of(&name, &name, None)))
            });
            let mut added = Vec::new();
            for call in calls {
                added.push(body(&call.await.unwrap().unwrap())["patient"].clone());
            }
            added.dedup();
            assert_eq!((added.len(), test.find(&name).await.len()), (1, 1));
        }
    }

    #[tokio::test]
    async fn a_refused_press_may_come_again_with_other_details() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        test.add_patient_as(ASHA, &json!({ "nhsNumber": "999 000 0018" })).await.unwrap();
        assert_eq!(add(&test, "one press", "Ball").await, Err(409));
        assert_eq!(add(&test, "one press", "Bull").await, Err(409), "not 422: nothing was made");
    }

    // R65.
    #[tokio::test]
    async fn nobody_is_added_who_would_be_due_at_once() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        change_controller(&test, |controller| {
            controller["contractEnded"] = json!("2026-10-23");
        })
        .await;
        let refused = test.add_patient_as(ASHA, &json!({})).await.unwrap_err();
        assert_eq!(status(&refused), 403);
        assert!(test.find("Bell").await.is_empty());
        let call = TestApp::staff_at(
            ASHA,
            &[("patient", "p")],
            &json!({
                "purpose": "To see how your knee heals", "bodySite": "knee", "laterality": "left",
                "photos": 1,
            }),
        );
        let refused = crate::request_capture::request_capture(test.app.clone(), call).await;
        assert_eq!(status(&refused.unwrap_err()), 403);
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
