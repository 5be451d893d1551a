//! One text at a time: sent, repeated, refused, and waiting for a provider that is away.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::ports::documents::{Container, Query, ReadDocuments as _};
use domain::ports::queues::Queue;
use domain::ports::sms::Sms;
use domain::record::EVENT;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::*;
use crate::patient_page::PatientPage;
use crate::proofs::watched::WatchedQueues;
use crate::testing::{ASHA, TestApp};

async fn dispatch(app: &TestApp, patient: &str, request: &str, generation: u32) {
    let message = json!({ "patient": patient, "request": request, "generation": generation,
                          "first": app.now() });
    let message = QueueMessage::for_test(&message.to_string());
    dispatch_sms(app.app.clone(), message).await.unwrap();
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
    dispatch_sms(app.app.clone(), message).await.unwrap();
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

/// A provider that takes texts, refuses them, or is away.
struct Provider {
    answer: fn() -> Result<TextAccepted, SmsError>,
    asked: AtomicUsize,
}

#[async_trait::async_trait]
impl Sms for Provider {
    async fn send(&self, _: &OutgoingText) -> Result<TextAccepted, SmsError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        (self.answer)()
    }

    async fn forget(&self, _: &str) -> Result<(), SmsError> {
        Ok(())
    }
}

fn away() -> Result<TextAccepted, SmsError> {
    Err(SmsError::Temporary("away".into()))
}

fn provider(app: &mut TestApp, answer: fn() -> Result<TextAccepted, SmsError>) -> Arc<Provider> {
    let provider = Arc::new(Provider { answer, asked: AtomicUsize::new(0) });
    app.app.texts.outbox = Some(provider.clone());
    provider
}

/// Follows the one message from put to put, at the moments at which it is seen, until `end`.
async fn follow(
    app: &TestApp,
    queues: &WatchedQueues,
    mut message: Value,
    end: Timestamp,
) -> Option<Value> {
    loop {
        dispatch_sms(app.app.clone(), QueueMessage::for_test(&message.to_string())).await.unwrap();
        let (queue, next, hidden_for) = queues.take().pop()?;
        assert_eq!(queue, Queue::Sms);
        app.pass(SignedDuration::try_from(hidden_for).unwrap());
        message = next;
        if app.now() >= end {
            return Some(message);
        }
    }
}

fn first_message(patient: &str, request: &str, app: &TestApp) -> Value {
    json!({ "patient": patient, "request": request, "generation": 1, "first": app.now() })
}

#[tokio::test]
async fn a_provider_that_is_away_for_a_minute_makes_no_task_and_the_text_goes() {
    let mut app = TestApp::at("2026-11-22T10:00:00Z").await;
    let patient = app.add_patient().await;
    let request = app.request_capture(&patient).await;
    let queues = WatchedQueues::over(&mut app.app);
    let down = provider(&mut app, away);
    let first = first_message(&patient, &request, &app);
    let back = app.now() + SignedDuration::from_mins(1);
    let message = follow(&app, &queues, first, back).await.unwrap();
    assert_eq!((down.asked.load(Ordering::Relaxed), &message["tries"]), (2, &json!(2)));
    assert_eq!(message["first"], "2026-11-22T10:00:00Z");

    let up = provider(&mut app, || Ok(TextAccepted::Sending));
    dispatch_sms(app.app.clone(), QueueMessage::for_test(&message.to_string())).await.unwrap();
    assert_eq!(up.asked.load(Ordering::Relaxed), 1);
    assert!(queues.take().is_empty());
    assert!(app.inbox("riverside", "wound-care").await.is_empty());
    assert!(app.operator_list().await.is_empty());
    assert_eq!(app.events(&patient).await.last().unwrap(), "text-sent");
}

