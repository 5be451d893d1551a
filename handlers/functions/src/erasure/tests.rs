//! The night, over a real store: what is due goes, what is held stays, twice is once.

use custom_handler::{Method, QueueMessage, Request};
use domain::ids::new_id;
use domain::ledger_row::LedgerRow;
use domain::ports::blobs::BlobContainer;
use domain::ports::documents::{Change, Container, Query, ReadDocuments as _};
use domain::record::hold::Hold;
use domain::record::patient::Patient;
use domain::retention::DueBy;
use domain::sha256_hex::Sha256Hex;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::erasure::patient::erase_patient;
use crate::operation::Operation;
use crate::patient_page::PatientPage;
use crate::testing::{ASHA, TestApp, body};

/// A patient with one filed picture; answers patient and item.
async fn filed(app: &TestApp) -> (String, String) {
    let patient = app.add_patient().await;
    let request = app.request_capture(&patient).await;
    let code = app.code(&patient, &request).await;
    let answer = json!({ "code": code, "familyName": "Bell", "dateOfBirth": "1980-02-29" });
    let call = Request::for_test(Method::POST, "/api/links/identity").json(&answer).build();
    let reply = crate::verify_identity::verify_identity(app.app.clone(), call).await.unwrap();
    let cookie = reply.header_value("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let session = |method: Method, body: &Value| {
        Request::for_test(method, "/").header("cookie", &cookie).json(body).build()
    };
    let shown =
        crate::show_consent::show_consent(app.app.clone(), session(Method::GET, &json!({})))
            .await
            .unwrap();
    let consent = json!({ "version": body(&shown)["version"], "given": true });
    crate::record_consent::record_consent(app.app.clone(), session(Method::PUT, &consent))
        .await
        .unwrap();
    let picture = media::testing::camera_jpeg(64, 48);
    let sha256 = Sha256Hex::of(&picture).to_string();
    let grant = json!({ "contentType": "image/jpeg", "bytes": picture.len(), "sha256": sha256,
                        "source": "file" });
    let granted = crate::grant_upload::grant_upload(app.app.clone(), session(Method::POST, &grant))
        .await
        .unwrap();
    let upload = body(&granted)["upload"].as_str().unwrap().to_owned();
    app.let_arrive(&format!("{patient}/{upload}"), picture).await;
    file(app, &patient, &upload).await;
    (patient, upload)
}

async fn file(app: &TestApp, patient: &str, upload: &str) {
    let message = json!({ "source": "finish-upload", "blob": format!("{patient}/{upload}") });
    let message = QueueMessage::for_test(&message.to_string());
    crate::file_upload::file_upload(app.app.clone(), message).await.unwrap();
}

async fn blobs(app: &TestApp, patient: &str) -> usize {
    let mut count = 0;
    for container in [BlobContainer::Incoming, BlobContainer::Records] {
        count +=
            app.app.blobs.list(container, &format!("{patient}/"), None, 10).await.unwrap().len();
    }
    count
}

async fn place_hold(app: &TestApp, patient: &str, item: Option<&str>, released: bool) {
    let id = new_id(app.now(), &[9; 32]);
    let hold = Hold {
        hold: id.clone(),
        item: item.map(str::to_owned),
        reason: "complaint".into(),
        by: "demo-cora".into(),
        at: app.now(),
        released_at: released.then(|| app.now()),
    };
    let change = vec![Change::put(format!("hold-{item:?}"), &hold).unwrap()];
    app.app.documents.commit(Container::Patients, patient, change).await.unwrap();
}

