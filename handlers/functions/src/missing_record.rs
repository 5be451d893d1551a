//! What leads to a record that is not there. Where a tombstone names the patient or the picture, it
//! was erased and may go. Without one nobody erased it: after a restore the store of records may be
//! older than the pictures. Then nothing goes for thirty days, and the operator is told once.

use custom_handler::Failure;
use domain::operator_row::{OPERATOR, OperatorKind, OperatorRow, row_id};
use domain::ports::blobs::BlobContainer;
use domain::ports::documents::Container;
use domain::record::{PATIENT, TOMBSTONE, document_id};
use jiff::{SignedDuration, Timestamp};

use crate::app::{App, stored};
use crate::operator_list::tell_operator;

/// How long such pictures wait for somebody to put the record back.
const WAIT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// True where what belongs to this upload of a missing record, or to all of it, may be deleted now.
pub async fn may_go(
    app: &App,
    patient: &str,
    upload: Option<&str>,
    now: Timestamp,
) -> Result<bool, Failure> {
    if was_erased(app, patient, upload).await? || !has_bytes(app, patient, upload).await? {
        return Ok(true);
    }
    let row = row_id(OperatorKind::FilesAside, patient);
    let found = stored(app.documents.get(Container::Inbox, OPERATOR, &row).await)?;
    if let Some(found) = found {
        let told: OperatorRow = stored(found.read())?;
        return Ok(now.duration_since(told.at) >= WAIT);
    }
    let detail = "Pictures are there whose record is missing, and nobody erased it. Put the record \
                  back from a backup, or they are deleted 30 days from now.";
    tell_operator(app, OperatorKind::FilesAside, patient, detail).await?;
    Ok(false)
}

/// True where a tombstone names the patient or the upload.
pub async fn was_erased(app: &App, patient: &str, upload: Option<&str>) -> Result<bool, Failure> {
    for id in [Some(PATIENT), upload].into_iter().flatten() {
        let stone = document_id(TOMBSTONE, id);
        if stored(app.documents.get(Container::Patients, patient, &stone).await)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// True where pictures of the upload, or of anything of the patient, are there.
pub async fn has_bytes(app: &App, patient: &str, upload: Option<&str>) -> Result<bool, Failure> {
    let copies = match upload {
        Some(upload) => format!("{patient}/{upload}/"),
        None => format!("{patient}/"),
    };
    if !stored(app.blobs.list(BlobContainer::Records, &copies, None, 1).await)?.is_empty() {
        return Ok(true);
    }
    if let Some(upload) = upload {
        let name = format!("{patient}/{upload}");
        return Ok(stored(app.blobs.head(BlobContainer::Incoming, &name).await)?.is_some());
    }
    let names = app.blobs.list(BlobContainer::Incoming, &copies, None, 1).await;
    Ok(!stored(names)?.is_empty())
}

#[cfg(test)]
mod tests {
    use domain::ports::documents::{Change, Documents as _, Query, list_all};
    use jiff::SignedDuration;
    use media::testing::camera_jpeg;

    use super::*;
    use crate::patient_page::PatientPage;
    use crate::testing::TestApp;

    async fn bytes(test: &TestApp, patient: &str) -> usize {
        let mut count = 0;
        for container in [BlobContainer::Incoming, BlobContainer::Records] {
            count += test.app.blobs.list(container, patient, None, 10).await.unwrap().len();
        }
        count
    }

    /// The store of records as a restore leaves it that is older than the patient.
    async fn lose_the_record(test: &TestApp, patient: &str) {
        let all = list_all(&test.store, Container::Patients, patient, Query::prefix("")).await;
        for document in all.unwrap() {
            let gone = vec![Change::delete(&document)];
            test.store.commit(Container::Patients, patient, gone).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_picture_whose_record_is_missing_waits_thirty_days_and_the_operator_knows() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let page = PatientPage::agreed(&test, 2).await;
        let filed = page.sent(&camera_jpeg(16, 16)).await;
        page.file(&filed).await;
        let waiting = page.sent(&camera_jpeg(16, 8)).await;
        lose_the_record(&test, &page.patient).await;

        for _ in 0..2 {
            page.file(&waiting).await;
        }
        test.set("2026-11-23T02:00:00Z");
        test.night().await;
        assert_eq!(bytes(&test, &page.patient).await, 3, "two copies, and what waits");
        assert_eq!(test.operator_list().await, ["files-aside"]);

        // Its own night, eight years on; by then the thirty days are long over.
        test.pass(SignedDuration::from_hours(24 * 30));
        page.file(&waiting).await;
        assert_eq!(bytes(&test, &page.patient).await, 2);
        test.set("2034-11-22T02:00:00Z");
        test.night().await;
        assert_eq!(bytes(&test, &page.patient).await, 0);
    }

    #[tokio::test]
    async fn what_a_tombstone_names_goes_at_once() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let upload = page.sent(&camera_jpeg(16, 16)).await;
        lose_the_record(&test, &page.patient).await;
        let stone = vec![Change::Put {
            id: document_id(TOMBSTONE, PATIENT),
            body: serde_json::json!({ "kind": "patient" }),
        }];
        test.store.commit(Container::Patients, &page.patient, stone).await.unwrap();
        page.file(&upload).await;
        assert_eq!(bytes(&test, &page.patient).await, 0);
        assert!(test.operator_list().await.is_empty());
    }
}
