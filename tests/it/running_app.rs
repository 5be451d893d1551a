//! The whole system in one test: the embedded store and its face, the local host with its issuer,
//! and the real program `handlers` as the host's child. Everything on loopback, ports of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::ports::clock::Clock;
use embedded::storage::{StorageOptions, serve};
use embedded::{Embedded, EmbeddedOptions, SystemClock};
use local_host::dev::{self, DevOptions, DevPages};
use local_host::{AdminAccess, FrontService, HostClock, HostOptions, QueueAccess, RunningHost};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// First of the demo staff: Riverside Hospital, Wound Care Team.
pub const ASHA: &str = "asha.rowan@riverside.example.net";
/// The same hospital, another team.
pub const BEN: &str = "ben.marlow@riverside.example.net";
/// Another controller.
pub const DEV: &str = "dev.sandhu@hillview.example.net";

/// See the module.
pub struct RunningApp {
    /// Origin of the front.
    pub front: String,
    pub store: Embedded,
    pub http: reqwest::Client,
    /// The one clock of store, host, issuer and, from its next start, handler.
    pub clock: HostClock,
    data: TempDir,
    ports: Ports,
    pages: Arc<DevPages>,
    host: Option<RunningHost>,
}

struct StoreClock(HostClock);

impl Clock for StoreClock {
    fn now(&self) -> jiff::Timestamp {
        self.0.now()
    }
}

#[derive(Clone, Copy)]
struct Ports {
    front: u16,
    storage: u16,
    issuer: u16,
}

impl RunningApp {
    pub async fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let (front, issuer) = (free_port(), free_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ports = Ports { front, storage: listener.local_addr().unwrap().port(), issuer };
        let clock = HostClock::real();
        let store = Embedded::open(EmbeddedOptions {
            dir: data.path().join("data"),
            outbox_dir: data.path().join("data/outbox"),
            storage_origin: origin(ports.storage),
            clock: Arc::new(StoreClock(clock.clone())),
        })
        .unwrap();
        let storage = StorageOptions { allowed_origins: vec![origin(front)] };
        tokio::spawn(serve(store.clone(), listener, storage, std::future::pending()));
        let demo = std::fs::read(demo_file()).unwrap();
        functions::apply::apply(&store, &demo, &origin(issuer)).await.unwrap();
        let state = data.path().join("host");
        std::fs::create_dir_all(&state).unwrap();
        let pages = dev::start(DevOptions {
            issuer_port: issuer,
            front_port: front,
            staff: demo_file(),
            outbox: data.path().join("data/outbox"),
            state_dir: state,
            clock: clock.clone(),
        })
        .await
        .unwrap();
        assemble(&data.path().join("app"));
        let http = reqwest::Client::builder()
            .timeout(Duration::from_mins(1))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let pages = Arc::new(pages);
        let mut app =
            Self { front: origin(front), store, http, clock, data, ports, pages, host: None };
        assert!(app.start_host().await, "the handler came up");
        app
    }

