//! `correct-patient`: staff correct the details; what they were stays in the history (R20).
//!
//! Trigger: HTTP PUT /api/patients/{patient}. Touches: NHS number reservation, search row,
//! `incoming` (a look), record. The caller names the version it saw: a stale one changes nothing.
//! The number is reserved before the record says it; the search row follows the record. After a
//! decision, settled or lost, both say what the record says, and a row of the ledger has the night
//! look again. A changed mobile number ends what was texted to the old one; confirming a number that
//! somebody declined lets texts go there again.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::capture_request::{Delivery, RequestState};
use domain::free_text::{FreeText, NotFreeText};
use domain::london::day_of;
use domain::look_again::{Place, Pointer};
use domain::mobile::Mobile;
use domain::ports::documents::Change;
use domain::purpose::Purpose;
use domain::record::history::History;
use domain::record::patient::Patient;
use domain::record::request::CaptureRequest;
use domain::record::{HISTORY, REQUEST, document_id};
use domain::register;
use domain::register::controller::Controller;
use domain::register::staff::Role;
use domain::who_may_end::Ending;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tracing::warn;
use utoipa::ToSchema;

use crate::app::{App, stored};
use crate::as_staff::StaffDoor;
use crate::details_form::DetailsForm;
use crate::healing::register_rows::{numbers_of, say_what_the_record_says};
use crate::ledger::look_again;
use crate::own_patient::{id_in_path, own_patient};
use crate::problems;
use crate::record::{DECISIONS, Record, too_busy};
use crate::request_uploads::{end_addresses, uploads_of};
use crate::reserve_number::{Reserved, give_back, reserve_number, reserved_for};
use crate::seen::seen_today;
use crate::session::delete_row;
use crate::sign_in::staff::SignedIn;

const DOOR: StaffDoor = StaffDoor { function: "correct-patient", purpose: Purpose::Identify };

pub fn function() -> Function<App> {
    Function::http("correct-patient", &[Method::PUT], "api/patients/{patient}", correct_patient)
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Correction {
    /// The version that show-patient gave.
    pub version: u64,
    /// Why, 1 to 200 characters; stands in the history.
    pub reason: String,
    /// True: the mobile number was checked with the patient.
    #[serde(default)]
    pub confirm_mobile: bool,
    /// All details as they should be.
    #[serde(flatten)]
    pub details: DetailsForm,
}

#[derive(Serialize, ToSchema)]
pub struct Corrected {
    pub version: u64,
}

#[utoipa::path(put, path = "/api/patients/{patient}", tag = "staff",
    params(("patient" = String, Path)), request_body = Correction, responses(
    (status = 200, body = Corrected),
    (status = 404, description = "No such patient"),
    (status = 409, description = "Changed meanwhile, or the NHS number is another patient's"),
    (status = 422, description = "`errors` names each wrong field"),
))]
pub async fn correct_patient(app: App, request: Request) -> Result<Reply, Failure> {
    DOOR.open(app, request, correct).await
}

