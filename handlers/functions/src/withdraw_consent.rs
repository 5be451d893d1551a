//! `withdraw-consent`: the patient takes their yes back; the request closes (R71).
//!
//! Trigger: HTTP DELETE /api/capture/consent. Touches: inbox, `incoming`, the record, the session's
//! row. What is not yet in the record is erased; what is stays and is the team's to answer for.
//! Sent again after it was done, the session has ended: nothing changes twice.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::inbox_row::InboxKind;
use domain::record::consent::Consent;
use domain::record::request::CaptureRequest;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::capture_problems::{no_consent_to_withdraw, request_closed};
use crate::record::{DECISIONS, too_busy};
use crate::request_uploads::{TakenOut, take_out_unfiled, uploads_of};
use crate::session::{Nothing, Session, delete_row, without_cookies};
use crate::visit::Visit;

pub fn function() -> Function<App> {
    Function::http("withdraw-consent", &[Method::DELETE], "api/capture/consent", withdraw_consent)
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Withdrawn {
    pub given: bool,
    #[schema(example = "withdrawn")]
    pub state: &'static str,
    /// Photos that had arrived and were deleted.
    pub deleted: usize,
    /// Photos that are in the record already.
    pub in_record: usize,
    /// What happens next, in words.
    pub next: String,
    pub controller: String,
    pub phone: String,
}

#[utoipa::path(delete, path = "/api/capture/consent", tag = "patient", request_body = Nothing,
    responses(
    (status = 200, body = Withdrawn, description = "Closed; ends the session"),
    (status = 401, description = "The session has ended"),
    (status = 409, description = "There is no consent to take back"),
))]
pub async fn withdraw_consent(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let session = Session::changing(&app, &request, now).await?;
    withdraw(&app, &session, now).await
}

/// Takes the standing consent back and closes the request.
pub async fn withdraw(app: &App, session: &Session, now: Timestamp) -> Result<Reply, Failure> {
    for _ in 0..DECISIONS {
        let visit = Visit::by_session(app, session, now).await?;
        let standing = visit.standing_consent().await?.ok_or_else(no_consent_to_withdraw)?;
        let before = &visit.capture.value;
        let state = before.state.withdraw().map_err(request_closed)?;
        visit.tell_team(InboxKind::Withdrawn, &before.request, None).await?;
        let uploads = uploads_of(app, &session.patient, &session.request).await?;
        let mut taken_out = take_out_unfiled(app, &uploads).await?;
        let mut changes = std::mem::take(&mut taken_out.changes);
        let taken_back = Consent { withdrawn_at: Some(now), ..standing.value.clone() };
        changes.push(standing.replace(&taken_back)?);
        changes.push(visit.capture.replace(&CaptureRequest { state, ..before.clone() })?);
        let about =
            [("consent", standing.value.consent.as_str()), ("request", before.request.as_str())];
        let operation = visit.operation_to_end();
        let event = "consent-withdrawn";
        if visit.record.commit(&operation, event, &about, changes, None).await?.settled() {
            delete_row(app, &session.row).await?;
            return Ok(without_cookies(app, withdrawn(&visit, &taken_out)));
        }
    }
    Err(too_busy())
}

fn withdrawn(visit: &Visit<'_>, taken_out: &TakenOut) -> Reply {
    let controller = &visit.controller;
    let kept = match taken_out.filed {
        0 => "No photos of this request are kept.".to_owned(),
        _ => "Photos that the team has already stay in your record until the team has decided \
              what to do with them. You can ask them to delete these photos."
            .to_owned(),
    };
    Reply::ok(&Withdrawn {
        given: false,
        state: "withdrawn",
        deleted: taken_out.arrived,
        in_record: taken_out.filed,
        next: format!(
            "You have taken your yes back. The team will be told, and this link no longer works. \
             {kept} To ask about it, phone {} on {}.",
            controller.name, controller.phone
        ),
        controller: controller.name.clone(),
        phone: controller.phone.clone(),
    })
}
