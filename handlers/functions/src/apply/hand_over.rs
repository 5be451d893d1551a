//! A team that leaves: what it still has, and moving that to another team. Each record says it with
//! an event. Killed anywhere, the same document goes on where it stopped: nothing is moved twice.

use std::fmt;

use domain::event_chain::{self, Actor, EventBody, Head};
use domain::inbox_row::InboxRow;
use domain::ports::documents::{
    Change, Container, Documents, Query, ReadDocuments, Stored, list_all,
};
use domain::ports::error::StoreError;
use domain::record::{HEAD, ITEM, NOTE, REQUEST, event_id};
use domain::register;
use domain::register::controller::Controller;
use domain::register::patient_row::PatientRow;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::inbox::inbox_of;
use crate::record::DECISIONS;
use crate::session::CAPTURE_PURPOSE;

/// Documents of one batch, beside the event and the head.
const BATCH: usize = 90;

/// A team that goes, and who takes what it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    pub controller: String,
    pub instruction: String,
    pub from: String,
    pub to: String,
}

/// What a team has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Has {
    open_requests: usize,
    inbox_rows: usize,
    items: usize,
    /// Closed requests and notes: they do not keep a team, but they go with what does.
    others: usize,
}

impl Has {
    /// True where the team may not simply go.
    pub fn keeps_it(self) -> bool {
        self.open_requests + self.inbox_rows + self.items > 0
    }

    /// True where there is nothing to move.
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

impl fmt::Display for Has {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { open_requests, inbox_rows, items, .. } = self;
        write!(
            f,
            "{open_requests} open requests, {inbox_rows} rows in its inbox and {items} pictures"
        )
    }
}

/// Takes the teams with a `handOverTo` out of a controller's entry: the team, and who takes over.
pub fn leaving(entry: &mut Value) -> Vec<(String, String)> {
    let Some(teams) = entry.get_mut("teams").and_then(Value::as_array_mut) else {
        return Vec::new();
    };
    let mut leaving = Vec::new();
    teams.retain(|team| {
        let text = |name: &str| team.get(name).and_then(Value::as_str).map(str::to_owned);
        match (text("team"), text("handOverTo")) {
            (Some(team), Some(to)) => {
                leaving.push((team, to));
                false
            }
            _ => true,
        }
    });
    leaving
}

/// Counts what the team has. Reads every record of the controller: only a document that takes a
/// team away asks.
pub async fn what_it_has(
    documents: &dyn ReadDocuments,
    controller: &str,
    team: &str,
) -> Result<Has, StoreError> {
    let mut has =
        Has { inbox_rows: inbox(documents, controller, team).await?.len(), ..Has::default() };
    let mut after = None;
    loop {
        let page = patients(documents, controller, after).await?;
        for patient in page.0 {
            for found in of_team(documents, &patient, team).await? {
                if found.id.starts_with(ITEM) {
                    has.items += 1;
                } else if found.id.starts_with(REQUEST) && found.body["state"] == "open" {
                    has.open_requests += 1;
                } else {
                    has.others += 1;
                }
            }
        }
        after = page.1;
        if after.is_none() {
            return Ok(has);
        }
    }
}

impl HandOver {
    /// Of this controller.
    pub fn of(controller: &Controller, from: &str, to: &str) -> Self {
        Self {
            controller: controller.controller.clone(),
            instruction: controller.instruction.id.clone(),
            from: from.to_owned(),
            to: to.to_owned(),
        }
    }

