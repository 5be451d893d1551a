//! `decline-link`: "this is not for me" closes the request and tells the team; the number is not
//! texted again before staff have confirmed it.
//!
//! Trigger: HTTP POST /api/links/decline. Touches: inbox, `incoming`, the patient's record, the
//! session's row. Declining twice is declining once: the row in the inbox has one fixed id.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::capture_request::RequestState;
use domain::inbox_row::InboxKind;
use domain::record::patient::Patient;
use domain::record::request::CaptureRequest;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::links::{Link, find_link};
use crate::open_link::LinkCall;
use crate::record::{DECISIONS, too_busy};
use crate::request_uploads::{take_out_unfiled, uploads_of};
use crate::session::{delete_row, without_cookies};
use crate::visit::Visit;

pub fn function() -> Function<App> {
    Function::http("decline-link", &[Method::POST], "api/links/decline", decline_link)
}

#[derive(Serialize, ToSchema)]
pub struct Declined {
    #[schema(example = "declined")]
    pub state: &'static str,
    pub controller: String,
    pub phone: String,
}

#[utoipa::path(post, path = "/api/links/decline", tag = "patient", request_body = LinkCall,
    responses(
    (status = 200, body = Declined, description = "Closed; nobody is texted again"),
    (status = 404, description = "No such link"),
    (status = 410, description = "It was closed for another `reason` before"),
))]
pub async fn decline_link(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let call: LinkCall = request.json()?;
    let link = find_link(&app, &request, call.code.as_deref(), now).await?;
    for _ in 0..DECISIONS {
        let visit = Visit::by_link(&app, &link, now).await?;
        let before = &visit.capture.value;
        if before.state == RequestState::Declined {
            return Ok(declined(&app, &visit));
        }
        let state = may_decline(&visit, &link)?;
        visit.tell_team(InboxKind::Declined, &before.request, None).await?;
        let uploads = uploads_of(&app, &link.patient, &link.request).await?;
        let mut changes = take_out_unfiled(&app, &uploads).await?.changes;
        changes.push(visit.capture.replace(&CaptureRequest { state, ..before.clone() })?);
        let patient = Patient { mobile_confirmed: false, ..visit.patient.value.clone() };
        changes.push(visit.patient.replace(&patient)?);
        let operation = visit.operation_to_end();
        let about = [("request", link.request.as_str())];
        let told = visit.record.commit(&operation, "link-declined", &about, changes, None).await?;
        if told.settled() {
            if let Some(session) = &before.session {
                delete_row(&app, session).await?;
            }
            return Ok(declined(&app, &visit));
        }
    }
    Err(too_busy())
}

fn declined(app: &App, visit: &Visit<'_>) -> Reply {
    let reply = Reply::ok(&Declined {
        state: "declined",
        controller: visit.controller.name.clone(),
        phone: visit.controller.phone.clone(),
    });
    without_cookies(app, reply)
}

/// Also of an expired link, and of one that wrong answers have stopped; not of a replaced one:
/// whoever had the number before must not close what was sent to the right one.
fn may_decline(visit: &Visit<'_>, link: &Link) -> Result<RequestState, Failure> {
    let capture = &visit.capture.value;
    match capture.state.decline() {
        Ok(state) if link.generation == capture.generation => Ok(state),
        _ => visit.must_open(link).map(|()| RequestState::Declined),
    }
}
