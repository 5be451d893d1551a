//! The row that puts a submission first because the patient wrote to it.
//!
//! It stands beside the rows of its pictures and only says in which order they are read: it comes
//! with the words, and goes when the team has seen the last of the pictures.

use custom_handler::Failure;
use domain::inbox_row::{InboxKind, InboxRow, words_row_id};
use domain::record::item::Item;
use domain::record::patient::Keeping;
use domain::record::request::CaptureRequest;
use domain::record::upload::Upload;
use domain::record::{ITEM, REQUEST, UPLOAD, document_id};
use domain::upload_state::UploadState;
use jiff::Timestamp;

use crate::app::App;
use crate::inbox::{take_away, tell_team_early};
use crate::record::Record;

/// Id of the row about this request.
pub fn words_row_of(capture: &CaptureRequest) -> String {
    words_row_id(&capture.request, capture.created_at)
}

/// Puts the row into the team's inbox, before the words are in the record (invariant 2).
pub async fn tell_words(
    app: &App,
    capture: &CaptureRequest,
    patient: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    let row = InboxRow {
        kind: InboxKind::Words,
        at: now,
        controller: capture.controller.clone(),
        patient: Some(patient.to_owned()),
        request: Some(capture.request.clone()),
        item: None,
        detail: None,
    };
    tell_team_early(app, &capture.team, &words_row_of(capture), &row, now).await
}

/// True while a picture of the request is not seen yet, or is still being filed.
pub fn waits(request: &str, items: &[Item], uploads: &[Upload]) -> bool {
    let unseen = |item: &Item| {
        item.request == request && item.keeping == Keeping::Kept && item.first_viewed_at.is_none()
    };
    let coming =
        |upload: &Upload| upload.request == request && upload.state == UploadState::Arrived;
    items.iter().any(unseen) || uploads.iter().any(coming)
}

/// Takes the row of this request away once nothing of it waits. The night does the same.
pub async fn take_away_if_seen(
    app: &App,
    record: &Record<'_>,
    request: &str,
) -> Result<(), Failure> {
    let found = record.read::<CaptureRequest>(&document_id(REQUEST, request)).await?;
    let Some(capture) = found.map(|found| found.value) else { return Ok(()) };
    if capture.patient_note.is_none() {
        return Ok(());
    }
    let items: Vec<Item> =
        record.list::<Item>(ITEM).await?.into_iter().map(|found| found.value).collect();
    let uploads: Vec<Upload> =
        record.list::<Upload>(UPLOAD).await?.into_iter().map(|found| found.value).collect();
    if waits(request, &items, &uploads) {
        return Ok(());
    }
    take_away(app, &capture.controller, &capture.team, &words_row_of(&capture)).await
}

#[cfg(test)]
mod tests {
    use custom_handler::{Method, Request};
    use domain::inbox_row::InboxKind;
    use serde_json::{Value, json};

    use super::*;
    use crate::inbox::tell_team;
    use crate::list_inbox::list_inbox;
    use crate::patient_page::PatientPage;
    use crate::submit_capture::submit_capture;
    use crate::testing::{ASHA, TestApp, body};
    use crate::view_item::view_item;

    async fn list(test: &TestApp, query: &str) -> Value {
        let call = Request::for_test(Method::GET, &format!("/api/inbox?team=wound-care{query}"));
        let call = call.header("authorization", &format!("Bearer {ASHA}")).build();
        body(&list_inbox(test.app.clone(), call).await.unwrap())
    }

    fn rows(page: &Value) -> Vec<Value> {
        page["rows"].as_array().unwrap().clone()
    }

    /// As many tasks as fill more than a page, all of them older than any picture.
    async fn fill(test: &TestApp) {
        for second in 0..60 {
            let row = InboxRow {
                kind: InboxKind::Poisoned,
                at: Timestamp::from_second(second).unwrap(),
                controller: "riverside".into(),
                patient: None,
                request: None,
                item: None,
                detail: None,
            };
            tell_team(&test.app, "wound-care", "a-message", &row).await.unwrap();
        }
    }

    async fn look(test: &TestApp, page: &PatientPage<'_>, item: &str) {
        let at = [("patient", page.patient.as_str()), ("item", item)];
        view_item(test.app.clone(), TestApp::staff_at(ASHA, &at, &json!({}))).await.unwrap();
    }

    #[tokio::test]
    async fn pictures_with_words_stand_first_of_all_pages_and_on_one_of_them_only() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        fill(&test).await;
        let page = PatientPage::agreed(&test, 2).await;
        let mut items = Vec::new();
        for side in [32, 48] {
            items.push(page.sent(&media::testing::camera_jpeg(side, 32)).await);
        }
        let note = json!({ "note": "It smells bad and I have a fever." });
        for _ in 0..2 {
            submit_capture(test.app.clone(), page.call(&note)).await.unwrap();
        }
        for item in &items {
            page.file(item).await;
        }

        let first = list(&test, "").await;
        let shown = rows(&first);
        assert_eq!(shown.len(), 50);
        for row in &shown[..2] {
            assert_eq!(row["patientWords"], "It smells bad and I have a fever.");
            assert_eq!(row["kind"], "item");
        }
        assert!(shown[2..].iter().all(|row| row.get("patientWords").is_none()));
        let next = first["teams"][0]["next"].as_str().unwrap();
        let second = rows(&list(&test, &format!("&after={next}")).await);
        assert_eq!(second.len(), 12);
        assert!(second.iter().all(|row| row["kind"] == "poisoned"), "nothing is shown twice");

        look(&test, &page, &items[0]).await;
        assert_eq!(rows(&list(&test, "").await)[0]["item"], items[1].as_str());
        look(&test, &page, &items[1]).await;
        assert!(!test.inbox("riverside", "wound-care").await.contains(&"words".to_owned()));
        assert_eq!(rows(&list(&test, "").await)[0]["kind"], "poisoned");
    }

    // Requests of before there was such a row: the words are shown where the pictures stand.
    #[tokio::test]
    async fn words_without_a_row_of_their_own_are_shown_with_the_picture() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let item = page.sent(&media::testing::camera_jpeg(32, 32)).await;
        let note = json!({ "note": "It itches." });
        submit_capture(test.app.clone(), page.call(&note)).await.unwrap();
        page.file(&item).await;
        let record = Record::open(&test.app, &page.patient, test.app.now()).await.unwrap();
        let capture = record.list::<CaptureRequest>(REQUEST).await.unwrap().remove(0).value;
        let row = words_row_of(&capture);
        take_away(&test.app, "riverside", "wound-care", &row).await.unwrap();
        let shown = rows(&list(&test, "").await);
        assert_eq!(shown.len(), 1);
        assert_eq!(shown[0]["patientWords"], "It itches.");
    }
}
