//! `dispatch-sms`: sends the text with the link, once, and writes down what became of it (R42, R43).
//!
//! Trigger: queue `sms`. Touches: text provider, links, the record, on failure the inbox.
//! A repeated message finds the text sent and does nothing; a crash between provider and record
//! sends the same reference again, with the same link in it, which providers can tell.
//!
//! A provider that cannot take the text now is asked again later, by day, for as long as the link
//! lives (`domain/src/waiting_text.rs`). A text that never went is one task when its link dies.
//!
//! What Azure Communication Services reports of a text comes on the same queue, from Event Grid.

use std::time::Duration;

use custom_handler::{Failure, Function, QueueMessage};
use domain::mobile::Mobile;
use domain::operator_row::OperatorKind;
use domain::ports::sms::{OutgoingText, SmsError, TextAccepted};
use domain::record::patient::{Keeping, Patient};
use domain::record::request::{CaptureRequest, Text, TextStatus};
use domain::record::{PATIENT, REQUEST, document_id};
use domain::register::controller::Controller;
use domain::waiting_text::{AskedBy, TextTurn, WaitingText};
use jiff::Timestamp;
use tracing::warn;

use crate::app::App;
use crate::delivery::{NEVER_WENT, NOT_REACHED, point_back, report, tell_of_failure};
use crate::delivery_event::DeliveryEvent;
use crate::links::{code_of, delete_link_to_nothing, link_in_text};
use crate::operation::Operation;
use crate::operator_list::tell_operator;
use crate::record::{DECISIONS, Record, too_busy};
use crate::reserve_number::FUNCTION_TIMEOUT;
use crate::session::CAPTURE_PURPOSE;
use crate::sign_in::staff::controller;
use crate::takes_texts::is_confirmed;
use crate::text_on_its_way::{TextMessage, put_again};

pub fn function() -> Function<App> {
    Function::queue("dispatch-sms", "sms", dispatch_sms)
}

pub async fn dispatch_sms(app: App, message: QueueMessage) -> Result<(), Failure> {
    let now = app.now();
    if let Ok(event) = message.json::<DeliveryEvent>() {
        let Some((reference, status)) = event.reported() else { return Ok(()) };
        return report(&app, None, &reference, status, "dispatch-sms", now).await;
    }
    let message: TextMessage = message.json()?;
    let record = Record::open(&app, &message.patient, now).await?;
    let id = document_id(REQUEST, &message.request);
    let patient = record.read::<Patient>(PATIENT).await?;
    let capture = record.read::<CaptureRequest>(&id).await?;
    let (Some(patient), Some(capture)) = (patient, capture) else {
        return not_there_yet(&app, &message, false, now).await;
    };
    let Some(text) = due_text(&capture.value, message.generation) else {
        // The request may be about to say that this generation is its own: a pointer comes first.
        if message.generation > capture.value.generation {
            return not_there_yet(&app, &message, true, now).await;
        }
        return Ok(());
    };
    // Who may have it is decided when it is asked for; meanwhile the number may have gone.
    let Some(mobile) = patient.value.details.mobile.clone() else { return Ok(()) };
    if patient.value.keeping != Keeping::Kept || !is_confirmed(&app, &patient.value).await? {
        return Ok(());
    }
    let waiting = waiting(&capture.value, text, &message);
    match waiting.turn(now) {
        TextTurn::Now => {}
        TextTurn::At(later) => return put_later(&app, &message, later, now).await,
        TextTurn::Never => return write_outcome(&app, &message, Outcome::NeverWent, now).await,
    }
    let controller = controller(&app, &capture.value.controller).await?;
    match send(&app, &message, (&patient.value, mobile), &capture.value, text, &controller).await? {
        Ok(_) => write_outcome(&app, &message, Outcome::Taken, now).await,
        Err(SmsError::Permanent(cause)) => {
            warn!(request.id = %message.request, %cause, "a text was refused for good");
            write_outcome(&app, &message, Outcome::Refused, now).await
        }
        Err(SmsError::Temporary(cause)) => {
            let (tries, later) = (message.tries.saturating_add(1), waiting.next_try(now));
            warn!(request.id = %message.request, %cause, tries, "a text waits for its provider");
            if waiting.has_waited_an_hour() {
                let detail = "Texts of this hospital have waited for an hour: their provider does not \
                              take them. They are tried again until their links die.";
                tell_operator(&app, OperatorKind::TextsWaiting, &controller.controller, detail)
                    .await?;
            }
            put_later(&app, &TextMessage { tries, ..message }, later, now).await
        }
    }
}

