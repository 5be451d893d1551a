//! `report-poison-sms`, `report-poison-uploads`, `report-poison-erasures`: a message that failed
//! five times becomes a task that a person sees, never silence.
//!
//! Trigger: the queues' `-poison` twins. Touches: the inbox of the team concerned; where nobody can
//! tell whose it is, the operator's own list. No hospital's inbox gets what is not theirs.

use custom_handler::{Failure, Function, QueueMessage};
use domain::inbox_row::{InboxKind, InboxRow};
use domain::operator_row::OperatorKind;
use domain::ports::queues::Queue;
use domain::record::patient::Patient;
use domain::record::request::CaptureRequest;
use domain::record::upload::Upload;
use domain::record::{PATIENT, REQUEST, UPLOAD, document_id};
use jiff::Timestamp;
use serde_json::Value;
use tracing::error;

use crate::app::App;
use crate::arrived_blob::ArrivedBlob;
use crate::expire_records::Erasures;
use crate::inbox::{take_away, tell_team};
use crate::operator_list::tell_operator;
use crate::record::Record;
use crate::sign_in::staff::controller;
use crate::text_on_its_way::TextMessage;

pub fn sms() -> Function<App> {
    Function::queue("report-poison-sms", Queue::Sms.poison(), report_sms)
}

pub fn uploads() -> Function<App> {
    Function::queue("report-poison-uploads", Queue::Uploads.poison(), report_uploads)
}

pub fn erasures() -> Function<App> {
    Function::queue("report-poison-erasures", Queue::Erasures.poison(), report_erasures)
}

/// Whom a message is about, as far as it can be told.
struct About {
    patient: String,
    request: Option<String>,
    item: Option<String>,
    /// Since when it waits, where the record says so.
    since: Option<Timestamp>,
}

/// A task that stands in an inbox now.
struct Told {
    controller: String,
    team: String,
    row: String,
}

pub async fn report_sms(app: App, message: QueueMessage) -> Result<(), Failure> {
    let about = message.json::<TextMessage>().ok().map(|text| About {
        patient: text.patient,
        request: Some(text.request),
        item: None,
        since: None,
    });
    report(&app, &message, "A text could not be sent.", about).await.map(drop)
}

pub async fn report_uploads(app: App, message: QueueMessage) -> Result<(), Failure> {
    let words = "A photo that arrived could not be filed.";
    let blob = message.json::<Value>().ok().as_ref().and_then(ArrivedBlob::read);
    let Some(blob) = blob else { return report(&app, &message, words, None).await.map(drop) };
    let granted = upload(&app, &blob).await?;
    let about = About {
        patient: blob.patient.clone(),
        request: granted.as_ref().map(|upload| upload.request.clone()),
        item: Some(blob.upload.clone()),
        since: granted.as_ref().map(|upload| upload.granted_at),
    };
    let told = report(&app, &message, words, Some(about)).await?;
    // Another message may have filed it; `file-upload` asks the same from the other side. Row first,
    // then the question, there the fact first: one of the two sees the other's.
    if upload(&app, &blob).await?.is_some_and(|upload| upload.state.is_settled()) {
        for Told { controller, team, row } in told {
            take_away(&app, &controller, &team, &row).await?;
        }
    }
    Ok(())
}

async fn upload(app: &App, blob: &ArrivedBlob) -> Result<Option<Upload>, Failure> {
    let record = Record::open(app, &blob.patient, app.now()).await?;
    let upload = record.read::<Upload>(&document_id(UPLOAD, &blob.upload)).await?;
    Ok(upload.map(|upload| upload.value))
}

pub async fn report_erasures(app: App, message: QueueMessage) -> Result<(), Failure> {
    let about = match message.json::<Erasures>() {
        Ok(Erasures::Sweep { sweep }) => vec![sweep],
        Ok(Erasures::Rows { rows, .. }) => rows,
        Err(_) => Vec::new(),
    };
    let words = "Something that is due could not be erased.";
    if about.is_empty() {
        return report(&app, &message, words, None).await.map(drop);
    }
    for row in about {
        let patient = row.split_once('.').map_or(row.as_str(), |(patient, _)| patient).to_owned();
        let about = About { patient, request: None, item: None, since: None };
        report(&app, &message, words, Some(about)).await?;
    }
    Ok(())
}

