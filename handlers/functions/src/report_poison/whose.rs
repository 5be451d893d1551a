//! To which team a message belongs that nothing could handle.

use std::collections::BTreeMap;

use custom_handler::Failure;
use domain::ledger_row::LedgerRow;
use domain::link_row::LinkRow;
use domain::ports::documents::Container;
use domain::record::item::Item;
use domain::record::note::Note;
use domain::record::patient::Patient;
use domain::record::request::CaptureRequest;
use domain::record::upload::Upload;
use domain::record::{ITEM, PATIENT, REQUEST, UPLOAD, document_id};
use domain::seen_day::SeenDay;
use jiff::Timestamp;

use crate::app::{App, stored};
use crate::arrived_blob::ArrivedBlob;
use crate::delivery::text_row;
use crate::record::Record;
use crate::sign_in::staff::controller;

/// Whom a message is about, as far as it can be told.
pub struct About {
    pub patient: String,
    pub request: Option<String>,
    pub item: Option<String>,
    /// Since when it waits, where the record says so.
    pub since: Option<Timestamp>,
}

/// A team of a controller.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Team {
    pub controller: String,
    pub team: String,
}

/// A row of the ledger that could not be decided.
pub struct StuckRow {
    pub id: String,
    pub patient: String,
    pub item: Option<String>,
}

/// The rows of a message that still stand.
#[derive(Default)]
pub struct StuckRows {
    pub of_teams: BTreeMap<Team, Vec<StuckRow>>,
    /// How many lead to something that cannot be read, or that is no team's.
    pub of_nobody: usize,
}

impl About {
    pub fn request(patient: String, request: Option<String>) -> Self {
        Self { patient, request, item: None, since: None }
    }
}

/// The request's team, else the first team of the patient's controller.
pub async fn team_of(app: &App, about: &About) -> Result<Option<Team>, Failure> {
    readable(find_team(app, about).await)
}

async fn find_team(app: &App, about: &About) -> Result<Option<Team>, Failure> {
    let record = Record::open(app, &about.patient, app.now()).await?;
    if let Some(request) = &about.request
        && let Some(found) = record.read::<CaptureRequest>(&document_id(REQUEST, request)).await?
    {
        let CaptureRequest { controller, team, .. } = found.value;
        return Ok(Some(Team { controller, team }));
    }
    match record.read::<Patient>(PATIENT).await? {
        Some(patient) => first_team(app, &patient.value.controller).await,
        None => Ok(None),
    }
}

/// Identity details belong to the controller: any of its teams may look after them.
async fn first_team(app: &App, id: &str) -> Result<Option<Team>, Failure> {
    let controller = controller(app, id).await?;
    let first = controller.teams.into_iter().next();
    Ok(first.map(|team| Team { controller: controller.controller, team: team.team }))
}

/// What a provider's reference leads to.
pub async fn text_reported(app: &App, reference: &str) -> Result<Option<About>, Failure> {
    let id = text_row(reference);
    let Some(row) = stored(app.documents.get(Container::Links, &id, &id).await)? else {
        return Ok(None);
    };
    Ok(match readable(stored(row.read::<LinkRow>().map(Some)))? {
        Some(LinkRow::Text { patient, request }) => Some(About::request(patient, Some(request))),
        _ => None,
    })
}

/// The upload that the blob was sent for.
pub async fn upload(app: &App, blob: &ArrivedBlob) -> Result<Option<Upload>, Failure> {
    let record = Record::open(app, &blob.patient, app.now()).await?;
    let upload = record.read::<Upload>(&document_id(UPLOAD, &blob.upload)).await;
    Ok(readable(upload)?.map(|upload| upload.value))
}

/// Sorts the rows by team. A row that is gone, or leads to nothing any more, is nobody's trouble.
pub async fn whose_rows(app: &App, bucket: &str, rows: &[String]) -> Result<StuckRows, Failure> {
    let mut stuck = StuckRows::default();
    for id in rows {
        let Some(found) = stored(app.documents.get(Container::Ledger, bucket, id).await)? else {
            continue;
        };
        let found = match stored(found.read::<LedgerRow>()) {
            // Who looked at what is no team's to mend.
            Ok(row) if SeenDay::parse(&row.patient).is_some() => {
                stuck.of_nobody += 1;
                continue;
            }
            Ok(row) => of_row(app, &row).await.map(|team| team.map(|team| (team, row))),
            Err(failure) => Err(failure),
        };
        match found {
            Ok(Some((team, LedgerRow { patient, document, .. }))) => {
                let item = document.and_then(|name| name.strip_prefix(ITEM).map(str::to_owned));
                let row = StuckRow { id: id.clone(), patient, item };
                stuck.of_teams.entry(team).or_default().push(row);
            }
            Ok(None) => {}
            Err(failure) if is_unreadable(&failure) => stuck.of_nobody += 1,
            Err(failure) => return Err(failure),
        }
    }
    Ok(stuck)
}

/// The team of the item or note, for a whole record the controller's first.
async fn of_row(app: &App, row: &LedgerRow) -> Result<Option<Team>, Failure> {
    let record = Record::open(app, &row.patient, app.now()).await?;
    let Some(patient) = record.read::<Patient>(PATIENT).await? else { return Ok(None) };
    let controller = patient.value.controller;
    let team = match row.document.as_deref() {
        None => return first_team(app, &controller).await,
        Some(name) if name.starts_with(ITEM) => {
            record.read::<Item>(name).await?.map(|item| item.value.team)
        }
        Some(name) => record.read::<Note>(name).await?.map(|note| note.value.team),
    };
    Ok(team.map(|team| Team { controller, team }))
}

/// Nothing where a document is damaged or its controller is gone: that stays so, however often the
/// message comes.
fn readable<T>(found: Result<Option<T>, Failure>) -> Result<Option<T>, Failure> {
    match found {
        Err(failure) if is_unreadable(&failure) => Ok(None),
        found => found,
    }
}

/// Everything but a store that may answer in a moment.
fn is_unreadable(failure: &Failure) -> bool {
    failure.as_problem().status().as_u16() != 503
}
