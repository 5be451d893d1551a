//! `cancel-request`: staff take a request back; its link opens no more, and no photo that is not
//! there yet is taken.
//!
//! Trigger: HTTP POST /api/patients/{patient}/requests/{request}/cancel. Touches: `incoming` (a
//! look), the record, the session's row. Cancelling twice is cancelling once.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::capture_request::RequestState;
use domain::record::request::CaptureRequest;
use domain::register::staff::Role;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::as_staff::StaffDoor;
use crate::own_patient::{id_in_path, own_patient};
use crate::own_request::own_request;
use crate::problems;
use crate::record::{DECISIONS, Record, too_busy};
use crate::request_uploads::{end_addresses, uploads_of};
use crate::session::{CAPTURE_PURPOSE, delete_row};
use crate::sign_in::staff::SignedIn;

const DOOR: StaffDoor = StaffDoor { function: "cancel-request", purpose: CAPTURE_PURPOSE };

pub fn function() -> Function<App> {
    let route = "api/patients/{patient}/requests/{request}/cancel";
    Function::http("cancel-request", &[Method::POST], route, cancel_request)
}

#[derive(Serialize, ToSchema)]
pub struct Cancelled {
    pub state: &'static str,
}

#[utoipa::path(post, path = "/api/patients/{patient}/requests/{request}/cancel", tag = "staff",
    params(("patient" = String, Path), ("request" = String, Path)), responses(
    (status = 200, body = Cancelled),
    (status = 404, description = "No such patient or request"),
    (status = 409, description = "The request is closed already"),
))]
pub async fn cancel_request(app: App, request: Request) -> Result<Reply, Failure> {
    DOOR.open(app, request, cancel).await
}

async fn cancel(app: App, request: Request, signed_in: SignedIn) -> Result<Reply, Failure> {
    let now = app.now();
    signed_in.must_be(Role::CareTeam)?;
    let operation = signed_in.operation(CAPTURE_PURPOSE)?;
    let patient_id = id_in_path(&request, "patient", "patient")?;
    let request_id = id_in_path(&request, "request", "request")?;
    for _ in 0..DECISIONS {
        let record = Record::open(&app, patient_id, now).await?;
        own_patient(&record, &signed_in).await?;
        let capture = own_request(&record, &signed_in, request_id).await?;
        let done = Reply::ok(&Cancelled { state: "cancelled" });
        if capture.value.state == RequestState::Cancelled {
            return Ok(done);
        }
        let state = capture
            .value
            .state
            .cancel()
            .map_err(|refused| problems::not_in_this_state(refused.to_string()))?;
        let after = CaptureRequest { state, session: None, ..capture.value.clone() };
        let uploads = uploads_of(&app, patient_id, request_id).await?;
        let mut changes = end_addresses(&app, &uploads, now).await?;
        changes.push(capture.replace(&after)?);
        let about = [("request", request_id)];
        if record.commit(&operation, "request-cancelled", &about, changes, None).await?.settled() {
            if let Some(session) = &capture.value.session {
                delete_row(&app, session).await?;
            }
            return Ok(done);
        }
    }
    Err(too_busy())
}

#[cfg(test)]
mod tests {
    use domain::ports::blobs::{BlobContainer, ReadBlobs as _};
    use media::testing::camera_jpeg;
    use serde_json::json;

    use crate::patient_page::PatientPage;
    use crate::testing::{ASHA, TestApp};

    #[tokio::test]
    async fn cancelling_twice_is_cancelling_once() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let patient = app.add_patient().await;
        let request = app.request_capture(&patient).await;
        for _ in 0..2 {
            let at = [("patient", patient.as_str()), ("request", request.as_str())];
            let call = TestApp::staff_at(ASHA, &at, &json!({}));
            super::cancel_request(app.app.clone(), call).await.unwrap();
        }
        let events = app.events(&patient).await;
        assert_eq!(events.iter().filter(|name| *name == "request-cancelled").count(), 1);
    }

    #[tokio::test]
    async fn what_comes_by_an_address_of_before_the_cancelling_is_deleted_unread() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let page = PatientPage::agreed(&app, 2).await;
        let there = page.sent(&camera_jpeg(32, 32)).await;
        let late = page.granted(&camera_jpeg(48, 32)).await;
        let at = [("patient", page.patient.as_str()), ("request", page.request.as_str())];
        let call = TestApp::staff_at(ASHA, &at, &json!({}));
        super::cancel_request(app.app.clone(), call).await.unwrap();
        app.let_arrive(&page.blob(&late), camera_jpeg(48, 32)).await;
        for upload in [&there, &late] {
            page.file(upload).await;
        }
        assert_eq!(page.upload_state(&there).await, "filed", "it was there before");
        assert_eq!(page.upload_state(&late).await, "removed");
        let left = app.store.head(BlobContainer::Incoming, &page.blob(&late)).await.unwrap();
        assert_eq!(left, None);
    }
}
