//! A service's whole life in one test: every kind of document, message, text and blob that
//! functions store is stored at least once, with every field it can have.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use custom_handler::{Method, QueueMessage, Request};
use domain::inbox_row::{InboxKind, InboxRow};
use domain::ports::blobs::BlobContainer;
use domain::ports::documents::{Change, Container};
use domain::ports::queues::Queue;
use domain::ports::sms::{OutgoingText, Sms, SmsError, TextAccepted};
use domain::record::hold::Hold;
use domain::record::patient::Patient;
use domain::record::{HOLD, PATIENT, document_id};
use jiff::SignedDuration;
use media::testing::camera_jpeg;
use serde_json::{Value, json};

use super::stored_field::{StoredField, of_batches, of_json};
use super::watched::Watch;
use crate::inbox::tell_team;
use crate::ledger::{day, write_down};
use crate::patient_page::PatientPage;
use crate::testing::{ASHA, BEN, TestApp, body};

const A_MINUTE: SignedDuration = SignedDuration::from_secs(61);
const ELEVEN_DAYS: SignedDuration = SignedDuration::from_hours(11 * 24);

/// Everything that was stored, wherever, however briefly.
pub async fn everything_stored() -> BTreeSet<StoredField> {
    let mut test = TestApp::at("2026-11-22T10:00:00Z").await;
    let watch = Watch::over(&mut test.app);
    the_operator(&test).await;
    let patient = the_staff(&test).await;
    let seen = the_patient(&test, &patient).await;
    the_desk(&test, &patient).await;
    other_ends_of_a_request(&test, &patient).await;
    what_fails(&test, &patient).await;
    the_looks(&test, &patient).await;
    let mut stored = texts(&test);
    stored.extend(blobs(&test).await);
    a_team_goes(&test).await;
    crate::walk_records::walk_records(&test.app, 1, test.now()).await.unwrap();
    the_nights(&test, &patient, &seen).await;
    stored.extend(of_batches(&watch.take_batches()));
    stored.extend(messages(&test));
    stored
}

/// The controllers' document with everything that it may say.
async fn the_operator(test: &TestApp) {
    let document = include_bytes!("../../demo/controllers.json");
    let mut document: Value = serde_json::from_slice(document).unwrap();
    document["controllers"][1]["keepYears"] = json!(5);
    document["controllers"][1]["subProcessors"] = json!([{
        "id": "gov-uk-notify", "name": "Government Digital Service", "role": "sends texts",
        "region": "UK", "agreedOn": "2026-11-01", "evidence": "https://example.org/assurance",
    }]);
    document["controllers"][1]["contractEnded"] = json!("2040-01-01");
    // Only what differs is written, and all of it is to be seen.
    for controller in document["controllers"].as_array_mut().unwrap() {
        controller["name"] = json!("Another name");
        for member in controller["staff"].as_array_mut().unwrap() {
            member["name"] = json!("Another name");
        }
    }
    let document = serde_json::to_vec(&document).unwrap();
    let issuer = &test.app.settings.staff_issuer;
    crate::apply::apply(&*test.app.documents, &document, issuer, test.now()).await.unwrap();
}

async fn the_staff(test: &TestApp) -> String {
    let full = json!({ "nhsNumber": "999 000 0018", "gpPractice": "A81001",
        "email": "ada@example.org" });
    let patient = test.add_patient_as(ASHA, &full).await.unwrap();
    let correction = json!({ "version": 1, "reason": "Spelt wrong", "confirmMobile": true,
        "givenName": "Ada", "familyName": "Bell", "dateOfBirth": "1980-02-29",
        "mobile": "07700 900123", "nhsNumber": "999 000 0026", "gpPractice": "A81001",
        "email": "ada.bell@example.org" });
    let call = TestApp::staff_at(ASHA, &[("patient", &patient)], &correction);
    crate::correct_patient::correct_patient(test.app.clone(), call).await.unwrap();
    patient
}

