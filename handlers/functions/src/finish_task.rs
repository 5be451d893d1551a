//! `finish-task`: a task of the inbox is done, and the event says what was done; a picture's row goes
//! with its first view instead.
//!
//! Trigger: HTTP POST /api/inbox/{row}/done. Touches: the inbox, and with one event the record; where the
//! task is about no patient, the day of looks of whoever did it.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::free_text::{FreeText, NotFreeText};
use domain::inbox_row::{InboxKind, InboxRow};
use domain::ports::documents::Container;
use domain::record::PATIENT;
use domain::record::patient::Patient;
use domain::register::staff::Role;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::{App, stored};
use crate::as_staff::StaffDoor;
use crate::inbox::{inbox_of, take_away};
use crate::looks::Looks;
use crate::own_patient::id_in_path;
use crate::problems;
use crate::record::{DECISIONS, NewEvent, Record, too_busy};
use crate::session::CAPTURE_PURPOSE;
use crate::sign_in::staff::SignedIn;

const DOOR: StaffDoor = StaffDoor { function: "finish-task", purpose: CAPTURE_PURPOSE };

pub fn function() -> Function<App> {
    Function::http("finish-task", &[Method::POST], "api/inbox/{row}/done", finish_task)
}

/// Characters of what else was done.
const LONGEST: usize = 200;

/// What somebody did about a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DoneHow {
    /// Spoke to the patient, or to whoever answered.
    Phoned,
    /// The mobile number in the record is right now.
    NumberCorrected,
    /// Something else: `words` say what.
    Other,
}