async fn correct(app: App, request: Request, signed_in: SignedIn) -> Result<Reply, Failure> {
    let now = app.now();
    signed_in.must_be(Role::CareTeam)?;
    let operation = signed_in.operation(Purpose::Identify)?;
    let patient_id = id_in_path(&request, "patient", "patient")?;
    let correction: Correction = request.json()?;
    let controller = &signed_in.controller.controller;
    let cause = app.id(now);
    let mut reserved: Option<Reserved> = None;
    for _ in 0..DECISIONS {
        let record = Record::open(&app, patient_id, now).await?;
        let before = own_patient(&record, &signed_in).await?;
        let details = correction.details.parse(
            app.settings.deployment,
            texts_abroad(&signed_in.controller, &before.value),
            day_of(now),
        )?;
        let reason = FreeText::line(&correction.reason, 200).map_err(|refused| {
            let words = match refused {
                NotFreeText::HiddenSign => refused.to_string(),
                _ => "Say why in 1 to 200 characters".to_owned(),
            };
            problems::wrong_fields(vec![("reason".into(), words)])
        })?;
        if before.value.version != correction.version {
            if let Some(reserved) = &reserved {
                give_back(&app, controller, reserved, patient_id).await?;
            }
            say_what_the_record_says(&app, &before.value, &[], now).await?;
            return Err(problems::changed_meanwhile("patient's details").into());
        }
        let is_renumbered = details.nhs_number != before.value.details.nhs_number;
        let numbers = numbers_of(&app, controller, &[&before.value.details, &details]).await?;
        look_again_at(&app, &before.value, &cause, &numbers, now).await?;
        let old = match &before.value.details.nhs_number {
            Some(old) if is_renumbered => reserved_for(&app, controller, old, patient_id).await?,
            _ => None,
        };
        if let Some(number) = &details.nhs_number
            && is_renumbered
        {
            reserved = Some(reserve_number(&app, controller, number, patient_id, now).await?);
        }

        let moved = details.mobile != before.value.details.mobile;
        let seen = seen_today(&app, &signed_in.controller, &before.value, now).await?;
        let after = Patient {
            version: before.value.version + 1,
            details: details.clone(),
            number_checked: correction.confirm_mobile || !moved && before.value.number_checked,
            mobile_confirmed: moved || correction.confirm_mobile || before.value.mobile_confirmed,
            ..seen
        };
        let history = History {
            version: before.value.version,
            details: before.value.details.clone(),
            at: now,
            by: signed_in.staff.subject.clone(),
            reason: reason.into(),
        };
        let mut changes = vec![
            before.replace(&after)?,
            stored(Change::create(
                document_id(HISTORY, &format!("{:06}", history.version)),
                &history,
            ))?,
        ];
        let mut sessions = Vec::new();
        if moved {
            let (ended, of_them) = end_what_was_texted(&app, &record, patient_id, now).await?;
            changes.extend(ended);
            sessions = of_them;
        }
        let version = after.version.to_string();
        let about = [("version", version.as_str())];
        if record.commit(&operation, "patient-corrected", &about, changes, None).await?.settled() {
            for session in sessions {
                delete_row(&app, &session).await?;
            }
            let followed = follow(&app, &after, old.as_ref(), &numbers, now).await;
            if let Err(failure) = followed {
                // It is corrected: the night does the rest.
                warn!(why = failure.log(), "the register does not follow a correction yet");
            }
            return Ok(Reply::ok(&Corrected { version: after.version }));
        }
    }
    Err(too_busy())
}

/// A record that has a number from abroad keeps it, whatever the controller decided since: another
/// field can still be corrected, and nothing is texted there.
fn texts_abroad(controller: &Controller, before: &Patient) -> bool {
    controller.texts_abroad || before.details.mobile.as_ref().is_some_and(Mobile::is_abroad)
}

/// Whoever has the old number must not get in, nor send anything: every code, the session and the
/// upload addresses end of each request that was texted there and may still take photos. One that
/// was sent may be opened again by a refused photo. A link given in the room went to no number.
async fn end_what_was_texted(
    app: &App,
    record: &Record<'_>,
    patient: &str,
    now: Timestamp,
) -> Result<(Vec<Change>, Vec<String>), Failure> {
    let (mut changes, mut sessions, mut uploads) = (Vec::new(), Vec::new(), Vec::new());
    for capture in record.list::<CaptureRequest>(REQUEST).await? {
        let before = &capture.value;
        let takes_photos = matches!(before.state, RequestState::Open | RequestState::Submitted);
        if !takes_photos || before.delivery != Delivery::Text {
            continue;
        }
        let after = before.after(Ending::NumberChanged, before.generation.saturating_add(1));
        // The next number may be the wrong one too, and its holder must be able to say so.
        changes.push(capture.replace(&CaptureRequest { identified_at: None, ..after })?);
        uploads.extend(uploads_of(app, patient, &before.request).await?);
        sessions.extend(before.session.clone());
    }
    changes.extend(end_addresses(app, &uploads, now).await?);
    Ok((changes, sessions))
}

/// The register follows the record: the old number is free, the rows say what the record says.
async fn follow(
    app: &App,
    patient: &Patient,
    old: Option<&Reserved>,
    numbers: &[String],
    now: Timestamp,
) -> Result<(), Failure> {
    if let Some(old) = old {
        give_back(app, &patient.controller, old, &patient.patient).await?;
    }
    say_what_the_record_says(app, patient, numbers, now).await
}

/// The rows that this correction may leave behind: the search row, the old and the new number.
async fn look_again_at(
    app: &App,
    patient: &Patient,
    cause: &str,
    numbers: &[String],
    now: Timestamp,
) -> Result<(), Failure> {
    let search_row = format!("{}{}", register::PATIENT, patient.patient);
    let rows = numbers.iter().cloned().chain([search_row]);
    let pointer = |id| Pointer::new(Place::Register, &patient.controller, id);
    look_again(app, &patient.patient, cause, rows.map(pointer).collect(), now).await
}

