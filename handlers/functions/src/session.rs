//! The patient's session: a random token in a cookie, its SHA-256 in `links`, one request and
//! nothing else. A newer one, a withdrawal, a cancellation or an erasure ends it (DESIGN).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use custom_handler::{Failure, Reply, Request};
use domain::capture_request::RequestState;
use domain::capture_session::{OPENER_COOKIE, SESSION_COOKIE};
use domain::link_row::LinkRow;
use domain::ports::documents::{Change, Container};
use domain::purpose::Purpose;
use domain::record::request::CaptureRequest;
use domain::record::{REQUEST, document_id};
use domain::sha256_hex::Sha256Hex;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::app::{App, stored};
use crate::problems;
use crate::record::{Record, Versioned, versioned};

/// A living session. `request` is what the cookie leads to; the document says the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Row id in `links`.
    pub row: String,
    pub patient: String,
    pub request: String,
    pub expires_at: Timestamp,
}

/// An empty JSON object: calls that change something carry a JSON body (DESIGN, "The session").
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Nothing {}

impl Session {
    /// The session of a reading call; 401, 403 or 409 where there is none.
    pub async fn of(app: &App, request: &Request, now: Timestamp) -> Result<Self, Failure> {
        own_page(app, request)?;
        let name = app.settings.cookies.cookie_name(SESSION_COOKIE);
        let token = request.cookie(&name).ok_or_else(problems::session_ended)?;
        let row = token_row(token);
        let found = stored(app.documents.get(Container::Links, &row, &row).await)?
            .ok_or_else(problems::session_ended)?;
        let LinkRow::Session { patient, request: capture, expires_at } = stored(found.read())?
        else {
            return Err(problems::session_ended().into());
        };
        if expires_at <= now {
            return Err(problems::session_ended().into());
        }
        if is_other_page(request, &capture) {
            return Err(problems::other_request().into());
        }
        Ok(Self { row, patient, request: capture, expires_at })
    }

    /// The session of a changing call: the same, with a JSON body.
    pub async fn changing(app: &App, request: &Request, now: Timestamp) -> Result<Self, Failure> {
        request.json::<serde_json::Value>()?;
        Self::of(app, request, now).await
    }

    /// The request's document, where this session is still its living one.
    pub async fn capture(&self, record: &Record<'_>) -> Result<Versioned<CaptureRequest>, Failure> {
        let id = document_id(REQUEST, &self.request);
        let found =
            record.read::<CaptureRequest>(&id).await?.ok_or_else(problems::session_ended)?;
        let ended = matches!(
            found.value.state,
            RequestState::Declined | RequestState::Withdrawn | RequestState::Cancelled
        );
        if ended || found.value.session.as_deref() != Some(self.row.as_str()) {
            return Err(problems::session_ended().into());
        }
        Ok(found)
    }
}

/// A new random cookie value and the id of the row it leads to. The value itself is never stored.
pub fn new_token(app: &App) -> (String, String) {
    let token = URL_SAFE_NO_PAD.encode(app.random.bytes());
    let row = token_row(&token);
    (token, row)
}

/// Lower-case hex SHA-256 of a cookie's value.
pub fn token_row(token: &str) -> String {
    Sha256Hex::of(token).to_string()
}

/// Writes the row that a cookie leads to.
pub async fn write_row(app: &App, id: &str, row: &LinkRow) -> Result<(), Failure> {
    let change = vec![stored(Change::put(id, row))?];
    stored(app.documents.commit(Container::Links, id, change).await).map(drop)
}

/// Deletes rows of `links`; those that are gone already are fine.
pub async fn delete_row(app: &App, id: &str) -> Result<(), Failure> {
    let Some(found) = stored(app.documents.get(Container::Links, id, id).await)? else {
        return Ok(());
    };
    match app.documents.commit(Container::Links, id, vec![Change::delete(&found)]).await {
        Err(error) if !error.is_race() => stored(Err(error)),
        _ => Ok(()),
    }
}

/// Sets the opener or session cookie on a reply.
pub fn with_cookie(
    app: &App,
    reply: Reply,
    cookie: &'static str,
    token: &str,
    lasts: SignedDuration,
) -> Reply {
    reply.header("Set-Cookie", &app.settings.cookies.set_cookie(cookie, token, lasts))
}

/// Takes both cookies away.
pub fn without_cookies(app: &App, reply: Reply) -> Reply {
    [SESSION_COOKIE, OPENER_COOKIE].into_iter().fold(reply, |reply, cookie| {
        reply.header("Set-Cookie", &app.settings.cookies.clear_cookie(cookie))
    })
}

/// 403 where the browser names another origin than ours.
pub fn own_page(app: &App, request: &Request) -> Result<(), Failure> {
    match request.header("origin") {
        Some(origin) if origin != app.settings.public_origin => {
            Err(problems::foreign_page().into())
        }
        _ => Ok(()),
    }
}

/// True where the page says that it shows another request than the cookie's: two children, one
/// phone, two tabs.
pub fn is_other_page(request: &Request, capture: &str) -> bool {
    request.header("aftersight-request").is_some_and(|page| page != capture)
}

/// What an opener cookie leads to, if it still does.
pub async fn opener(
    app: &App,
    request: &Request,
    now: Timestamp,
) -> Result<Option<LinkRow>, Failure> {
    let name = app.settings.cookies.cookie_name(OPENER_COOKIE);
    let Some(token) = request.cookie(&name) else { return Ok(None) };
    let row = token_row(token);
    let Some(found) = stored(app.documents.get(Container::Links, &row, &row).await)? else {
        return Ok(None);
    };
    let row = versioned::<LinkRow>(found)?.value;
    Ok(match &row {
        LinkRow::Opener { expires_at, .. } if now < *expires_at => Some(row),
        _ => None,
    })
}

/// The register purpose of everything that a capture request does (R33).
pub const CAPTURE_PURPOSE: Purpose = Purpose::ManageCondition;
