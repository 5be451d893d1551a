//! Telling the team that a link is paused or dead: once for each fifth and each tenth wrong answer.

use custom_handler::Failure;
use domain::attempts::{Alarm, Attempts};
use domain::inbox_row::InboxKind;
use domain::purpose::Purpose;
use domain::record::{TOLD, document_id};
use jiff::Timestamp;
use serde_json::Value;

use crate::app::App;
use crate::links::Link;
use crate::record::{DECISIONS, Versioned, too_busy};
use crate::visit::Visit;

/// Tells the team where the count stands at an alarm that was not told. Called by whoever gave the
/// wrong answer, and by those who meet the pause: the first may have died before it could.
pub async fn tell(app: &App, link: &Link, now: Timestamp) -> Result<(), Failure> {
    let mut put: Option<String> = None;
    for _ in 0..DECISIONS {
        let visit = Visit::by_link(app, link, now).await?;
        let attempts = visit.capture.value.attempts;
        let Some(alarm) = attempts.alarm() else {
            // It was the right answer after all: what stands in the inbox must not.
            return match &put {
                Some(row) => visit.untell_team(row).await,
                None => Ok(()),
            };
        };
        if alarmed(&visit, link, attempts).await?.is_some_and(|alarmed| alarmed.told.is_some()) {
            return Ok(());
        }
        let operation = visit.operation(Purpose::Identify)?;
        let (detail, event) = match alarm {
            Alarm::Paused => ("paused", "link-paused"),
            Alarm::Dead => ("dead", "link-stopped"),
        };
        let about = about(link, attempts);
        put = Some(visit.tell_team(InboxKind::Paused, &about, Some(detail)).await?);
        let request = [("request", link.request.as_str())];
        let fact = fact(link, attempts);
        if visit.record.commit(&operation, event, &request, vec![], Some(&fact)).await?.settled() {
            return Ok(());
        }
    }
    Err(too_busy())
}

/// What an alarm leaves behind. A right answer that had counted as the fifth or tenth takes it back,
/// so that a wrong one in its place is told.
pub struct Alarmed {
    /// The document that says it was told, if it was.
    pub told: Option<Versioned<Value>>,
    /// The row in the inbox, if there is one.
    pub row: String,
}

/// Where an alarm of this count would stand; `None` where the count is no alarm.
pub async fn alarmed(
    visit: &Visit<'_>,
    link: &Link,
    attempts: Attempts,
) -> Result<Option<Alarmed>, Failure> {
    if attempts.alarm().is_none() {
        return Ok(None);
    }
    let told = visit.record.read(&document_id(TOLD, &fact(link, attempts))).await?;
    let row = visit.task_id(InboxKind::Paused, &about(link, attempts));
    Ok(Some(Alarmed { told, row }))
}

/// One alarm is told once. Staff clearing the count makes the next fifth another one.
fn fact(link: &Link, attempts: Attempts) -> String {
    format!("alarm-{}-{}-{}", link.request, attempts.cleared, attempts.counted)
}

fn about(link: &Link, attempts: Attempts) -> String {
    format!("{}-{}", link.request, attempts.counted)
}
