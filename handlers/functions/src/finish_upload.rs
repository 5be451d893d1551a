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
