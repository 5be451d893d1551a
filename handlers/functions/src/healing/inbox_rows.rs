//! Rows of an inbox: a team is told before the fact, and what did not come true is taken back.

use custom_handler::Failure;
use domain::inbox_row::InboxRow;
use domain::look_again::{Found, TaskFacts, task};
use domain::ports::documents::{Container, Query, Stored, list_all};
use domain::record::item::Item;
use domain::record::patient::Patient;
use domain::record::request::CaptureRequest;
use domain::record::upload::Upload;
use domain::record::{ITEM, REQUEST, TOLD, UPLOAD, document_id};
use domain::upload_state::UploadState;
use serde::de::DeserializeOwned;

use crate::app::{App, stored};
use crate::words_row::waits;

pub async fn look(app: &App, kept: Option<&Patient>, row: &Stored) -> Result<Found, Failure> {
    let told: InboxRow = stored(row.read())?;
    let Some(patient) = kept else { return Ok(Found::LeadsNowhere) };
    let patient = patient.patient.as_str();
    let capture: Option<CaptureRequest> =
        read(app, patient, REQUEST, told.request.as_deref()).await?;
    let item: Option<Item> = read(app, patient, ITEM, told.item.as_deref()).await?;
    let uploads: Vec<Upload> = list(app, patient, UPLOAD).await?;
    let was_refused = uploads.iter().any(|upload| {
        let is_meant = match &told.item {
            Some(item) => upload.upload == *item,
            None => Some(&upload.request) == told.request.as_ref(),
        };
        is_meant && upload.state == UploadState::Refused
    });
    let items: Vec<Item> = list(app, patient, ITEM).await?;
    let alarms = format!("{TOLD}alarm-{}-", told.request.as_deref().unwrap_or_default());
    let alarms: Vec<serde_json::Value> = list(app, patient, &alarms).await?;
    let facts = TaskFacts {
        capture: capture.as_ref(),
        item: item.as_ref(),
        was_refused,
        waits: told.request.as_deref().is_some_and(|request| waits(request, &items, &uploads)),
        was_paused: !alarms.is_empty(),
    };
    Ok(task(&row.id, &told, &facts))
}

async fn read<T: DeserializeOwned>(
    app: &App,
    patient: &str,
    prefix: &str,
    id: Option<&str>,
) -> Result<Option<T>, Failure> {
    let Some(id) = id else { return Ok(None) };
    let id = document_id(prefix, id);
    let found = stored(app.documents.get(Container::Patients, patient, &id).await)?;
    stored(found.map(|found| found.read()).transpose())
}

async fn list<T: DeserializeOwned>(
    app: &App,
    patient: &str,
    prefix: &str,
) -> Result<Vec<T>, Failure> {
    let query = Query::prefix(prefix);
    let found = stored(list_all(&*app.documents, Container::Patients, patient, query).await)?;
    stored(found.iter().map(Stored::read).collect())
}
