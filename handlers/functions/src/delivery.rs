//! Writing down what a provider reports of a text: once, in any order, and a failure becomes a task.

use custom_handler::Failure;
use domain::inbox_row::{InboxKind, InboxRow};
use domain::link_row::LinkRow;
use domain::ports::documents::Container;
use domain::record::request::{CaptureRequest, TextStatus};
use domain::record::{REQUEST, document_id};
use jiff::Timestamp;
use tracing::warn;

use crate::app::{App, stored};
use crate::inbox::tell_team;
use crate::operation::Operation;
use crate::record::{DECISIONS, Record, too_busy};
use crate::session::{CAPTURE_PURPOSE, write_row};
use crate::sign_in::staff::controller;

/// The row of `links` that a text's reference leads to.
pub fn text_row(reference: &str) -> String {
    format!("text-{reference}")
}

/// Writes the pointer from the reference to the request, before anybody can report on it.
pub async fn point_back(
    app: &App,
    reference: &str,
    patient: &str,
    request: &str,
) -> Result<(), Failure> {
    let row = LinkRow::Text { patient: patient.to_owned(), request: request.to_owned() };
    write_row(app, &text_row(reference), &row).await
}

/// Writes down what was reported. A reference that leads nowhere was erased, or is not ours; one of
/// a text that `of` did not send is none of theirs to report on. `None` is our own provider.
pub async fn report(
    app: &App,
    of: Option<&str>,
    reference: &str,
    status: TextStatus,
    function: &'static str,
    now: Timestamp,
) -> Result<(), Failure> {
    let id = text_row(reference);
    let Some(row) = stored(app.documents.get(Container::Links, &id, &id).await)? else {
        return Ok(());
    };
    let LinkRow::Text { patient, request } = stored(row.read())? else { return Ok(()) };
    for _ in 0..DECISIONS {
        let record = Record::open(app, &patient, now).await?;
        let document = document_id(REQUEST, &request);
        let Some(capture) = record.read::<CaptureRequest>(&document).await? else { return Ok(()) };
        if of.is_some_and(|controller| controller != capture.value.controller) {
            warn!(request.id = %request, "a controller reports on a text of another one");
            return Ok(());
        }
        let mut after = capture.value.clone();
        let text = after.texts.iter_mut().find(|text| text.reference == reference);
        let Some(text) = text else { return Ok(()) };
        let known = text.status.after(status);
        if known == text.status {
            return Ok(());
        }
        text.status = known;
        text.at = now;
        if known.has_failed() {
            tell_of_failure(app, &capture.value, &patient, reference, NOT_REACHED).await?;
        }
        let controller = controller(app, &capture.value.controller).await?;
        let operation = Operation::by_function(&controller, CAPTURE_PURPOSE, function);
        let what = if known.has_failed() { "text-failed" } else { "text-delivered" };
        let about = [("request", request.as_str()), ("reference", reference)];
        let changes = vec![capture.replace(&after)?];
        if record.commit(&operation, what, &about, changes, None).await?.settled() {
            return Ok(());
        }
    }
    Err(too_busy())
}

/// Its number takes no text.
pub const NOT_REACHED: &str = "The text could not be sent to this number.";
/// Its provider was away until its link died.
pub const NEVER_WENT: &str =
    "The text was never sent: its provider could not take it while the link worked.";

/// A text that does not reach its number is a task, never silence. Its row is the same however
/// often and by whomever it is told.
pub async fn tell_of_failure(
    app: &App,
    capture: &CaptureRequest,
    patient: &str,
    reference: &str,
    why: &str,
) -> Result<(), Failure> {
    let row = InboxRow {
        kind: InboxKind::TextFailed,
        at: capture.last_sent_at,
        controller: capture.controller.clone(),
        patient: Some(patient.to_owned()),
        request: Some(capture.request.clone()),
        item: None,
        detail: Some(why.to_owned()),
    };
    tell_team(app, &capture.team, reference, &row).await.map(drop)
}
