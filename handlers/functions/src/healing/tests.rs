//! Early pointers over a real store: what is left of a lost decision is taken back by the next night.

use domain::inbox_row::{InboxKind, InboxRow};
use domain::ledger_row::LedgerRow;
use domain::link_row::LinkRow;
use domain::look_again::{Place, Pointer};
use domain::nhs_number::NhsNumber;
use domain::ports::blobs::BlobContainer;
use domain::ports::documents::{Change, Container, Documents as _, Query, list_all};
use domain::record::item::{picture_blob, thumbnail_blob};
use domain::register;
use jiff::SignedDuration;
use media::testing::camera_jpeg;
use serde_json::json;

use crate::inbox::{inbox_of, tell_team_early};
use crate::ledger::{look_again, pointer_to, write_down};
use crate::patient_page::PatientPage;
use crate::reserve_number::{number_of, reserve_number};
use crate::session::write_row;
use crate::testing::{ASHA, TestApp};

const MORNING: &str = "2026-11-22T10:00:00Z";
const NIGHT: &str = "2026-11-23T02:00:00Z";

/// Ids in one partition that begin so.
async fn ids(test: &TestApp, container: Container, partition: &str, prefix: &str) -> Vec<String> {
    let found = list_all(&test.store, container, partition, Query::prefix(prefix)).await.unwrap();
    found.into_iter().map(|found| found.id).collect()
}

async fn copies(test: &TestApp, patient: &str) -> usize {
    test.app.blobs.list(BlobContainer::Records, patient, None, 10).await.unwrap().len()
}

#[tokio::test]
async fn a_patient_who_never_came_leaves_nothing_the_next_night() {
    let test = TestApp::at(MORNING).await;
    let number = NhsNumber::parse("9990000018", test.app.settings.deployment).unwrap();
    let number_row = number_of(&test.app, "riverside", &number).await.unwrap();
    let due = "2034-11-22".parse().unwrap();
    let row = LedgerRow { patient: "never".into(), document: None, due };
    let search_row = format!("{}never", register::PATIENT);
    let pointers = vec![
        Pointer::new(Place::Register, "riverside", &search_row),
        Pointer::new(Place::Register, "riverside", &number_row),
        pointer_to(&row, test.now()),
    ];
    look_again(&test.app, "never", "added", pointers, test.now()).await.unwrap();
    reserve_number(&test.app, "riverside", &number, "never", test.now()).await.unwrap();
    let written = write_down(&test.app, &row, test.now()).await.unwrap();
    let named = json!({ "patient": "never", "familyKey": "bell", "dateOfBirth": "1980-02-29",
        "givenName": "Ada", "familyName": "Bell" });
    let put = vec![Change::Put { id: search_row, body: named }];
    test.store.commit(Container::Register, "riverside", put).await.unwrap();

    test.set(NIGHT);
    test.night().await;

    assert!(ids(&test, Container::Register, "riverside", "patient-").await.is_empty());
    assert!(ids(&test, Container::Register, "riverside", "number-").await.is_empty());
    assert!(ids(&test, Container::Ledger, &written.bucket, "").await.is_empty());
    let today = domain::ledger_bucket::Bucket::of("2026-11-23".parse().unwrap(), "never");
    assert!(ids(&test, Container::Ledger, &today.to_string(), "").await.is_empty());
}

#[tokio::test]
async fn a_session_that_no_request_names_is_gone_the_next_night() {
    let test = TestApp::at(MORNING).await;
    let page = PatientPage::identified(&test, 1).await;
    let own = page.stored().await["session"].as_str().unwrap().to_owned();
    let row = "ab".repeat(32);
    let session = LinkRow::Session {
        patient: page.patient.clone(),
        request: page.request.clone(),
        expires_at: test.now() + SignedDuration::from_hours(48),
    };
    let pointers = vec![Pointer::link(&row)];
    look_again(&test.app, &page.patient, &row, pointers, test.now()).await.unwrap();
    write_row(&test.app, &row, &session).await.unwrap();

    test.set(NIGHT);
    test.night().await;

    assert!(ids(&test, Container::Links, &row, "").await.is_empty(), "no request names it");
    assert!(ids(&test, Container::Links, &own, "").await.is_empty(), "it ended long ago");
}

