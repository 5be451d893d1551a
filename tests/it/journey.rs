//! One patient's road, step by step, as a browser walks it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use domain::sha256_hex::Sha256Hex;
use serde_json::{Value, json};

use crate::running_app::{RunningApp, Staff, answer};

/// Numbers of Ofcom's drama range, one a journey.
static NEXT_MOBILE: AtomicU32 = AtomicU32::new(0);

/// A patient who was added and asked for pictures.
pub struct Journey {
    pub patient: String,
    pub request: String,
    pub mobile: String,
}

/// A page of the patient's browser.
pub struct Page<'a> {
    app: &'a RunningApp,
    pub cookie: String,
    pub request: String,
}

/// Ada Bell, with a number that nobody else has in this test.
pub fn new_patient() -> (Value, String) {
    let last = NEXT_MOBILE.fetch_add(1, Ordering::Relaxed) % 1_000;
    let form = json!({
        "givenName": "Ada", "familyName": "Bell", "dateOfBirth": "1980-02-29",
        "mobile": format!("07700 900{last:03}"),
    });
    (form, format!("+447700900{last:03}"))
}

impl Journey {
    /// Added and asked; the text is on its way.
    pub async fn begin(staff: &Staff<'_>, photos: u32) -> Self {
        let (form, mobile) = new_patient();
        let (status, body) = staff.post("/api/patients", &form).await;
        assert_eq!(status, 201, "{body}");
        let patient = body["patient"].as_str().unwrap().to_owned();
        let request = Self::ask(staff, &patient, photos).await;
        Self { patient, request, mobile }
    }

    /// Asks this patient for pictures of the left knee.
    pub async fn ask(staff: &Staff<'_>, patient: &str, photos: u32) -> String {
        let new = json!({ "purpose": "To see how your knee heals", "bodySite": "knee",
                          "laterality": "left", "photos": photos });
        let (status, body) = staff.post(&format!("/api/patients/{patient}/requests"), &new).await;
        assert_eq!(status, 201, "{body}");
        body["request"].as_str().unwrap().to_owned()
    }

    /// From the text to the consent.
    pub async fn arrive<'a>(&self, app: &'a RunningApp) -> Page<'a> {
        let code = app.code_on_phone(&self.mobile).await;
        let page = Page::identify(app, &code).await;
        page.consent().await;
        page
    }
}

impl<'a> Page<'a> {
    /// A page with this cookie that shows this request.
    pub fn of(app: &'a RunningApp, cookie: &str, request: &str) -> Self {
        Self { app, cookie: cookie.to_owned(), request: request.to_owned() }
    }

    /// Confirms who they are.
    pub async fn identify(app: &'a RunningApp, code: &str) -> Self {
        let who = json!({ "code": code, "familyName": "bell", "dateOfBirth": "1980-02-29" });
        let url = format!("{}/api/links/identity", app.front);
        let reply = app.http.post(url).json(&who).send().await.unwrap();
        assert_eq!(reply.status().as_u16(), 200);
        let cookie = reply.headers()["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let body: Value = reply.json().await.unwrap();
        Self { app, cookie, request: body["request"].as_str().unwrap().to_owned() }
    }

    pub async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut call = self
            .app
            .http
            .request(method.parse().unwrap(), format!("{}{path}", self.app.front))
            .header("cookie", &self.cookie)
            .header("origin", &self.app.front)
            .header("aftersight-request", &self.request);
        if let Some(body) = body {
            call = call.json(body);
        }
        answer(call).await
    }

    pub async fn consent(&self) {
        let (_, shown) = self.call("GET", "/api/capture/consent", None).await;
        let yes = json!({ "version": shown["version"], "given": true });
        let (status, body) = self.call("PUT", "/api/capture/consent", Some(&yes)).await;
        assert_eq!(status, 200, "{body}");
    }

    /// A grant for these bytes.
    pub async fn grant(&self, bytes: &[u8], content_type: &str, sha256: &str) -> (u16, Value) {
        let wish = json!({ "contentType": content_type, "bytes": bytes.len().max(1),
                           "sha256": sha256, "source": "file" });
        self.call("POST", "/api/capture/uploads", Some(&wish)).await
    }

    /// Sends the bytes to the granted URL.
    pub async fn put(&self, grant: &Value, bytes: &[u8]) -> u16 {
        let mut call =
            self.app.http.put(grant["url"].as_str().unwrap()).header("origin", &self.app.front);
        for (name, value) in grant["headers"].as_object().unwrap() {
            call = call.header(name, value.as_str().unwrap());
        }
        // An empty body has a length too; the client leaves it out by itself.
        if bytes.is_empty() {
            call = call.header("content-length", "0");
        }
        let (status, _) = answer(call.body(bytes.to_vec())).await;
        if status == 201 {
            self.app.blob_arrived(grant["url"].as_str().unwrap()).await;
        }
        status
    }

    /// Grant, bytes, finish; answers the upload's id.
    pub async fn send(&self, bytes: &[u8]) -> String {
        let sha256 = Sha256Hex::of(bytes);
        let (status, grant) = self.grant(bytes, "image/jpeg", sha256.as_str()).await;
        assert_eq!(status, 201, "{grant}");
        assert_eq!(self.put(&grant, bytes).await, 201);
        let upload = grant["upload"].as_str().unwrap().to_owned();
        let path = format!("/api/capture/uploads/{upload}/finish");
        let (status, body) = self.call("POST", &path, Some(&json!({}))).await;
        assert_eq!(status, 200, "{body}");
        upload
    }

    pub async fn submit(&self) {
        let (status, body) = self.call("POST", "/api/capture/submit", Some(&json!({}))).await;
        assert_eq!(status, 200, "{body}");
    }

    /// The upload as the patient's page shows it, once it is filed or refused.
    pub async fn settled(&self, upload: &str) -> Value {
        for _ in 0..600 {
            let (_, shown) = self.call("GET", "/api/capture", None).await;
            let uploads = shown["uploads"].as_array().cloned().unwrap_or_default();
            let found = uploads.into_iter().find(|found| found["upload"] == upload);
            if let Some(found) = found
                && (found["state"] == "filed" || found["state"] == "refused")
            {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the upload was neither filed nor refused")
    }
}