#[cfg(test)]
mod tests {
    use domain::ports::documents::{Container, Documents as _, Query, Stored, list_all};
    use domain::record::PATIENT;
    use serde_json::{Value, json};

    use crate::patient_page::PatientPage;
    use crate::testing::{ASHA, TestApp, status};

    fn correction(changes: &Value) -> Value {
        let mut form = json!({ "version": 1, "reason": "A typing error", "givenName": "Ada",
            "familyName": "Bell", "dateOfBirth": "1980-02-29", "mobile": "07700 900123" });
        for (key, value) in changes.as_object().unwrap() {
            form[key] = value.clone();
        }
        form
    }

    async fn correct(app: &TestApp, patient: &str, changes: &Value) -> Result<(), u16> {
        let request = TestApp::staff_at(ASHA, &[("patient", patient)], &correction(changes));
        let reply = super::correct_patient(app.app.clone(), request).await;
        reply.map(drop).map_err(|failure| status(&failure))
    }

    #[tokio::test]
    async fn the_old_value_stays_in_the_history_with_who_and_why() {
        // R20.
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let patient = app.add_patient().await;
        correct(&app, &patient, &json!({ "familyName": "Bells" })).await.unwrap();
        let kept = app.document(&patient, "history-000001").await.unwrap();
        assert_eq!(kept["details"]["familyName"], "Bell");
        assert_eq!((&kept["by"], &kept["reason"]), (&json!(ASHA), &json!("A typing error")));
        assert_eq!(app.find("Bells").await, [patient]);
        assert!(app.find("Bell").await.is_empty());
    }

