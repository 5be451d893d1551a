//! The nurse's side: adds a patient, asks for a picture, finds it in the inbox and opens it.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Answer, Call};
use super::transcript::Heard;
use super::{Client, MadeUpPerson, StepFailed, link, poll};
use crate::machine::chance;

/// One of the people that `/dev/sign-in` lists.
#[derive(Deserialize)]
pub struct DemoStaff {
    pub name: String,
    pub email: String,
    pub controller: String,
    pub teams: Vec<String>,
}

/// Who can be signed in as; the first may do the whole main job.
pub fn list_staff(url: &str) -> Result<Vec<DemoStaff>, StepFailed> {
    const STEP: &str = "list-staff";
    let answer = Client::new(url).send(Call::get(STEP, "/dev/sign-in"))?.json()?;
    let staff = answer.get("staff").cloned().unwrap_or_default();
    serde_json::from_value(staff).map_err(|_| StepFailed::shape(STEP, "the list is not of staff"))
}

/// The value of an `Authorization` header for the first of the staff.
pub fn sign_in(url: &str) -> Result<String, StepFailed> {
    const STEP: &str = "sign-in";
    let staff = list_staff(url)?;
    let first = staff.first().ok_or_else(|| StepFailed::shape(STEP, "the list is empty"))?;
    let call = Call::post(STEP, "/dev/sign-in", &json!({ "as": first.email }));
    let token = Client::new(url).send(call)?.text("/token")?;
    Ok(format!("Bearer {token}"))
}

pub struct StaffClient {
    client: Client,
    authorization: String,
    origin: String,
}

/// An item that waits in the inbox.
pub struct Arrived {
    pub item: String,
    pub thumbnail: Vec<u8>,
}

impl StaffClient {
    pub fn sign_in(url: &str) -> Result<Self, StepFailed> {
        let authorization = sign_in(url)?;
        Ok(Self { client: Client::new(url), authorization, origin: url.to_owned() })
    }

    /// The value of an `Authorization` header; good for ten minutes.
    pub fn authorization(&self) -> &str {
        &self.authorization
    }

    /// Sends it as this member of staff.
    pub fn send(&self, call: Call<'_>) -> Result<Answer, StepFailed> {
        self.client.send(call.header("Authorization", &self.authorization))
    }

    /// Adds somebody new. A number that chance gave twice is tried again.
    pub fn add_patient(&self) -> Result<(String, MadeUpPerson), StepFailed> {
        let mut tries_left = 3;
        loop {
            let person = MadeUpPerson::new();
            let call = Call::post("add-patient", "/api/patients", &person.as_new_patient());
            match self.send(call.expect(201)) {
                Ok(answer) => return Ok((answer.text("/patient")?, person)),
                Err(failed) if failed.status == Some(409) && tries_left > 0 => tries_left -= 1,
                Err(failed) => return Err(failed),
            }
        }
    }

    pub fn request_capture(&self, patient: &str, photos: u32) -> Result<String, StepFailed> {
        let path = format!("/api/patients/{patient}/requests");
        let wish = json!({
            "purpose": "To see how the wound is healing",
            "bodySite": "knee",
            "laterality": "left",
            "photos": photos,
        });
        let key = format!("walk-{:016x}", chance());
        let call =
            Call::post("request-capture", &path, &wish).header("Idempotency-Key", &key).expect(201);
        self.send(call)?.text("/request")
    }

    /// Waits for the text on the demo phone and returns the code of its link.
    pub fn await_link(&self, person: &MadeUpPerson) -> Result<String, StepFailed> {
        const STEP: &str = "await-text";
        poll(STEP, Duration::from_mins(1), || {
            let texts = self.client.send(Call::get(STEP, "/dev/phone"))?.json()?;
            let is_theirs = |text: &&Value| {
                let has = |name: &str, wanted: &str| {
                    text.get(name).and_then(Value::as_str).is_some_and(|has| has.contains(wanted))
                };
                has("to", &person.mobile_e164) && has("text", &person.given_name)
            };
            // Newest first: an older text to the same number is of an older walk.
            let text = texts.as_array().and_then(|texts| texts.iter().find(is_theirs));
            let words = text.and_then(|text| text.get("text")).and_then(Value::as_str);
            Ok(words.and_then(|words| link::code_in(words, &self.origin)))
        })
    }

