//! `describe-api`: the API as `OpenAPI` 3.1, from the code itself; open to all.
//!
//! Trigger: HTTP GET /api/openapi.json. Touches: nothing. A golden file pins what it says.

use custom_handler::{Failure, Function, Method, Reply, Request, StatusCode};
use utoipa::OpenApi;

use crate::app::App;

pub fn function() -> Function<App> {
    Function::http("describe-api", &[Method::GET], "api/openapi.json", describe_api)
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Aftersight",
        description = "An open, self-hostable visual patient record. Staff calls carry an OpenID \
                       Connect access token; patient calls the session cookie that verify-identity \
                       sets, and the header Aftersight-Request. Problems are RFC 9457 problem+json.",
    ),
    paths(
        crate::show_me::show_me,
        describe_api,
        crate::show_settings::show_settings,
        crate::show_notice::show_notice,
        crate::show_controller_notice::show_controller_notice,
        crate::add_patient::add_patient,
        crate::find_patients::find_patients,
        crate::show_patient::show_patient,
        crate::correct_patient::correct_patient,
        crate::add_note::add_note,
        crate::request_capture::request_capture,
        crate::resend_link::resend_link,
        crate::cancel_request::cancel_request,
        crate::list_inbox::list_inbox,
        crate::finish_task::finish_task,
        crate::view_item::view_item,
        crate::open_link::open_link,
        crate::decline_link::decline_link,
        crate::renew_link::renew_link,
        crate::verify_identity::verify_identity,
        crate::show_consent::show_consent,
        crate::record_consent::record_consent,
        crate::withdraw_consent::withdraw_consent,
        crate::show_capture::show_capture,
        crate::extend_session::extend_session,
        crate::grant_upload::grant_upload,
        crate::remove_upload::remove_upload,
        crate::finish_upload::finish_upload,
        crate::submit_capture::submit_capture,
        crate::record_delivery::record_delivery,
    )
)]
struct Api;

/// The document, with a line end, as the golden file has it.
pub fn openapi() -> String {
    Api::openapi().to_pretty_json().unwrap_or_default() + "\n"
}

#[utoipa::path(get, path = "/api/openapi.json", tag = "open", responses(
    (status = 200, description = "This document"),
))]
pub async fn describe_api(_: App, _: Request) -> Result<Reply, Failure> {
    Ok(Reply::bytes(StatusCode::OK, "application/json", openapi()))
}