#[tokio::test]
async fn a_picture_and_its_patient_go_in_the_night_their_time_is_up() {
    // R64, R67.
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let (patient, item) = filed(&app).await;
    assert_eq!(blobs(&app, &patient).await, 2);
    app.set("2034-11-21T02:00:00Z");
    app.night().await;
    assert_eq!(blobs(&app, &patient).await, 2, "a day early nothing goes");
    app.set("2034-11-22T02:00:00Z");
    app.night().await;
    assert_eq!(blobs(&app, &patient).await, 0);
    assert_eq!(app.document(&patient, "patient").await, None);
    let left =
        app.app.documents.list(Container::Patients, &patient, &Query::prefix("")).await.unwrap();
    let left: Vec<String> = left.documents.into_iter().map(|found| found.id).collect();
    assert_eq!(left, [format!("tombstone-{item}"), "tombstone-patient".to_owned()]);
    assert!(app.inbox("riverside", "wound-care").await.is_empty());
    app.night().await;
}

#[tokio::test]
async fn a_held_item_survives_its_night_and_goes_after_release() {
    // R61.
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let (patient, item) = filed(&app).await;
    place_hold(&app, &patient, Some(&item), false).await;
    app.set("2034-11-22T02:00:00Z");
    app.night().await;
    assert_eq!(blobs(&app, &patient).await, 2);
    assert!(app.document(&patient, "patient").await.is_some(), "it leads to the held item");
    place_hold(&app, &patient, Some(&item), true).await;
    app.pass(SignedDuration::from_hours(24));
    app.night().await;
    assert_eq!(blobs(&app, &patient).await, 0);
    assert_eq!(app.document(&patient, "patient").await, None);
}

#[tokio::test]
async fn a_later_contact_moves_the_night_and_leaves_one_pointer() {
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let (patient, _) = filed(&app).await;
    app.set("2030-01-10T10:00:00Z");
    let note = json!({ "text": "Healed well." });
    let request = TestApp::staff_at(ASHA, &[("patient", &patient)], &note);
    crate::add_note::add_note(app.app.clone(), request).await.unwrap();
    app.set("2034-11-22T02:00:00Z");
    app.night().await;
    assert_eq!(blobs(&app, &patient).await, 2, "last seen in 2030, so kept until 2038");
    app.set("2038-01-10T02:00:00Z");
    app.night().await;
    assert_eq!(blobs(&app, &patient).await, 0);
}

#[tokio::test]
async fn a_missed_night_is_caught_up() {
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let (patient, _) = filed(&app).await;
    app.set("2034-12-24T02:00:00Z");
    app.night().await;
    assert_eq!(app.document(&patient, "patient").await, None);
}

#[tokio::test]
async fn a_clock_before_the_newest_write_erases_nothing() {
    let app = TestApp::at("2034-11-22T10:00:00Z").await;
    let (patient, _) = filed(&app).await;
    app.set("2026-01-01T02:00:00Z");
    app.night().await;
    assert!(app.document(&patient, "patient").await.is_some());
}

#[tokio::test]
async fn a_picture_that_arrives_twice_is_filed_once() {
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let (patient, item) = filed(&app).await;
    app.let_arrive(&format!("{patient}/{item}"), media::testing::camera_jpeg(64, 48)).await;
    file(&app, &patient, &item).await;
    assert_eq!(app.inbox("riverside", "wound-care").await, ["item"]);
    assert_eq!(app.events(&patient).await.iter().filter(|name| *name == "item-filed").count(), 1);
    assert_eq!(blobs(&app, &patient).await, 2, "what came late is not kept");
}

#[tokio::test]
async fn a_note_goes_with_its_record() {
    // R35: the same retention as the pictures.
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let (patient, item) = filed(&app).await;
    for about in [json!({ "text": "Healed well." }), json!({ "text": "Red.", "item": item })] {
        let request = TestApp::staff_at(ASHA, &[("patient", &patient)], &about);
        crate::add_note::add_note(app.app.clone(), request).await.unwrap();
    }
    app.set("2034-11-22T02:00:00Z");
    app.night().await;
    let query = Query::prefix("note-");
    let left = app.app.documents.list(Container::Patients, &patient, &query).await.unwrap();
    assert!(left.documents.is_empty());
    assert_eq!(app.document(&patient, "patient").await, None);
}

// Below: each was found by `proofs/nights` first.

