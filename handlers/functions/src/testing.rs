//! The app of unit tests: the embedded store in a temporary folder, a clock that is set, staff
//! signed in by a key of the test's own.

use std::sync::{Arc, Mutex};

use custom_handler::{Failure, Method, QueueMessage, Reply, Request, Timer};
use domain::ledger_bucket::Bucket;
use domain::ledger_row::{OPEN_DAYS, OPEN_DAYS_PARTITION, OpenDays};
use domain::operator_row::OPERATOR;
use domain::ports::blobs::{BlobContainer, Blobs as _};
use domain::ports::clock::Clock;
use domain::ports::documents::{Container, Query, ReadDocuments as _, list_all};
use domain::register::STAFF_DIRECTORY;
use domain::seen_day::SeenDay;
use embedded::{Embedded, EmbeddedOptions};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::app::App;
use crate::apply::apply;
use crate::settings::Settings;
use crate::sign_in::tokens::Tokens;
use crate::stores::embedded_app;

/// A clock that stands where it is put.
#[derive(Debug)]
pub struct SetClock(Mutex<Timestamp>);

impl SetClock {
    pub fn at(now: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new(now.parse().unwrap())))
    }

    pub fn set(&self, now: &str) {
        self.set_to(now.parse().unwrap());
    }

    pub fn set_to(&self, now: Timestamp) {
        *self.0.lock().unwrap() = now;
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// See the module.
pub struct TestApp {
    pub app: App,
    pub store: Embedded,
    clock: Arc<SetClock>,
    _folder: tempfile::TempDir,
}

/// Subjects of the demo document.
pub const ASHA: &str = "demo-asha";
/// The same controller, another team.
pub const BEN: &str = "demo-ben";
/// Another controller.
pub const DEV: &str = "demo-dev";

impl TestApp {
    /// With the demo controllers, at this instant.
    pub async fn at(now: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = SetClock::at(now);
        let data = folder.path().to_str().unwrap().to_owned();
        let settings = Settings::read(|name| (name == "DATA_DIR").then(|| data.clone())).unwrap();
        let store = Embedded::open(EmbeddedOptions {
            dir: settings.data_dir.clone(),
            outbox_dir: settings.outbox_dir.clone(),
            storage_origin: settings.storage_origin.clone(),
            clock: clock.clone(),
        })
        .unwrap();
        let mut app = embedded_app(settings, &store);
        app.clock = clock.clone();
        app.tokens = Arc::new(Tokens::trusting_subjects());
        let document = include_bytes!("../demo/controllers.json");
        apply(&store, document, &app.settings.staff_issuer, clock.now()).await.unwrap();
        Self { app, store, clock, _folder: folder }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the clock on.
    pub fn pass(&self, time: SignedDuration) {
        let mut now = self.clock.0.lock().unwrap();
        *now = now.checked_add(time).unwrap();
    }

    /// Puts the clock there.
    pub fn set(&self, now: &str) {
        self.clock.set(now);
    }

    /// A staff call with a JSON body.
    pub fn staff(subject: &str, method: Method, path: &str, body: &Value) -> Request {
        Request::for_test(method, path)
            .header("authorization", &format!("Bearer {subject}"))
            .json(body)
            .build()
    }

    /// The same with route parameters.
    pub fn staff_at(subject: &str, params: &[(&str, &str)], body: &Value) -> Request {
        let start = Request::for_test(Method::POST, "/")
            .header("authorization", &format!("Bearer {subject}"));
        params
            .iter()
            .fold(start, |request, (key, value)| request.param(key, value))
            .json(body)
            .build()
    }

    /// A patient of Riverside Hospital, added by Asha.
    pub async fn add_patient(&self) -> String {
        self.add_patient_as(ASHA, &json!({})).await.unwrap()
    }

    /// A patient whose details differ from Ada Bell's in `changes`.
    pub async fn add_patient_as(&self, subject: &str, changes: &Value) -> Result<String, Failure> {
        let mut form = json!({
            "givenName": "Ada", "familyName": "Bell", "dateOfBirth": "1980-02-29",
            "mobile": "07700 900123",
        });
        for (key, value) in changes.as_object().unwrap() {
            form[key] = value.clone();
        }
        let request = Self::staff(subject, Method::POST, "/api/patients", &form);
        let reply = crate::add_patient::add_patient(self.app.clone(), request).await?;
        Ok(body(&reply)["patient"].as_str().unwrap().to_owned())
    }

    /// Patients that Asha finds by this surname.
    pub async fn find(&self, surname: &str) -> Vec<String> {
        let q = json!({ "q": surname });
        let request = Self::staff(ASHA, Method::POST, "/api/patients/find", &q);
        let reply = crate::find_patients::find_patients(self.app.clone(), request).await.unwrap();
        let found = body(&reply)["patients"].as_array().unwrap().clone();
        found.iter().map(|patient| patient["patient"].as_str().unwrap().to_owned()).collect()
    }

    /// The demo document with one value changed, applied.
    pub async fn apply_with(&self, pointer: &str, value: Value) {
        let mut document: Value =
            serde_json::from_slice(include_bytes!("../demo/controllers.json")).unwrap();
        *document.pointer_mut(pointer).unwrap() = value;
        let document = serde_json::to_vec(&document).unwrap();
        apply(&self.store, &document, &self.app.settings.staff_issuer, self.now()).await.unwrap();
    }

    /// A request for one photo of the left knee by Asha's team.
    pub async fn request_capture(&self, patient: &str) -> String {
        let new = json!({
            "purpose": "To see how your knee heals", "bodySite": "knee", "laterality": "left",
            "photos": 1,
        });
        let request = Self::staff_at(ASHA, &[("patient", patient)], &new);
        let reply =
            crate::request_capture::request_capture(self.app.clone(), request).await.unwrap();
        body(&reply)["request"].as_str().unwrap().to_owned()
    }

    /// The code of the request's current link, as the text carries it.
    pub async fn code(&self, patient: &str, request: &str) -> String {
        let id = format!("{}{request}", domain::record::REQUEST);
        let capture = self.document(patient, &id).await.unwrap();
        let generation = u32::try_from(capture["generation"].as_u64().unwrap()).unwrap();
        let version = u32::try_from(capture["keyVersion"].as_u64().unwrap()).unwrap();
        let code = crate::links::code_of(&self.app, request, generation, version).await.unwrap();
        code.unwrap().to_string()
    }

    /// One document of a patient's partition.
    pub async fn document(&self, patient: &str, id: &str) -> Option<Value> {
        let found = self.store.get(Container::Patients, patient, id).await.unwrap();
        found.map(|found| found.body)
    }

    /// Names of the patient's events, in order.
    pub async fn events(&self, patient: &str) -> Vec<String> {
        let query = Query::prefix(domain::record::EVENT);
        let found = list_all(&self.store, Container::Patients, patient, query).await.unwrap();
        found.iter().map(|event| event.body["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Today's looks of a member of staff, in order: the events of their own day.
    pub async fn look_events(&self, subject: &str) -> Vec<Value> {
        let issuer = &self.app.settings.staff_issuer;
        let row = domain::register::staff::staff_id(issuer, subject);
        let found = self.store.get(Container::Register, STAFF_DIRECTORY, row.as_str()).await;
        let controller = found.unwrap().unwrap().body["controller"].as_str().unwrap().to_owned();
        let day = crate::ledger::day(self.now());
        let partition = SeenDay { controller, day, staff: row }.partition();
        let query = Query::prefix(domain::record::EVENT);
        let found = list_all(&self.store, Container::Register, &partition, query).await.unwrap();
        found.into_iter().map(|event| event.body).collect()
    }

    /// Their names.
    pub async fn looks(&self, subject: &str) -> Vec<String> {
        let events = self.look_events(subject).await;
        events.iter().map(|event| event["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Kinds of the rows in a team's inbox, oldest first.
    pub async fn inbox(&self, controller: &str, team: &str) -> Vec<String> {
        let inbox = crate::inbox::inbox_of(controller, team);
        let query = Query::prefix("");
        let found = list_all(&self.store, Container::Inbox, &inbox, query).await.unwrap();
        found.iter().map(|row| row.body["kind"].as_str().unwrap().to_owned()).collect()
    }

    /// Kinds of the operator's rows, in the order of their ids.
    pub async fn operator_list(&self) -> Vec<String> {
        let query = Query::prefix("");
        let found = list_all(&self.store, Container::Inbox, OPERATOR, query).await.unwrap();
        found.iter().map(|row| row.body["kind"].as_str().unwrap().to_owned()).collect()
    }

    /// The timer, then every row it would have sent, decided. Its own messages are left in the
    /// queue, where no host fetches them: so the store is not settled.
    pub async fn night(&self) {
        crate::expire_records::expire_records(self.app.clone(), Timer::for_test()).await.unwrap();
        let today = crate::ledger::day(self.now());
        let open = self.store.get(Container::Ledger, OPEN_DAYS_PARTITION, OPEN_DAYS).await;
        let open: OpenDays = open.unwrap().unwrap().read().unwrap();
        for open_day in open.days.into_iter().filter(|open_day| *open_day <= today) {
            for bucket in Bucket::of_day(open_day) {
                let bucket = bucket.to_string();
                let page = self.store.list(Container::Ledger, &bucket, &Query::prefix("")).await;
                let rows: Vec<String> =
                    page.unwrap().documents.into_iter().map(|row| row.id).collect();
                if !rows.is_empty() {
                    let message = json!({ "bucket": bucket, "rows": rows });
                    let message = QueueMessage::for_test(&message.to_string());
                    crate::erase_records::erase_records(self.app.clone(), message).await.unwrap();
                }
            }
        }
    }

    /// Lets bytes arrive in `incoming` as if a browser had sent them.
    pub async fn let_arrive(&self, blob: &str, bytes: Vec<u8>) {
        let container = BlobContainer::Incoming;
        self.store.put(container, blob, "image/jpeg", bytes.into()).await.unwrap();
    }
}

/// A reply's JSON.
pub fn body(reply: &Reply) -> Value {
    serde_json::from_slice(reply.body()).unwrap()
}

/// The status that a failure becomes.
pub fn status(failure: &Failure) -> u16 {
    failure.as_problem().status().as_u16()
}
