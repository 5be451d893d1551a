//! Putting a row into a team's inbox. A row is a pointer: it is written before the fact, says the
//! same however often it is told, and is skipped by readers where the fact never came.

use custom_handler::Failure;
use domain::inbox_row::{InboxKind, InboxRow, row_id};
use domain::look_again::{Place, Pointer};
use domain::ports::documents::{Change, Container};
use domain::record::request::CaptureRequest;
use domain::record::upload::Upload;
use jiff::Timestamp;

use crate::app::{App, stored};
use crate::ledger::look_again;

/// Puts the row about `about` (an item, upload, request or message id) into the team's inbox.
pub async fn tell_team(
    app: &App,
    team: &str,
    about: &str,
    row: &InboxRow,
) -> Result<String, Failure> {
    let id = row_id(row.kind, row.at, about);
    put_row(app, team, &id, row).await?;
    Ok(id)
}

/// Where a row of [`tell_team`] will stand.
pub fn pointer_to(team: &str, about: &str, row: &InboxRow) -> Pointer {
    let id = row_id(row.kind, row.at, about);
    Pointer::new(Place::Inbox, inbox_of(&row.controller, team), id)
}

/// The same before its fact: the night takes the row back where the fact did not come.
pub async fn tell_team_early(
    app: &App,
    team: &str,
    id: &str,
    row: &InboxRow,
    now: Timestamp,
) -> Result<(), Failure> {
    if let Some(patient) = &row.patient {
        let pointer = Pointer::new(Place::Inbox, inbox_of(&row.controller, team), id);
        look_again(app, patient, id, vec![pointer], now).await?;
    }
    put_row(app, team, id, row).await
}

/// Puts a row under an id that does not hang on the moment: whoever tells the same, now or later,
/// makes the same row.
pub async fn put_row(app: &App, team: &str, id: &str, row: &InboxRow) -> Result<(), Failure> {
    let change = vec![stored(Change::put(id, row))?];
    let inbox = inbox_of(&row.controller, team);
    stored(app.documents.commit(Container::Inbox, &inbox, change).await).map(drop)
}

/// Takes a row away; one that is gone already is fine.
pub async fn take_away(app: &App, controller: &str, team: &str, id: &str) -> Result<(), Failure> {
    let inbox = inbox_of(controller, team);
    let Some(found) = stored(app.documents.get(Container::Inbox, &inbox, id).await)? else {
        return Ok(());
    };
    match app.documents.commit(Container::Inbox, &inbox, vec![Change::delete(&found)]).await {
        Err(error) if !error.is_race() => stored(Err(error)),
        _ => Ok(()),
    }
}

/// Takes away the word that this photo could not be filed, now that it is settled.
pub async fn take_away_unfiled(
    app: &App,
    capture: &CaptureRequest,
    upload: &Upload,
) -> Result<(), Failure> {
    let id = row_id(InboxKind::Poisoned, upload.granted_at, &upload.upload);
    take_away(app, &capture.controller, &capture.team, &id).await
}

/// The partition of a team's inbox: team ids are the controller's own, so its id goes in front.
pub fn inbox_of(controller: &str, team: &str) -> String {
    format!("{controller}.{team}")
}
