//! `add-note`: the team writes a note beside the pictures (R35).
//!
//! Trigger: HTTP POST /api/patients/{patient}/notes. Touches: ledger, the patient's record. One
//! press is one note, however often its call arrives.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::free_text::{FreeText, NotFreeText};
use domain::ids::is_id;
use domain::ledger_row::LedgerRow;
use domain::london::day_of;
use domain::look_again::{Place, Pointer};
use domain::ports::documents::Change;
use domain::press::Press;
use domain::purpose::Purpose;
use domain::record::item::Item;
use domain::record::note::Note;
use domain::record::{ITEM, NOTE, document_id};
use domain::register::staff::Role;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::{App, stored};
use crate::as_staff::StaffDoor;
use crate::ledger::{look_again, pointer_to, write_down};
use crate::own_patient::{id_in_path, own_patient};
use crate::press::PressKey;
use crate::problems;
use crate::record::{DECISIONS, Record, too_busy};
use crate::seen::{due, note_contact};
use crate::sign_in::staff::SignedIn;

/// Characters of a note.
const LONGEST: usize = 4_000;

const DOOR: StaffDoor = StaffDoor { function: "add-note", purpose: Purpose::ManageCondition };

pub fn function() -> Function<App> {
    Function::http("add-note", &[Method::POST], "api/patients/{patient}/notes", add_note)
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// 1 to 4,000 characters.
    pub text: String,
    /// The item it is about.
    #[serde(default)]
    pub item: Option<String>,
    /// For which of my teams; my first where left out.
    #[serde(default)]
    pub team: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct NoteAdded {
    pub note: String,
}

#[utoipa::path(post, path = "/api/patients/{patient}/notes", tag = "staff",
    params(("patient" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = NewNote, responses(
    (status = 201, body = NoteAdded), (status = 404, description = "No such patient or item"),
    (status = 422, description = "`errors` names each wrong field, or the key was used otherwise"),
))]
pub async fn add_note(app: App, request: Request) -> Result<Reply, Failure> {
    DOOR.open(app, request, add).await
}

async fn add(app: App, request: Request, signed_in: SignedIn) -> Result<Reply, Failure> {
    let now = app.now();
    signed_in.must_be(Role::CareTeam)?;
    let operation = signed_in.operation(Purpose::ManageCondition)?;
    let patient_id = id_in_path(&request, "patient", "patient")?;
    let new: NewNote = request.json()?;
    let text = FreeText::lines(&new.text, LONGEST).map_err(|refused| {
        let words = match refused {
            NotFreeText::HiddenSign => refused.to_string(),
            _ => "Write a note of 1 to 4,000 characters".to_owned(),
        };
        problems::wrong_fields(vec![("text".into(), words)])
    })?;
    let text = String::from(text);
    let key = PressKey::of(&app, &request, &signed_in, "add-note", &new).await?;
    let key_row = key.in_record();
    let id = app.id(now);
    for _ in 0..DECISIONS {
        let record = Record::open(&app, patient_id, now).await?;
        let patient = own_patient(&record, &signed_in).await?;
        let first = record.read::<Press>(&key_row).await?;
        if let Some(first) = &first
            && let Some(note) = key.made_by(&first.value, now)?
        {
            return Ok(Reply::created(&NoteAdded { note }));
        }
        let team = signed_in.team(new.team.as_deref())?;
        let approved = patient.value.erasure_approved;
        let mut due = due(&signed_in.controller, day_of(now), approved)?;
        if let Some(item) = &new.item {
            let found = if is_id(item) {
                record.read::<Item>(&document_id(ITEM, item)).await?
            } else {
                None
            };
            let found = found
                .filter(|item| item.value.team == team)
                .ok_or_else(|| problems::no_such("picture"))?;
            due = due.max(found.value.due);
        }
        let document = document_id(NOTE, &id);
        let row =
            LedgerRow { patient: patient_id.to_owned(), document: Some(document.clone()), due };
        let pointers =
            vec![pointer_to(&row, now), Pointer::new(Place::Patients, patient_id, &key_row)];
        look_again(&app, patient_id, &format!("{id}-{due}"), pointers, now).await?;
        write_down(&app, &row, now).await?;
        let note = Note {
            note: id.clone(),
            team,
            item: new.item.clone(),
            text: text.clone(),
            at: now,
            by: signed_in.staff.subject.clone(),
            by_name: signed_in.staff.name.clone(),
            due,
        };
        let press = key.press(&id, now);
        let press = match &first {
            Some(old) => old.replace(&press)?,
            None => stored(Change::create(&key_row, &press))?,
        };
        let mut changes = vec![stored(Change::create(document, &note))?, press];
        changes.extend(note_contact(&app, &signed_in.controller, &patient, now).await?);
        let about = [("note", id.as_str())];
        if record.commit(&operation, "note-added", &about, changes, None).await?.settled() {
            return Ok(Reply::created(&NoteAdded { note: id }));
        }
    }
    Err(too_busy())
}

#[cfg(test)]
mod tests {
    use custom_handler::{Method, Request};
    use jiff::SignedDuration;
    use serde_json::json;

    use crate::testing::{ASHA, TestApp, body, status};

    #[tokio::test]
    async fn one_press_that_comes_twice_is_one_note_for_a_day() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let patient = test.add_patient().await;
        let press = |text: &str| {
            let call = Request::for_test(Method::POST, "/")
                .header("authorization", &format!("Bearer {ASHA}"))
                .header("idempotency-key", "one press")
                .param("patient", &patient)
                .json(&json!({ "text": text }))
                .build();
            super::add_note(test.app.clone(), call)
        };
        let first = body(&press("Seen").await.unwrap());
        assert_eq!(body(&press("Seen").await.unwrap()), first);
        assert_eq!(status(&press("Heard").await.unwrap_err()), 422);
        test.pass(SignedDuration::from_hours(24));
        assert_ne!(body(&press("Seen").await.unwrap()), first);
        let told = test.events(&patient).await;
        assert_eq!(told.iter().filter(|name| *name == "note-added").count(), 2);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn eight_people_may_write_on_one_record_at_once() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let patient = test.add_patient().await;
        let note = || {
            let call =
                TestApp::staff_at(ASHA, &[("patient", &patient)], &json!({ "text": "Seen" }));
            tokio::spawn(super::add_note(test.app.clone(), call))
        };
        let notes: Vec<_> = (0..8).map(|_| note()).collect();
        for note in notes {
            note.await.unwrap().map_err(|refused| status(&refused)).unwrap();
        }
        let told = test.events(&patient).await;
        assert_eq!(told.iter().filter(|name| *name == "note-added").count(), 8);
    }
}