/// From the text to the note beside the picture, with every detour; a picture that was looked at.
async fn the_patient(test: &TestApp, patient: &str) -> String {
    let mut page = asked(test, patient, "with a key").await;
    dispatch(test, &page, 1).await;
    page.open().await.unwrap();
    for _ in 0..5 {
        page.answer_wrong().await;
    }
    test.pass(A_MINUTE);
    resend(test, &page).await;
    page.code = test.code(patient, &page.request).await;
    page.open().await.unwrap();
    page.identify().await;
    let carer = json!({ "who": "parent-or-carer", "name": "Bo Bell", "relation": "mother" });
    page.choose(&json!({ "version": "2026-11", "given": true, "by": carer })).await.unwrap();
    let from_camera = page.sent(&camera_jpeg(64, 48)).await;
    page.file(&from_camera).await;
    let from_file = page.sent_as_file(&camera_jpeg(48, 64)).await;
    page.file(&from_file).await;
    let unusable = page.sent(b"no picture").await;
    let note = page.call(&json!({ "note": "It itches." }));
    crate::submit_capture::submit_capture(test.app.clone(), note).await.unwrap();
    page.file(&unusable).await;

    let item = [("patient", patient), ("item", from_file.as_str())];
    let look = TestApp::staff_at(ASHA, &item, &json!({}));
    crate::view_item::view_item(test.app.clone(), look).await.unwrap();
    for note in [json!({ "text": "Heals well.", "item": from_camera }), json!({ "text": "Ring." })]
    {
        let note = TestApp::staff_at(ASHA, &[("patient", patient)], &note);
        crate::add_note::add_note(test.app.clone(), note).await.unwrap();
    }
    from_file
}

/// What staff do with what waits.
async fn the_desk(test: &TestApp, patient: &str) {
    let look = || TestApp::staff_at(ASHA, &[("patient", patient)], &json!({}));
    crate::show_patient::show_patient(test.app.clone(), look()).await.unwrap();
    let inbox = crate::list_inbox::list_inbox(test.app.clone(), look()).await.unwrap();
    let rows = body(&inbox)["rows"].as_array().unwrap().clone();
    let task = rows.iter().find(|row| row["kind"] == "refused").unwrap();
    let done = [("row", task["row"].as_str().unwrap())];
    let done = TestApp::staff_at(ASHA, &done, &json!({ "how": "other", "words": "Sent again" }));
    crate::finish_task::finish_task(test.app.clone(), done).await.unwrap();
    about_no_patient(test).await;
}

/// A task that names nobody leaves its trace in a day of looks.
async fn about_no_patient(test: &TestApp) {
    let row = InboxRow {
        kind: InboxKind::Poisoned,
        at: test.now(),
        controller: "riverside".into(),
        patient: None,
        request: None,
        item: None,
        detail: None,
    };
    let row = tell_team(&test.app, "wound-care", "a-message", &row).await.unwrap();
    let said = json!({ "how": "other", "words": "Told the administrator" });
    let done = TestApp::staff_at(ASHA, &[("row", row.as_str())], &said);
    crate::finish_task::finish_task(test.app.clone(), done).await.unwrap();
}

async fn other_ends_of_a_request(test: &TestApp, patient: &str) {
    let mut page = PatientPage::asked_again(test, patient, 2).await;
    page.identify().await;
    page.agree().await;
    page.withdraw().await.unwrap();

    let mut page = PatientPage::asked_again(test, patient, 1).await;
    page.identify().await;
    page.agree().await;
    page.sent(&camera_jpeg(32, 32)).await;

    let page = PatientPage::asked_again(test, patient, 1).await;
    test.pass(ELEVEN_DAYS);
    page.renew().await.unwrap();

    let page = PatientPage::asked_again(test, patient, 1).await;
    page.decline().await.unwrap();
}

/// Searches until there are too many, a number that is known, and looks that are refused, on two days.
async fn the_looks(test: &TestApp, patient: &str) {
    for _ in 0..2 {
        let known = json!({ "nhsNumber": "999 000 0026" });
        test.add_patient_as(ASHA, &known).await.unwrap_err();
        let nothing = [("patient", patient), ("request", patient), ("item", patient)];
        let look = TestApp::staff_at(ASHA, &nothing, &json!({}));
        crate::view_item::view_item(test.app.clone(), look).await.unwrap_err();
        let search = || TestApp::staff_at(ASHA, &[], &json!({ "q": "Bell" }));
        while crate::find_patients::find_patients(test.app.clone(), search()).await.is_ok() {}
        test.pass(SignedDuration::from_hours(24));
    }
}