    /// Moves all that is there: rows into the other inbox first, then what each record says, then
    /// the old rows go.
    pub async fn carry_out(
        &self,
        documents: &dyn Documents,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let rows = inbox(documents, &self.controller, &self.from).await?;
        let to = inbox_of(&self.controller, &self.to);
        for row in &rows {
            let put = Change::Put { id: row.id.clone(), body: row.body.clone() };
            documents.commit(Container::Inbox, &to, vec![put]).await?;
        }
        let mut after = None;
        loop {
            let page = patients(documents, &self.controller, after).await?;
            for patient in page.0 {
                self.move_record(documents, &patient, now).await?;
            }
            after = page.1;
            if after.is_none() {
                break;
            }
        }
        let from = inbox_of(&self.controller, &self.from);
        // When the team last looked says nothing of the other.
        let query = Query::prefix("last-review");
        let left = list_all(documents, Container::Inbox, &from, query).await?;
        for row in rows.iter().chain(&left) {
            match documents.commit(Container::Inbox, &from, vec![Change::delete(row)]).await {
                Err(error) if !error.is_race() => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// One record, as many at once as a batch holds, each batch with its event.
    async fn move_record(
        &self,
        documents: &dyn Documents,
        patient: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut lost = 0;
        while lost < DECISIONS {
            let head = documents.get(Container::Patients, patient, HEAD).await?;
            let found = of_team(documents, patient, &self.from).await?;
            if found.is_empty() {
                return Ok(());
            }
            let mut batch = self.with_event(head.as_ref(), now)?;
            batch.extend(found.iter().take(BATCH).map(|found| {
                let mut body = found.body.clone();
                body["team"] = Value::String(self.to.clone());
                Change::Replace { id: found.id.clone(), etag: found.etag.clone(), body }
            }));
            match documents.commit(Container::Patients, patient, batch).await {
                Ok(_) => lost = 0,
                Err(error) if error.is_race() => lost += 1,
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::unavailable("a record is too busy to be handed over: apply it again"))
    }

    fn with_event(&self, head: Option<&Stored>, now: Timestamp) -> Result<Vec<Change>, StoreError> {
        let before: Head = match head {
            Some(head) => head.read()?,
            None => Head::default(),
        };
        let body = EventBody {
            at: now,
            name: "team-handed-over".into(),
            actor: Actor::Service { function: "apply".into() },
            controller: self.controller.clone(),
            purpose: CAPTURE_PURPOSE,
            instruction: self.instruction.clone(),
            details: [("from", &self.from), ("to", &self.to)]
                .map(|(key, team)| (key.to_owned(), json!(team)))
                .into(),
        };
        let (next, event) = event_chain::next(&before, body);
        let head = match head {
            Some(head) => Change::replace(head, &next)?,
            None => Change::create(HEAD, &next)?,
        };
        Ok(vec![head, Change::create(event_id(next.sequence), &event)?])
    }
}

/// A page of the controller's patients, and where the next begins.
async fn patients(
    documents: &dyn ReadDocuments,
    controller: &str,
    after: Option<String>,
) -> Result<(Vec<String>, Option<String>), StoreError> {
    let query = Query::prefix(register::PATIENT).after(after);
    let page = documents.list(Container::Register, controller, &query).await?;
    let patient = |row: &Stored| row.read::<PatientRow>().map(|row| row.patient);
    Ok((page.documents.iter().map(patient).collect::<Result<_, _>>()?, page.next))
}

/// Requests, pictures and notes of the team in one record.
async fn of_team(
    documents: &dyn ReadDocuments,
    patient: &str,
    team: &str,
) -> Result<Vec<Stored>, StoreError> {
    let mut found = Vec::new();
    for prefix in [REQUEST, ITEM, NOTE] {
        let query = Query::prefix(prefix).with("team", team);
        found.extend(list_all(documents, Container::Patients, patient, query).await?);
    }
    Ok(found)
}

/// Rows that somebody must look at.
async fn inbox(
    documents: &dyn ReadDocuments,
    controller: &str,
    team: &str,
) -> Result<Vec<Stored>, StoreError> {
    let inbox = inbox_of(controller, team);
    let rows = list_all(documents, Container::Inbox, &inbox, Query::prefix("")).await?;
    Ok(rows.into_iter().filter(|row| row.read::<InboxRow>().is_ok()).collect())
}
