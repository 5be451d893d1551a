//! Identity comes from staff alone (R23): no patient function creates or changes any of it, whatever
//! it is sent.

use custom_handler::{Method, Reply, Request};
use domain::ports::documents::{Change, Container};
use domain::record::{HISTORY, PATIENT as DETAILS};
use domain::register::DECLINED;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::table::{PATIENT, call};
use super::watched::{Batch, Watch};
use crate::patient_page::{BORN, PatientPage, sha256};
use crate::testing::{TestApp, status};

/// What staff enter and correct (`domain::record::patient::Details`).
const IDENTITY: [&str; 9] = [
    "givenName",
    "familyName",
    "dateOfBirth",
    "nhsNumber",
    "gpPractice",
    "mobile",
    "email",
    "nhsNumberStatus",
    "source",
];

/// A body that the function takes.
pub fn good_body(name: &str, page: &PatientPage<'_>) -> Value {
    match name {
        "open-link" | "decline-link" | "renew-link" => json!({ "code": page.code }),
        "verify-identity" => {
            json!({ "code": page.code, "familyName": "Bell", "dateOfBirth": BORN })
        }
        "record-consent" => json!({ "version": "2026-11", "given": true }),
        "grant-upload" => {
            json!({ "contentType": "image/jpeg", "bytes": 3, "sha256": sha256(b"two"),
            "source": "file" })
        }
        "submit-capture" => json!({ "note": "It itches." }),
        _ => json!({}),
    }
}

pub fn request(page: &PatientPage<'_>, upload: &str, body: &Value) -> Request {
    Request::for_test(Method::POST, "/")
        .header("cookie", &page.session)
        .param("patient", &page.patient)
        .param("upload", upload)
        .json(body)
        .build()
}

/// Every batch leaves register, history and each identity field of `patient` as they were.
fn check(batches: &[Batch], before: &Value, name: &str) {
    for batch in batches {
        // A declined number is remembered there, by its keyed hash: it is no part of who somebody is.
        let is_declined = batch.changes.iter().all(|change| change.id().starts_with(DECLINED));
        let is_register = batch.container == Container::Register;
        assert!(!is_register || is_declined, "{name} writes into the register");
        for change in &batch.changes {
            assert!(!change.id().starts_with(HISTORY), "{name} writes history");
            if change.id() != DETAILS {
                continue;
            }
            let Change::Replace { body: after, .. } = change else {
                panic!("{name} makes or deletes a patient");
            };
            for field in IDENTITY {
                assert_eq!(after.get(field), before.get(field), "{name} changes {field}");
            }
        }
    }
}

/// A page with one photo that arrived and a place for another.
pub async fn page<'a>(test: &'a TestApp, name: &str) -> (PatientPage<'a>, String) {
    if name == "decline-link" {
        // Once somebody is known, a code alone declines nothing.
        // The number is its own: declined, it is texted for nobody.
        let own_number = serde_json::json!({ "mobile": "07700 900789" });
        let patient = test.add_patient_as(crate::testing::ASHA, &own_number).await.unwrap();
        return (PatientPage::asked_again(test, &patient, 2).await, String::new());
    }
    let page = PatientPage::agreed(test, 2).await;
    let upload = page.sent(b"one").await;
    if name == "renew-link" {
        test.pass(SignedDuration::from_hours(11 * 24));
    }
    (page, upload)
}

// R23.
#[tokio::test]
async fn no_patient_function_touches_the_identity() {
    let mut test = TestApp::at("2026-11-22T10:00:00Z").await;
    let watch = Watch::over(&mut test.app);
    for name in PATIENT {
        let (page, upload) = page(&test, name).await;
        let before = test.document(&page.patient, DETAILS).await.unwrap();
        watch.take_batches();
        let call = call(name, &test.app, request(&page, &upload, &good_body(name, &page))).await;
        let status = call.as_ref().map_or_else(status, |reply: &Reply| reply.status().as_u16());
        assert!(matches!(status, 200 | 201), "{name}: {status}");
        check(&watch.take_batches(), &before, name);
    }
}

// R23: nor is any of it taken in beside what a function asks for.
#[tokio::test]
async fn identity_that_is_smuggled_in_is_refused_or_left_alone() {
    let mut test = TestApp::at("2026-11-22T10:00:00Z").await;
    let watch = Watch::over(&mut test.app);
    for name in PATIENT {
        let (page, upload) = page(&test, name).await;
        let before = test.document(&page.patient, DETAILS).await.unwrap();
        watch.take_batches();
        for field in IDENTITY {
            let eve = json!({ field: "Eve" });
            let inside = [("patient", eve.clone()), ("details", eve), (field, json!("Eve"))];
            for (place, smuggled) in inside {
                let mut body = good_body(name, &page);
                if body.get(place).is_none() {
                    body[place] = smuggled;
                    let _ = call(name, &test.app, request(&page, &upload, &body)).await;
                }
            }
        }
        let batches = watch.take_batches();
        check(&batches, &before, name);
        assert!(!format!("{batches:?}").contains("Eve"), "{name} kept what was smuggled in");
    }
}
