//! `report-poison-sms`, `report-poison-uploads`, `report-poison-erasures`: a message that failed
//! five times becomes a task that a person sees, never silence.
//!
//! Trigger: the queues' `-poison` twins. Touches: the inbox of the team concerned, one task a message
//! and team; where nobody can tell whose it is, the operator's own list. No hospital's inbox gets what
//! is not theirs. A document that cannot be read is nobody's: the word must not get stuck as well.

mod whose;

use custom_handler::{Failure, Function, QueueMessage};
use domain::inbox_row::{InboxKind, InboxRow};
use domain::ledger_bucket::Bucket;
use domain::operator_row::OperatorKind;
use domain::ports::queues::Queue;
use domain::sha256_hex::Sha256Hex;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;
use tracing::error;

use self::whose::{About, StuckRows, Team, team_of, text_reported, upload, whose_rows};
use crate::app::App;
use crate::arrived_blob::ArrivedBlob;
use crate::delivery_event::DeliveryEvent;
use crate::expire_records::Erasures;
use crate::inbox::{take_away, tell_team};
use crate::operator_list::tell_operator;
use crate::text_on_its_way::TextMessage;

const TEXT: &str = "A text could not be sent.";
const REPORT: &str = "What became of a text could not be written down.";
const PHOTO: &str = "A photo that arrived could not be filed.";
const ERASURE: &str = "What is due could not be erased. It is tried again every night.";

pub fn sms() -> Function<App> {
    Function::queue("report-poison-sms", Queue::Sms.poison(), report_sms)
}

pub fn uploads() -> Function<App> {
    Function::queue("report-poison-uploads", Queue::Uploads.poison(), report_uploads)
}

pub fn erasures() -> Function<App> {
    Function::queue("report-poison-erasures", Queue::Erasures.poison(), report_erasures)
}

pub async fn report_sms(app: App, message: QueueMessage) -> Result<(), Failure> {
    if let Ok(text) = message.json::<TextMessage>() {
        let about = About::request(text.patient, Some(text.request));
        return report(&app, &message, TEXT, Some(about)).await.map(drop);
    }
    let event = message.json::<DeliveryEvent>().ok().and_then(|event| event.reported());
    let about = match event {
        Some((reference, _)) => text_reported(&app, &reference).await?,
        None => None,
    };
    report(&app, &message, REPORT, about).await.map(drop)
}

pub async fn report_uploads(app: App, message: QueueMessage) -> Result<(), Failure> {
    let blob = message.json::<Value>().ok().as_ref().and_then(ArrivedBlob::read);
    let Some(blob) = blob else { return report(&app, &message, PHOTO, None).await.map(drop) };
    let granted = upload(&app, &blob).await?;
    let about = About {
        item: Some(blob.upload.clone()),
        since: granted.as_ref().map(|upload| upload.granted_at),
        ..About::request(blob.patient.clone(), granted.map(|upload| upload.request))
    };
    let told = report(&app, &message, PHOTO, Some(about)).await?;
    // Another message may have filed it; `file-upload` asks the same from the other side. Row first,
    // then the question, there the fact first: one of the two sees the other's.
    if let Some((Team { controller, team }, row)) = told
        && upload(&app, &blob).await?.is_some_and(|upload| upload.state.is_settled())
    {
        take_away(&app, &controller, &team, &row).await?;
    }
    Ok(())
}

pub async fn report_erasures(app: App, message: QueueMessage) -> Result<(), Failure> {
    match message.json::<Erasures>() {
        Ok(Erasures::Rows { bucket, rows }) => report_rows(&app, &message, &bucket, &rows).await,
        Ok(Erasures::Sweep { .. }) => {
            let words = "What came in after somebody was erased could not be swept away.";
            error!(message.id = %message.id, "a message failed five times: {words}");
            tell_of(&app, &message, OperatorKind::StuckErasure, words).await
        }
        Err(_) => report(&app, &message, ERASURE, None).await.map(drop),
    }
}

/// One task a team for all its rows of the message. Its id follows from the day and the rows, so
/// that a row which is stuck for a month of nights is one task.
async fn report_rows(
    app: &App,
    message: &QueueMessage,
    bucket: &str,
    rows: &[String],
) -> Result<(), Failure> {
    error!(message.id = %message.id, "a message failed five times: {ERASURE}");
    let StuckRows { of_teams, of_nobody } = whose_rows(app, bucket, rows).await?;
    for (team, stuck) in of_teams {
        let ids: Vec<&str> = stuck.iter().map(|row| row.id.as_str()).collect();
        let about: String = Sha256Hex::of(ids.join(" ")).as_str().chars().take(26).collect();
        let only = if let [only] = stuck.as_slice() { Some(only) } else { None };
        let row = InboxRow {
            kind: InboxKind::Poisoned,
            at: day_of(bucket).unwrap_or_else(|| inserted_at(app, message)),
            controller: team.controller,
            patient: only.map(|row| row.patient.clone()),
            request: None,
            item: only.and_then(|row| row.item.clone()),
            detail: Some(match only {
                Some(_) => ERASURE.to_owned(),
                None => format!("{ERASURE} It concerns {} records.", stuck.len()),
            }),
        };
        tell_team(app, &team.team, &about, &row).await?;
    }
    if of_nobody > 0 {
        let words = format!("{of_nobody} rows of the ledger that are due belong to no team.");
        return tell_of(app, message, OperatorKind::StuckErasure, &words).await;
    }
    Ok(())
}

/// Tells the team that the message is about; where it stands in its inbox now.
async fn report(
    app: &App,
    message: &QueueMessage,
    words: &str,
    about: Option<About>,
) -> Result<Option<(Team, String)>, Failure> {
    error!(message.id = %message.id, "a message failed five times: {words}");
    let team = match &about {
        Some(about) => team_of(app, about).await?,
        None => None,
    };
    let (Some(about), Some(team)) = (about, team) else {
        let words = format!("{words} Nobody can tell whose it is.");
        tell_of(app, message, OperatorKind::UnreadableMessage, &words).await?;
        return Ok(None);
    };
    let subject = about.item.as_deref().unwrap_or(about.patient.as_str());
    let row = InboxRow {
        kind: InboxKind::Poisoned,
        at: about.since.unwrap_or_else(|| inserted_at(app, message)),
        controller: team.controller.clone(),
        patient: Some(about.patient.clone()),
        request: about.request.clone(),
        item: about.item.clone(),
        detail: Some(words.to_owned()),
    };
    let row = tell_team(app, &team.team, &safe_id(subject), &row).await?;
    Ok(Some((team, row)))
}

/// Tells the operator about this message.
async fn tell_of(
    app: &App,
    message: &QueueMessage,
    kind: OperatorKind,
    words: &str,
) -> Result<(), Failure> {
    let id = safe_id(&message.id);
    tell_operator(app, kind, &id, &format!("{words} Message {id}.")).await
}

/// The day on which the bucket's rows are due.
fn day_of(bucket: &str) -> Option<Timestamp> {
    let day = Bucket::parse(bucket).ok()?.day;
    day.to_zoned(TimeZone::UTC).ok().map(|midnight| midnight.timestamp())
}

/// When the host put the message, so that telling twice makes one row.
fn inserted_at(app: &App, message: &QueueMessage) -> Timestamp {
    let inserted = message.inserted_at.as_deref().and_then(|at| at.parse().ok());
    inserted.unwrap_or_else(|| app.now())
}

/// What came from outside may hold anything; an id holds letters, digits and hyphens.
fn safe_id(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect()
}

#[cfg(test)]
mod tests;