    /// Waits until an item of `patient` stands in the inbox.
    pub fn await_item(&self, patient: &str) -> Result<Arrived, StepFailed> {
        const STEP: &str = "await-item";
        let row = poll(STEP, Duration::from_mins(1), || self.find_in_inbox(STEP, patient))?;
        let said = |name: &str| row.get(name).and_then(Value::as_str);
        let item = said("item").ok_or_else(|| StepFailed::shape(STEP, "the row has no item"))?;
        let thumbnail = match said("thumbnailUrl") {
            Some(url) => self.client.send(Call::get("read-thumbnail", url))?.bytes,
            None => return Err(StepFailed::shape(STEP, "the row has no thumbnailUrl")),
        };
        Ok(Arrived { item: item.to_owned(), thumbnail })
    }

    /// The item's row, on whichever page of whichever team it stands.
    fn find_in_inbox(
        &self,
        step: &'static str,
        patient: &str,
    ) -> Result<Option<Value>, StepFailed> {
        let mut pages = vec!["/api/inbox".to_owned()];
        while let Some(path) = pages.pop() {
            let inbox = self.send(Call::get(step, &path))?.json()?;
            if let Some(row) = rows_of(&inbox).iter().find(|row| is_item_of(row, patient)) {
                return Ok(Some(row.clone()));
            }
            let said = |team: &Value, name: &str| Some(team.get(name)?.as_str()?.to_owned());
            let teams = inbox.get("teams").and_then(Value::as_array).into_iter().flatten();
            pages.extend(teams.filter_map(|team| {
                Some(format!(
                    "/api/inbox?team={}&after={}",
                    said(team, "team")?,
                    said(team, "next")?
                ))
            }));
        }
        Ok(None)
    }

    /// True when the patient's page answers as if there never was such a patient.
    pub fn is_gone(&self, patient: &str) -> Result<bool, StepFailed> {
        let path = format!("/api/patients/{patient}");
        match self.send(Call::get("show-patient", &path)) {
            Ok(_) => Ok(false),
            Err(failed) if failed.status == Some(404) => Ok(true),
            Err(failed) => Err(failed),
        }
    }

    /// Reads the patient's page.
    pub fn show_patient(&self, patient: &str) -> Result<(), StepFailed> {
        let path = format!("/api/patients/{patient}");
        self.send(Call::get("show-patient", &path)).map(drop)
    }

    /// Every answer so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.client.heard()
    }

    /// Every answer since the last time this was asked.
    pub fn take_heard(&self) -> Vec<Heard> {
        self.client.take_heard()
    }

    /// Runs an event function now, as `/admin` of the host lets a developer do.
    pub fn fire(&self, function: &str, input: &Value) -> Result<(), StepFailed> {
        let path = format!("/admin/functions/{function}");
        self.client.send(Call::post("fire-function", &path, input).expect(202)).map(drop)
    }

    /// Opens the item and returns its read URL.
    pub fn view_url(&self, patient: &str, item: &str) -> Result<String, StepFailed> {
        let path = format!("/api/patients/{patient}/items/{item}/view");
        self.send(Call::post("view-item", &path, &json!({})))?.text("/url")
    }

    /// Opens the item and returns the bytes that its read URL serves.
    pub fn view_item(&self, patient: &str, item: &str) -> Result<Vec<u8>, StepFailed> {
        let url = self.view_url(patient, item)?;
        // The signature is the permission: storage gets no token.
        Ok(self.client.send(Call::get("read-item", &url))?.bytes)
    }
}

fn rows_of(inbox: &Value) -> &[Value] {
    inbox.get("rows").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn is_item_of(row: &Value, patient: &str) -> bool {
    row.get("kind").is_some_and(|kind| kind == "item")
        && row.pointer("/patient/patient").is_some_and(|of| of == patient)
}
