//! `list-inbox`: what my teams have not looked at yet, fifty rows a team and page and never half a
//! submission: first what patients wrote to, then the oldest.
//!
//! Trigger: HTTP GET /api/inbox, or ?team=T&after=N for a team's next page. Touches: signs short read URLs of
//! thumbnails; an event in the record of everybody it names, once a member of staff and day. Rows that
//! lead to nothing are skipped.

use std::collections::{BTreeMap, BTreeSet};

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::inbox_row::{FIRST, InboxKind, InboxRow};
use domain::london::day_of;
use domain::ports::documents::{Container, Query, list_all};
use domain::record::item::Item;
use domain::record::patient::{Keeping, Patient};
use domain::record::request::CaptureRequest;
use domain::record::{ITEM, PATIENT, REQUEST, TOLD, document_id};
use domain::register::staff::{Role, Staff};
use domain::seen_day::compact;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{App, stored};
use crate::as_staff::StaffDoor;
use crate::inbox::inbox_of;
use crate::last_review::last_review;
use crate::ledger::day;
use crate::operation::Operation;
use crate::problems;
use crate::record::{DECISIONS, Record, too_busy};
use crate::session::CAPTURE_PURPOSE;
use crate::sign_in::staff::SignedIn;
use crate::signed_views::sign_thumbnail;
use crate::staff_names::StaffNames;

/// Rows a team shows at once.
const MOST: usize = 50;

const DOOR: StaffDoor = StaffDoor { function: "list-inbox", purpose: CAPTURE_PURPOSE };

pub fn function() -> Function<App> {
    Function::http("list-inbox", &[Method::GET], "api/inbox", list_inbox)
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Inbox {
    /// Those that the patient wrote to, then the others; in both the oldest first.
    pub rows: Vec<InboxEntry>,
    pub teams: Vec<TeamCount>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TeamCount {
    pub team: String,
    pub name: String,
    /// How many rows of this team stand on this page: 50, and what else belongs to a submission.
    pub waiting: usize,
    /// Where more wait: the `after` of the team's next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// When one of the team looked at a new picture last; missing where nobody has yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub last_reviewed_at: Option<Timestamp>,
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
    /// Their name; missing where the register no longer has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_by_name: Option<String>,
    /// What the patient wrote to these pictures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient_words: Option<String>,
    /// Works for five minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WhoWaits {
    pub patient: String,
    /// Empty: a person with one name, which is the family name.
    pub given_name: String,
    pub family_name: String,
    pub age: i16,
}

#[utoipa::path(get, path = "/api/inbox", tag = "staff", params(
    ("team" = Option<String>, Query, description = "Only this one of my teams"),
    ("after" = Option<String>, Query, description = "Go on behind a page: its `next`"),
), responses((status = 200, body = Inbox), (status = 404, description = "No team of mine")))]
pub async fn list_inbox(app: App, request: Request) -> Result<Reply, Failure> {
    DOOR.open(app, request, list).await
}

async fn list(app: App, request: Request, signed_in: SignedIn) -> Result<Reply, Failure> {
    let now = app.now();
    signed_in.must_be(Role::CareTeam)?;
    let operation = signed_in.operation(CAPTURE_PURPOSE)?;
    let only = request.query("team");
    if only.as_ref().is_some_and(|team| !signed_in.staff.is_in(team)) {
        return Err(problems::no_such("team").into());
    }
    let asked = |team: &&String| only.as_ref().is_none_or(|only| only == *team);
    let mut rows = Vec::new();
    let mut teams = Vec::new();
    let mut names = StaffNames::of(&app, &signed_in.controller.controller);
    for team in signed_in.staff.teams.iter().filter(asked) {
        let mut page = page(&app, &signed_in, team, request.query("after"), now).await?;
        for row in &mut page.rows {
            if let Some(subject) = &row.asked_by {
                row.asked_by_name = names.name(subject).await?;
            }
        }
        let name = signed_in.controller.team(team).map_or_else(String::new, |t| t.name.clone());
        let waiting = page.rows.len();
        let last_reviewed_at = last_review(&app, &signed_in.controller.controller, team).await?;
        let team = team.clone();
        teams.push(TeamCount { team, name, waiting, next: page.next, last_reviewed_at });
        rows.extend(page.rows);
    }
    rows.sort_by_key(|entry| (entry.patient_words.is_none(), entry.at));
    say_who_was_listed(&app, &signed_in, &operation, &rows, now).await?;
    Ok(Reply::ok(&Inbox { rows, teams }))
}

struct TeamPage {
    rows: Vec<InboxEntry>,
    next: Option<String>,
}

