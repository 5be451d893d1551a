//! Who may do what (R5), and under which purpose (R31 to R33): every staff function, by every role.

use std::collections::BTreeSet;

use custom_handler::{Failure, Method, Reply, Request};
use domain::purpose::Purpose;
use domain::register::staff::Role;
use serde_json::json;

use super::table::{PATIENT, STAFF, call};
use super::watched::Watch;
use crate::patient_page::PatientPage;
use crate::testing::{ASHA, TestApp, body, status};

pub const ALL_ROLES: [Role; 4] =
    [Role::CareTeam, Role::Specialist, Role::ControllerAdmin, Role::DataProtectionOfficer];
pub const CARE_TEAM: &[Role] = &[Role::CareTeam];

const ROLES: &str = "/controllers/0/staff/0/roles";

/// One call for every staff function. Some refuse its form; role and purpose are asked before that.
pub fn staff_call(who: &str, patient: &str, request: &str) -> Request {
    let at = [("patient", patient), ("request", request), ("item", "0none"), ("row", "0none")];
    let form = json!({ "q": "Bell", "version": 1, "reason": "Spelt wrong", "text": "Seen.",
        "purpose": "To see", "bodySite": "knee", "laterality": "left", "photos": 1,
        "givenName": "Ada", "familyName": "Bell", "dateOfBirth": "1980-02-29",
        "mobile": "07700 900123" });
    TestApp::staff_at(who, &at, &form)
}

fn code(answer: &Result<Reply, Failure>) -> u16 {
    answer.as_ref().map_or_else(status, |reply| reply.status().as_u16())
}

// R5: deny by default.
#[tokio::test]
async fn each_role_may_do_what_its_line_says_and_nothing_else() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let page = PatientPage::asked_for(&test, 1).await;
    for role in ALL_ROLES {
        test.apply_with(ROLES, json!([role])).await;
        for (name, may, _) in STAFF {
            let answer =
                call(name, &test.app, staff_call(ASHA, &page.patient, &page.request)).await;
            assert_eq!(code(&answer) != 403, may.contains(&role), "{name} as {role:?}");
        }
    }
}

// R5: a member of staff without a role, and somebody whom nobody registered.
#[tokio::test]
async fn without_a_role_there_is_nothing_but_ones_own_name() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let page = PatientPage::asked_for(&test, 1).await;
    test.apply_with(ROLES, json!([])).await;
    for (name, ..) in STAFF {
        let ours = call(name, &test.app, staff_call(ASHA, &page.patient, &page.request)).await;
        assert_eq!(code(&ours), if name == "show-me" { 200 } else { 403 }, "{name}");
        let stranger = staff_call("somebody-else", &page.patient, &page.request);
        assert_eq!(code(&call(name, &test.app, stranger).await), 403, "{name}");
    }
}

// R5: the patient is nobody to staff functions, and staff are nobody to the patient's.
#[tokio::test]
async fn a_session_opens_no_staff_function_and_a_token_none_of_the_patient_s() {
    let mut test = TestApp::at("2026-11-22T10:00:00Z").await;
    let watch = Watch::over(&mut test.app);
    let page = PatientPage::agreed(&test, 1).await;
    watch.take_batches();
    for (name, ..) in STAFF {
        let request = Request::for_test(Method::POST, "/")
            .header("cookie", &page.session)
            .param("patient", &page.patient)
            .json(&json!({ "q": "Bell" }))
            .build();
        assert_eq!(code(&call(name, &test.app, request).await), 401, "{name}");
    }
    for name in PATIENT {
        let answer = call(name, &test.app, staff_call(ASHA, &page.patient, &page.request)).await;
        assert!(matches!(code(&answer), 401 | 404 | 422), "{name}: {}", code(&answer));
    }
    assert!(watch.take_batches().is_empty(), "and nothing was changed");
    assert!(watch.signed_uploads().is_empty());
}

/// The register of the demo controller with one purpose switched off.
async fn without(test: &TestApp, purpose: Purpose) {
    let place = Purpose::ALL.iter().position(|other| *other == purpose).unwrap();
    test.apply_with(&format!("/controllers/0/purposes/{place}/active"), json!(false)).await;
}

// R31: each use is checked against the register, under the purpose of its line and no other.
#[tokio::test]
async fn each_staff_function_runs_under_its_own_purpose() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let page = PatientPage::asked_for(&test, 1).await;
    for off in Purpose::ALL {
        without(&test, off).await;
        for (name, _, purpose) in STAFF {
            let answer =
                call(name, &test.app, staff_call(ASHA, &page.patient, &page.request)).await;
            assert_eq!(code(&answer) == 403, purpose == Some(off), "{name} without {off}");
        }
    }
}

// R32, R33: to know who it is shows neither pictures nor notes nor why they were asked for.
#[tokio::test]
async fn without_the_condition_s_purpose_only_the_identity_is_shown() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let page = PatientPage::agreed(&test, 1).await;
    let upload = page.sent(&media::testing::camera_jpeg(32, 32)).await;
    page.file(&upload).await;
    let note = TestApp::staff_at(ASHA, &[("patient", &page.patient)], &json!({ "text": "Red." }));
    crate::add_note::add_note(test.app.clone(), note).await.unwrap();
    let show = || async {
        let call = TestApp::staff_at(ASHA, &[("patient", &page.patient)], &json!({}));
        body(&crate::show_patient::show_patient(test.app.clone(), call).await.unwrap())
    };
    let lists = ["requests", "notes", "items"];
    let all = show().await;
    assert!(lists.iter().all(|list| all[list].as_array().unwrap().len() == 1), "{all}");

    without(&test, Purpose::ManageCondition).await;
    let identity = show().await;
    assert!(lists.iter().all(|list| identity[list] == json!([])), "{identity}");
    for field in ["givenName", "familyName", "dateOfBirth"] {
        assert_eq!(identity[field], all[field]);
    }
    let q = json!({ "q": "Bell" });
    let found = TestApp::staff_at(ASHA, &[], &q);
    let found = crate::find_patients::find_patients(test.app.clone(), found).await.unwrap();
    let found = body(&found)["patients"][0].clone();
    let fields: BTreeSet<&str> = found.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, BTreeSet::from(["patient", "givenName", "familyName", "dateOfBirth"]));
}