#[tokio::test]
async fn a_task_that_did_not_come_true_is_taken_back_and_one_that_did_stays() {
    let test = TestApp::at(MORNING).await;
    let untrue = PatientPage::asked_for(&test, 1).await;
    let row = InboxRow {
        kind: InboxKind::Declined,
        at: test.now(),
        controller: "riverside".into(),
        patient: Some(untrue.patient.clone()),
        request: Some(untrue.request.clone()),
        item: None,
        detail: None,
    };
    tell_team_early(&test.app, "wound-care", "0-declined-x", &row, test.now()).await.unwrap();
    let declined = PatientPage::asked_for(&test, 1).await;
    let paused = PatientPage::asked_for(&test, 1).await;
    declined.decline().await.unwrap();
    for _ in 0..5 {
        paused.answer_wrong().await;
    }
    assert_eq!(untrue.inbox().await, ["declined", "declined", "paused"]);

    test.set(NIGHT);
    test.night().await;

    assert_eq!(untrue.inbox().await, ["declined", "paused"]);
    let inbox = inbox_of("riverside", "wound-care");
    assert!(!ids(&test, Container::Inbox, &inbox, "").await.contains(&"0-declined-x".to_owned()));
}

#[tokio::test]
async fn copies_of_a_filing_that_was_lost_go_and_those_of_one_to_come_wait() {
    let test = TestApp::at(MORNING).await;
    let page = PatientPage::agreed(&test, 2).await;
    let lost = page.sent(&camera_jpeg(16, 16)).await;
    let to_come = page.sent(&camera_jpeg(16, 8)).await;
    for upload in [&lost, &to_come] {
        let pointers = vec![Pointer::new(Place::Copies, &page.patient, upload)];
        look_again(&test.app, &page.patient, upload, pointers, test.now()).await.unwrap();
        for name in [picture_blob(&page.patient, upload), thumbnail_blob(&page.patient, upload)] {
            let bytes = bytes::Bytes::from_static(b"clean");
            test.app.blobs.put(BlobContainer::Records, &name, "image/jpeg", bytes).await.unwrap();
        }
    }
    page.remove(&lost).await.unwrap();
    assert_eq!(copies(&test, &page.patient).await, 4);

    test.set(NIGHT);
    test.night().await;
    assert_eq!(copies(&test, &page.patient).await, 2, "one may still be filed");

    page.file(&to_come).await;
    test.pass(SignedDuration::from_hours(24));
    test.night().await;
    assert_eq!(copies(&test, &page.patient).await, 2, "it was");
}

#[tokio::test]
async fn a_later_contact_leaves_one_row_in_the_ledger() {
    let test = TestApp::at(MORNING).await;
    let patient = test.add_patient().await;
    test.set("2026-11-25T10:00:00Z");
    let call = TestApp::staff_at(ASHA, &[("patient", &patient)], &json!({ "text": "Ring." }));
    crate::add_note::add_note(test.app.clone(), call).await.unwrap();
    test.set("2026-11-26T02:00:00Z");
    test.night().await;
    for (day, expected) in [("2034-11-22", 0), ("2034-11-25", 1)] {
        let bucket = domain::ledger_bucket::Bucket::of(day.parse().unwrap(), &patient).to_string();
        let rows = ids(&test, Container::Ledger, &bucket, "").await;
        let own = rows.iter().filter(|row| **row == patient).count();
        assert_eq!(own, expected, "{day}: {rows:?}");
    }
}

// Found by `proofs/nights`: an approval writes its row, and then itself.
#[tokio::test]
async fn a_row_of_tomorrow_is_left_to_its_own_night() {
    let test = TestApp::at(MORNING).await;
    let patient = test.add_patient().await;
    let due = "2026-11-23".parse().unwrap();
    let row = LedgerRow { patient: patient.clone(), document: None, due };
    let bucket = domain::ledger_bucket::Bucket::of(due, &patient).to_string();
    let approved = "2026-11-24".parse().unwrap();
    let pointer = pointer_to(&LedgerRow { due: approved, ..row.clone() }, test.now());
    look_again(&test.app, &patient, "x", vec![pointer], test.now()).await.unwrap();
    test.set(NIGHT);
    let written = write_down(&test.app, &row, test.now()).await.unwrap();

    let message = json!({ "bucket": bucket, "rows": [format!("{patient}.again-x")] });
    let message = custom_handler::QueueMessage::for_test(&message.to_string());
    crate::erase_records::erase_records(test.app.clone(), message).await.unwrap();

    let again = ids(&test, Container::Ledger, &bucket, &format!("{patient}.again-x")).await;
    assert_eq!(again, Vec::<String>::new(), "it was looked at");
    assert_eq!(ids(&test, Container::Ledger, &written.bucket, &patient).await, [patient]);
}
