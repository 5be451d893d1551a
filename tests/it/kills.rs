//! `kill -9` of the handler at random moments while patients walk: nothing acknowledged is lost,
//! nothing is filed twice, everything settles. Invariant 4; issue point 3.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use domain::link_code::LinkCode;
use domain::ports::documents::{Container, Query, ReadDocuments, list_all};
use domain::ports::keys::Keys as _;
use domain::sha256_hex::Sha256Hex;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::journey::new_patient;
use crate::running_app::{ASHA, RunningApp, answer};

const KILLS: usize = 200;
const WALKERS: usize = 4;
/// Longer than the lease of a queue message whose host died with it.
const LEASE: SignedDuration = SignedDuration::from_mins(11);

/// What the system said yes to.
#[derive(Default)]
struct Acknowledged {
    patients: BTreeSet<String>,
    /// Patient and upload.
    finished: BTreeSet<(String, String)>,
    /// Patient and note.
    notes: BTreeSet<(String, String)>,
}

/// A client that tries again where the connection broke or the answer says "not now".
struct Walker {
    http: reqwest::Client,
    front: String,
    token: String,
    cookie: String,
    stop: Arc<AtomicBool>,
}

impl Walker {
    async fn call(&self, method: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
        for _ in 0..400 {
            if self.stop.load(Ordering::Acquire) {
                return None;
            }
            let call = self.http.request(method.parse().unwrap(), format!("{}{path}", self.front));
            let call = call.bearer_auth(&self.token).header("cookie", &self.cookie).json(body);
            match answer(call).await {
                (0 | 500 | 502 | 503, _) => tokio::time::sleep(Duration::from_millis(15)).await,
                other => return Some(other),
            }
        }
        None
    }

    /// One road; `None` where it was left half-way (a session that ended, a race that was lost).
    async fn walk(&mut self, app: &RunningAppParts, said: &Mutex<Acknowledged>) -> Option<()> {
        let picture = media::testing::camera_jpeg(48, 32);
        self.cookie.clear();
        let (status, body) = self.call("POST", "/api/patients", &new_patient().0).await?;
        assert_eq!(status, 201, "{body}");
        let patient = body["patient"].as_str()?.to_owned();
        said.lock().await.patients.insert(patient.clone());
        let note = self
            .call("POST", &format!("/api/patients/{patient}/notes"), &json!({ "text": "Seen." }))
            .await?;
        let note = note.1["note"].as_str()?.to_owned();
        said.lock().await.notes.insert((patient.clone(), note));
        let new = json!({ "purpose": "To see", "bodySite": "knee", "laterality": "left",
                          "photos": 1 });
        let (_, made) =
            self.call("POST", &format!("/api/patients/{patient}/requests"), &new).await?;
        let code = app.code(&patient, made["request"].as_str()?).await;
        self.identify(&code).await?;
        let (_, shown) = self.call("GET", "/api/capture/consent", &Value::Null).await?;
        let yes = json!({ "version": shown["version"], "given": true });
        self.call("PUT", "/api/capture/consent", &yes).await?;
        let wish = json!({ "contentType": "image/jpeg", "bytes": picture.len(),
                           "sha256": Sha256Hex::of(&picture).as_str(), "source": "file" });
        let (status, grant) = self.call("POST", "/api/capture/uploads", &wish).await?;
        if status != 201 {
            return None;
        }
        let upload = grant["upload"].as_str()?.to_owned();
        let mut put = self.http.put(grant["url"].as_str()?);
        for (name, value) in grant["headers"].as_object()? {
            put = put.header(name, value.as_str()?);
        }
        if answer(put.body(picture)).await.0 != 201 {
            return None;
        }
        let path = format!("/api/capture/uploads/{upload}/finish");
        let (status, _) = self.call("POST", &path, &json!({})).await?;
        if status == 200 {
            said.lock().await.finished.insert((patient, upload));
        }
        self.call("POST", "/api/capture/submit", &json!({})).await?;
        Some(())
    }

