//! `finish-task`: a task of the inbox is done; a picture's row goes with its first view instead.
//!
//! Trigger: HTTP POST /api/inbox/{row}/done. Touches: the record (one event), the inbox.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::inbox_row::{InboxKind, InboxRow};
use domain::ports::documents::Container;
use domain::record::PATIENT;
use domain::record::patient::Patient;
use domain::register::staff::Role;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{App, stored};
use crate::as_staff::StaffDoor;
use crate::inbox::{inbox_of, take_away};
use crate::own_patient::id_in_path;
use crate::problems;
use crate::record::{DECISIONS, Record, too_busy};
use crate::session::CAPTURE_PURPOSE;
use crate::sign_in::staff::SignedIn;

const DOOR: StaffDoor = StaffDoor { function: "finish-task", purpose: CAPTURE_PURPOSE };

pub fn function() -> Function<App> {
    Function::http("finish-task", &[Method::POST], "api/inbox/{row}/done", finish_task)
}

#[derive(Serialize, ToSchema)]
pub struct TaskDone {
    pub done: bool,
}

#[utoipa::path(post, path = "/api/inbox/{row}/done", tag = "staff",
    params(("row" = String, Path)), responses(
    (status = 200, body = TaskDone),
    (status = 404, description = "No such task"),
    (status = 409, description = "A picture is done by looking at it"),
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
    if row.kind == InboxKind::Item {
        let words = "Open the picture: it leaves the inbox when your team has seen it.";
        return Err(problems::not_in_this_state(words).into());
    }
    if let Some(patient) = &row.patient {
        let mut told = false;
        for _ in 0..DECISIONS {
            let record = Record::open(&app, patient, now).await?;
            if record.read::<Patient>(PATIENT).await?.is_none() {
                told = true;
                break;
            }
            let about = [("row", row_id)];
            let fact = format!("done-{row_id}");
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
    }
    take_away(&app, &signed_in.controller.controller, &team, row_id).await?;
    Ok(Reply::ok(&TaskDone { done: true }))
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
