//! What becomes of a message that failed five times.

use domain::ports::documents::{Change, Container, Documents as _, Query, list_all};
use media::testing::camera_jpeg;
use serde_json::json;

use super::*;
use crate::patient_page::PatientPage;
use crate::testing::TestApp;

#[tokio::test]
async fn a_poisoned_text_becomes_one_task_of_the_team_that_asked() {
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    let patient = app.add_patient().await;
    let request = app.request_capture(&patient).await;
    let text = json!({ "patient": patient, "request": request, "generation": 1,
                       "first": app.now() })
    .to_string();
    for _ in 0..2 {
        report_sms(app.app.clone(), QueueMessage::for_test(&text)).await.unwrap();
    }
    assert_eq!(app.inbox("riverside", "wound-care").await, ["poisoned"]);
    assert!(app.inbox("riverside", "plastics").await.is_empty());
}

#[tokio::test]
async fn a_photo_that_was_filed_after_all_leaves_no_task_in_either_order() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let page = PatientPage::agreed(&test, 1).await;
    let upload = page.sent(&camera_jpeg(48, 32)).await;
    let message = json!({ "blob": page.blob(&upload) }).to_string();
    let fails = || report_uploads(test.app.clone(), QueueMessage::for_test(&message));
    fails().await.unwrap();
    assert_eq!(page.inbox().await, ["poisoned"]);
    page.file(&upload).await;
    assert_eq!(page.inbox().await, ["item"]);
    fails().await.unwrap();
    assert_eq!(page.inbox().await, ["item"]);
}

#[tokio::test]
async fn what_nobody_understands_is_the_operator_s_and_no_hospital_s() {
    let app = TestApp::at("2026-11-22T10:00:00Z").await;
    for _ in 0..2 {
        let nonsense = QueueMessage::for_test("{\"what\": 1}");
        report_uploads(app.app.clone(), nonsense).await.unwrap();
    }
    assert!(app.inbox("riverside", "wound-care").await.is_empty());
    assert!(app.inbox("hillview", "dermatology").await.is_empty());
    assert_eq!(app.operator_list().await, ["unreadable-message"]);
}

/// Rows of one team's inbox, whole.
async fn inbox_rows(test: &TestApp, team: &str) -> Vec<Value> {
    let inbox = crate::inbox::inbox_of("riverside", team);
    let found = list_all(&test.store, Container::Inbox, &inbox, Query::prefix("")).await.unwrap();
    found.into_iter().map(|row| row.body).collect()
}

/// Ledger rows of a page's picture and of its patient, as a night would send them.
async fn rows_of(page: &PatientPage<'_>, item: &str) -> (String, Vec<String>) {
    let test = page.test;
    let bucket = "20341122-07".to_owned();
    let mut ids = Vec::new();
    for document in [Some(format!("item-{item}")), None] {
        let due = "2034-11-22".parse().unwrap();
        let row = domain::ledger_row::LedgerRow { patient: page.patient.clone(), document, due };
        let change = vec![Change::put(row.id(), &row).unwrap()];
        test.store.commit(Container::Ledger, &bucket, change).await.unwrap();
        ids.push(row.id());
    }
    (bucket, ids)
}

async fn report_rows_of(test: &TestApp, bucket: &str, rows: &[String]) {
    let message = json!({ "bucket": bucket, "rows": rows }).to_string();
    report_erasures(test.app.clone(), QueueMessage::for_test(&message)).await.unwrap();
}

#[tokio::test]
async fn a_poisoned_erasure_is_one_task_a_team_however_many_rows_and_nights() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let (mut rows, mut bucket) = (Vec::new(), String::new());
    for _ in 0..3 {
        let page = PatientPage::agreed(&test, 1).await;
        let upload = page.sent(&camera_jpeg(48, 32)).await;
        page.file(&upload).await;
        let (in_bucket, ids) = rows_of(&page, &upload).await;
        rows.extend(ids);
        bucket = in_bucket;
    }
    rows.push("erased-meanwhile".to_owned());
    let items = inbox_rows(&test, "wound-care").await.len();
    for _ in 0..2 {
        report_rows_of(&test, &bucket, &rows).await;
        test.pass(jiff::SignedDuration::from_hours(24));
    }
    let told = inbox_rows(&test, "wound-care").await;
    assert_eq!(told.len(), items + 1, "{told:?}");
    let task = told.iter().find(|row| row["kind"] == "poisoned").unwrap();
    assert_eq!(task["patient"], Value::Null);
    assert!(task["detail"].as_str().unwrap().ends_with("It concerns 6 records."));
    assert!(test.operator_list().await.is_empty());
}

// The patient's controller has two teams; the picture is the second one's.
#[tokio::test]
async fn a_poisoned_erasure_of_a_picture_is_told_to_the_picture_s_own_team() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let page = PatientPage::agreed(&test, 1).await;
    let upload = page.sent(&camera_jpeg(48, 32)).await;
    page.file(&upload).await;
    let id = format!("item-{upload}");
    let mut item = test.document(&page.patient, &id).await.unwrap();
    item["team"] = json!("plastics");
    let change = vec![Change::put(&id, &item).unwrap()];
    test.store.commit(Container::Patients, &page.patient, change).await.unwrap();
    let (bucket, rows) = rows_of(&page, &upload).await;
    report_rows_of(&test, &bucket, &rows[..1]).await;
    let task = inbox_rows(&test, "plastics").await.pop().unwrap();
    assert_eq!((&task["kind"], &task["item"]), (&json!("poisoned"), &json!(upload)));
    assert_eq!(task["patient"], page.patient.as_str());
    assert_eq!(page.inbox().await, ["item"]);
}

#[tokio::test]
async fn what_a_damaged_row_leads_to_is_the_operator_s() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let change = vec![Change::put("p1", &json!({ "patient": 7 })).unwrap()];
    test.store.commit(Container::Ledger, "20341122-07", change).await.unwrap();
    report_rows_of(&test, "20341122-07", &["p1".to_owned()]).await;
    let sweep = QueueMessage::for_test(&json!({ "sweep": "somebody-erased" }).to_string());
    report_erasures(test.app.clone(), sweep).await.unwrap();
    assert_eq!(test.operator_list().await, ["stuck-erasure"]);
    assert!(inbox_rows(&test, "wound-care").await.is_empty());
}

#[tokio::test]
async fn a_report_about_a_text_that_failed_five_times_is_a_task_of_the_team_that_asked() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let page = PatientPage::asked_for(&test, 1).await;
    let text = page.stored().await["texts"][0]["reference"].as_str().unwrap().to_owned();
    crate::delivery::point_back(&test.app, &text, &page.patient, &page.request).await.unwrap();
    let event = json!({
        "type": "Microsoft.Communication.SMSDeliveryReportReceived",
        "data": { "tag": text, "deliveryStatus": "Delivered" },
    });
    let event = QueueMessage::for_test(&event.to_string());
    report_sms(test.app.clone(), event).await.unwrap();
    assert_eq!(page.inbox().await, ["poisoned"]);
    assert!(test.operator_list().await.is_empty());
}
