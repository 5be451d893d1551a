//! `show-patient`: details for the controller; requests, items and notes for the own teams alone.
//!
//! Trigger: HTTP GET /api/patients/{patient}. Touches: the record: every opening is an event, and so is
//! listing thumbnails, whose short read URLs it signs. Both are told once an invocation.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::london::day_of;
use domain::purpose::Purpose;
use domain::record::consent::Consent;
use domain::record::item::Item;
use domain::record::note::Note;
use domain::record::patient::Keeping;
use domain::record::request::CaptureRequest;
use domain::record::{CONSENT, ITEM, NOTE, REQUEST, document_id};
use domain::register::staff::{Role, Staff};
use jiff::Timestamp;

use crate::app::App;
use crate::as_staff::StaffDoor;
use crate::looks::look_of;
use crate::own_patient::{id_in_path, own_patient};
use crate::patient_shown::{ItemShown, PatientShown, note_shown, request_shown, taken_by};
use crate::problems;
use crate::record::{DECISIONS, NewEvent, Record, too_busy};
use crate::session::CAPTURE_PURPOSE;
use crate::sign_in::staff::SignedIn;
use crate::signed_views::sign_thumbnail;
use crate::staff_names::StaffNames;
use crate::takes_texts::is_confirmed;
use crate::text_shown::text_shown;

const DOOR: StaffDoor = StaffDoor { function: "show-patient", purpose: Purpose::Identify };

pub fn function() -> Function<App> {
    Function::http("show-patient", &[Method::GET], "api/patients/{patient}", show_patient)
}

#[utoipa::path(get, path = "/api/patients/{patient}", tag = "staff",
    params(("patient" = String, Path)), responses(
    (status = 200, body = PatientShown), (status = 404, description = "No such patient"),
))]
pub async fn show_patient(app: App, request: Request) -> Result<Reply, Failure> {
    DOOR.open(app, request, show).await
}

async fn show(app: App, request: Request, signed_in: SignedIn) -> Result<Reply, Failure> {
    let now = app.now();
    signed_in.must_be(Role::CareTeam)?;
    let identify = signed_in.operation(Purpose::Identify)?;
    // R33: pictures, notes and what was asked are another purpose; without it only who it is.
    let condition = signed_in.operation(CAPTURE_PURPOSE).ok();
    let patient_id = id_in_path(&request, "patient", "patient")?;
    let look = look_of(&request.invocation);
    for _ in 0..DECISIONS {
        let record = Record::open(&app, patient_id, now).await?;
        let patient = own_patient(&record, &signed_in).await?.value;
        if patient.restricted {
            return Err(problems::restricted().into());
        }
        let may_see = |team: &str| condition.is_some() && signed_in.staff.is_in(team);
        let items = own_items(&record, may_see).await?;
        let mut shown = Vec::with_capacity(items.len());
        for item in items {
            shown.push(item_shown(&app, &signed_in.staff, &record, item, now).await?);
        }
        let listed = shown.len().to_string();
        let mut names = StaffNames::of(&app, &signed_in.controller.controller);
        let mut requests = Vec::new();
        for found in record.list::<CaptureRequest>(REQUEST).await?.into_iter().rev() {
            if may_see(&found.value.team) {
                let asked_by = names.name(&found.value.created_by).await?;
                requests.push(request_shown(found.value, asked_by, now));
            }
        }
        let notes = record.list::<Note>(NOTE).await?.into_iter().rev();
        let notes = notes.filter(|note| may_see(&note.value.team));
        let mobile_confirmed = is_confirmed(&app, &patient).await?;
        let page = PatientShown {
            version: patient.version,
            text_message: text_shown(&app, patient.details.told_first_name().as_ref())?,
            given_name: patient.details.given_names().to_owned(),
            family_name: patient.details.family_name.as_str().to_owned(),
            date_of_birth: patient.details.date_of_birth.date().to_string(),
            age: patient.details.date_of_birth.age_on(day_of(now)),
            nhs_number: patient.details.nhs_number.map(|number| number.to_string()),
            nhs_number_status: patient.details.nhs_number_status,
            gp_practice: patient.details.gp_practice.map(|gp| gp.code().to_owned()),
            mobile: patient.details.mobile.as_ref().map(|mobile| mobile.e164().to_owned()),
            mobile_confirmed,
            email: patient.details.email.map(|email| email.as_str().to_owned()),
            source: patient.details.source,
            kept_until: patient.due.to_string(),
            patient: patient.patient,
            requests,
            notes: notes.map(|found| note_shown(found.value)).collect(),
            items: shown,
        };
        let mut events =
            vec![NewEvent { operation: &identify, what: "patient-opened", about: &[] }];
        // Thumbnails are pictures, and those are another purpose's: listing them is an event of its own.
        let about = [("items", listed.as_str())];
        if let Some(operation) = condition.as_ref().filter(|_| !page.items.is_empty()) {
            events.push(NewEvent { operation, what: "items-listed", about: &about });
        }
        if record.commit_all(&events, vec![], Some(&look)).await?.settled() {
            return Ok(Reply::ok(&page));
        }
    }
    Err(too_busy())
}