/// A text that its provider refuses, and messages that fail five times.
async fn what_fails(test: &TestApp, patient: &str) {
    let unlucky = test.add_patient().await;
    let page = PatientPage::asked_again(test, &unlucky, 1).await;
    let mut app = test.app.clone();
    app.texts.outbox = Some(std::sync::Arc::new(NoProvider));
    let message = json!({ "patient": page.patient, "request": page.request, "generation": 1,
        "first": test.now() });
    let message = QueueMessage::for_test(&message.to_string());
    crate::dispatch_sms::dispatch_sms(app, message).await.unwrap();

    let sweep = QueueMessage::for_test(&json!({ "sweep": patient }).to_string());
    crate::report_poison::report_erasures(test.app.clone(), sweep).await.unwrap();
    let nonsense = QueueMessage::for_test("{}");
    crate::report_poison::report_sms(test.app.clone(), nonsense).await.unwrap();
}

/// What it asked for is handed over.
async fn a_team_goes(test: &TestApp) {
    let patient = test.add_patient().await;
    let new = json!({ "purpose": "To see how your knee heals", "bodySite": "knee",
        "laterality": "left", "photos": 1 });
    let call = TestApp::staff_at(BEN, &[("patient", &patient)], &new);
    crate::request_capture::request_capture(test.app.clone(), call).await.unwrap();
    let document = include_bytes!("../../demo/controllers.json");
    let mut document: Value = serde_json::from_slice(document).unwrap();
    document["controllers"].as_array_mut().unwrap().truncate(1);
    let riverside = &mut document["controllers"][0];
    for team in riverside["teams"].as_array_mut().unwrap() {
        if team["team"] == "plastics" {
            team["handOverTo"] = json!("wound-care");
        }
    }
    for member in riverside["staff"].as_array_mut().unwrap() {
        member["teams"] = json!(["wound-care"]);
    }
    let document = serde_json::to_vec(&document).unwrap();
    let issuer = &test.app.settings.staff_issuer;
    crate::apply::apply(&*test.app.documents, &document, issuer, test.now()).await.unwrap();
}

/// Erased on request while a signature still lives; by the calendar but for one held picture; then
/// that, too.
async fn the_nights(test: &TestApp, patient: &str, held: &str) {
    test.set("2026-12-31T23:55:00Z");
    let page = PatientPage::agreed(test, 1).await;
    page.granted(b"one").await;
    approve_erasure(test, &page.patient).await;
    test.set("2027-01-01T00:01:00Z");
    test.night().await;
    assert_eq!(test.document(&page.patient, PATIENT).await, None);

    hold(test, patient, held, false).await;
    test.set("2035-06-01T02:00:00Z");
    test.night().await;
    assert!(test.document(patient, PATIENT).await.is_some());
    hold(test, patient, held, true).await;
    test.set("2035-06-02T02:00:00Z");
    test.night().await;
    assert_eq!(test.document(patient, PATIENT).await, None);
}

/// The rights desk has no functions yet, but the night reads what it will write (R61).
async fn hold(test: &TestApp, patient: &str, item: &str, is_released: bool) {
    let hold = Hold {
        hold: "h".into(),
        item: Some(item.to_owned()),
        reason: "complaint".into(),
        by: "demo-cora".into(),
        at: test.now(),
        released_at: is_released.then(|| test.now()),
    };
    put(test, patient, &document_id(HOLD, "h"), &hold).await;
}

/// The same for an approved request (R66).
pub async fn approve_erasure(test: &TestApp, patient: &str) {
    let now = test.now();
    let row = domain::ledger_row::LedgerRow {
        patient: patient.to_owned(),
        document: None,
        due: day(now),
    };
    write_down(&test.app, &row, now).await.unwrap();
    let found = test.document(patient, PATIENT).await.unwrap();
    let found: Patient = serde_json::from_value(found).unwrap();
    let approved = Patient { erasure_approved: Some(day(now)), ..found };
    put(test, patient, PATIENT, &approved).await;
}

