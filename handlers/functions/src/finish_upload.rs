//! `finish-upload`: the patient's own word that a photo was sent; the store is asked, not believed.
//!
//! Trigger: HTTP POST /api/capture/uploads/{upload}/finish. Touches: `incoming` (a look), queue
//! `uploads`, the record. It puts the message that Event Grid would, so that a lost event loses no
//! photo; a repeat is harmless, since filing twice files once.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::ports::blobs::BlobContainer;
use domain::record::upload::Upload;
use domain::upload_state::{FinishAnswer, UploadState};

use crate::app::{App, stored};
use crate::arrived_blob::say_arrived;
use crate::capture_problems::{no_place_left, not_arrived, removed};
use crate::grant_upload::UploadStands;
use crate::own_upload::own_upload;
use crate::record::{DECISIONS, too_busy};
use crate::request_uploads::{asked_for, places_left, takes_a_place, uploads_of};
use crate::session::{CAPTURE_PURPOSE, Nothing, Session};
use crate::visit::Visit;

pub fn function() -> Function<App> {
    let route = "api/capture/uploads/{upload}/finish";
    Function::http("finish-upload", &[Method::POST], route, finish_upload)
}

#[utoipa::path(post, path = "/api/capture/uploads/{upload}/finish", tag = "patient",
    params(("upload" = String, Path)), request_body = Nothing, responses(
    (status = 200, body = UploadStands),
    (status = 401, description = "The session has ended"),
    (status = 404, description = "No such photo"),
    (status = 409, description = "It has not arrived, was taken out, or came too late for a place"),
))]
pub async fn finish_upload(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let session = Session::changing(&app, &request, now).await?;
    for _ in 0..DECISIONS {
        let visit = Visit::by_session(&app, &session, now).await?;
        let operation = visit.operation(CAPTURE_PURPOSE)?;
        let found = own_upload(&visit, &request).await?;
        let upload = &found.value;
        let stands = |state| Ok(Reply::ok(&UploadStands { upload: upload.upload.clone(), state }));
        let blob = stored(app.blobs.head(BlobContainer::Incoming, &upload.blob).await)?;
        match upload.state.finish(blob.is_some()) {
            FinishAnswer::NotThere => return Err(not_arrived().into()),
            FinishAnswer::Removed => return Err(removed().into()),
            FinishAnswer::Already(state) => return stands(state),
            FinishAnswer::Arrived => {}
        }
        if !takes_a_place(upload, now) {
            // The grant ran out and gave its place back; another photo may have taken it.
            let uploads = uploads_of(&app, &session.patient, &session.request).await?;
            if places_left(&visit.capture.value, &uploads, now) == 0 {
                return Err(no_place_left(asked_for(&visit.capture.value)).into());
            }
        }
        // Before the fact (invariant 2). Filing does not wait for the fact, so nothing is hidden.
        say_arrived(&app, &upload.blob, "finish-upload").await?;
        if upload.state == UploadState::Arrived {
            return stands(UploadState::Arrived);
        }
        let arrived =
            Upload { state: UploadState::Arrived, arrived_at: Some(now), ..upload.clone() };
        let changes = vec![found.replace(&arrived)?];
        let about = [("upload", upload.upload.as_str()), ("request", session.request.as_str())];
        let event = "upload-arrived";
        if visit.record.commit(&operation, event, &about, changes, None).await?.settled() {
            return stands(UploadState::Arrived);
        }
    }
    Err(too_busy())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use crate::patient_page::PatientPage;
    use crate::testing::{TestApp, body, status};

    #[tokio::test]
    async fn the_store_is_asked_and_the_patient_is_not_believed() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let upload = page.granted(b"one").await;
        assert_eq!(status(&page.finish(&upload).await.unwrap_err()), 409);
        assert_eq!(page.upload_state(&upload).await, "granted");

        test.let_arrive(&page.blob(&upload), b"one".to_vec()).await;
        for _ in 0..2 {
            assert_eq!(body(&page.finish(&upload).await.unwrap())["state"], "arrived");
        }
        assert_eq!(page.count_events("upload-arrived").await, 1);
    }

    #[tokio::test]
    async fn what_is_decided_stays_decided() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 3).await;
        let filed = page.sent(&media::testing::camera_jpeg(64, 48)).await;
        page.file(&filed).await;
        assert_eq!(body(&page.finish(&filed).await.unwrap())["state"], "filed");
        let refused = page.sent(b"not a picture").await;
        page.file(&refused).await;
        assert_eq!(body(&page.finish(&refused).await.unwrap())["state"], "refused");
        let removed = page.sent(b"three").await;
        page.remove(&removed).await.unwrap();
        assert_eq!(status(&page.finish(&removed).await.unwrap_err()), 409);
    }

    #[tokio::test]
    async fn a_late_photo_does_not_push_another_out_of_its_place() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let late = page.granted(b"late").await;
        test.pass(SignedDuration::from_mins(15));
        let other = page.granted(b"other").await;
        test.let_arrive(&page.blob(&late), b"late".to_vec()).await;
        assert_eq!(status(&page.finish(&late).await.unwrap_err()), 409);
        page.remove(&other).await.unwrap();
        assert_eq!(body(&page.finish(&late).await.unwrap())["state"], "arrived");
    }
}
