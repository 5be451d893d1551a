//! `remove-upload`: the patient takes a photo out before the team has it.
//!
//! Trigger: HTTP DELETE /api/capture/uploads/{upload}. Touches: `incoming`, the record. Taking out
//! twice is taking out once; bytes that arrive later are deleted when their event is read.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::ports::blobs::BlobContainer;
use domain::record::upload::Upload;
use domain::upload_state::UploadState;

use crate::app::{App, stored};
use crate::capture_problems::with_the_team;
use crate::grant_upload::UploadStands;
use crate::own_upload::own_upload;
use crate::record::{DECISIONS, too_busy};
use crate::request_uploads::was_sent;
use crate::session::{Nothing, Session};
use crate::visit::Visit;

pub fn function() -> Function<App> {
    let route = "api/capture/uploads/{upload}";
    Function::http("remove-upload", &[Method::DELETE], route, remove_upload)
}

#[utoipa::path(delete, path = "/api/capture/uploads/{upload}", tag = "patient",
    params(("upload" = String, Path)), request_body = Nothing, responses(
    (status = 200, body = UploadStands),
    (status = 401, description = "The session has ended"),
    (status = 404, description = "No such photo"),
    (status = 409, description = "The team has it already"),
))]
pub async fn remove_upload(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let session = Session::changing(&app, &request, now).await?;
    for _ in 0..DECISIONS {
        let visit = Visit::by_session(&app, &session, now).await?;
        let found = own_upload(&visit, &request).await?;
        let upload = &found.value;
        let stands = |state| Ok(Reply::ok(&UploadStands { upload: upload.upload.clone(), state }));
        match upload.state {
            // Nothing of it is kept in either state.
            UploadState::Removed | UploadState::Refused => return stands(upload.state),
            UploadState::Filed => return Err(with_the_team(&visit.controller).into()),
            UploadState::Arrived if was_sent(&visit.capture.value, upload) => {
                return Err(with_the_team(&visit.controller).into());
            }
            UploadState::Granted | UploadState::Arrived => {}
        }
        stored(app.blobs.erase(BlobContainer::Incoming, &upload.blob).await)?;
        let removed = Upload { state: UploadState::Removed, ..upload.clone() };
        let changes = vec![found.replace(&removed)?];
        let about = [("upload", upload.upload.as_str()), ("request", session.request.as_str())];
        let operation = visit.operation_to_end();
        let event = "upload-removed";
        if visit.record.commit(&operation, event, &about, changes, None).await?.settled() {
            return stands(UploadState::Removed);
        }
    }
    Err(too_busy())
}

#[cfg(test)]
mod tests {
    use domain::ports::blobs::ReadBlobs as _;

    use super::*;
    use crate::patient_page::PatientPage;
    use crate::testing::{TestApp, body, status};

    #[tokio::test]
    async fn taking_out_erases_the_bytes_and_frees_the_place() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let upload = page.sent(b"one").await;
        for _ in 0..2 {
            let reply = page.remove(&upload).await.unwrap();
            assert_eq!(body(&reply)["state"], "removed");
        }
        let blob = page.blob(&upload);
        assert_eq!(test.store.head(BlobContainer::Incoming, &blob).await.unwrap(), None);
        assert_eq!(page.count_events("upload-removed").await, 1);
        page.granted(b"two").await;
    }

    #[tokio::test]
    async fn what_arrives_after_it_was_taken_out_is_deleted() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let upload = page.granted(b"one").await;
        page.remove(&upload).await.unwrap();
        let blob = page.blob(&upload);
        test.let_arrive(&blob, b"one".to_vec()).await;
        page.file(&upload).await;
        assert_eq!(test.store.head(BlobContainer::Incoming, &blob).await.unwrap(), None);
        assert_eq!(page.upload_state(&upload).await, "removed");
    }

    #[tokio::test]
    async fn what_the_team_has_stays() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 2).await;
        let filed = page.sent(&media::testing::camera_jpeg(64, 48)).await;
        page.file(&filed).await;
        assert_eq!(status(&page.remove(&filed).await.unwrap_err()), 409);
        let sent = page.sent(b"two").await;
        page.submit().await.unwrap();
        assert_eq!(status(&page.remove(&sent).await.unwrap_err()), 409);
        assert_eq!(page.upload_state(&sent).await, "arrived");
    }

    #[tokio::test]
    async fn no_such_photo_is_a_404() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        for upload in ["unknown", "", "a b"] {
            assert_eq!(status(&page.remove(upload).await.unwrap_err()), 404, "{upload:?}");
        }
    }
}