/// Asks the provider; the outer error is a store's.
async fn send(
    app: &App,
    message: &TextMessage,
    (patient, mobile): (&Patient, Mobile),
    capture: &CaptureRequest,
    text: &Text,
    controller: &Controller,
) -> Result<Result<TextAccepted, SmsError>, Failure> {
    let code = code_of(app, &message.request, message.generation, capture.key_version)
        .await?
        .ok_or_else(|| Failure::broken("the key of an open link is gone"))?;
    let provider = match app.texts.of(controller).await {
        Ok(provider) => provider,
        Err(error) => return Ok(Err(error)),
    };
    point_back(app, &text.reference, &message.patient, &message.request).await?;
    let outgoing = OutgoingText {
        reference: text.reference.clone(),
        first_name: patient.details.told_first_name(),
        mobile,
        link: link_in_text(app, &code),
    };
    Ok(provider.send(&outgoing).await)
}

fn waiting<'a>(capture: &CaptureRequest, text: &'a Text, message: &TextMessage) -> WaitingText<'a> {
    let by_patient = capture.renewed_at.contains(&text.at);
    WaitingText {
        reference: &text.reference,
        first: message.first,
        tries: message.tries,
        asked_by: if by_patient { AskedBy::Patient } else { AskedBy::Staff },
        link_ends: capture.expires_at,
    }
}

async fn put_later(
    app: &App,
    message: &TextMessage,
    later: Timestamp,
    now: Timestamp,
) -> Result<(), Failure> {
    let hidden_for = Duration::try_from(later.duration_since(now)).unwrap_or_default();
    put_again(app, message, hidden_for).await
}

/// The text of this generation where it still has to be sent.
fn due_text(capture: &CaptureRequest, generation: u32) -> Option<&Text> {
    let text = capture.current_text()?;
    let due = capture.state.is_open()
        && text.generation == generation
        && text.status == TextStatus::Created;
    due.then_some(text)
}

/// A message put before its fact: comes again in 30 seconds, and is dropped when no invocation
/// that could write the fact is alive any more (invariant 2). Where nothing was asked, the link that
/// was made for it goes too.
async fn not_there_yet(
    app: &App,
    message: &TextMessage,
    is_asked: bool,
    now: Timestamp,
) -> Result<(), Failure> {
    if now.duration_since(message.first) < FUNCTION_TIMEOUT {
        return put_again(app, message, Duration::from_secs(30)).await;
    }
    if is_asked {
        return Ok(());
    }
    delete_link_to_nothing(app, &message.request, message.generation).await
}

/// How it ended with this text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// The provider has it.
    Taken,
    /// The provider will never take it.
    Refused,
    /// Its link died before any provider took it.
    NeverWent,
}

impl Outcome {
    fn status(self) -> TextStatus {
        match self {
            Self::Taken => TextStatus::Sending,
            Self::Refused => TextStatus::PermanentFailure,
            Self::NeverWent => TextStatus::TechnicalFailure,
        }
    }
}

async fn write_outcome(
    app: &App,
    message: &TextMessage,
    outcome: Outcome,
    now: Timestamp,
) -> Result<(), Failure> {
    let status = outcome.status();
    for _ in 0..DECISIONS {
        let record = Record::open(app, &message.patient, now).await?;
        let id = document_id(REQUEST, &message.request);
        let Some(capture) = record.read::<CaptureRequest>(&id).await? else { return Ok(()) };
        // It may have gone meanwhile, or another link may have taken its place.
        if outcome == Outcome::NeverWent && due_text(&capture.value, message.generation).is_none() {
            return Ok(());
        }
        let mut after = capture.value.clone();
        let sent = after.texts.iter_mut().find(|text| text.generation == message.generation);
        let Some(sent) = sent else { return Ok(()) };
        // A report may have come before us; it knows more.
        let known = sent.status.after(status);
        if known != sent.status {
            sent.status = known;
            sent.at = now;
        }
        let reference = sent.reference.clone();
        if status.has_failed() {
            let why = if outcome == Outcome::NeverWent { NEVER_WENT } else { NOT_REACHED };
            tell_of_failure(app, &capture.value, &message.patient, &reference, why).await?;
        }
        let controller = controller(app, &capture.value.controller).await?;
        let operation = Operation::by_function(&controller, CAPTURE_PURPOSE, "dispatch-sms");
        let what = if status.has_failed() { "text-failed" } else { "text-sent" };
        let about = [("request", message.request.as_str()), ("reference", reference.as_str())];
        let changes = vec![capture.replace(&after)?];
        // One call to the provider is one event, whoever writes it down first (R48).
        let told = format!("{what}-{reference}");
        if record.commit(&operation, what, &about, changes, Some(&told)).await?.settled() {
            return Ok(());
        }
    }
    Err(too_busy())
}

#[cfg(test)]
mod tests;
