//! Asking, by text and in the room.

use std::path::Path;

use domain::ports::documents::{Container, Query, ReadDocuments as _};
use domain::record::{CONSENT, EVENT};
use jiff::SignedDuration;

use crate::patient_page::{PatientPage, change_controller};
use crate::testing::{ASHA, TestApp, body, status};
use custom_handler::{Method, Request};
use serde_json::{Value, json};

fn wish(changes: &Value) -> Value {
    let mut form = json!({ "purpose": "To see how your knee heals", "bodySite": "knee",
        "laterality": "left", "photos": 1 });
    for (key, value) in changes.as_object().unwrap() {
        form[key] = value.clone();
    }
    form
}

async fn ask(app: &TestApp, patient: &str, key: &str, form: &Value) -> Result<Value, u16> {
    let request = Request::for_test(Method::POST, "/")
        .header("authorization", &format!("Bearer {ASHA}"))
        .header("idempotency-key", key)
        .param("patient", patient)
        .json(form)
        .build();
    let reply = super::request_capture(app.app.clone(), request).await;
    reply.map(|reply| body(&reply)).map_err(|failure| status(&failure))
}

#[tokio::test]
async fn the_same_key_gives_the_same_request_and_another_wish_is_refused() {
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let patient = app.add_patient().await;
    let first = ask(&app, &patient, "k1", &wish(&json!({}))).await.unwrap();
    assert_eq!(ask(&app, &patient, "k1", &wish(&json!({}))).await.unwrap(), first);
    assert_eq!(ask(&app, &patient, "k1", &wish(&json!({ "photos": 2 }))).await, Err(422));
    let other = ask(&app, &patient, "k2", &wish(&json!({}))).await.unwrap();
    assert_ne!(other["request"], first["request"]);
}

// R22.
#[tokio::test]
async fn a_patient_without_a_mobile_gives_photos_in_the_room_and_is_texted_nothing() {
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    for none in [json!(null), json!(""), json!("  ")] {
        let patient = app.add_patient_as(ASHA, &json!({ "mobile": none })).await.unwrap();
        assert_eq!(app.document(&patient, "patient").await.unwrap().get("mobile"), None);
        assert_eq!(ask(&app, &patient, "k1", &wish(&json!({}))).await, Err(422));
        let here = ask(&app, &patient, "k2", &wish(&json!({ "here": true }))).await.unwrap();
        assert!(here["link"].is_string());
    }
}

#[tokio::test]
async fn a_number_from_abroad_is_texted_where_the_controller_texts_abroad() {
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let abroad = json!({ "mobile": "00 1 (202) 555-0123" });
    let refused = app.add_patient_as(ASHA, &abroad).await.unwrap_err();
    assert_eq!(status(&refused), 422);
    let words = crate::patient_page::problem(&refused).to_string();
    assert!(words.contains("does not text numbers from abroad"), "{words}");

    change_controller(&app, |riverside| riverside["textsAbroad"] = json!(true)).await;
    let patient = app.add_patient_as(ASHA, &abroad).await.unwrap();
    assert_eq!(app.document(&patient, "patient").await.unwrap()["mobile"], "+12025550123");
    ask(&app, &patient, "k1", &wish(&json!({}))).await.unwrap();

    // The record keeps it when the controller decides otherwise; nothing is texted there.
    change_controller(&app, |riverside| riverside["textsAbroad"] = json!(false)).await;
    assert_eq!(ask(&app, &patient, "k2", &wish(&json!({}))).await, Err(422));
    ask(&app, &patient, "k3", &wish(&json!({ "here": true }))).await.unwrap();
}

#[tokio::test]
async fn a_side_cannot_be_forgotten_and_days_have_bounds() {
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let patient = app.add_patient().await;
    for wrong in [
        json!({ "laterality": "none" }),
        json!({ "bodySite": "back", "laterality": "left" }),
        json!({ "photos": 0 }),
        json!({ "photos": 11 }),
        json!({ "expiresInDays": 29 }),
        json!({ "purpose": "" }),
    ] {
        assert_eq!(ask(&app, &patient, "k", &wish(&wrong)).await, Err(422), "{wrong}");
    }
}

#[tokio::test]
async fn an_inactive_purpose_or_agreement_runs_nothing() {
    // R10, R31.
    for (pointer, value) in [
        ("/controllers/0/purposes/1/active", json!(false)),
        ("/controllers/0/instruction/active", json!(false)),
    ] {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let patient = app.add_patient().await;
        app.apply_with(pointer, value).await;
        assert_eq!(ask(&app, &patient, "k", &wish(&json!({}))).await, Err(403), "{pointer}");
    }
}