/// Newest first, kept, of the teams that the caller may see.
async fn own_items(
    record: &Record<'_>,
    may_see: impl Fn(&str) -> bool,
) -> Result<Vec<Item>, Failure> {
    let items = record.list::<Item>(ITEM).await?.into_iter().rev().map(|found| found.value);
    let own = |item: &Item| item.keeping == Keeping::Kept && may_see(&item.team);
    Ok(items.filter(own).collect())
}

async fn item_shown(
    app: &App,
    viewer: &Staff,
    record: &Record<'_>,
    item: Item,
    now: Timestamp,
) -> Result<ItemShown, Failure> {
    let consent = record.read::<Consent>(&document_id(CONSENT, &item.consent)).await?;
    Ok(ItemShown {
        taken_by: consent.map(|consent| taken_by(consent.value.by)),
        source: item.source,
        thumbnail_url: sign_thumbnail(app, viewer, &item, now).await?,
        item: item.item,
        request: item.request,
        team: item.team,
        kind: "photo",
        body_site: item.body_site.as_str().to_owned(),
        laterality: item.laterality.as_str().to_owned(),
        captured_at: item.captured_at,
        file_says_taken_at: item.file_says_taken_at,
        filed_at: item.filed_at,
        sha256: item.sha256,
        sent_sha256: item.sent_sha256,
        content_type: item.content_type,
        bytes: item.bytes,
        width: item.width,
        height: item.height,
        orientation: item.orientation,
        removed: item.removed,
        kept_until: item.due.to_string(),
        first_viewed_at: item.first_viewed_at,
    })
}

#[cfg(test)]
mod tests {
    use domain::ports::documents::{Change, Container, Documents as _};
    use media::testing::camera_jpeg;
    use serde_json::{Value, json};

    use super::*;
    use crate::patient_page::PatientPage;
    use crate::testing::{ASHA, TestApp, body};

    async fn show(test: &TestApp, patient: &str) -> Value {
        let call = TestApp::staff_at(ASHA, &[("patient", patient)], &json!({}));
        body(&show_patient(test.app.clone(), call).await.unwrap())
    }

    #[tokio::test]
    async fn a_request_says_who_asked_our_word_and_since_when_its_text_is_so() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let patient = test.add_patient().await;
        let new = json!({ "purpose": "To see how your knee heals", "bodySite": "knee",
            "laterality": "left", "photos": 1, "note": "In daylight, please." });
        let call = TestApp::staff_at(ASHA, &[("patient", &patient)], &new);
        crate::request_capture::request_capture(test.app.clone(), call).await.unwrap();
        let request = show(&test, &patient).await["requests"][0].clone();
        assert_eq!(request["askedBy"], "Asha Rowan");
        assert_eq!(request["note"], "In daylight, please.");
        assert_eq!((&request["text"], &request["textAt"]), (&json!("created"), &json!(test.now())));

        let id = document_id(REQUEST, request["request"].as_str().unwrap());
        let mut left = test.document(&patient, &id).await.unwrap();
        left["createdBy"] = json!("somebody-who-left");
        let put = vec![Change::put(&id, &left).unwrap()];
        test.store.commit(Container::Patients, &patient, put).await.unwrap();
        assert_eq!(show(&test, &patient).await["requests"][0].get("askedBy"), None);
    }

    #[tokio::test]
    async fn a_picture_says_where_it_came_from_and_who_agreed_to_it() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let upload = page.sent(&camera_jpeg(32, 32)).await;
        page.file(&upload).await;
        let mut carer = PatientPage::asked_again(&test, &page.patient, 1).await;
        carer.identify().await;
        let by = json!({ "who": "parent-or-carer", "name": "Cy Bell", "relation": "father" });
        carer.choose(&json!({ "version": "2026-11", "given": true, "by": by })).await.unwrap();
        let chosen = carer.sent_as_file(&camera_jpeg(48, 32)).await;
        carer.file(&chosen).await;

        let items = show(&test, &page.patient).await["items"].clone();
        let of = |id: &str| {
            items.as_array().unwrap().iter().find(|item| item["item"] == id).unwrap().clone()
        };
        assert_eq!(of(&upload)["source"], "camera");
        assert_eq!(of(&upload)["takenBy"], json!({ "who": "patient" }));
        assert_eq!(of(&chosen)["source"], "file");
        let father = json!({ "who": "parent-or-carer", "relation": "father" });
        assert_eq!(of(&chosen)["takenBy"], father);
    }

    #[tokio::test]
    async fn the_text_that_would_be_sent_is_shown_with_its_length_r43() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let patient = test.add_patient().await;
        let message = show(&test, &patient).await["textMessage"].clone();
        let text = message["text"].as_str().unwrap();
        assert!(text.starts_with("Ada, your care team asks you for photos: http"), "{text}");
        assert!(text.ends_with("/r#•••••-•••••-•••••-•••••-••••••"), "{text}");
        assert_eq!(message["length"], text.chars().count());
    }
}