    /// Starts the host (again, after it stopped as the real one does); false where it stopped
    /// again before its handler was up.
    pub async fn start_host(&mut self) -> bool {
        if let Some(host) = self.host.take() {
            host.stop().await;
        }
        let folder = self.data.path();
        let mut options = HostOptions::new(folder.join("app"), folder.join("host"));
        options.port = self.ports.front;
        options.clock = self.clock.clone();
        let ahead = self.clock.now().duration_since(SystemClock::default().now()).as_secs();
        options.admin = AdminAccess::OpenOnLoopback;
        options.extra = vec![("/dev/", self.pages.clone() as Arc<dyn FrontService>)];
        options.queue = Some(QueueAccess {
            endpoint: format!("{}/aftersight", origin(self.ports.storage)),
            account: "aftersight".into(),
            key_base64: std::fs::read_to_string(folder.join("data/storage.key")).unwrap(),
        });
        options.handler_env = [
            ("STORES", "embedded".to_owned()),
            ("DATA_DIR", folder.join("data").to_str().unwrap().to_owned()),
            ("STORAGE_ORIGIN", origin(self.ports.storage)),
            ("PUBLIC_ORIGIN", self.front.clone()),
            ("STAFF_ISSUER", origin(self.ports.issuer)),
            ("STAFF_AUDIENCE", "api://aftersight".to_owned()),
            ("DEPLOYMENT", "trial".to_owned()),
            ("CLOCK_OFFSET_SECONDS", ahead.to_string()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        let host = local_host::start(options).await.unwrap();
        // A host that stops before its handler is up is seen by `stopped()`, as on Azure.
        let ready = host.ready().await;
        self.host = Some(host);
        ready
    }

    pub fn host(&self) -> &RunningHost {
        self.host.as_ref().unwrap()
    }

    pub fn data(&self) -> PathBuf {
        self.data.path().join("data")
    }

    /// A member of the demo staff, signed in at the local issuer.
    pub async fn sign_in(&self, email: &str) -> Staff<'_> {
        let url = format!("{}/dev/sign-in", self.front);
        let answer = self.http.post(url).json(&json!({ "as": email })).send().await.unwrap();
        let body: Value = answer.json().await.unwrap();
        Staff { app: self, token: body["token"].as_str().unwrap().to_owned() }
    }

    /// The code of the newest text that has arrived for this number, polled for.
    pub async fn code_on_phone(&self, mobile: &str) -> String {
        let url = format!("{}/dev/phone", self.front);
        for _ in 0..600 {
            let call = self.http.get(&url).header("accept", "application/json");
            if let Ok(answer) = call.send().await
                && let Ok(texts) = answer.json::<Value>().await
            {
                let text = texts.as_array().into_iter().flatten().find(|t| t["to"] == mobile);
                if let Some(text) = text {
                    let words = text["text"].as_str().unwrap();
                    return words.split("/r#").nth(1).unwrap().trim().to_owned();
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no text came")
    }
}

/// A signed-in member of staff.
pub struct Staff<'a> {
    app: &'a RunningApp,
    token: String,
}

impl Staff<'_> {
    /// For `Authorization: Bearer`.
    pub fn token(&self) -> &str {
        &self.token
    }

    pub async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let method = method.parse().unwrap();
        let mut call = self
            .app
            .http
            .request(method, format!("{}{path}", self.app.front))
            .bearer_auth(&self.token);
        if let Some(body) = body {
            call = call.json(body);
        }
        answer(call).await
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.call("GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.call("POST", path, Some(body)).await
    }
}

/// Status and JSON of an answer; status 0 where the connection broke.
pub async fn answer(call: reqwest::RequestBuilder) -> (u16, Value) {
    match call.send().await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            (status, answer.json().await.unwrap_or(Value::Null))
        }
        Err(_) => (0, Value::Null),
    }
}

fn origin(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// A port below those that the kernel gives to whoever asks for any, so that no other test's
/// connection can take it between here and its use.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 12_000 + u16::try_from(std::process::id() % 1_000).unwrap() * 10;
    loop {
        let port = first + NEXT.fetch_add(1, Ordering::Relaxed);
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// The project's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn demo_file() -> PathBuf {
    root().join("handlers/functions/demo/controllers.json")
}

/// host.json, the program and its declarations, as packaging lays them out.
fn assemble(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::copy(root().join("host.json"), folder.join("host.json")).unwrap();
    custom_handler::write_declarations(&functions::functions(), folder).unwrap();
    std::fs::copy(program(), folder.join("handlers")).unwrap();
}

/// The program `handlers`, built once for all tests of this run.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let cargo = env!("CARGO");
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--locked", "--package", "functions", "--bin", "handlers"])
            .current_dir(root())
            .status()
            .unwrap();
        assert!(built.success(), "`handlers` does not build");
        // This test runs from target/debug/deps.
        let own = std::env::current_exe().unwrap();
        own.ancestors().nth(2).unwrap().join("handlers")
    })
}
