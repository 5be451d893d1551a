//! A patient who was asked, with the text still to be sent; every schedule begins with a copy.

use domain::ports::keys::SecretKey;
use domain::ports::queues::Queue;
use jiff::Timestamp;
use serde_json::json;

use super::providers::Kind;
use crate::app::App;
use crate::patient_page::{PatientPage, change_controller};
use crate::proofs::nights::{World, copy};
use crate::proofs::watched::Watch;
use crate::testing::TestApp;

/// See the module.
pub struct Template {
    pub kind: Kind,
    pub world: World,
    /// Settings and tokens; its ports are the real store's.
    pub app: App,
    pub link_key: SecretKey,
    pub number_key: SecretKey,
    pub patient: String,
    pub request: String,
    pub now: Timestamp,
    _test: TestApp,
}

impl Template {
    pub async fn of(kind: Kind) -> Self {
        let mut test = TestApp::at("2026-11-22T10:00:00Z").await;
        let watch = Watch::over(&mut test.app);
        change_controller(&test, |controller| controller["texts"] = kind.named()).await;
        let page = PatientPage::asked_for(&test, 1).await;
        let (patient, request, now) = (page.patient.clone(), page.request.clone(), test.now());
        let mut world = copy(&test, &watch).await;
        let text = json!({ "patient": patient, "request": request, "generation": 1, "first": now });
        world.send(Queue::Sms, text, now);
        let (_, link_key) = test.app.keys.current_link_key().await.unwrap();
        let number_key = test.app.keys.number_key("riverside").await.unwrap();
        let app = test.app.clone();
        Self { kind, world, app, link_key, number_key, patient, request, now, _test: test }
    }
}