    /// A lost reply may have set a cookie that we never saw: the next try gets another.
    async fn identify(&mut self, code: &str) -> Option<()> {
        let who = json!({ "code": code, "familyName": "Bell", "dateOfBirth": "1980-02-29" });
        for _ in 0..400 {
            if self.stop.load(Ordering::Acquire) {
                return None;
            }
            let url = format!("{}/api/links/identity", self.front);
            if let Ok(reply) = self.http.post(url).json(&who).send().await
                && reply.status().as_u16() == 200
            {
                let cookie = reply.headers().get("set-cookie")?.to_str().ok()?;
                self.cookie = cookie.split(';').next()?.to_owned();
                return Some(());
            }
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
        None
    }
}

/// What walkers need of the app while the test holds it to restart its host.
#[derive(Clone)]
struct RunningAppParts {
    store: embedded::Embedded,
}

impl RunningAppParts {
    /// The code that the text carries, derived as `dispatch-sms` derives it.
    async fn code(&self, patient: &str, request: &str) -> String {
        let id = format!("request-{request}");
        let found =
            ReadDocuments::get(&self.store, Container::Patients, patient, &id).await.unwrap();
        let version = u32::try_from(found.unwrap().body["keyVersion"].as_u64().unwrap()).unwrap();
        let key = self.store.link_key(version).await.unwrap().unwrap();
        LinkCode::derive(&key.0, request, 1).to_string()
    }
}

/// Uneven, and the same in every run.
fn pauses() -> impl Iterator<Item = Duration> {
    let mut state = 0x5eed_u64;
    std::iter::from_fn(move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some(Duration::from_millis((state >> 33) % 180))
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_kills_lose_nothing_and_double_nothing() {
    let mut app = RunningApp::start().await;
    let token = app.sign_in(ASHA).await.token().to_owned();
    let said = Arc::new(Mutex::new(Acknowledged::default()));
    let stop = Arc::new(AtomicBool::new(false));
    let walks = Arc::new(AtomicUsize::new(0));
    let mut walkers = Vec::new();
    for _ in 0..WALKERS {
        let parts = RunningAppParts { store: app.store().clone() };
        let (said, stop, walks) = (said.clone(), stop.clone(), walks.clone());
        let mut walker = Walker {
            http: app.http.clone(),
            front: app.front.clone(),
            token: token.clone(),
            cookie: String::new(),
            stop: stop.clone(),
        };
        walkers.push(tokio::spawn(async move {
            while !stop.load(Ordering::Acquire) {
                if walker.walk(&parts, &said).await.is_some() {
                    walks.fetch_add(1, Ordering::AcqRel);
                }
            }
        }));
    }
    let mut kills = 0;
    let mut stops = 0;
    for pause in pauses() {
        tokio::time::sleep(pause).await;
        if let Some(pid) = app.host().handler_pid() {
            let killed = Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
            kills += usize::from(killed.success());
        }
        let stopped = tokio::time::timeout(Duration::from_millis(20), app.host().stopped()).await;
        if stopped.is_ok() {
            // The third death: the real host stops, and the platform starts it again.
            stops += 1;
            app.start_host().await;
        }
        if kills >= KILLS {
            break;
        }
    }
    stop.store(true, Ordering::Release);
    for walker in walkers {
        walker.await.unwrap();
    }
    app.clock.advance(LEASE);
    app.start_host().await;
    assert!(stops > 0, "three deaths stop the host");
    let said = std::mem::take(&mut *said.lock().await);
    assert!(!said.finished.is_empty() && walks.load(Ordering::Acquire) > 0, "somebody got through");
    println!(
        "{kills} kills, {stops} stops of the host, {} patients, {} pictures",
        said.patients.len(),
        said.finished.len()
    );
    everything_settled(&mut app, &said).await;
}

async fn everything_settled(app: &mut RunningApp, said: &Acknowledged) {
    for patient in &said.patients {
        let found = ReadDocuments::get(app.store(), Container::Patients, patient, "patient").await;
        assert!(found.unwrap().is_some(), "an acknowledged patient is lost");
    }
    for (patient, note) in &said.notes {
        let id = format!("note-{note}");
        let found = ReadDocuments::get(app.store(), Container::Patients, patient, &id).await;
        assert!(found.unwrap().is_some(), "an acknowledged note is lost");
    }
    for (patient, upload) in &said.finished {
        wait_until_filed(app, patient, upload).await;
        let query = Query::prefix("event-");
        let events = list_all(app.store(), Container::Patients, patient, query).await.unwrap();
        let parsed: Vec<domain::event_chain::Event> =
            events.iter().map(|event| event.read().unwrap()).collect();
        domain::event_chain::verify(&parsed).unwrap();
        let filed = parsed.iter().filter(|event| event.body.name == "item-filed").count();
        assert_eq!(filed, 1, "filed once");
    }
    let rows = list_all(app.store(), Container::Inbox, "riverside.wound-care", Query::prefix(""));
    let rows = rows.await.unwrap();
    for (_, upload) in &said.finished {
        let waiting = rows.iter().filter(|row| row.body["item"] == *upload).count();
        assert_eq!(waiting, 1, "one row in the inbox");
    }
    // A text whose message met five kills is given up, and a person sees that; a picture never is.
    let given_up = rows.iter().filter(|row| row.body["kind"] == "poisoned");
    assert_eq!(given_up.filter(|row| row.body.get("item").is_some()).count(), 0);
}

async fn wait_until_filed(app: &mut RunningApp, patient: &str, upload: &str) {
    for _ in 0..1_200 {
        let id = format!("item-{upload}");
        let item =
            ReadDocuments::get(app.store(), Container::Patients, patient, &id).await.unwrap();
        if item.is_some() {
            return;
        }
        // A handler whose port was taken cannot start; its third try stops the host, and the
        // platform starts that again, with another port.
        let stopped = tokio::time::timeout(Duration::from_millis(50), app.host().stopped()).await;
        if stopped.is_ok() {
            app.clock.advance(LEASE);
            app.start_host().await;
        }
        app.host().poll_queues_now().await;
    }
    panic!("a picture that arrived was never filed");
}