/// Delivers one message of `erasures`.
async fn deliver(app: &TestApp, message: &Value) {
    let message = QueueMessage::for_test(&message.to_string());
    crate::erase_records::erase_records(app.app.clone(), message).await.unwrap();
}

#[tokio::test]
async fn a_run_that_comes_second_leaves_the_tombstone_of_the_first() {
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let (patient, _) = filed(&app).await;
    let found = app.document(&patient, "patient").await.unwrap();
    let details: Patient = serde_json::from_value(found).unwrap();
    app.set("2034-11-22T02:00:00Z");
    app.night().await;
    let stone = app.document(&patient, "tombstone-patient").await.unwrap();
    assert!(stone["chain"].is_string());

    let controller = crate::sign_in::staff::controller(&app.app, "riverside").await.unwrap();
    let purpose = crate::session::CAPTURE_PURPOSE;
    let operation = Operation::by_function(&controller, purpose, "erase-records");
    let (rule, due) = (DueBy::Cap, details.due);
    erase_patient(&app.app, &details, &controller, &operation, rule, due, app.now()).await.unwrap();
    assert_eq!(app.document(&patient, "tombstone-patient").await, Some(stone));
}

#[tokio::test]
async fn a_declined_number_goes_with_the_last_record_that_it_was_declined_for() {
    let app = TestApp::at("2026-11-22T09:00:00Z").await;
    let one = PatientPage::asked_for(&app, 1).await;
    let other = PatientPage::asked_for(&app, 1).await;
    one.decline().await.unwrap();
    other.decline().await.unwrap();
    app.set("2026-12-22T09:00:00Z");
    let form = json!({ "version": 1, "reason": "A new number", "givenName": "Ada",
        "familyName": "Bell", "dateOfBirth": "1980-02-29", "mobile": "07700 900456" });
    let call = TestApp::staff_at(ASHA, &[("patient", &other.patient)], &form);
    crate::correct_patient::correct_patient(app.app.clone(), call).await.unwrap();
    for (night, left) in
        [("2034-11-22T02:00:00Z", vec![other.patient.clone()]), ("2034-12-23T02:00:00Z", vec![])]
    {
        app.set(night);
        app.night().await;
        let query = Query::prefix(domain::register::DECLINED);
        let rows = app.store.list(Container::Register, "riverside", &query).await.unwrap();
        let of: Vec<_> = rows.documents.iter().map(|row| row.body["patient"].clone()).collect();
        assert_eq!(of, left, "{night}");
        assert!(rows.documents.iter().all(|row| !row.id.contains("900123")));
    }
}

#[tokio::test]
async fn a_row_that_is_asked_before_its_fact_came_waits_for_its_day() {
    // R66: the row of an approval is written before the approval itself.
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let patient = app.add_patient().await;
    let today = crate::ledger::day(app.now());
    let row = LedgerRow { patient: patient.clone(), document: None, due: today };
    let written = crate::ledger::write_down(&app.app, &row, app.now()).await.unwrap();
    let message = json!({ "bucket": written.bucket, "rows": [written.id] });
    deliver(&app, &message).await;
    let found = app.document(&patient, "patient").await.unwrap();
    let before: Patient = serde_json::from_value(found).unwrap();
    let approved = Patient { erasure_approved: Some(today), ..before };
    let change = vec![Change::put("patient", &approved).unwrap()];
    app.app.documents.commit(Container::Patients, &patient, change).await.unwrap();
    app.set("2026-11-23T02:00:00Z");
    app.night().await;
    assert_eq!(app.document(&patient, "patient").await, None);
}

#[tokio::test]
async fn a_note_about_a_held_picture_is_held_with_it() {
    // R35, R61.
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let (patient, item) = filed(&app).await;
    for text in [json!({ "text": "Red.", "item": item }), json!({ "text": "Rang." })] {
        let request = TestApp::staff_at(ASHA, &[("patient", &patient)], &text);
        crate::add_note::add_note(app.app.clone(), request).await.unwrap();
    }
    place_hold(&app, &patient, Some(&item), false).await;
    app.set("2034-11-22T02:00:00Z");
    app.night().await;
    let query = Query::prefix("note-");
    let left = app.app.documents.list(Container::Patients, &patient, &query).await.unwrap();
    let left: Vec<&Value> = left.documents.iter().map(|note| &note.body["text"]).collect();
    assert_eq!(left, ["Red."]);
}

