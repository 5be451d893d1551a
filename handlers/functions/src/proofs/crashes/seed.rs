//! Where a run begins: records as the functions themselves make them, and what sets the run off.

use std::sync::Arc;

use custom_handler::{Failure, Request};
use domain::ports::queues::Queue;
use domain::record::UPLOAD;
use domain::record::document_id;
use media::testing::camera_jpeg;
use serde_json::{Value, json};

use crate::app::App;
use crate::apply::apply;
use crate::patient_page::PatientPage;
use crate::proofs::nights::{World, copy};
use crate::proofs::watched::Watch;
use crate::testing::{ASHA, TestApp};

/// The moment at which seeds stand, past by any clock: the real program reads its own.
const NOW: &str = "2026-11-20T10:00:00Z";
/// The night behind it, in which what was written early is looked at again, and the day after.
const NIGHT: &str = "2026-11-21T02:00:00Z";
const NEXT_DAY: &str = "2026-11-21T10:00:00Z";
/// Everything is due by then.
const END_OF_TIME: &str = "2046-01-01T02:00:00Z";

/// What sets a run off.
pub enum Trigger {
    /// A message, handed out until it was handled.
    Message(Queue, Value),
    /// A call of staff, sent again by the browser until it is answered.
    RequestCapture { patient: String, here: bool },
    /// A new patient, the same call of the same press until it is answered.
    AddPatient,
    /// A correction of the number and the name, sent once: what is left the night puts right.
    CorrectPatient { patient: String },
    /// The operator's document, applied again until it is done.
    HandOver,
    /// The night's timer, which puts the messages.
    Night,
}

/// See the module.
pub struct Seed {
    pub world: World,
    /// Settings, keys, tokens and pages; its stores are those the seed was made in.
    pub app: App,
    pub trigger: Trigger,
    /// When the run begins.
    pub now: &'static str,
    _test: TestApp,
}

impl Seed {
    async fn of(test: TestApp, watch: &Watch, now: &'static str, trigger: Trigger) -> Self {
        let world = copy(&test, watch).await;
        Self { world, app: test.app.clone(), trigger, now, _test: test }
    }

    /// A picture that arrived and waits to be filed.
    pub async fn picture_arrived() -> Self {
        Self::arrived(camera_jpeg(32, 24), async |_| ()).await
    }

    /// A file that is no picture, whose sender has already said that all is sent.
    pub async fn rubbish_arrived_and_submitted() -> Self {
        let submit = async |page: &PatientPage<'_>| drop(page.submit().await.unwrap());
        Self::arrived(b"no picture at all".to_vec(), submit).await
    }

    /// A picture whose sender has taken the consent back since.
    pub async fn picture_arrived_without_consent() -> Self {
        let withdraw = async |page: &PatientPage<'_>| drop(page.withdraw().await.unwrap());
        Self::arrived(camera_jpeg(32, 24), withdraw).await
    }

