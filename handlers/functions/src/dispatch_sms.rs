//! `dispatch-sms`: sends the text with the link, once, and writes down what became of it (R42, R43).
//!
//! Trigger: queue `sms`. Touches: text provider, links, the record, on failure the inbox.
//! A repeated message finds the text sent and does nothing; a crash between provider and record
//! sends the same reference again, with the same link in it, which providers can tell.
//!
//! What Azure Communication Services reports of a text comes on the same queue, from Event Grid.

use std::time::Duration;

use custom_handler::{Failure, Function, QueueMessage};
use domain::ports::sms::{OutgoingText, SmsError};
use domain::record::patient::{Keeping, Patient};
use domain::record::request::{CaptureRequest, Text, TextStatus};
use domain::record::{PATIENT, REQUEST, document_id};
use jiff::Timestamp;
use tracing::warn;

use crate::app::App;
use crate::delivery::{point_back, report, tell_of_failure};
use crate::delivery_event::DeliveryEvent;
use crate::links::{code_of, delete_link_to_nothing, link_in_text};
use crate::operation::Operation;
use crate::record::{DECISIONS, Record, too_busy};
use crate::reserve_number::FUNCTION_TIMEOUT;
use crate::session::CAPTURE_PURPOSE;
use crate::sign_in::staff::controller;
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
    if patient.value.keeping != Keeping::Kept || !patient.value.mobile_confirmed {
        return Ok(());
    }
    let key_version = capture.value.key_version;
    let code = code_of(&app, &message.request, message.generation, key_version)
        .await?
        .ok_or_else(|| Failure::broken("the key of an open link is gone"))?;
    let controller = controller(&app, &capture.value.controller).await?;
    let provider = app.texts.of(&controller).await.map_err(Failure::retry)?;
    point_back(&app, &text.reference, &message.patient, &message.request).await?;
    let outgoing = OutgoingText {
        reference: text.reference.clone(),
        first_name: patient.value.details.given_name.clone(),
        mobile: patient.value.details.mobile.clone(),
        link: link_in_text(&app, &code),
    };
    let status = match provider.send(&outgoing).await {
        Ok(_) => TextStatus::Sending,
        Err(SmsError::Temporary(cause)) => return Err(Failure::retry(cause)),
        Err(SmsError::Permanent(cause)) => {
            warn!(request.id = %message.request, %cause, "a text was refused for good");
            TextStatus::PermanentFailure
        }
    };
    write_outcome(&app, &message, status, now).await
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

async fn write_outcome(
    app: &App,
    message: &TextMessage,
    status: TextStatus,
    now: Timestamp,
) -> Result<(), Failure> {
    for _ in 0..DECISIONS {
        let record = Record::open(app, &message.patient, now).await?;
        let id = document_id(REQUEST, &message.request);
        let Some(capture) = record.read::<CaptureRequest>(&id).await? else { return Ok(()) };
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
        if status == TextStatus::PermanentFailure {
            tell_of_failure(app, &capture.value, &message.patient, &reference).await?;
        }
        let controller = controller(app, &capture.value.controller).await?;
        let operation = Operation::by_function(&controller, CAPTURE_PURPOSE, "dispatch-sms");
        let what = if status == TextStatus::Sending { "text-sent" } else { "text-failed" };
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
mod tests {
    use custom_handler::QueueMessage;
    use domain::ports::documents::{Container, Query, ReadDocuments as _};
    use domain::record::{EVENT, REQUEST};
    use jiff::SignedDuration;
    use serde_json::json;

    use crate::patient_page::PatientPage;
    use crate::testing::{ASHA, TestApp};

    async fn dispatch(app: &TestApp, patient: &str, request: &str, generation: u32) {
        let message = json!({ "patient": patient, "request": request, "generation": generation,
                              "first": app.now() });
        let message = QueueMessage::for_test(&message.to_string());
        super::dispatch_sms(app.app.clone(), message).await.unwrap();
    }

    fn texts(app: &TestApp) -> usize {
        let outbox = std::fs::read_dir(&app.app.settings.outbox_dir).unwrap();
        outbox.filter(|e| e.as_ref().unwrap().path().extension().is_some()).count()
    }

    #[tokio::test]
    async fn a_repeated_message_sends_one_text() {
        // R42, R48.
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let patient = app.add_patient().await;
        let request = app.request_capture(&patient).await;
        dispatch(&app, &patient, &request, 1).await;
        dispatch(&app, &patient, &request, 1).await;
        assert_eq!(texts(&app), 1);
        let events = app.events(&patient).await;
        assert_eq!(events.iter().filter(|name| *name == "text-sent").count(), 1);
    }

    // R48: each call to a provider stands in the audit with its purpose and its instruction.
    #[tokio::test]
    async fn a_text_is_audited_with_the_purpose_and_instruction_it_was_sent_under() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let patient = app.add_patient().await;
        let request = app.request_capture(&patient).await;
        dispatch(&app, &patient, &request, 1).await;
        let query = Query::prefix(EVENT).limit(500);
        let page = app.store.list(Container::Patients, &patient, &query).await.unwrap();
        let sent: Vec<_> =
            page.documents.iter().filter(|event| event.body["name"] == "text-sent").collect();
        let [event] = sent.as_slice() else { panic!("{} events", sent.len()) };
        assert_eq!(event.body["purpose"], "manage-condition");
        assert_eq!(event.body["instruction"], "RIV-2026-01");
        assert_eq!(event.body["controller"], "riverside");
        let capture = app.document(&patient, &format!("{REQUEST}{request}")).await.unwrap();
        assert_eq!(event.body["details"]["reference"], capture["texts"][0]["reference"]);
    }

    #[tokio::test]
    async fn a_message_that_came_before_its_request_waits_and_is_dropped_in_the_end() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let patient = app.add_patient().await;
        dispatch(&app, &patient, "not-there-yet", 1).await;
        assert_eq!(texts(&app), 0);
        let old = app.now();
        app.pass(SignedDuration::from_mins(6));
        let message = json!({ "patient": patient, "request": "never", "generation": 1,
                              "first": old });
        let message = QueueMessage::for_test(&message.to_string());
        super::dispatch_sms(app.app.clone(), message).await.unwrap();
        assert_eq!(texts(&app), 0);
    }

    // R27: its message is there only to take the link away where the request never comes.
    #[tokio::test]
    async fn nothing_is_texted_of_a_link_given_here_until_staff_send_it() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let page = PatientPage::given_here(&app, 1).await;
        dispatch(&app, &page.patient, &page.request, 1).await;
        app.pass(SignedDuration::from_mins(6));
        dispatch(&app, &page.patient, &page.request, 1).await;
        assert_eq!(texts(&app), 0);
        assert_eq!(page.inbox().await, Vec::<String>::new());
        assert_eq!(page.count_events("text-sent").await, 0);
        page.open().await.unwrap();

        let at = [("patient", page.patient.as_str()), ("request", page.request.as_str())];
        let resend = TestApp::staff_at(ASHA, &at, &json!({}));
        crate::resend_link::resend_link(app.app.clone(), resend).await.unwrap();
        dispatch(&app, &page.patient, &page.request, 2).await;
        assert_eq!(texts(&app), 1);
        assert!(page.open().await.is_err(), "the link of the room is dead");
    }

    #[tokio::test]
    async fn an_older_generation_is_not_sent_any_more() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let patient = app.add_patient().await;
        let request = app.request_capture(&patient).await;
        dispatch(&app, &patient, &request, 0).await;
        assert_eq!(texts(&app), 0);
    }
}
