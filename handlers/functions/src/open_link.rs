//! `open-link`: whoever holds the phone sees who asks, and nothing that tells on the patient.
//!
//! Trigger: HTTP POST /api/links/open. Touches: `links` (the opener), with the first opening of a
//! link its request. Opening twice shows the same; the event is told once a generation.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::attempts::AttemptRefused;
use domain::capture_session::{OPENER, OPENER_COOKIE, opener_ends_at, seconds_left};
use domain::link_row::LinkRow;
use domain::person_name::masked_full;
use domain::record::request::CaptureRequest;
use domain::record::{TOLD, document_id};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::{App, stored};
use crate::links::{Link, find_link, opener_token};
use crate::record::{DECISIONS, too_busy};
use crate::request_uploads::asked_for;
use crate::session::{CAPTURE_PURPOSE, token_row, with_cookie, write_row};
use crate::visit::Visit;

pub fn function() -> Function<App> {
    Function::http("open-link", &[Method::POST], "api/links/open", open_link)
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkCall {
    /// What stands after the `#` of the link; without it the cookie of the last opening counts.
    #[serde(default)]
    pub code: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkOpened {
    /// The organisation that asks.
    pub controller: String,
    /// Ring here to ask "is this really you?".
    pub phone: String,
    /// First letters and always three dots: `A••• B•••`.
    pub masked_name: String,
    /// Only where the team's public name tells nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// How many pictures are asked for now.
    pub photos: u32,
    #[schema(value_type = String)]
    pub expires_at: Timestamp,
    /// Until `expiresAt`.
    pub seconds_left: u64,
    /// For the header `Aftersight-Request`.
    pub request: String,
    /// While no answer is looked at after too many wrong ones: until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_seconds_left: Option<u64>,
}

#[utoipa::path(post, path = "/api/links/open", tag = "patient", request_body = LinkCall, responses(
    (status = 200, body = LinkOpened, description = "Sets the opener cookie for 30 minutes"),
    (status = 401, description = "No code, and no opener cookie that still works"),
    (status = 404, description = "No such link"),
    (status = 410, description = "Expired (`renewable`) or closed (`reason`)"),
))]
pub async fn open_link(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let call: LinkCall = request.json()?;
    let link = find_link(&app, &request, call.code.as_deref(), now).await?;
    for _ in 0..DECISIONS {
        let visit = Visit::by_link(&app, &link, now).await?;
        visit.must_open(&link)?;
        if note_opening(&visit, &link, now).await? {
            let reply = Reply::ok(&opened(&visit, now));
            if call.code.is_none() {
                // What the cookie shows does not make it live longer.
                return Ok(reply);
            }
            let key_version = visit.capture.value.key_version;
            return keep_place(&app, reply, &link, key_version, now).await;
        }
    }
    Err(too_busy())
}

fn opened(visit: &Visit<'_>, now: Timestamp) -> LinkOpened {
    let capture = &visit.capture.value;
    let details = &visit.patient.value.details;
    let team = visit.controller.team(&capture.team).filter(|team| team.public_name_tells_nothing);
    let paused = match capture.attempts.take(now) {
        Err(AttemptRefused::Paused { until }) => Some(seconds_left(until, now)),
        _ => None,
    };
    LinkOpened {
        controller: visit.controller.name.clone(),
        phone: visit.controller.phone.clone(),
        masked_name: masked_full(&details.given_name, &details.family_name),
        team: team.map(|team| team.name.clone()),
        photos: asked_for(capture),
        expires_at: capture.expires_at,
        seconds_left: seconds_left(capture.expires_at, now),
        request: capture.request.clone(),
        paused_seconds_left: paused,
    }
}

/// The first opening of each link is an event; false where the record changed meanwhile.
async fn note_opening(visit: &Visit<'_>, link: &Link, now: Timestamp) -> Result<bool, Failure> {
    let operation = visit.operation(CAPTURE_PURPOSE)?;
    let fact = format!("opened-{}-{}", link.request, link.generation);
    if visit.record.read::<Value>(&document_id(TOLD, &fact)).await?.is_some() {
        return Ok(true);
    }
    let before = &visit.capture.value;
    let opened_at = before.opened_at.or(Some(now));
    let changes = vec![visit.capture.replace(&CaptureRequest { opened_at, ..before.clone() })?];
    let about = [("request", link.request.as_str())];
    let told = visit.record.commit(&operation, "link-opened", &about, changes, Some(&fact)).await?;
    Ok(told.settled())
}

/// A refresh must not lose the patient: the page has taken the code out of the address bar. The
/// cookie is the same for every opening of one link, so that its row is one and erasure finds it.
async fn keep_place(
    app: &App,
    reply: Reply,
    link: &Link,
    key_version: u32,
    now: Timestamp,
) -> Result<Reply, Failure> {
    let Some(key) = stored(app.keys.link_key(key_version).await)? else { return Ok(reply) };
    let token = opener_token(&key, &link.request, link.generation);
    let opener = LinkRow::Opener {
        patient: link.patient.clone(),
        request: link.request.clone(),
        generation: link.generation,
        expires_at: opener_ends_at(now),
    };
    write_row(app, &token_row(&token), &opener).await?;
    Ok(with_cookie(app, reply, OPENER_COOKIE, &token, OPENER))
}
