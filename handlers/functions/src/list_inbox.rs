//! `list-inbox`: what my teams have not looked at yet, oldest first.
//!
//! Trigger: HTTP GET /api/inbox. Touches: signs short read URLs of thumbnails, and says so in one
//! event a patient. Rows that lead to nothing are skipped.

use std::collections::BTreeMap;

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::inbox_row::{InboxKind, InboxRow};
use domain::ports::documents::{Container, Query};
use domain::record::item::Item;
use domain::record::patient::{Keeping, Patient};
use domain::record::request::CaptureRequest;
use domain::record::{ITEM, PATIENT, REQUEST, document_id};
use domain::register::staff::Role;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{App, stored};
use crate::inbox::inbox_of;
use crate::ledger::day;
use crate::record::{DECISIONS, Record, too_busy};
use crate::session::CAPTURE_PURPOSE;
use crate::sign_in::staff::{SignedIn, sign_in};
use crate::signed_views::sign_thumbnail;

/// Rows a team shows at once; the count says how many more wait.
const MOST: usize = 50;

pub fn function() -> Function<App> {
    Function::http("list-inbox", &[Method::GET], "api/inbox", list_inbox)
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Inbox {
    /// Oldest first.
    pub rows: Vec<InboxEntry>,
    pub teams: Vec<TeamCount>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TeamCount {
    pub team: String,
    pub name: String,
    /// What waits, 50 at the most.
    pub waiting: usize,
    /// True where more wait than are shown.
    pub more: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InboxEntry {
    /// For `finish-task`.
    pub row: String,
    pub team: String,
    #[schema(value_type = String)]
    pub kind: InboxKind,
    /// Since when it waits.
    #[schema(value_type = String)]
    pub at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<WhoWaits>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_site: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub laterality: Option<String>,
    /// Subject of the member of staff who asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<String>,
    /// Works for five minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WhoWaits {
    pub patient: String,
    pub given_name: String,
    pub family_name: String,
    pub age: i16,
}

#[utoipa::path(get, path = "/api/inbox", tag = "staff", responses((status = 200, body = Inbox)))]
pub async fn list_inbox(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let signed_in = sign_in(&app, &request).await?;
    signed_in.must_be(Role::CareTeam)?;
    let mut rows = Vec::new();
    let mut teams = Vec::new();
    for team in &signed_in.staff.teams {
        let inbox = inbox_of(&signed_in.controller.controller, team);
        let query = Query::prefix("").limit(MOST);
        let page = stored(app.documents.list(Container::Inbox, &inbox, &query).await)?;
        let before = rows.len();
        for found in page.documents {
            let row: InboxRow = stored(found.read())?;
            rows.extend(entry(&app, team, found.id, row, now).await?);
        }
        let name = signed_in.controller.team(team).map_or_else(String::new, |t| t.name.clone());
        let waiting = rows.len() - before;
        teams.push(TeamCount { team: team.clone(), name, waiting, more: page.next.is_some() });
    }
    rows.sort_by_key(|entry| entry.at);
    say_what_was_listed(&app, &signed_in, &rows, now).await?;
    Ok(Reply::ok(&Inbox { rows, teams }))
}

/// The row with what it leads to, or `None` where that is gone, seen or never came.
async fn entry(
    app: &App,
    team: &str,
    id: String,
    row: InboxRow,
    now: Timestamp,
) -> Result<Option<InboxEntry>, Failure> {
    let mut entry = InboxEntry {
        row: id,
        team: team.to_owned(),
        kind: row.kind,
        at: row.at,
        detail: row.detail,
        patient: None,
        request: row.request.clone(),
        item: row.item.clone(),
        body_site: None,
        laterality: None,
        asked_by: None,
        thumbnail_url: None,
    };
    let Some(patient_id) = &row.patient else { return Ok(Some(entry)) };
    let record = Record::open(app, patient_id, now).await?;
    let kept = |patient: &Patient| patient.keeping == Keeping::Kept;
    let Some(patient) = record.read::<Patient>(PATIENT).await?.map(|p| p.value).filter(kept) else {
        return Ok(None);
    };
    entry.patient = Some(WhoWaits {
        patient: patient.patient.clone(),
        given_name: patient.details.given_name.as_str().to_owned(),
        family_name: patient.details.family_name.as_str().to_owned(),
        age: patient.details.date_of_birth.age_on(day(now)),
    });
    if let Some(request) = &row.request {
        let Some(capture) = record.read::<CaptureRequest>(&document_id(REQUEST, request)).await?
        else {
            return Ok(None);
        };
        entry.body_site = Some(capture.value.body_site.as_str().to_owned());
        entry.laterality = Some(capture.value.laterality.as_str().to_owned());
        entry.asked_by = Some(capture.value.created_by);
    }
    if let (InboxKind::Item, Some(item)) = (row.kind, &row.item) {
        let unseen = |item: &Item| item.keeping == Keeping::Kept && item.first_viewed_at.is_none();
        let found = record.read::<Item>(&document_id(ITEM, item)).await?.map(|i| i.value);
        let Some(item) = found.filter(unseen) else { return Ok(None) };
        if !patient.restricted {
            entry.thumbnail_url = Some(sign_thumbnail(app, &item, now).await?);
        }
    }
    Ok(Some(entry))
}

/// Thumbnails are pictures: listing them is one event in each record that is shown.
async fn say_what_was_listed(
    app: &App,
    signed_in: &SignedIn,
    rows: &[InboxEntry],
    now: Timestamp,
) -> Result<(), Failure> {
    let mut listed: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in rows.iter().filter(|entry| entry.thumbnail_url.is_some()) {
        if let Some(who) = &entry.patient {
            *listed.entry(who.patient.as_str()).or_default() += 1;
        }
    }
    if listed.is_empty() {
        return Ok(());
    }
    let operation = signed_in.operation(CAPTURE_PURPOSE)?;
    'patients: for (patient, items) in listed {
        let items = items.to_string();
        for _ in 0..DECISIONS {
            let record = Record::open(app, patient, now).await?;
            let about = [("items", items.as_str())];
            if record.commit(&operation, "items-listed", &about, vec![], None).await?.settled() {
                continue 'patients;
            }
        }
        return Err(too_busy());
    }
    Ok(())
}
