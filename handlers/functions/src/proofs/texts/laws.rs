//! What must be true of texts when all is done, however it went.

use domain::ids::made_at;
use domain::ports::documents::Container;
use domain::record::request::{CaptureRequest, TextStatus};
use domain::record::{EVENT, REQUEST, document_id};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Counts;
use super::providers::Kind;
use super::schedule::Schedule;

/// The longest that a text waits for, where its provider takes it again: a night and its spread.
const A_NIGHT: SignedDuration = SignedDuration::from_hours(14);

/// The counts, and which laws are broken.
pub fn judge(schedule: &Schedule<'_>) -> (Counts, Vec<String>) {
    let (mut counts, mut broken) = (schedule.counts, Vec::new());
    let world = schedule.ports.world();
    let template = schedule.template;
    let id = document_id(REQUEST, &template.request);
    let found = world.get(Container::Patients, &template.patient, &id).unwrap();
    let capture: CaptureRequest = found.read().unwrap();
    let inbox: Vec<&Value> = world.all(Container::Inbox).map(|(_, _, row)| row).collect();
    let inbox_ids: Vec<&str> = world.all(Container::Inbox).map(|(_, id, _)| id).collect();
    let has_task = |kind: &str| inbox.iter().any(|row| row["kind"] == kind);
    let events: Vec<&Value> = world
        .all(Container::Patients)
        .filter(|(patient, id, _)| *patient == template.patient && id.starts_with(EVENT))
        .map(|(_, _, event)| event)
        .collect();

    if !world.messages.is_empty() || schedule.log.last().is_some_and(|l| l == "it never ends") {
        broken.push(format!("{} messages are stuck", world.messages.len()));
    }
    if !schedule.poisoned.is_empty() && !has_task("poisoned") {
        broken.push("a message failed five times, and nobody was told".to_owned());
    }
    let is_poisoned = |generation: u32| {
        schedule.poisoned.iter().any(|message| message["generation"] == generation)
    };
    let sent = schedule.double.sent();
    for text in &capture.texts {
        let reference = &text.reference;
        let times = sent.iter().filter(|sent| sent.reference == *reference).count();
        let is_current = text.generation == capture.generation;
        let is_told = is_poisoned(text.generation) || text.status.has_failed();
        counts.texts += 1;
        counts.sent += usize::from(times > 0);
        counts.tasks += usize::from(times == 0 && is_told);
        if times == 0 && is_current && !is_told {
            broken.push(format!("lost: {text:?}"));
        }
        if times == 0 && matches!(text.status, TextStatus::Sending | TextStatus::Delivered) {
            broken.push(format!("not sent: {text:?}"));
        }
        let asked = schedule.outage.asked_about(reference);
        counts.waited += usize::from(times > 0 && asked.len() > 2);
        let first = made_at(reference).unwrap();
        if let Some(at) = asked.iter().find(|at| wakes_somebody(**at, first)) {
            broken.push(format!("tried in the night, at {at}: {text:?}"));
        }
        if text.status == TextStatus::TechnicalFailure && is_current {
            counts.given_up += 1;
            if text.at < capture.expires_at {
                broken.push(format!("given up while its link lived: {text:?}"));
            }
            if schedule.outage.until + A_NIGHT < capture.expires_at {
                broken.push(format!("given up although its provider was back: {text:?}"));
            }
        }
        let tasks = inbox_ids.iter().filter(|id| id.ends_with(&format!("text-failed-{reference}")));
        let tasks = tasks.count();
        if capture.generation == 1 && (tasks > 1 || text.status.has_failed() && tasks == 0) {
            broken.push(format!("not one task: {text:?}"));
        }
        if times > 0 && is_current && text.status == TextStatus::Created && !is_told {
            broken.push(format!("sent, and not written down: {text:?}"));
        }
        if text.status.has_failed() && !has_task("text-failed") {
            broken.push(format!("failed in silence: {text:?}"));
        }
        let is_window =
            template.kind == Kind::Notify && schedule.overlapped.contains(&text.generation.into());
        match times {
            0 | 1 => {}
            2 if is_window => counts.doubles += 1,
            _ => broken.push(format!("sent {times} times: {text:?}")),
        }
        for name in ["text-sent", "text-delivered"] {
            let told = events.iter().filter(|event| {
                event["name"] == name && event["details"]["reference"] == **reference
            });
            if told.count() > 1 {
                broken.push(format!("{name} was told twice of {reference}"));
            }
        }
    }
    let known = |reference: &str| capture.texts.iter().any(|text| text.reference == reference);
    for stray in sent.iter().filter(|sent| !known(&sent.reference)) {
        broken.push(format!("sent, and in no record: {}", stray.reference));
    }
    (counts, broken)
}

/// In November London's clock is UTC's. An invocation takes some minutes at the most.
fn wakes_somebody(at: Timestamp, first: Timestamp) -> bool {
    let hour = at.to_zoned(TimeZone::UTC).hour();
    let is_night = !(8..20).contains(&hour);
    is_night && at.duration_since(first) > SignedDuration::from_mins(66)
}