    #[tokio::test]
    async fn a_stale_version_changes_nothing() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let patient = app.add_patient().await;
        correct(&app, &patient, &json!({ "familyName": "Bells" })).await.unwrap();
        assert_eq!(correct(&app, &patient, &json!({ "familyName": "Bill" })).await, Err(409));
        assert!(app.find("Bill").await.is_empty());
    }

    #[tokio::test]
    async fn a_corrected_nhs_number_frees_the_old_one() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let number = json!({ "nhsNumber": "999 000 0018" });
        let patient = app.add_patient_as(ASHA, &number).await.unwrap();
        correct(&app, &patient, &json!({ "nhsNumber": "999 000 0026" })).await.unwrap();
        let other = app.add_patient_as(ASHA, &number).await.unwrap();
        let taken = correct(&app, &other, &json!({ "nhsNumber": "999 000 0026" })).await;
        assert_eq!(taken, Err(409));
    }

    /// Ids of the register's rows of one kind.
    async fn rows(app: &TestApp, prefix: &str) -> Vec<Stored> {
        let query = Query::prefix(prefix);
        list_all(&app.store, Container::Register, "riverside", query).await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_three_corrections_at_once_no_name_and_no_number_of_a_loser_stays() {
        for _ in 0..5 {
            let app = TestApp::at("2026-11-22T10:00:00Z").await;
            let numbered = json!({ "nhsNumber": "999 000 0018" });
            let patient = app.add_patient_as(ASHA, &numbered).await.unwrap();
            let wishes =
                [("Bells", "9990000026"), ("Bellow", "9990000034"), ("Bill", "9990000042")];
            let calls = wishes.map(|(name, number)| {
                let wish = correction(&json!({ "familyName": name, "nhsNumber": number }));
                let call = TestApp::staff_at(ASHA, &[("patient", &patient)], &wish);
                tokio::spawn(super::correct_patient(app.app.clone(), call))
            });
            let mut corrected = 0;
            for call in calls {
                corrected += usize::from(call.await.unwrap().is_ok());
            }
            assert_eq!(corrected, 1);
            let kept = app.document(&patient, PATIENT).await.unwrap();
            let name = kept["familyName"].as_str().unwrap();
            let row = rows(&app, "patient-").await.remove(0);
            assert_eq!(row.body["familyName"], name);
            assert_eq!(app.find(name).await, [patient.as_str()]);
            assert_eq!(rows(&app, "number-").await.len(), 1, "the record's own");
            for (_, number) in wishes.iter().filter(|(other, _)| *other != name) {
                assert!(app.find(number).await.is_empty());
                let other = json!({ "nhsNumber": number });
                app.add_patient_as(ASHA, &other).await.unwrap();
            }
        }
    }

    // As a process leaves it that is killed between the record and the register.
    #[tokio::test]
    async fn a_search_finds_nobody_by_a_name_or_number_that_is_not_the_record_s() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let patient = app.add_patient().await;
        let number = "9990000026";
        let lost = domain::nhs_number::NhsNumber::parse(number, app.app.settings.deployment);
        let now = app.now();
        crate::reserve_number::reserve_number(&app.app, "riverside", &lost.unwrap(), &patient, now)
            .await
            .unwrap();
        let row = rows(&app, "patient-").await.remove(0);
        let mut wrong = row.body.clone();
        wrong["familyKey"] = json!("bellow");
        let put = vec![domain::ports::documents::Change::Put { id: row.id, body: wrong }];
        app.store.commit(Container::Register, "riverside", put).await.unwrap();

        assert!(app.find("Bellow").await.is_empty());
        assert!(app.find(number).await.is_empty());
        // Nobody who could still make it theirs is alive then.
        app.pass(jiff::SignedDuration::from_mins(6));
        app.add_patient_as(ASHA, &json!({ "nhsNumber": number })).await.unwrap();
    }

    #[tokio::test]
    async fn a_changed_mobile_leaves_a_link_alone_that_was_given_in_the_room() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let page = PatientPage::given_here(&app, 1).await;
        correct(&app, &page.patient, &json!({ "mobile": "07700 900456" })).await.unwrap();
        page.open().await.unwrap();
    }

    #[tokio::test]
    async fn a_changed_mobile_kills_the_open_links() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let patient = app.add_patient().await;
        let request = app.request_capture(&patient).await;
        correct(&app, &patient, &json!({ "mobile": "07700 900456" })).await.unwrap();
        let capture = app.document(&patient, &format!("request-{request}")).await.unwrap();
        assert_eq!(capture["generation"], 2, "the code of the first generation is dead");
    }

    #[tokio::test]
    async fn the_old_number_takes_nothing_back_once_the_new_one_has_its_link() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let old = PatientPage::asked_for(&app, 1).await;
        correct(&app, &old.patient, &json!({ "mobile": "07700 900456" })).await.unwrap();
        app.pass(jiff::SignedDuration::from_secs(61));
        let at = [("patient", old.patient.as_str()), ("request", old.request.as_str())];
        let call = TestApp::staff_at(ASHA, &at, &json!({}));
        crate::resend_link::resend_link(app.app.clone(), call).await.unwrap();
        let texts = old.stored().await["texts"].clone();
        assert_eq!(status(&old.renew().await.unwrap_err()), 410);
        assert_eq!(status(&old.decline().await.unwrap_err()), 410);
        assert_eq!(old.stored().await["texts"], texts, "no text is sent for the old phone");
        let code = app.code(&old.patient, &old.request).await;
        PatientPage { code, ..old }.open().await.unwrap();
    }

    #[tokio::test]
    async fn what_had_arrived_before_the_number_changed_is_filed_and_nothing_later_is() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let page = PatientPage::agreed(&app, 3).await;
        let arrived = page.granted(&media::testing::camera_jpeg(32, 32)).await;
        let there = media::testing::camera_jpeg(32, 32);
        app.let_arrive(&page.blob(&arrived), there).await;
        let late = page.granted(&media::testing::camera_jpeg(48, 32)).await;
        correct(&app, &page.patient, &json!({ "mobile": "07700 900456" })).await.unwrap();
        app.let_arrive(&page.blob(&late), media::testing::camera_jpeg(48, 32)).await;
        for upload in [&arrived, &late] {
            page.file(upload).await;
        }
        assert_eq!(page.upload_state(&arrived).await, "filed");
        assert_eq!(page.upload_state(&late).await, "removed");
        assert_eq!(page.count_events("item-filed").await, 1);
    }

    #[tokio::test]
    async fn who_gets_the_new_number_by_mistake_may_say_so() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let mut page = PatientPage::identified(&app, 1).await;
        correct(&app, &page.patient, &json!({ "mobile": "07700 900456" })).await.unwrap();
        app.pass(jiff::SignedDuration::from_secs(61));
        let at = [("patient", page.patient.as_str()), ("request", page.request.as_str())];
        let call = TestApp::staff_at(ASHA, &at, &json!({}));
        crate::resend_link::resend_link(app.app.clone(), call).await.unwrap();
        page.code = app.code(&page.patient, &page.request).await;
        page.decline().await.unwrap();
        assert_eq!(page.stored().await["state"], "declined");
    }
}
