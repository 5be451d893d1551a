//! A look is an access: every function that shows a person leaves its event, whatever its method, and
//! a refused look says who looked. A function that shows a person and stands in no list here fails
//! `what_shows_a_person_leaves_its_event_and_nothing_else_shows_one`.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use custom_handler::{Failure, Method, Reply, Request, Trigger};
use domain::register::staff::staff_id;
use media::testing::camera_jpeg;
use serde_json::{Value, json};
use tracing::Instrument as _;

use super::identity;
use super::roles::staff_call;
use super::table::{PATIENT, STAFF, call};
use crate::functions;
use crate::patient_page::{PatientPage, problem};
use crate::testing::{ASHA, BEN, DEV, TestApp, body, status};

/// Where the event of a look is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Told {
    /// In the record of the patient who was shown.
    Record(&'static str),
    /// In the day of whoever looked.
    Day(&'static str),
}

/// The staff functions that show a person, each with its event.
const SHOWS: [(&str, Told); 6] = [
    ("find-patients", Told::Day("patients-sought")),
    ("show-patient", Told::Record("patient-opened")),
    ("list-inbox", Told::Record("patient-listed")),
    ("view-item", Told::Record("item-viewed")),
    // Their 409 says that a number is known, and whose it is.
    ("add-patient", Told::Day("patient-found-known")),
    ("correct-patient", Told::Day("patient-found-known")),
];

/// The others: they answer with ids, states and the caller's own name.
const SHOWS_NOBODY: [&str; 6] =
    ["show-me", "add-note", "request-capture", "resend-link", "cancel-request", "finish-task"];

/// What tells who somebody is, as an answer would say it, and a signed picture. No example of the API
/// says it.
const OF_QUILLON: [&str; 5] = ["Quillon", "1975-07-19", "9990000026", "999 000 0026", "/records/"];
/// Of whoever a patient's page is about.
const OF_ADA: [&str; 4] = ["Bell", "1980-02-29", "7700900123", "/records/"];

fn shows_a_person(answer: &Result<Reply, Failure>, person: &[&str], patient: &str) -> bool {
    let told = match answer {
        Ok(reply) => String::from_utf8(reply.body().to_vec()).unwrap(),
        // A refusal that names a patient whom the caller did not name.
        Err(failure) => {
            let named = failure.as_problem().extension_of("patient");
            return named.is_some_and(|named| named == patient);
        }
    };
    person.iter().any(|words| told.contains(words))
}

/// Ada Quillon with a number, a picture that waits, and one that was refused.
async fn quillon(test: &TestApp) -> (PatientPage<'_>, String, String) {
    let page = PatientPage::agreed(test, 2).await;
    let corrected = json!({ "version": 1, "reason": "Typed wrong", "givenName": "Ada",
        "familyName": "Quillon", "dateOfBirth": "1975-07-19", "mobile": "07700 900123",
        "nhsNumber": "999 000 0026" });
    let corrected = TestApp::staff_at("demo-cora", &[("patient", &page.patient)], &corrected);
    crate::correct_patient::correct_patient(test.app.clone(), corrected).await.unwrap();
    let item = page.sent(&camera_jpeg(32, 32)).await;
    page.file(&item).await;
    let unusable = page.sent(b"no picture").await;
    page.submit().await.unwrap();
    page.file(&unusable).await;
    let inbox = TestApp::staff("demo-cora", Method::GET, "/api/inbox", &json!({}));
    let inbox = crate::list_inbox::list_inbox(test.app.clone(), inbox).await.unwrap();
    let rows = body(&inbox)["rows"].as_array().unwrap().clone();
    let task = rows.iter().find(|row| row["kind"] == "refused").unwrap();
    (page, item, task["row"].as_str().unwrap().to_owned())
}

/// A body that the function takes.
fn good_form(name: &str) -> Value {
    match name {
        "find-patients" => json!({ "q": "Quillon" }),
        "add-patient" | "correct-patient" => json!({ "version": 1, "reason": "Typed wrong",
            "givenName": "Eve", "familyName": "Stone", "dateOfBirth": "1970-01-01",
            "mobile": "07700 900456", "nhsNumber": "999 000 0026" }),
        "add-note" => json!({ "text": "Seen." }),
        "request-capture" => json!({ "purpose": "To see", "bodySite": "knee",
            "laterality": "left", "photos": 1 }),
        _ => json!({}),
    }
}

/// A call that the function does, or whose refusal names somebody.
fn good_call(name: &str, page: &PatientPage<'_>, item: &str, row: &str, other: &str) -> Request {
    let patient = if name == "correct-patient" { other } else { &page.patient };
    let at = [("patient", patient), ("request", &page.request), ("item", item), ("row", row)];
    TestApp::staff_at(ASHA, &at, &good_form(name))
}

async fn told(test: &TestApp, told: Told, patient: &str) -> usize {
    let (events, name) = match told {
        Told::Record(name) => (test.events(patient).await, name),
        Told::Day(name) => (test.looks(ASHA).await, name),
    };
    events.iter().filter(|event| *event == name).count()
}

#[test]
fn every_staff_function_shows_a_person_or_nobody() {
    let staff: BTreeSet<&str> = STAFF.iter().map(|(name, ..)| *name).collect();
    let shows = SHOWS.iter().map(|(name, _)| *name);
    let listed: Vec<&str> = shows.chain(SHOWS_NOBODY).collect();
    assert_eq!(staff, listed.iter().copied().collect(), "the table, and the lists of this file");
    assert_eq!(staff.len(), listed.len(), "named twice");
}

// Every function of the table is called, and its answer decides whether it shows a person.
#[tokio::test]
async fn what_shows_a_person_leaves_its_event_and_nothing_else_shows_one() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let (page, item, row) = quillon(&test).await;
    let other = test.add_patient_as(ASHA, &json!({ "familyName": "Stone" })).await.unwrap();
    let functions = functions();
    let http = functions.iter().filter(|f| matches!(f.trigger(), Trigger::Http { .. }));
    for name in http.map(custom_handler::Function::name) {
        let shown = SHOWS.iter().find(|(known, _)| *known == name).map(|(_, told)| *told);
        let before = match shown {
            Some(event) => told(&test, event, &page.patient).await,
            None => 0,
        };
        let (answer, person) = if PATIENT.contains(&name) {
            let (page, upload) = identity::page(&test, name).await;
            let form = identity::good_body(name, &page);
            (call(name, &test.app, identity::request(&page, &upload, &form)).await, &OF_ADA[..])
        } else {
            let good = good_call(name, &page, &item, &row, &other);
            (call(name, &test.app, good).await, &OF_QUILLON[..])
        };
        let is_staff = STAFF.iter().any(|(known, ..)| *known == name);
        let code = answer.as_ref().map_or_else(status, |reply| reply.status().as_u16());
        assert!(!is_staff || matches!(code, 200 | 201 | 409), "{name}: {code}");
        assert_eq!(
            shows_a_person(&answer, person, &page.patient),
            shown.is_some(),
            "{name}: {answer:?}"
        );
        if let Some(event) = shown {
            assert_eq!(told(&test, event, &page.patient).await, before + 1, "{name}: {event:?}");
        }
    }
}