impl DoneHow {
    fn as_str(self) -> &'static str {
        match self {
            Self::Phoned => "phoned",
            Self::NumberCorrected => "number-corrected",
            Self::Other => "other",
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DoneTask {
    /// What was done.
    pub how: DoneHow,
    /// With `other` alone: up to 200 characters in one line.
    #[serde(default)]
    pub words: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct TaskDone {
    pub done: bool,
}

#[utoipa::path(post, path = "/api/inbox/{row}/done", tag = "staff",
    params(("row" = String, Path)), request_body = DoneTask, responses(
    (status = 200, body = TaskDone),
    (status = 404, description = "No such task"),
    (status = 409, description = "A picture is done by looking at it"),
    (status = 422, description = "It does not say what was done"),
))]
pub async fn finish_task(app: App, request: Request) -> Result<Reply, Failure> {
    DOOR.open(app, request, finish).await
}

async fn finish(app: App, request: Request, signed_in: SignedIn) -> Result<Reply, Failure> {
    let now = app.now();
    signed_in.must_be(Role::CareTeam)?;
    let operation = signed_in.operation(CAPTURE_PURPOSE)?;
    let row_id = id_in_path(&request, "row", "task")?;
    let Some((team, row)) = own_row(&app, &signed_in, row_id).await? else {
        return Err(problems::no_such("task").into());
    };
    if matches!(row.kind, InboxKind::Item | InboxKind::Words) {
        let words = "Open the picture: it leaves the inbox when your team has seen it.";
        return Err(problems::not_in_this_state(words).into());
    }
    let done: DoneTask = request.json()?;
    let words = words_of(&done)?;
    let mut about = vec![("row", row_id), ("how", done.how.as_str())];
    about.extend(words.as_deref().map(|words| ("words", words)));
    let fact = format!("done-{row_id}");
    if let Some(patient) = &row.patient {
        let mut told = false;
        for _ in 0..DECISIONS {
            let record = Record::open(&app, patient, now).await?;
            if record.read::<Patient>(PATIENT).await?.is_none() {
                told = true;
                break;
            }
            let committed =
                record.commit(&operation, "task-done", &about, vec![], Some(&fact)).await?;
            if committed.settled() {
                told = true;
                break;
            }
        }
        if !told {
            return Err(too_busy());
        }
    } else {
        let event = NewEvent { operation: &operation, what: "task-done", about: &about };
        Looks::of(&app, &signed_in, now).tell(event, &fact).await?;
    }
    take_away(&app, &signed_in.controller.controller, &team, row_id).await?;
    Ok(Reply::ok(&TaskDone { done: true }))
}

/// The words that belong to what was done, and only to "other".
fn words_of(done: &DoneTask) -> Result<Option<String>, Failure> {
    let refused = |words: String| problems::wrong_fields(vec![("words".into(), words)]);
    let given = done.words.as_deref().unwrap_or_default();
    match (done.how, FreeText::line(given, LONGEST)) {
        (DoneHow::Other, Ok(words)) => Ok(Some(words.into())),
        (DoneHow::Other, Err(NotFreeText::Missing)) => {
            Err(refused("Say in a few words what was done".to_owned()).into())
        }
        (DoneHow::Other, Err(why)) => Err(refused(why.to_string()).into()),
        (_, Err(NotFreeText::Missing)) => Ok(None),
        _ => Err(refused("Choose Other to say it in words".to_owned()).into()),
    }
}

/// The row, in whichever of the caller's inboxes it stands.
async fn own_row(
    app: &App,
    signed_in: &SignedIn,
    row: &str,
) -> Result<Option<(String, InboxRow)>, Failure> {
    for team in &signed_in.staff.teams {
        let inbox = inbox_of(&signed_in.controller.controller, team);
        if let Some(found) = stored(app.documents.get(Container::Inbox, &inbox, row).await)? {
            return Ok(Some((team.clone(), stored(found.read())?)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use domain::ports::documents::{Query, list_all};
    use domain::record::EVENT;
    use jiff::Timestamp;
    use serde_json::{Value, json};

    use super::*;
    use crate::inbox::tell_team;
    use crate::patient_page::PatientPage;
    use crate::testing::{ASHA, TestApp, status};

    async fn task(test: &TestApp, patient: Option<&str>) -> String {
        let row = InboxRow {
            kind: InboxKind::Declined,
            at: Timestamp::from_second(1).unwrap(),
            controller: "riverside".into(),
            patient: patient.map(str::to_owned),
            request: None,
            item: None,
            detail: None,
        };
        tell_team(&test.app, "wound-care", "a-request", &row).await.unwrap()
    }

    async fn done(test: &TestApp, row: &str, said: &Value) -> Result<Reply, Failure> {
        finish_task(test.app.clone(), TestApp::staff_at(ASHA, &[("row", row)], said)).await
    }

    #[tokio::test]
    async fn what_was_done_is_asked_for_and_until_it_is_said_the_task_stays() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let row = task(&test, None).await;
        for said in [
            json!({}),
            json!({ "how": "nothing" }),
            json!({ "how": "other" }),
            json!({ "how": "other", "words": " " }),
            json!({ "how": "other", "words": "x".repeat(201) }),
            json!({ "how": "phoned", "words": "and more" }),
        ] {
            let refused = done(&test, &row, &said).await.unwrap_err();
            assert!([400, 422].contains(&status(&refused)), "{said}");
        }
        assert_eq!(test.inbox("riverside", "wound-care").await, ["declined"]);
    }

    #[tokio::test]
    async fn the_record_says_what_was_done_and_by_whom() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let page = PatientPage::asked_for(&test, 1).await;
        let row = task(&test, Some(&page.patient)).await;
        done(&test, &row, &json!({ "how": "other", "words": "Her son came in" })).await.unwrap();
        assert_eq!(test.inbox("riverside", "wound-care").await, Vec::<String>::new());
        let query = Query::prefix(EVENT);
        let found = list_all(&*test.app.documents, Container::Patients, &page.patient, query).await;
        let event = found.unwrap().pop().unwrap().body;
        assert_eq!(event["name"], "task-done");
        let told = event.to_string();
        assert!(told.contains("other") && told.contains("Her son came in"), "{told}");
    }

    #[tokio::test]
    async fn a_task_about_no_patient_leaves_its_trace_with_whoever_did_it() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let row = task(&test, None).await;
        done(&test, &row, &json!({ "how": "phoned" })).await.unwrap();
        let told = test.look_events(ASHA).await.last().unwrap().clone();
        assert_eq!(told["name"], "task-done");
        assert!(told.to_string().contains("phoned"), "{told}");
    }
}
