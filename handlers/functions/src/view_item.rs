//! `view-item`: a picture opens for a member of the capturing team; every look is an event (R8).
//!
//! Trigger: HTTP POST /api/patients/{patient}/items/{item}/view. Touches: the record, and with the
//! first look the row in the team's inbox and when the team looked last.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::look_again::{Place, Pointer};
use domain::record::item::Item;
use domain::record::patient::Keeping;
use domain::record::request::CaptureRequest;
use domain::record::{ITEM, REQUEST, document_id};
use domain::register::staff::Role;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::as_staff::StaffDoor;
use crate::inbox::{inbox_of, take_away};
use crate::last_review::keep_review;
use crate::ledger::look_again;
use crate::looks::look_of;
use crate::own_patient::{id_in_path, own_patient};
use crate::problems;
use crate::record::{DECISIONS, Record, too_busy};
use crate::session::CAPTURE_PURPOSE;
use crate::sign_in::staff::SignedIn;
use crate::signed_views::{sign_picture, view_ends};
use crate::words_row::{take_away_if_seen, words_row_of};

const DOOR: StaffDoor = StaffDoor { function: "view-item", purpose: CAPTURE_PURPOSE };

pub fn function() -> Function<App> {
    let route = "api/patients/{patient}/items/{item}/view";
    Function::http("view-item", &[Method::POST], route, view_item)
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// Straight from storage; works for five minutes.
    pub url: String,
    #[schema(value_type = String)]
    pub expires_at: Timestamp,
    pub content_type: String,
    /// Of the bytes behind the URL.
    pub sha256: String,
}

#[utoipa::path(post, path = "/api/patients/{patient}/items/{item}/view", tag = "staff",
    params(("patient" = String, Path), ("item" = String, Path)), responses(
    (status = 200, body = View), (status = 404, description = "No such picture"),
))]
pub async fn view_item(app: App, request: Request) -> Result<Reply, Failure> {
    DOOR.open(app, request, view).await
}

async fn view(app: App, request: Request, signed_in: SignedIn) -> Result<Reply, Failure> {
    let now = app.now();
    signed_in.must_be(Role::CareTeam)?;
    let operation = signed_in.operation(CAPTURE_PURPOSE)?;
    let patient_id = id_in_path(&request, "patient", "picture")?;
    let item_id = id_in_path(&request, "item", "picture")?;
    let look = look_of(&request.invocation);
    for _ in 0..DECISIONS {
        let record = Record::open(&app, patient_id, now).await?;
        let patient = own_patient(&record, &signed_in).await?;
        let item = record
            .read::<Item>(&document_id(ITEM, item_id))
            .await?
            .filter(|item| {
                item.value.keeping == Keeping::Kept && signed_in.staff.is_in(&item.value.team)
            })
            .ok_or_else(|| problems::no_such("picture"))?;
        if patient.value.restricted {
            return Err(problems::restricted().into());
        }
        let first = item.value.first_viewed_at.is_none();
        let mut changes = Vec::new();
        if first {
            let (controller, team) = (&patient.value.controller, &item.value.team);
            let inbox = inbox_of(controller, team);
            let mut rows = vec![Pointer::new(Place::Inbox, &inbox, &item.value.inbox_row)];
            let asked = document_id(REQUEST, &item.value.request);
            if let Some(capture) = record.read::<CaptureRequest>(&asked).await? {
                rows.push(Pointer::new(Place::Inbox, &inbox, words_row_of(&capture.value)));
            }
            let name = format!("viewed-{item_id}");
            look_again(&app, patient_id, &name, rows, now).await?;
            let seen = Item { first_viewed_at: Some(now), ..item.value.clone() };
            changes.push(item.replace(&seen)?);
        }
        let about = [("item", item_id)];
        if record.commit(&operation, "item-viewed", &about, changes, Some(&look)).await?.settled() {
            let item = item.value;
            let controller = &patient.value.controller;
            if first {
                keep_review(&app, controller, &item.team, now).await?;
            }
            // Readers of the inbox skip a row whose item was seen. After a crash here it stands
            // until the night.
            take_away(&app, controller, &item.team, &item.inbox_row).await?;
            if first {
                let record = Record::open(&app, patient_id, now).await?;
                take_away_if_seen(&app, &record, &item.request).await?;
            }
            return Ok(Reply::ok(&View {
                url: sign_picture(&app, &signed_in.staff, &item, now).await?,
                expires_at: view_ends(now),
                content_type: item.content_type,
                sha256: item.sha256,
            }));
        }
    }
    Err(too_busy())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::patient_page::PatientPage;
    use crate::testing::{ASHA, TestApp, body};

    // R50: one picture, reading only, five minutes.
    #[tokio::test]
    async fn a_look_signs_for_reading_one_picture_for_five_minutes() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let item = page.sent(&media::testing::camera_jpeg(32, 32)).await;
        page.file(&item).await;
        let at = [("patient", page.patient.as_str()), ("item", item.as_str())];
        let call = TestApp::staff_at(ASHA, &at, &json!({}));
        let view = body(&view_item(test.app.clone(), call).await.unwrap());
        let url = view["url"].as_str().unwrap();
        let (path, query) = url.split_once('?').unwrap();
        let blob = format!("/records/{}%2F{item}%2Fpicture", page.patient);
        assert!(path.ends_with(&blob), "{path}");
        assert!(query.split('&').any(|parameter| parameter == "sp=r"), "{query}");
        assert_eq!(view["expiresAt"], "2026-11-22T09:05:00Z");
        assert_eq!(page.count_events("item-viewed").await, 1);
        assert_eq!(page.inbox().await, Vec::<String>::new(), "the first look takes it out");
    }
}