async fn put(test: &TestApp, patient: &str, id: &str, document: &impl serde::Serialize) {
    let change = vec![Change::put(id, document).unwrap()];
    test.app.documents.commit(Container::Patients, patient, change).await.unwrap();
}

async fn asked<'a>(test: &'a TestApp, patient: &str, key: &str) -> PatientPage<'a> {
    let new = json!({ "purpose": "To see how your knee heals", "bodySite": "knee",
        "laterality": "left", "photos": 3, "note": "Take the bandage off.", "expiresInDays": 5 });
    let call = Request::for_test(Method::POST, "/")
        .header("authorization", &format!("Bearer {ASHA}"))
        .header("idempotency-key", key)
        .param("patient", patient)
        .json(&new)
        .build();
    let reply = crate::request_capture::request_capture(test.app.clone(), call).await.unwrap();
    let request = body(&reply)["request"].as_str().unwrap().to_owned();
    let code = test.code(patient, &request).await;
    let (opener, session) = (String::new(), String::new());
    PatientPage { test, patient: patient.to_owned(), request, code, opener, session }
}

async fn dispatch(test: &TestApp, page: &PatientPage<'_>, generation: u32) {
    let message = json!({ "patient": page.patient, "request": page.request,
        "generation": generation, "first": test.now() });
    let message = QueueMessage::for_test(&message.to_string());
    crate::dispatch_sms::dispatch_sms(test.app.clone(), message).await.unwrap();
}

async fn resend(test: &TestApp, page: &PatientPage<'_>) {
    let at = [("patient", page.patient.as_str()), ("request", page.request.as_str())];
    let call = TestApp::staff_at(ASHA, &at, &json!({}));
    crate::resend_link::resend_link(test.app.clone(), call).await.unwrap();
}

/// A picture that was chosen, not taken: its own date is kept.
struct NoProvider;

#[async_trait::async_trait]
impl Sms for NoProvider {
    async fn send(&self, _: &OutgoingText) -> Result<TextAccepted, SmsError> {
        Err(SmsError::Permanent("no such number".into()))
    }

    async fn forget(&self, _: &str) -> Result<(), SmsError> {
        Ok(())
    }
}

fn texts(test: &TestApp) -> BTreeSet<StoredField> {
    let files = std::fs::read_dir(&test.app.settings.outbox_dir).unwrap();
    let texts = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
    let read = |text: Vec<u8>| of_json("outbox", "text", &serde_json::from_slice(&text).unwrap());
    texts.flat_map(read).collect()
}

async fn blobs(test: &TestApp) -> BTreeSet<StoredField> {
    let mut fields = BTreeSet::new();
    for container in [BlobContainer::Incoming, BlobContainer::Records] {
        for name in test.app.blobs.list(container, "", None, 100).await.unwrap() {
            let document = match container {
                BlobContainer::Incoming => "upload",
                BlobContainer::Records => name.rsplit('/').next().unwrap_or_default(),
            };
            let facts = test.app.blobs.head(container, &name).await.unwrap().unwrap();
            let known = json!({ "name": name, "content": facts.bytes,
                "contentType": facts.content_type, "writtenAt": facts.written_at });
            fields.extend(of_json(&format!("blobs {}", container.name()), document, &known));
        }
    }
    fields
}

/// Nobody takes messages away here, so all that were ever put are there.
fn messages(test: &TestApp) -> BTreeSet<StoredField> {
    let database = test.app.settings.data_dir.join("store.sqlite");
    let database = rusqlite::Connection::open(database).unwrap();
    let mut all = database.prepare("SELECT queue, text FROM messages").unwrap();
    let all = all.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
    let mut fields = BTreeSet::new();
    for message in all.unwrap() {
        let (queue, text) = message.unwrap();
        let message: Value = serde_json::from_slice(&STANDARD.decode(text).unwrap()).unwrap();
        let kind = if message.get("eventType").is_some() {
            "event"
        } else if queue == Queue::Sms.name() {
            "text"
        } else if queue == Queue::Uploads.name() {
            "arrival"
        } else if message.get("sweep").is_some() {
            "sweep"
        } else {
            "rows"
        };
        fields.extend(of_json(&format!("queue {queue}"), kind, &message));
    }
    fields
}
