//! `renew-link`: the patient has a new link sent in place of one that expired or was lost.
//!
//! Trigger: HTTP POST /api/links/renew. Touches: `links`, queue `sms`, the request. The text goes
//! to the number on the record, whoever asks; wrong answers are not forgiven. A repeat within a
//! minute is answered with what the first one did.

use std::time::Duration;

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::link_life::{LinkLife, RequestFacts, expires_at, may_renew, resend_is_same};
use domain::record::request::{CaptureRequest, Text, TextStatus};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::capture_problems::no_new_link;
use crate::links::{find_link, write_link};
use crate::open_link::LinkCall;
use crate::record::{DECISIONS, too_busy};
use crate::session::CAPTURE_PURPOSE;
use crate::text_on_its_way::put_text;
use crate::visit::Visit;

pub fn function() -> Function<App> {
    Function::http("renew-link", &[Method::POST], "api/links/renew", renew_link)
}

#[derive(Serialize, ToSchema)]
pub struct Renewed {
    /// To which number is told to nobody before identity.
    pub sent: bool,
}

#[utoipa::path(post, path = "/api/links/renew", tag = "patient", request_body = LinkCall,
    responses(
    (status = 200, body = Renewed, description = "On its way; the old code no longer opens"),
    (status = 404, description = "No such link"),
    (status = 409, description = "It still works, or no new one may be sent (now)"),
    (status = 410, description = "The request is closed"),
))]
pub async fn renew_link(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let call: LinkCall = request.json()?;
    let link = find_link(&app, &request, call.code.as_deref(), now).await?;
    let reference = app.id(now);
    for _ in 0..DECISIONS {
        let visit = Visit::by_link(&app, &link, now).await?;
        let before = &visit.capture.value;
        let operation = visit.operation(CAPTURE_PURPOSE)?;
        let just_renewed = |at| resend_is_same(at, now) && link.generation < before.generation;
        if before.renewed_at.last().is_some_and(|at| just_renewed(*at)) {
            return Ok(Reply::ok(&Renewed { sent: true }));
        }
        let facts = RequestFacts::of(before, visit.patient.value.mobile_confirmed);
        may_renew(&facts, link.generation, now)
            .map_err(|refused| no_new_link(&visit.controller, refused, now))?;
        let life = LinkLife::parse(before.life_days).map_err(Failure::broken)?;
        let ends = expires_at(now, life);
        let generation = before.generation.saturating_add(1);
        let key_version =
            write_link(&app, &before.controller, &link.patient, &link.request, generation, ends)
                .await?;
        let hidden_for = Duration::from_secs(2);
        put_text(&app, &link.patient, &link.request, generation, now, hidden_for).await?;
        let mut after = CaptureRequest {
            generation,
            key_version,
            expires_at: ends,
            last_sent_at: now,
            ..before.clone()
        };
        after.renewed_at.push(now);
        after.texts.push(Text {
            reference: reference.clone(),
            generation,
            status: TextStatus::Created,
            at: now,
        });
        let changes = vec![visit.capture.replace(&after)?];
        let about = [("request", link.request.as_str())];
        let told = visit.record.commit(&operation, "link-renewed", &about, changes, None).await?;
        if told.settled() {
            return Ok(Reply::ok(&Renewed { sent: true }));
        }
    }
    Err(too_busy())
}
