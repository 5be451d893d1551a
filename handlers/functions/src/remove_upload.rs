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
