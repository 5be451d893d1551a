//! Three records as the functions themselves make them, copied out of the real store once; every
//! schedule begins with a copy.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use custom_handler::QueueMessage;
use domain::ports::blobs::BlobContainer;
use domain::ports::documents::{Change, Container, Query, list_all};
use domain::ports::keys::SecretKey;
use domain::ports::queues::Queue;
use domain::ports::random::Random;
use domain::record::REQUEST;
use jiff::SignedDuration;
use media::testing::camera_jpeg;
use serde_json::{Value, json};

use super::dice::Dice;
use super::world::World;
use crate::app::App;
use crate::patient_page::PatientPage;
use crate::proofs::watched::Watch;
use crate::testing::{ASHA, TestApp};

/// See the module.
pub struct Template {
    pub world: World,
    /// Settings, tokens and pages; its ports are the real store's.
    pub app: App,
    pub link_key: SecretKey,
    pub number_key: SecretKey,
    pub patients: Vec<String>,
    /// Codes of links that were texted.
    pub codes: Vec<String>,
    _test: TestApp,
}

impl Template {
    /// Ada has two pictures, one of them seen, and notes; Ada's twin has one picture filed and one
    /// that arrived and waits; the third was only asked.
    pub async fn at(now: &str) -> Self {
        let mut test = TestApp::at(now).await;
        let watch = Watch::over(&mut test.app);
        // The same ids in each run: a schedule must be the same again.
        test.app.random = Arc::new(Throws(Mutex::new(Dice::of(0))));
        let full = json!({ "nhsNumber": "999 000 0018" });
        let ada = test.add_patient_as(ASHA, &full).await.unwrap();
        let mut page = PatientPage::asked_again(&test, &ada, 2).await;
        dispatch(&test, &page).await;
        page.open().await.unwrap();
        page.identify().await;
        page.agree().await;
        let seen = page.sent(&camera_jpeg(16, 16)).await;
        page.file(&seen).await;
        let unseen = page.sent(&camera_jpeg(16, 8)).await;
        page.file(&unseen).await;
        page.submit().await.unwrap();
        look(&test, &ada, &seen).await;
        note(&test, &ada, json!({ "text": "Heals.", "item": seen })).await;
        note(&test, &ada, json!({ "text": "Ring." })).await;

        let twin = PatientPage::agreed(&test, 2).await;
        let filed = twin.sent(&camera_jpeg(8, 16)).await;
        twin.file(&filed).await;
        let waiting = twin.sent(&camera_jpeg(8, 8)).await;

        let asked = PatientPage::asked_for(&test, 1).await;
        dispatch(&test, &asked).await;

        let codes = vec![twin.code.clone(), asked.code.clone()];
        let patients = vec![ada, twin.patient.clone(), asked.patient.clone()];
        let arrival = json!({ "source": "finish-upload", "blob": twin.blob(&waiting) });
        let mut world = copy(&test, &watch).await;
        world.send(Queue::Uploads, arrival, test.now());
        let (_, link_key) = test.app.keys.current_link_key().await.unwrap();
        let number_key = test.app.keys.number_key("riverside").await.unwrap();
        let app = test.app.clone();
        Self { world, app, link_key, number_key, patients, codes, _test: test }
    }
}

struct Throws(Mutex<Dice>);

impl Random for Throws {
    fn bytes(&self) -> [u8; 32] {
        self.0.lock().unwrap().bytes()
    }
}

async fn dispatch(test: &TestApp, page: &PatientPage<'_>) {
    let message = json!({ "patient": page.patient, "request": page.request, "generation": 1,
        "first": test.now() });
    let message = QueueMessage::for_test(&message.to_string());
    crate::dispatch_sms::dispatch_sms(test.app.clone(), message).await.unwrap();
}

async fn look(test: &TestApp, patient: &str, item: &str) {
    let call = TestApp::staff_at(ASHA, &[("patient", patient), ("item", item)], &json!({}));
    crate::view_item::view_item(test.app.clone(), call).await.unwrap();
}

async fn note(test: &TestApp, patient: &str, note: Value) {
    test.pass(SignedDuration::from_secs(1));
    let call = TestApp::staff_at(ASHA, &[("patient", patient)], &note);
    crate::add_note::add_note(test.app.clone(), call).await.unwrap();
}

/// Every document and blob of the real store.
pub async fn copy(test: &TestApp, watch: &Watch) -> World {
    let mut world = World::default();
    let mut partitions: BTreeSet<(usize, String)> = ["riverside", "hillview", "staff-directory"]
        .into_iter()
        .chain(["controller-directory"])
        .map(|partition| (place(Container::Register), partition.to_owned()))
        .collect();
    let batches = watch.take_batches();
    partitions.extend(batches.into_iter().map(|b| (place(b.container), b.partition)));
    for (container, partition) in partitions {
        let container = Container::ALL[container];
        let all = list_all(&test.store, container, &partition, Query::prefix("")).await.unwrap();
        for found in all {
            if let Some(text) = found.id.strip_prefix(REQUEST).and(found.body["texts"].as_array()) {
                let sent = text.iter().filter(|text| text["status"] == "sending");
                let references = sent.filter_map(|text| text["reference"].as_str());
                world.texts.extend(references.map(str::to_owned));
            }
            let put = [Change::Put { id: found.id, body: found.body }];
            world.commit(container, &partition, &put, test.now()).unwrap();
        }
    }
    for container in [BlobContainer::Incoming, BlobContainer::Records] {
        for name in test.app.blobs.list(container, "", None, 1000).await.unwrap() {
            let facts = test.app.blobs.head(container, &name).await.unwrap().unwrap();
            let bytes = test.app.blobs.read(container, &name, &facts.etag).await.unwrap();
            world.put_blob(container, &name, &facts.content_type, bytes, test.now());
        }
    }
    world
}

fn place(container: Container) -> usize {
    Container::ALL.iter().position(|other| *other == container).unwrap()
}