/// Reads on until the page is full: rows that lead to nothing must not stand before those that do.
async fn page(
    app: &App,
    signed_in: &SignedIn,
    team: &str,
    mut after: Option<String>,
    now: Timestamp,
) -> Result<TeamPage, Failure> {
    let inbox = inbox_of(&signed_in.controller.controller, team);
    let first = with_words(app, &inbox).await?;
    let mut rows = Vec::new();
    loop {
        let query = Query::prefix("").limit(MOST - rows.len()).after(after.clone());
        let page = stored(app.documents.list(Container::Inbox, &inbox, &query).await)?;
        for found in page.documents {
            if rows.len() >= MOST {
                return Ok(TeamPage { rows, next: after });
            }
            let row: InboxRow = stored(found.read())?;
            after = Some(found.id.clone());
            if row.kind == InboxKind::Words {
                for (id, row) in pictures_of(app, &inbox, &row, now).await? {
                    rows.extend(entry(app, &signed_in.staff, team, id, row, now).await?);
                }
            } else if !stands_first(&first, &row) {
                rows.extend(entry(app, &signed_in.staff, team, found.id, row, now).await?);
            }
        }
        if page.next.is_none() || rows.len() >= MOST {
            return Ok(TeamPage { rows, next: page.next });
        }
        after = page.next;
    }
}

/// Requests whose pictures stand first: a later page must not show them again.
async fn with_words(app: &App, inbox: &str) -> Result<BTreeSet<String>, Failure> {
    let found = list_all(&*app.documents, Container::Inbox, inbox, Query::prefix(FIRST)).await;
    let rows = stored(found)?.into_iter().map(|row| stored(row.read::<InboxRow>()));
    let rows: Vec<InboxRow> = rows.collect::<Result<_, _>>()?;
    Ok(rows.into_iter().filter_map(|row| row.request).collect())
}

fn stands_first(first: &BTreeSet<String>, row: &InboxRow) -> bool {
    let request = row.request.as_ref();
    row.kind == InboxKind::Item && request.is_some_and(|request| first.contains(request))
}

/// The rows of the pictures that a row with words leads to, the oldest first.
async fn pictures_of(
    app: &App,
    inbox: &str,
    words: &InboxRow,
    now: Timestamp,
) -> Result<Vec<(String, InboxRow)>, Failure> {
    let Some(patient) = &words.patient else { return Ok(Vec::new()) };
    let record = Record::open(app, patient, now).await?;
    let items = record.list::<Item>(ITEM).await?.into_iter().map(|item| item.value);
    let own = |item: &Item| {
        Some(&item.request) == words.request.as_ref() && item.first_viewed_at.is_none()
    };
    let mut rows = Vec::new();
    for item in items.filter(own) {
        let found = app.documents.get(Container::Inbox, inbox, &item.inbox_row).await;
        if let Some(row) = stored(found)? {
            rows.push((row.id.clone(), stored(row.read::<InboxRow>())?));
        }
    }
    rows.sort_by_key(|(_, row)| row.at);
    Ok(rows)
}

/// The row with what it leads to, or `None` where that is gone, seen or never came.
async fn entry(
    app: &App,
    viewer: &Staff,
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
        asked_by_name: None,
        patient_words: None,
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
        given_name: patient.details.given_names().to_owned(),
        family_name: patient.details.family_name.as_str().to_owned(),
        age: patient.details.date_of_birth.age_on(day_of(now)),
    });
    if let Some(request) = &row.request {
        let Some(capture) = record.read::<CaptureRequest>(&document_id(REQUEST, request)).await?
        else {
            return Ok(None);
        };
        entry.body_site = Some(capture.value.body_site.as_str().to_owned());
        entry.laterality = Some(capture.value.laterality.as_str().to_owned());
        entry.asked_by = Some(capture.value.created_by);
        if row.kind == InboxKind::Item && !patient.restricted {
            entry.patient_words = capture.value.patient_note;
        }
    }
    if let (InboxKind::Item, Some(item)) = (row.kind, &row.item) {
        let unseen = |item: &Item| item.keeping == Keeping::Kept && item.first_viewed_at.is_none();
        let found = record.read::<Item>(&document_id(ITEM, item)).await?.map(|i| i.value);
        let Some(item) = found.filter(unseen) else { return Ok(None) };
        if !patient.restricted {
            entry.thumbnail_url = Some(sign_thumbnail(app, viewer, &item, now).await?);
        }
    }
    Ok(Some(entry))
}