#[tokio::test]
async fn a_refused_look_says_who_looked_at_what_and_is_answered_as_before() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let (page, item, row) = quillon(&test).await;
    let (patient, request) = (page.patient.as_str(), page.request.as_str());
    let theirs = [("patient", patient), ("request", request), ("item", &item), ("row", &row)];
    let nothing = theirs.map(|(name, _)| (name, "0nothing"));
    let mut refused = Vec::new();
    // Of another controller: whatever names a patient is not there for them.
    for (name, ..) in STAFF {
        let look =
            async |at| call(name, &test.app, TestApp::staff_at(DEV, at, &good_form(name))).await;
        let before = test.looks(DEV).await.len();
        let Err(answer) = look(&theirs).await else { continue };
        assert_eq!(status(&answer), 404, "{name}");
        let looks = test.look_events(DEV).await;
        assert_eq!(looks.len(), before + 1, "{name}");
        let told = looks.last().unwrap();
        assert_eq!(
            (&told["name"], &told["actor"]["subject"]),
            (&json!("look-refused"), &json!(DEV))
        );
        assert_eq!(told["controller"], "hillview", "the chain of the looker's controller");
        let details = &told["details"];
        assert_eq!((&details["function"], &details["patient"]), (&json!(name), &json!(patient)));

        let answered = look(&nothing).await.unwrap_err();
        assert_eq!(problem(&answer), problem(&answered), "{name}: as if it did not exist");
        let told = test.look_events(DEV).await.last().unwrap().clone();
        assert_eq!(told["details"].get("patient"), None, "what is no id of ours is not kept");
        refused.push(name);
    }
    // The others name nobody: they answered.
    let others: Vec<_> = STAFF.iter().map(|line| line.0).filter(|n| !refused.contains(n)).collect();
    assert_eq!(others, ["show-me", "add-patient", "find-patients", "list-inbox"]);
}

#[tokio::test]
async fn who_has_no_role_or_has_left_is_named_by_every_function() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let page = PatientPage::asked_for(&test, 1).await;
    let staff = "/controllers/0/staff";
    for changed in [("/controllers/0/staff/0/roles", json!([])), (staff, json!([]))] {
        test.apply_with(changed.0, changed.1).await;
        for (name, ..) in STAFF.into_iter().filter(|(name, ..)| *name != "show-me") {
            let before = test.looks(ASHA).await.len();
            let answer = call(name, &test.app, staff_call(ASHA, &page.patient, &page.request));
            assert_eq!(status(&answer.await.unwrap_err()), 403, "{name}");
            let looks = test.look_events(ASHA).await;
            assert_eq!(looks.len(), before + 1, "{name}");
            let look = looks.last().unwrap();
            assert_eq!(look["details"]["function"], name);
            assert_eq!(
                (&look["details"]["status"], &look["actor"]["subject"]),
                (&json!("403"), &json!(ASHA))
            );
        }
    }
}