// R27.
#[tokio::test]
async fn a_link_given_here_is_the_same_for_a_repeat_and_stands_in_no_file() {
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let patient = app.add_patient().await;
    let here = wish(&json!({ "here": true }));
    let first = ask(&app, &patient, "k1", &here).await.unwrap();
    let code = app.code(&patient, first["request"].as_str().unwrap()).await;
    let origin = &app.app.settings.public_origin;
    assert_eq!(first["link"], format!("{origin}/r#{code}"));
    assert_eq!(first["expiresAt"], "2026-11-22T11:00:00Z");
    assert_eq!(ask(&app, &patient, "k1", &here).await.unwrap(), first);
    assert_eq!(ask(&app, &patient, "k1", &wish(&json!({}))).await, Err(422), "another wish");
    for needle in [code.clone(), code.replace('-', "")] {
        assert_eq!(files_with(&app.app.settings.data_dir, &needle), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_texted_link_is_told_to_the_phone_alone() {
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let patient = app.add_patient().await;
    let texted = ask(&app, &patient, "k1", &wish(&json!({ "here": false }))).await.unwrap();
    assert_eq!(texted.get("link"), None);
}

#[tokio::test]
async fn a_link_that_was_texted_since_is_not_given_here_again() {
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let patient = app.add_patient().await;
    let here = wish(&json!({ "here": true }));
    let first = ask(&app, &patient, "k1", &here).await.unwrap();
    resend(&app, &patient, first["request"].as_str().unwrap()).await.unwrap();
    assert_eq!(ask(&app, &patient, "k1", &here).await.unwrap().get("link"), None);
}

#[tokio::test]
async fn who_asked_in_the_room_and_how_stands_in_the_audit_r28() {
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let patient = app.add_patient().await;
    let first = ask(&app, &patient, "k1", &wish(&json!({ "here": true }))).await.unwrap();
    let query = Query::prefix(EVENT).limit(500);
    let page = app.store.list(Container::Patients, &patient, &query).await.unwrap();
    let asked = page.documents.iter().find(|event| event.body["name"] == "capture-requested");
    let asked = &asked.unwrap().body;
    assert_eq!(asked["actor"]["subject"], ASHA);
    assert_eq!(asked["details"]["delivery"], "here");
    assert_eq!(asked["details"]["request"], first["request"]);
}

#[tokio::test]
async fn a_number_that_said_no_is_no_reason_not_to_take_photos_here() {
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let page = PatientPage::asked_for(&app, 1).await;
    page.decline().await.unwrap();
    assert_eq!(ask(&app, &page.patient, "k1", &wish(&json!({}))).await, Err(409));
    let here = ask(&app, &page.patient, "k2", &wish(&json!({ "here": true }))).await.unwrap();
    let request = here["request"].as_str().unwrap();
    assert_eq!(resend(&app, &page.patient, request).await, Err(409), "a text needs the number");
}

#[tokio::test]
async fn a_link_given_here_takes_no_days() {
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let patient = app.add_patient().await;
    let both = wish(&json!({ "here": true, "expiresInDays": 1 }));
    assert_eq!(ask(&app, &patient, "k", &both).await, Err(422));
}

#[tokio::test]
async fn after_its_hour_it_opens_no_more_and_a_new_one_is_texted_for_the_usual_days() {
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let mut page = PatientPage::given_here(&app, 1).await;
    app.pass(SignedDuration::from_mins(59));
    page.open().await.unwrap();
    app.pass(SignedDuration::from_mins(1));
    assert_eq!(status(&page.open().await.unwrap_err()), 410);
    page.renew().await.unwrap();
    page.code = app.code(&page.patient, &page.request).await;
    let opened = body(&page.open().await.unwrap());
    assert_eq!(opened["lastDay"], "2026-12-02", "ten days from the day of the renewal");
    assert_eq!(page.stored().await["delivery"], "text");
}

#[tokio::test]
async fn no_upload_url_in_the_room_before_the_patient_has_agreed_r27_r28() {
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let mut page = PatientPage::given_here(&app, 1).await;
    page.identify().await;
    assert_eq!(status(&page.grant(b"a photo").await.unwrap_err()), 409);
    page.agree().await;
    page.grant(b"a photo").await.unwrap();
    let consents = Query::prefix(CONSENT);
    let consents = app.store.list(Container::Patients, &page.patient, &consents).await.unwrap();
    let consent = &consents.documents[0].body;
    assert_eq!(consent["method"], "patient-page-in-the-room");
    assert_eq!((&consent["at"], &consent["by"]["who"]), (&json!(app.now()), &json!("patient")));
    assert_eq!(page.stored().await["createdBy"], ASHA);
}

async fn resend(app: &TestApp, patient: &str, request: &str) -> Result<(), u16> {
    let at = [("patient", patient), ("request", request)];
    let reply =
        crate::resend_link::resend_link(app.app.clone(), TestApp::staff_at(ASHA, &at, &json!({})));
    reply.await.map(drop).map_err(|failure| status(&failure))
}

/// Names of the files below `folder` that hold these letters, in any case.
fn files_with(folder: &Path, needle: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut looked = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let bytes = std::fs::read(entry.path()).unwrap();
            looked += bytes.len();
            let holds = |needle: &[u8]| {
                bytes.windows(needle.len()).any(|part| part.eq_ignore_ascii_case(needle))
            };
            if holds(needle.as_bytes()) {
                found.push(entry.path().display().to_string());
            }
        }
    }
    assert!(looked > 0, "there is nothing in the folder");
    found
}