    async fn arrived(bytes: Vec<u8>, then: impl AsyncFnOnce(&PatientPage<'_>)) -> Self {
        let (test, watch) = watched().await;
        let page = PatientPage::agreed(&test, 1).await;
        let upload = page.sent(&bytes).await;
        then(&page).await;
        // Sent again while the signature lived, whatever was done meanwhile.
        test.let_arrive(&page.blob(&upload), bytes).await;
        let is_there = test.document(&page.patient, &document_id(UPLOAD, &upload)).await.is_some();
        assert!(is_there);
        let message = json!({ "source": "finish-upload", "blob": page.blob(&upload) });
        let trigger = Trigger::Message(Queue::Uploads, message);
        Self::of(test, &watch, NOW, trigger).await
    }

    /// A patient of whom nothing was asked yet; the link will be texted, or given `here`.
    pub async fn patient_added(here: bool) -> Self {
        let (test, watch) = watched().await;
        let patient = test.add_patient().await;
        Self::of(test, &watch, NOW, Trigger::RequestCapture { patient, here }).await
    }

    /// Nobody yet.
    pub async fn nobody_added() -> Self {
        let (test, watch) = watched().await;
        Self::of(test, &watch, NOW, Trigger::AddPatient).await
    }

    /// A patient whose number and name are about to be corrected.
    pub async fn patient_to_correct() -> Self {
        let (test, watch) = watched().await;
        let numbered = json!({ "nhsNumber": "999 000 0018" });
        let patient = test.add_patient_as(ASHA, &numbered).await.unwrap();
        // Nothing looks at the rows of the register any more because the patient was added.
        test.set(NIGHT);
        test.night().await;
        test.set(NEXT_DAY);
        Self::of(test, &watch, NEXT_DAY, Trigger::CorrectPatient { patient }).await
    }

    /// A team that is about to leave: it has a request, a picture, a note, and rows in its inbox.
    pub async fn team_to_leave() -> Self {
        let (test, watch) = watched().await;
        let page = PatientPage::agreed(&test, 1).await;
        let upload = page.sent(&camera_jpeg(16, 16)).await;
        page.file(&upload).await;
        let note = json!({ "text": "Heals." });
        let call = TestApp::staff_at(ASHA, &[("patient", &page.patient)], &note);
        crate::add_note::add_note(test.app.clone(), call).await.unwrap();
        let declined = PatientPage::asked_for(&test, 1).await;
        declined.decline().await.unwrap();
        Self::of(test, &watch, NOW, Trigger::HandOver).await
    }

    /// A crowd whose uploads have all arrived, and the names of their blobs.
    pub async fn crowd() -> (Self, Vec<String>) {
        let (test, watch) = watched().await;
        let blobs = crate::proofs::crowd::send_all(&test).await;
        (Self::of(test, &watch, NOW, Trigger::Night).await, blobs)
    }

    /// A record with a number, two pictures and two notes, years later, when all of it is due.
    pub async fn record_due() -> Self {
        let (test, watch) = watched().await;
        let numbered = json!({ "nhsNumber": "999 000 0018" });
        let patient = test.add_patient_as(ASHA, &numbered).await.unwrap();
        let mut page = PatientPage::asked_again(&test, &patient, 2).await;
        page.identify().await;
        page.agree().await;
        for side in [16, 24] {
            let upload = page.sent(&camera_jpeg(16, side)).await;
            page.file(&upload).await;
            let note = json!({ "text": "Heals.", "item": upload });
            let call = TestApp::staff_at(ASHA, &[("patient", &patient)], &note);
            crate::add_note::add_note(test.app.clone(), call).await.unwrap();
        }
        page.submit().await.unwrap();
        Self::of(test, &watch, END_OF_TIME, Trigger::Night).await
    }
}

async fn watched() -> (TestApp, Arc<Watch>) {
    let mut test = TestApp::at(NOW).await;
    let watch = Watch::over(&mut test.app);
    (test, watch)
}

/// The call of [`Trigger::RequestCapture`]: each repeat says the same, with the same key.
pub fn ask(patient: &str, here: bool) -> Request {
    let new = json!({
        "purpose": "To see how your knee heals", "bodySite": "knee", "laterality": "left",
        "photos": 2, "here": here,
    });
    let call = Request::for_test(custom_handler::Method::POST, "/");
    call.header("authorization", &format!("Bearer {ASHA}"))
        .header("idempotency-key", "one-click-of-one-nurse")
        .param("patient", patient)
        .json(&new)
        .build()
}

/// The same as work of an invocation.
pub async fn request_capture(app: App, patient: String, here: bool) -> Result<(), Failure> {
    crate::request_capture::request_capture(app, ask(&patient, here)).await.map(drop)
}

/// A new patient with a number, the same press each time.
pub async fn add_patient(app: App) -> Result<(), Failure> {
    let form = json!({ "givenName": "Ada", "familyName": "Bell", "dateOfBirth": "1980-02-29",
        "mobile": "07700 900123", "nhsNumber": "999 000 0018" });
    let call = Request::for_test(custom_handler::Method::POST, "/")
        .header("authorization", &format!("Bearer {ASHA}"))
        .header("idempotency-key", "one-click-of-one-nurse")
        .json(&form)
        .build();
    crate::add_patient::add_patient(app, call).await.map(drop)
}

/// Another name and another number. Sent again it is stale, which is an answer.
pub async fn correct_patient(app: App, patient: String) -> Result<(), Failure> {
    let form = json!({ "version": 1, "reason": "Typed wrong", "givenName": "Ada",
        "familyName": "Bellow", "dateOfBirth": "1980-02-29", "mobile": "07700 900123",
        "nhsNumber": "999 000 0026" });
    let call = Request::for_test(custom_handler::Method::PUT, "/")
        .header("authorization", &format!("Bearer {ASHA}"))
        .param("patient", &patient)
        .json(&form)
        .build();
    match crate::correct_patient::correct_patient(app, call).await {
        Err(refused) if refused.as_problem().status().as_u16() == 409 => Ok(()),
        answered => answered.map(drop),
    }
}

/// The operator's document without Wound Care, whose work Plastic Surgery takes over.
pub async fn hand_over(app: App) -> Result<(), Failure> {
    let demo = include_bytes!("../../../demo/controllers.json");
    let mut document: Value = serde_json::from_slice(demo).map_err(Failure::broken)?;
    let (from, to) = (json!("wound-care"), json!("plastics"));
    let riverside = &mut document["controllers"][0];
    for team in riverside["teams"].as_array_mut().into_iter().flatten() {
        if team["team"] == from {
            team["handOverTo"] = to.clone();
        }
    }
    for member in riverside["staff"].as_array_mut().into_iter().flatten() {
        if member["teams"].as_array().is_some_and(|teams| teams.contains(&from)) {
            member["teams"] = json!([to]);
        }
    }
    let (document, issuer) = (document.to_string(), &app.settings.staff_issuer);
    let applied = apply(&*app.documents, document.as_bytes(), issuer, app.now()).await;
    applied.map(drop).map_err(|refused| Failure::retry(refused.to_string()))
}
