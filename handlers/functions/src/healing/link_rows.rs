//! Rows of `links`: a link, an opener and a text lead to a request; a session to the request that
//! names it.

use custom_handler::Failure;
use domain::link_row::LinkRow;
use domain::look_again::{Found, session};
use domain::ports::documents::{Container, Stored};
use domain::record::patient::Patient;
use domain::record::request::CaptureRequest;
use domain::record::{REQUEST, document_id};
use jiff::Timestamp;

use crate::app::{App, stored};

pub async fn look(
    app: &App,
    kept: Option<&Patient>,
    row: &Stored,
    now: Timestamp,
) -> Result<Found, Failure> {
    let link: LinkRow = stored(row.read())?;
    let (LinkRow::Link { request, .. }
    | LinkRow::Opener { request, .. }
    | LinkRow::Session { request, .. }
    | LinkRow::Text { request, .. }) = &link;
    let capture = match kept {
        Some(patient) => {
            let id = document_id(REQUEST, request);
            let found = app.documents.get(Container::Patients, &patient.patient, &id).await;
            let found = stored(found)?.map(|found| found.read::<CaptureRequest>());
            stored(found.transpose())?
        }
        None => None,
    };
    Ok(match &link {
        LinkRow::Session { expires_at, .. } => session(&row.id, *expires_at, capture.as_ref(), now),
        _ if capture.is_some() => Found::Right,
        _ => Found::LeadsNowhere,
    })
}
