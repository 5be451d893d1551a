//! A patient's page in unit tests: one browser, one request, its two cookies.

use custom_handler::{Failure, Method, Reply, Request};
use domain::ports::documents::Container;
use domain::ports::documents::{Change, Documents as _, ReadDocuments as _};
use domain::record::{REQUEST, UPLOAD, document_id};
use domain::sha256_hex::Sha256Hex;
use serde_json::{Value, json};

use crate::testing::{ASHA, TestApp, body};

/// Ada Bell's, as [`TestApp::add_patient`] adds her.
pub const BORN: &str = "1980-02-29";

/// See the module.
pub struct PatientPage<'a> {
    pub test: &'a TestApp,
    pub patient: String,
    pub request: String,
    pub code: String,
    /// `name=value`, as the browser sends it.
    pub opener: String,
    pub session: String,
}

impl<'a> PatientPage<'a> {
    /// A new patient, asked for so many photos; nothing opened yet.
    pub async fn asked_for(test: &'a TestApp, photos: u32) -> Self {
        let patient = test.add_patient().await;
        Self::asked_again(test, &patient, photos).await
    }

    /// A request to a patient who is there.
    pub async fn asked_again(test: &'a TestApp, patient: &str, photos: u32) -> Self {
        Self::asked_with(test, patient, photos, json!({})).await
    }

    async fn asked_with(test: &'a TestApp, patient: &str, photos: u32, more: Value) -> Self {
        let mut new = json!({
            "purpose": "To see how your knee heals", "bodySite": "knee", "laterality": "left",
            "photos": photos,
        });
        new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let call = TestApp::staff_at(ASHA, &[("patient", patient)], &new);
        let reply = crate::request_capture::request_capture(test.app.clone(), call).await.unwrap();
        let request = body(&reply)["request"].as_str().unwrap().to_owned();
        let code = test.code(patient, &request).await;
        let (opener, session) = (String::new(), String::new());
        Self { test, patient: patient.to_owned(), request, code, opener, session }
    }

    /// A new patient to whom staff give the link in the room.
    pub async fn given_here(test: &'a TestApp, photos: u32) -> Self {
        let patient = test.add_patient().await;
        Self::given_here_to(test, &patient, photos).await
    }

    /// The same to a patient who is there.
    pub async fn given_here_to(test: &'a TestApp, patient: &str, photos: u32) -> Self {
        Self::asked_with(test, patient, photos, json!({ "here": true })).await
    }

    /// Behind identity.
    pub async fn identified(test: &'a TestApp, photos: u32) -> Self {
        let mut page = Self::asked_for(test, photos).await;
        page.identify().await;
        page
    }

    /// Behind consent.
    pub async fn agreed(test: &'a TestApp, photos: u32) -> Self {
        let page = Self::identified(test, photos).await;
        page.agree().await;
        page
    }

    /// A call before identity, by code.
    pub fn by_code(&self, more: &Value) -> Request {
        let mut fields = json!({ "code": self.code });
        for (key, value) in more.as_object().unwrap() {
            fields[key] = value.clone();
        }
        Request::for_test(Method::POST, "/").json(&fields).build()
    }

    /// A call behind identity.
    pub fn call(&self, fields: &Value) -> Request {
        self.call_about("", fields)
    }

    /// The same about an upload.
    pub fn call_about(&self, upload: &str, fields: &Value) -> Request {
        Request::for_test(Method::POST, "/")
            .header("cookie", &self.session)
            .header("aftersight-request", &self.request)
            .param("upload", upload)
            .json(fields)
            .build()
    }

    pub async fn open(&self) -> Result<Reply, Failure> {
        crate::open_link::open_link(self.test.app.clone(), self.by_code(&json!({}))).await
    }

    /// How long its link opens from now on.
    pub async fn opens_for(&self) -> jiff::SignedDuration {
        let ends = self.stored().await["expiresAt"].as_str().unwrap().to_owned();
        ends.parse::<jiff::Timestamp>().unwrap().duration_since(self.test.now())
    }

    pub async fn answer(&self, family_name: &str, date_of_birth: &str) -> Result<Reply, Failure> {
        let who = json!({ "familyName": family_name, "dateOfBirth": date_of_birth });
        crate::verify_identity::verify_identity(self.test.app.clone(), self.by_code(&who)).await
    }

    /// One wrong answer, for its status.
    pub async fn answer_wrong(&self) -> u16 {
        crate::testing::status(&self.answer("Bellow", BORN).await.unwrap_err())
    }

    /// The right answer; its cookie is kept.
    pub async fn identify(&mut self) {
        self.session = cookie(&self.answer("Bell", BORN).await.unwrap());
    }

    pub async fn choose(&self, choice: &Value) -> Result<Reply, Failure> {
        crate::record_consent::record_consent(self.test.app.clone(), self.call(choice)).await
    }

    pub async fn agree(&self) {
        self.choose(&json!({ "version": "2026-12", "given": true })).await.unwrap();
    }