/// Everybody whom the list names: one event a day in each record, however often this member of staff
/// looks at the list meanwhile. `view-item` tells of every look at a picture itself.
async fn say_who_was_listed(
    app: &App,
    signed_in: &SignedIn,
    operation: &Operation,
    rows: &[InboxEntry],
    now: Timestamp,
) -> Result<(), Failure> {
    let mut listed: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in rows {
        if let Some(who) = &entry.patient {
            *listed.entry(who.patient.as_str()).or_default() +=
                usize::from(entry.thumbnail_url.is_some());
        }
    }
    let fact = format!("listed-{}-{}", signed_in.row, compact(day(now)));
    let told = document_id(TOLD, &fact);
    'patients: for (patient, items) in listed {
        // The page asks every few seconds, and a read costs less than a write that is refused.
        if stored(app.documents.get(Container::Patients, patient, &told).await)?.is_some() {
            continue;
        }
        let items = items.to_string();
        for _ in 0..DECISIONS {
            let record = Record::open(app, patient, now).await?;
            if record.is_empty() {
                // Erased since the row was read: nothing may come back.
                continue 'patients;
            }
            let about = [("items", items.as_str())];
            if record
                .commit(operation, "patient-listed", &about, vec![], Some(&fact))
                .await?
                .settled()
            {
                continue 'patients;
            }
        }
        return Err(too_busy());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::*;
    use crate::inbox::tell_team;
    use crate::patient_page::PatientPage;
    use crate::testing::{ASHA, TestApp, body, status};
    use crate::view_item::view_item;

    async fn tell(test: &TestApp, second: i64, patient: Option<&str>) {
        let row = InboxRow {
            kind: InboxKind::Poisoned,
            at: Timestamp::from_second(second).unwrap(),
            controller: "riverside".into(),
            patient: patient.map(str::to_owned),
            request: None,
            item: None,
            detail: None,
        };
        tell_team(&test.app, "wound-care", "a-message", &row).await.unwrap();
    }

    async fn list(test: &TestApp, query: &str) -> Result<Value, Failure> {
        let call = Request::for_test(Method::GET, &format!("/api/inbox?{query}"));
        let call = call.header("authorization", &format!("Bearer {ASHA}")).build();
        list_inbox(test.app.clone(), call).await.map(|reply| body(&reply))
    }

    #[tokio::test]
    async fn pages_show_every_row_once_and_oldest_first() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        for second in 0..120 {
            tell(&test, second, None).await;
        }
        let mut seen = Vec::new();
        let mut query = String::new();
        loop {
            let page = list(&test, &query).await.unwrap();
            let rows = page["rows"].as_array().unwrap();
            assert!(rows.len() <= MOST);
            seen.extend(rows.iter().map(|row| row["row"].as_str().unwrap().to_owned()));
            let team = page["teams"].as_array().unwrap().iter().find(|t| t["team"] == "wound-care");
            let Some(next) = team.unwrap()["next"].as_str() else { break };
            query = format!("team=wound-care&after={next}");
        }
        assert_eq!(seen.len(), 120);
        assert!(seen.is_sorted());
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 120);
    }

    #[tokio::test]
    async fn rows_that_lead_to_nothing_hide_none_that_lead_somewhere() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        for second in 0..60 {
            tell(&test, second, Some("a-patient-who-is-gone")).await;
        }
        tell(&test, 60, None).await;
        let page = list(&test, "").await.unwrap();
        assert_eq!(page["rows"].as_array().unwrap().len(), 1);
        assert!(page["teams"].as_array().unwrap().iter().all(|team| team.get("next").is_none()));
    }

    #[tokio::test]
    async fn a_picture_s_row_names_who_asked_for_it() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let upload = page.sent(&media::testing::camera_jpeg(32, 32)).await;
        page.file(&upload).await;
        let row = list(&test, "").await.unwrap()["rows"][0].clone();
        assert_eq!((&row["askedBy"], &row["askedByName"]), (&json!(ASHA), &json!("Asha Rowan")));
    }

    #[tokio::test]
    async fn an_empty_inbox_says_when_its_team_looked_last() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let item = page.sent(&media::testing::camera_jpeg(32, 32)).await;
        page.file(&item).await;
        let team = async || list(&test, "team=wound-care").await.unwrap()["teams"][0].clone();
        assert_eq!(team().await.get("lastReviewedAt"), None);
        let at = [("patient", page.patient.as_str()), ("item", item.as_str())];
        let look = || view_item(test.app.clone(), TestApp::staff_at(ASHA, &at, &json!({})));
        look().await.unwrap();
        assert_eq!(team().await["lastReviewedAt"], "2026-11-22T10:00:00Z");
        test.pass(jiff::SignedDuration::from_mins(1));
        look().await.unwrap();
        assert_eq!(team().await["lastReviewedAt"], "2026-11-22T10:00:00Z", "nothing new was seen");
    }

    #[tokio::test]
    async fn another_team_is_as_if_it_did_not_exist() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        for team in ["plastics", "dermatology", "nobody"] {
            let refused = list(&test, &format!("team={team}")).await.unwrap_err();
            assert_eq!(status(&refused), 404, "{team}");
        }
        assert_eq!(list(&test, "team=wound-care").await.unwrap()["rows"], json!([]));
    }
}