async fn report(
    app: &App,
    message: &QueueMessage,
    words: &str,
    about: Option<About>,
) -> Result<Vec<Told>, Failure> {
    error!(message.id = %message.id, "a message failed five times: {words}");
    let teams = match &about {
        Some(about) => teams_of(app, about).await?,
        None => Vec::new(),
    };
    let Some(about) = about.filter(|_| !teams.is_empty()) else {
        let detail = format!("{words} Nobody can tell whose it is: message {}.", message.id);
        let kind = OperatorKind::UnreadableMessage;
        tell_operator(app, kind, &safe_id(&message.id), &detail).await?;
        return Ok(Vec::new());
    };
    let subject = about.item.as_deref().unwrap_or(about.patient.as_str());
    let mut told = Vec::new();
    for (controller, team) in teams {
        let row = InboxRow {
            kind: InboxKind::Poisoned,
            at: about.since.unwrap_or_else(|| inserted_at(app, message)),
            controller: controller.clone(),
            patient: Some(about.patient.clone()),
            request: about.request.clone(),
            item: about.item.clone(),
            detail: Some(words.to_owned()),
        };
        let row = tell_team(app, &team, &safe_id(subject), &row).await?;
        told.push(Told { controller, team, row });
    }
    Ok(told)
}

/// The request's team, else the first team of the patient's controller.
async fn teams_of(app: &App, about: &About) -> Result<Vec<(String, String)>, Failure> {
    let record = Record::open(app, &about.patient, app.now()).await?;
    if let Some(request) = &about.request
        && let Some(found) = record.read::<CaptureRequest>(&document_id(REQUEST, request)).await?
    {
        return Ok(vec![(found.value.controller, found.value.team)]);
    }
    let Some(patient) = record.read::<Patient>(PATIENT).await? else { return Ok(Vec::new()) };
    let controller = controller(app, &patient.value.controller).await?;
    let first = controller.teams.into_iter().next();
    Ok(first.map(|team| (controller.controller, team.team)).into_iter().collect())
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
mod tests {
    use custom_handler::QueueMessage;
    use media::testing::camera_jpeg;
    use serde_json::json;

    use crate::patient_page::PatientPage;
    use crate::testing::TestApp;

    #[tokio::test]
    async fn a_poisoned_text_becomes_one_task_of_the_team_that_asked() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let patient = app.add_patient().await;
        let request = app.request_capture(&patient).await;
        let text = json!({ "patient": patient, "request": request, "generation": 1,
                           "first": app.now() })
        .to_string();
        for _ in 0..2 {
            super::report_sms(app.app.clone(), QueueMessage::for_test(&text)).await.unwrap();
        }
        assert_eq!(app.inbox("riverside", "wound-care").await, ["poisoned"]);
        assert!(app.inbox("riverside", "plastics").await.is_empty());
    }

    #[tokio::test]
    async fn a_photo_that_was_filed_after_all_leaves_no_task_in_either_order() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let upload = page.sent(&camera_jpeg(48, 32)).await;
        let message = json!({ "blob": page.blob(&upload) }).to_string();
        let fails = || super::report_uploads(test.app.clone(), QueueMessage::for_test(&message));
        fails().await.unwrap();
        assert_eq!(page.inbox().await, ["poisoned"]);
        page.file(&upload).await;
        assert_eq!(page.inbox().await, ["item"]);
        fails().await.unwrap();
        assert_eq!(page.inbox().await, ["item"]);
    }

    #[tokio::test]
    async fn what_nobody_understands_is_the_operator_s_and_no_hospital_s() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        for _ in 0..2 {
            let nonsense = QueueMessage::for_test("{\"what\": 1}");
            super::report_uploads(app.app.clone(), nonsense).await.unwrap();
        }
        assert!(app.inbox("riverside", "wound-care").await.is_empty());
        assert!(app.inbox("hillview", "dermatology").await.is_empty());
        assert_eq!(app.operator_list().await, ["unreadable-message"]);
    }
}