#[tokio::test]
async fn a_text_that_never_went_is_one_task_when_its_link_dies() {
    let mut app = TestApp::at("2026-11-22T10:00:00Z").await;
    let patient = app.add_patient().await;
    let request = app.request_capture(&patient).await;
    let queues = WatchedQueues::over(&mut app.app);
    let down = provider(&mut app, away);
    let link_ends = "2026-12-03T00:00:00Z".parse().unwrap();
    let first = first_message(&patient, &request, &app);
    let last = follow(&app, &queues, first, link_ends).await.unwrap();
    assert_eq!(app.now(), link_ends);
    assert!(app.inbox("riverside", "wound-care").await.is_empty(), "its link still lives");
    assert_eq!(app.operator_list().await, ["texts-waiting"], "told once, after an hour");

    let tries = down.asked.load(Ordering::Relaxed);
    dispatch_sms(app.app.clone(), QueueMessage::for_test(&last.to_string())).await.unwrap();
    assert_eq!(app.inbox("riverside", "wound-care").await, ["text-failed"]);
    // Somebody looks after it; the message comes once more.
    let inbox = crate::inbox::inbox_of("riverside", "wound-care");
    let rows = app.store.list(Container::Inbox, &inbox, &Query::prefix("")).await.unwrap();
    let row = &rows.documents[0].id;
    crate::inbox::take_away(&app.app, "riverside", "wound-care", row).await.unwrap();
    dispatch_sms(app.app.clone(), QueueMessage::for_test(&last.to_string())).await.unwrap();
    assert!(app.inbox("riverside", "wound-care").await.is_empty(), "told once");
    assert!(queues.take().is_empty());
    assert_eq!(down.asked.load(Ordering::Relaxed), tries);
    let events = app.events(&patient).await;
    assert_eq!(events.iter().filter(|name| *name == "text-failed").count(), 1);
    let capture = app.document(&patient, &format!("{REQUEST}{request}")).await.unwrap();
    assert_eq!(capture["texts"][0]["status"], "technical-failure");
}

#[tokio::test]
async fn a_refusal_is_final() {
    let mut app = TestApp::at("2026-11-22T10:00:00Z").await;
    let patient = app.add_patient().await;
    let request = app.request_capture(&patient).await;
    let queues = WatchedQueues::over(&mut app.app);
    provider(&mut app, || Err(SmsError::Permanent("no such number".into())));
    dispatch(&app, &patient, &request, 1).await;
    assert!(queues.take().is_empty());
    assert_eq!(app.inbox("riverside", "wound-care").await, ["text-failed"]);
}

#[tokio::test]
async fn a_text_that_waited_for_an_hour_does_not_wake_anybody() {
    let mut app = TestApp::at("2026-11-22T19:30:00Z").await;
    let patient = app.add_patient().await;
    let request = app.request_capture(&patient).await;
    let queues = WatchedQueues::over(&mut app.app);
    let up = provider(&mut app, || Ok(TextAccepted::Sending));
    let message = first_message(&patient, &request, &app);
    app.set("2026-11-22T20:30:00Z");
    let morning = "2026-11-23T08:00:00Z".parse().unwrap();
    let message = follow(&app, &queues, message, morning).await.unwrap();
    assert_eq!(up.asked.load(Ordering::Relaxed), 0);
    assert_eq!(message["tries"], 0);
    dispatch_sms(app.app.clone(), QueueMessage::for_test(&message.to_string())).await.unwrap();
    assert_eq!(up.asked.load(Ordering::Relaxed), 1);
}

// Sending rules 2: they ask on the page, and wait for it.
#[tokio::test]
async fn a_link_that_the_patient_asked_for_goes_by_night_too() {
    let mut test = TestApp::at("2026-11-11T09:00:00Z").await;
    let page = PatientPage::asked_for(&test, 1).await;
    test.set("2026-11-22T21:00:00Z");
    page.renew().await.unwrap();
    let (patient, request) = (page.patient.clone(), page.request.clone());
    let message = json!({ "patient": patient, "request": request, "generation": 2,
                          "first": test.now() });
    test.set("2026-11-22T23:30:00Z");
    let up = provider(&mut test, || Ok(TextAccepted::Sending));
    dispatch_sms(test.app.clone(), QueueMessage::for_test(&message.to_string())).await.unwrap();
    assert_eq!(up.asked.load(Ordering::Relaxed), 1);
}