#[tokio::test]
async fn what_comes_behind_the_fence_is_swept() {
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let (patient, item) = filed(&app).await;
    app.set("2034-11-22T02:00:00Z");
    app.night().await;
    // Somebody read the record before the fence, was slow, and was killed.
    let late = bytes::Bytes::from_static(b"late");
    let name = format!("{patient}/{item}/picture");
    app.app.blobs.put(BlobContainer::Records, &name, "image/jpeg", late).await.unwrap();
    let row = json!({ "kind": "item", "at": app.now(), "controller": "riverside",
        "patient": patient, "item": item });
    let row = vec![Change::Put { id: "0-item".into(), body: row }];
    app.app.documents.commit(Container::Inbox, "riverside.wound-care", row).await.unwrap();

    deliver(&app, &json!({ "sweep": patient })).await;

    assert_eq!(blobs(&app, &patient).await, 0);
    assert!(app.inbox("riverside", "wound-care").await.is_empty());
}

#[tokio::test]
async fn a_child_s_record_waits_for_its_hand_back_and_the_team_is_told() {
    // R63: the code's minimum is longer than the cap; neither kept silently nor deleted silently.
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let born = json!({ "dateOfBirth": "2020-05-01" });
    let patient = app.add_patient_as(ASHA, &born).await.unwrap();
    app.set("2034-11-22T02:00:00Z");
    app.night().await;
    app.night().await;
    assert!(app.document(&patient, "patient").await.is_some());
    assert_eq!(app.inbox("riverside", "wound-care").await, ["hand-back"]);
}

// By day nobody waits for the store, and in the night once.
#[tokio::test]
async fn a_night_of_forty_rewrites_the_store_once() {
    let app = TestApp::at("2026-11-21T10:00:00Z").await;
    app.add_patient().await;
    app.set("2026-11-22T10:00:00Z");
    for _ in 0..40 {
        app.add_patient().await;
    }
    let database = app.app.settings.data_dir.join("store.sqlite");
    let database = rusqlite::Connection::open(database).unwrap();
    // `VACUUM` adds one to it. So does an index: the first night makes those that a night needs.
    let rewrites = || -> i64 {
        database.pragma_query_value(None, "schema_version", |row| row.get(0)).unwrap()
    };
    let mut before = 0;
    for night in ["2034-11-21T02:00:00Z", "2034-11-22T02:00:00Z"] {
        app.set(night);
        before = rewrites();
        app.night().await;
        // Every message was handed out.
        database.execute("DELETE FROM messages WHERE queue = 'erasures'", []).unwrap();
        for _ in 0..3 {
            let timer = custom_handler::Timer::for_test();
            crate::reconcile_uploads::reconcile_uploads(app.app.clone(), timer).await.unwrap();
        }
    }
    let rewritten = rewrites() - before;
    assert!((1..=2).contains(&rewritten), "{rewritten} times for forty");
    assert!(app.find("Bell").await.is_empty());
}

// An approval that began before midnight, and its own message after.
#[tokio::test]
async fn a_row_that_is_asked_right_after_midnight_waits_for_its_fact() {
    let app = TestApp::at("2026-11-22T23:59:00Z").await;
    let patient = app.add_patient().await;
    let row =
        LedgerRow { patient: patient.clone(), document: None, due: crate::ledger::day(app.now()) };
    let written = crate::ledger::write_down(&app.app, &row, app.now()).await.unwrap();
    app.set("2026-11-23T00:01:00Z");
    deliver(&app, &json!({ "bucket": written.bucket, "rows": [written.id] })).await;
    let kept = app.store.get(Container::Ledger, &written.bucket, &written.id).await.unwrap();
    assert!(kept.is_some());
}
