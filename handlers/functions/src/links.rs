//! Links: making one, and finding what a code or an opener cookie leads to.

use std::fmt;

use custom_handler::{Failure, Request};
use domain::link_code::LinkCode;
use domain::link_row::LinkRow;
use domain::ports::documents::Container;
use domain::ports::keys::SecretKey;
use domain::record::request::CaptureRequest;
use domain::record::{REQUEST, document_id};
use jiff::Timestamp;

use crate::app::{App, stored};
use crate::count_guesses::count_guess;
use crate::problems;
use crate::record::{Record, Versioned};
use crate::session::{delete_row, is_other_page, opener, own_page, token_row, write_row};

/// What a code or an opener cookie leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub patient: String,
    pub request: String,
    /// The request's generation that it belongs to; a later one means that this link is dead.
    pub generation: u32,
}

/// Writes the row of a new code for this request and generation, before the request says so
/// (invariant 2). Answers the version of the key that made it. The code itself is not kept: it is
/// derived again where it is needed.
pub async fn write_link(
    app: &App,
    controller: &str,
    patient: &str,
    request: &str,
    generation: u32,
    expires_at: Timestamp,
) -> Result<u32, Failure> {
    let (key_version, key) = stored(app.keys.current_link_key().await)?;
    let code = LinkCode::derive(&key.0, request, generation);
    let row = LinkRow::Link {
        controller: controller.to_owned(),
        patient: patient.to_owned(),
        request: request.to_owned(),
        generation,
        key_version,
        expires_at,
    };
    write_row(app, &code.row_id(), &row).await?;
    Ok(key_version)
}

/// The code of a link that was made, derived again; `None` where its key is gone.
pub async fn code_of(
    app: &App,
    request: &str,
    generation: u32,
    key_version: u32,
) -> Result<Option<LinkCode>, Failure> {
    let key = stored(app.keys.link_key(key_version).await)?;
    Ok(key.map(|key| LinkCode::derive(&key.0, request, generation)))
}

/// The link as the text carries it.
pub fn link_in_text(app: &App, code: &impl fmt::Display) -> String {
    format!("{}/r#{code}", app.settings.public_origin)
}

/// What the code leads to, or without one the opener cookie; 404 where neither leads anywhere.
///
/// A call that lives from the cookie must come from our own page (403), and from the page of the
/// request that the cookie leads to (409): two children, one phone, two tabs.
pub async fn find_link(
    app: &App,
    request: &Request,
    code: Option<&str>,
    now: Timestamp,
) -> Result<Link, Failure> {
    own_page(app, request)?;
    let row = match code {
        Some(code) => {
            let code = LinkCode::parse(code).map_err(|_| problems::unknown_link())?;
            let id = code.row_id();
            let Some(found) = stored(app.documents.get(Container::Links, &id, &id).await)? else {
                count_guess(app, now).await;
                return Err(problems::unknown_link().into());
            };
            stored(found.read())?
        }
        None => opener(app, request, now).await?.ok_or_else(problems::session_ended)?,
    };
    match row {
        LinkRow::Opener { request: capture, .. } if is_other_page(request, &capture) => {
            Err(problems::other_request().into())
        }
        LinkRow::Link { patient, request, generation, .. }
        | LinkRow::Opener { patient, request, generation, .. } => {
            Ok(Link { patient, request, generation })
        }
        LinkRow::Session { .. } | LinkRow::Text { .. } => Err(problems::unknown_link().into()),
    }
}

impl Link {
    /// The request it leads to; 404 where the fact never came (a pointer to nothing).
    pub async fn capture(&self, record: &Record<'_>) -> Result<Versioned<CaptureRequest>, Failure> {
        let id = document_id(REQUEST, &self.request);
        record.read(&id).await?.ok_or_else(|| problems::unknown_link().into())
    }
}

/// Deletes every row that a code, opener or session of this request could lead to: the ids are
/// derived again, since no list of them is kept. One generation more than the request knows of: a
/// link is written before its request says so.
pub async fn delete_links(app: &App, capture: &CaptureRequest) -> Result<(), Failure> {
    for row in link_rows(app, capture).await? {
        delete_row(app, &row).await?;
    }
    Ok(())
}

/// Ids of all those rows.
pub async fn link_rows(app: &App, capture: &CaptureRequest) -> Result<Vec<String>, Failure> {
    let (newest, _) = stored(app.keys.current_link_key().await)?;
    let mut rows: Vec<String> = capture.session.iter().cloned().collect();
    for version in 1..=newest.max(capture.key_version) {
        let Some(key) = stored(app.keys.link_key(version).await)? else { continue };
        for generation in 1..=capture.generation + 1 {
            rows.extend(rows_of(&key, &capture.request, generation));
        }
    }
    Ok(rows)
}

/// The link of one generation and its opener.
fn rows_of(key: &SecretKey, request: &str, generation: u32) -> [String; 2] {
    let code = LinkCode::derive(&key.0, request, generation);
    [code.row_id(), token_row(&opener_token(key, request, generation))]
}

/// Deletes the link of a request that never came.
pub async fn delete_link_to_nothing(
    app: &App,
    request: &str,
    generation: u32,
) -> Result<(), Failure> {
    let (newest, _) = stored(app.keys.current_link_key().await)?;
    for version in 1..=newest {
        delete_link(app, version, request, generation).await?;
    }
    Ok(())
}

async fn delete_link(
    app: &App,
    key_version: u32,
    request: &str,
    generation: u32,
) -> Result<(), Failure> {
    let Some(key) = stored(app.keys.link_key(key_version).await)? else { return Ok(()) };
    for row in rows_of(&key, request, generation) {
        delete_row(app, &row).await?;
    }
    Ok(())
}

/// The value of the opener cookie of one link: derived like its code, so that opening twice gives
/// the same cookie and erasure finds its row.
pub fn opener_token(key: &SecretKey, request: &str, generation: u32) -> String {
    let of_opener = format!("opener {request}");
    LinkCode::derive(&key.0, &of_opener, generation).row_id()
}
