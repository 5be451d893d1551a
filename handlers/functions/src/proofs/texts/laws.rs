//! What must be true of texts when all is done, however it went.

use domain::ports::documents::Container;
use domain::record::request::{CaptureRequest, TextStatus};
use domain::record::{EVENT, REQUEST, document_id};
use serde_json::Value;

use super::Counts;
use super::providers::Kind;
use super::schedule::Schedule;

/// The counts, and which laws are broken.
pub fn judge(schedule: &Schedule<'_>) -> (Counts, Vec<String>) {
    let (mut counts, mut broken) = (schedule.counts, Vec::new());
    let world = schedule.ports.world();
    let template = schedule.template;
    let id = document_id(REQUEST, &template.request);
    let found = world.get(Container::Patients, &template.patient, &id).unwrap();
    let capture: CaptureRequest = found.read().unwrap();
    let inbox: Vec<&Value> = world.all(Container::Inbox).map(|(_, _, row)| row).collect();
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