/// What a log was told.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_log_names_staff_by_their_row_and_never_by_their_subject() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let page = PatientPage::asked_for(&test, 1).await;
    let written = Written::default();
    let writer = written.clone();
    let log = tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE);
    let _default =
        tracing::subscriber::set_default(log.with_writer(move || writer.clone()).finish());
    for who in [ASHA, DEV, "somebody-else"] {
        let row = staff_id(&test.app.settings.staff_issuer, who);
        for (name, ..) in STAFF {
            let invocation = async {
                let answer = call(name, &test.app, staff_call(who, &page.patient, &page.request));
                // As the invocation's own line tells of it.
                let because = answer.await.err().map(|failure| failure.to_string());
                tracing::info!(because, "ended");
            };
            let caller = tracing::field::Empty;
            invocation.instrument(tracing::info_span!("invocation", caller)).await;
            let told = String::from_utf8(std::mem::take(&mut *written.0.lock().unwrap())).unwrap();
            let own = told.lines().find(|line| line.contains("ended")).unwrap();
            assert!(own.contains(&format!(r#""caller":"{row}""#)), "{name}: {own}");
            assert!(!told.contains(who), "{name}: {told}");
        }
    }
}

// The host sends a bodyless request again up to 40 times, and one with a body once.
#[tokio::test]
async fn a_request_that_the_host_sends_again_is_one_look() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let (page, item, row) = quillon(&test).await;
    let other = test.add_patient_as(ASHA, &json!({ "familyName": "Stone" })).await.unwrap();
    for (name, event) in SHOWS {
        let before = told(&test, event, &page.patient).await;
        let invocation = good_call(name, &page, &item, &row, &other).invocation;
        let times = if matches!(name, "show-patient" | "list-inbox") { 40 } else { 2 };
        for _ in 0..times {
            let mut again = good_call(name, &page, &item, &row, &other);
            again.invocation = invocation.clone();
            drop(call(name, &test.app, again).await);
        }
        assert_eq!(told(&test, event, &page.patient).await, before + 1, "{name}");
    }
}

// R8: the list tells of everybody it names once a member of staff and day, the picture of every look.
#[tokio::test]
async fn the_inbox_is_told_once_a_day_and_person_and_a_picture_every_time() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let page = PatientPage::agreed(&test, 1).await;
    let item = page.sent(&camera_jpeg(32, 32)).await;
    page.file(&item).await;
    let list = async |who| {
        let call = TestApp::staff(who, Method::GET, "/api/inbox", &json!({}));
        let inbox = crate::list_inbox::list_inbox(test.app.clone(), call).await.unwrap();
        assert_eq!(body(&inbox)["rows"][0]["patient"]["patient"], page.patient);
    };
    for (times, who, listed) in [(3, ASHA, 1), (2, "demo-cora", 2)] {
        for _ in 0..times {
            list(who).await;
        }
        assert_eq!(page.count_events("patient-listed").await, listed, "{who}");
    }
    test.set("2026-11-23T00:00:00Z");
    list(ASHA).await;
    list(ASHA).await;
    assert_eq!(page.count_events("patient-listed").await, 3, "another day");

    for looks in 1..=3 {
        let at = [("patient", page.patient.as_str()), ("item", item.as_str())];
        let look = TestApp::staff_at(ASHA, &at, &json!({}));
        crate::view_item::view_item(test.app.clone(), look).await.unwrap();
        assert_eq!(page.count_events("item-viewed").await, looks);
    }
}

// Name, number, phone and birth date are enough.
#[tokio::test]
async fn opening_a_patient_without_a_picture_is_a_look() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let patient = test.add_patient().await;
    for looks in 1..=2 {
        let call = TestApp::staff_at(BEN, &[("patient", &patient)], &json!({}));
        crate::show_patient::show_patient(test.app.clone(), call).await.unwrap();
        assert_eq!(told(&test, Told::Record("patient-opened"), &patient).await, looks);
    }
}

#[tokio::test]
async fn a_task_without_a_picture_is_a_look_at_whoever_it_is_about() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let page = PatientPage::asked_for(&test, 1).await;
    page.decline().await.unwrap();
    let call = TestApp::staff(ASHA, Method::GET, "/api/inbox", &json!({}));
    crate::list_inbox::list_inbox(test.app.clone(), call).await.unwrap();
    assert_eq!(page.count_events("patient-listed").await, 1);
}