    /// Asks for a place for these bytes, from the page's camera.
    pub async fn grant(&self, bytes: &[u8]) -> Result<Reply, Failure> {
        self.grant_from("camera", bytes).await
    }

    async fn grant_from(&self, source: &str, bytes: &[u8]) -> Result<Reply, Failure> {
        let picture = json!({
            "contentType": "image/jpeg", "bytes": bytes.len(), "sha256": sha256(bytes),
            "source": source,
        });
        crate::grant_upload::grant_upload(self.test.app.clone(), self.call(&picture)).await
    }

    /// A granted place; its id.
    pub async fn granted(&self, bytes: &[u8]) -> String {
        granted(&self.grant(bytes).await.unwrap())
    }

    /// A photo that was sent and finished; its id.
    pub async fn sent(&self, bytes: &[u8]) -> String {
        self.arrived("camera", bytes).await
    }

    /// The same of a file that the patient chose.
    pub async fn sent_as_file(&self, bytes: &[u8]) -> String {
        self.arrived("file", bytes).await
    }

    async fn arrived(&self, source: &str, bytes: &[u8]) -> String {
        let upload = granted(&self.grant_from(source, bytes).await.unwrap());
        self.test.let_arrive(&self.blob(&upload), bytes.to_vec()).await;
        self.finish(&upload).await.unwrap();
        upload
    }

    pub async fn finish(&self, upload: &str) -> Result<Reply, Failure> {
        let call = self.call_about(upload, &json!({}));
        crate::finish_upload::finish_upload(self.test.app.clone(), call).await
    }

    pub async fn remove(&self, upload: &str) -> Result<Reply, Failure> {
        let call = self.call_about(upload, &json!({}));
        crate::remove_upload::remove_upload(self.test.app.clone(), call).await
    }

    pub async fn submit(&self) -> Result<Reply, Failure> {
        crate::submit_capture::submit_capture(self.test.app.clone(), self.call(&json!({}))).await
    }

    pub async fn show(&self) -> Result<Reply, Failure> {
        crate::show_capture::show_capture(self.test.app.clone(), self.call(&json!({}))).await
    }

    pub async fn withdraw(&self) -> Result<Reply, Failure> {
        let call = self.call(&json!({}));
        crate::withdraw_consent::withdraw_consent(self.test.app.clone(), call).await
    }

    pub async fn renew(&self) -> Result<Reply, Failure> {
        crate::renew_link::renew_link(self.test.app.clone(), self.by_code(&json!({}))).await
    }

    pub async fn decline(&self) -> Result<Reply, Failure> {
        crate::decline_link::decline_link(self.test.app.clone(), self.by_code(&json!({}))).await
    }

    /// What `file-upload` makes of an upload.
    pub async fn file(&self, upload: &str) {
        let message = json!({ "blob": self.blob(upload) }).to_string();
        let message = custom_handler::QueueMessage::for_test(&message);
        crate::file_upload::file_upload(self.test.app.clone(), message).await.unwrap();
    }

    pub fn blob(&self, upload: &str) -> String {
        format!("{}/{upload}", self.patient)
    }

    /// The stored request.
    pub async fn stored(&self) -> Value {
        self.test.document(&self.patient, &document_id(REQUEST, &self.request)).await.unwrap()
    }

    /// State of the stored upload.
    pub async fn upload_state(&self, upload: &str) -> Value {
        let id = document_id(UPLOAD, upload);
        self.test.document(&self.patient, &id).await.unwrap()["state"].clone()
    }

    /// How often the event of this name is in the record.
    pub async fn count_events(&self, name: &str) -> usize {
        self.test.events(&self.patient).await.iter().filter(|event| *event == name).count()
    }

    /// Kinds of the rows in the inbox of the team that asked.
    pub async fn inbox(&self) -> Vec<String> {
        self.test.inbox("riverside", "wound-care").await
    }
}

fn granted(reply: &Reply) -> String {
    body(reply)["upload"].as_str().unwrap().to_owned()
}

/// `name=value` of the first cookie that a reply sets.
pub fn cookie(reply: &Reply) -> String {
    let set = reply.header_value("set-cookie").unwrap();
    set.split(';').next().unwrap().to_owned()
}

/// What a caller reads of a failure.
pub fn problem(failure: &Failure) -> Value {
    body(&Reply::from(failure.as_problem()))
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256Hex::of(bytes).to_string()
}

/// Changes the demo controller's document.
pub async fn change_controller(test: &TestApp, change: impl FnOnce(&mut Value)) {
    change_controller_of(test, "riverside", change).await;
}

/// The same of another one.
pub async fn change_controller_of(
    test: &TestApp,
    partition: &str,
    change: impl FnOnce(&mut Value),
) {
    let (container, id) = (Container::Register, "controller");
    let found = test.store.get(container, partition, id).await.unwrap().unwrap();
    let mut changed = found.body;
    change(&mut changed);
    let put = vec![Change::put(id, &changed).unwrap()];
    test.store.commit(container, partition, put).await.unwrap();
}
