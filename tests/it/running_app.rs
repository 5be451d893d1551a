//! The whole system in one test: the embedded store and its face, or emulators of Azure; the local
//! host with its issuer; and the real program `handlers` as the host's child. Everything on loopback,
//! ports of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use azure::Azure;
use azure::testing::{emulators_client, open_emulated};
use domain::ports::clock::Clock;
use domain::ports::documents::Documents;
use domain::ports::queues::{Queue, Queues as _};
use embedded::storage::{Listeners, StorageOptions, serve};
use embedded::{Embedded, EmbeddedOptions, SystemClock};
use local_host::dev::{self, DevOptions, DevPages};
use local_host::{AdminAccess, FrontService, HostClock, HostOptions, QueueAccess, RunningHost};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::emulators::Account;
use tokio::net::TcpListener;

use crate::contract::azure_store::emulators;

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
    pub http: reqwest::Client,
    /// The one clock of store, host, issuer and, from its next start, handler.
    pub clock: HostClock,
    on: On,
    data: TempDir,
    ports: Ports,
    pages: Arc<DevPages>,
    host: Option<RunningHost>,
}

/// What stands behind the ports.
enum On {
    Embedded(Embedded),
    /// An account of its own on emulators of Azure.
    Emulators(Account, Azure),
}

/// One test for each flow on the embedded store, and one on emulators of Azure.
macro_rules! on_every_store {
    ($($flow:ident),+ $(,)?) => {
        mod on_the_embedded_store {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $flow() {
                super::$flow(crate::running_app::RunningApp::start().await).await;
            })+
        }
        mod on_emulators {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $flow() {
                super::$flow(crate::running_app::RunningApp::start_on_emulators().await).await;
            })+
        }
    };
}
pub(crate) use on_every_store;

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
    queues: u16,
    issuer: u16,
}

impl Ports {
    fn with_storage(storage: u16, queues: u16) -> Self {
        Self { front: free_port(), storage, queues, issuer: free_port() }
    }
}

impl RunningApp {
    pub async fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let listen = || TcpListener::bind("127.0.0.1:0");
        let listeners =
            Listeners { blobs: listen().await.unwrap(), queues: listen().await.unwrap() };
        let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
        let ports = Ports::with_storage(port(&listeners.blobs), port(&listeners.queues));
        let clock = HostClock::real();
        let store = Embedded::open(EmbeddedOptions {
            dir: data.path().join("data"),
            outbox_dir: data.path().join("data/outbox"),
            storage_origin: origin(ports.storage),
            clock: Arc::new(StoreClock(clock.clone())),
        })
        .unwrap();
        let storage = StorageOptions {
            allowed_origins: vec![origin(ports.front)],
            ..StorageOptions::default()
        };
        tokio::spawn(serve(store.clone(), listeners, storage, std::future::pending()));
        let http = reqwest::Client::builder()
            .timeout(Duration::from_mins(1))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self::start_over(On::Embedded(store), http, clock, data, ports).await
    }

    /// The same program on emulators: only what it is told differs.
    pub async fn start_on_emulators() -> Self {
        let data = tempfile::tempdir().unwrap();
        let ports = Ports::with_storage(0, 0);
        let pages = origin(ports.front);
        let account = tokio::task::spawn_blocking(move || emulators().account(&pages));
        let account = account.await.unwrap().unwrap();
        let clock = Arc::new(SystemClock::default());
        let store = open_emulated(|name| account.setting(name), clock).unwrap();
        let http = emulators_client(account.setting("SSL_CERT_FILE")).unwrap();
        Self::start_over(On::Emulators(account, store), http, HostClock::real(), data, ports).await
    }

    async fn start_over(
        on: On,
        http: reqwest::Client,
        clock: HostClock,
        data: TempDir,
        ports: Ports,
    ) -> Self {
        let demo = std::fs::read(demo_file()).unwrap();
        let documents: &dyn Documents = match &on {
            On::Embedded(store) => store,
            On::Emulators(_, store) => store,
        };
        functions::apply::apply(documents, &demo, &origin(ports.issuer)).await.unwrap();
        let state = data.path().join("host");
        std::fs::create_dir_all(&state).unwrap();
        let pages = dev::start(DevOptions {
            issuer_port: ports.issuer,
            front_port: ports.front,
            staff: demo_file(),
            outbox: data.path().join("data/outbox"),
            state_dir: state,
            clock: clock.clone(),
        })
        .await
        .unwrap();
        assemble(&data.path().join("app"));
        let (front, pages) = (origin(ports.front), Arc::new(pages));
        let mut app = Self { front, http, clock, on, data, ports, pages, host: None };
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
        options.queue = Some(match &self.on {
            On::Embedded(_) => QueueAccess {
                endpoint: format!("{}/aftersight", origin(self.ports.queues)),
                account: "aftersight".into(),
                key_base64: std::fs::read_to_string(folder.join("data/storage.key")).unwrap(),
            },
            On::Emulators(account, _) => QueueAccess {
                endpoint: account.plain_queues.clone(),
                account: account.name.clone(),
                key_base64: account.key.clone(),
            },
        });
        let own = |(name, value): (&str, String)| (name.to_owned(), value);
        options.handler_env = [
            ("DATA_DIR", folder.join("data").to_str().unwrap().to_owned()),
            ("PUBLIC_ORIGIN", self.front.clone()),
            ("STAFF_ISSUER", origin(self.ports.issuer)),
            ("STAFF_AUDIENCE", "api://aftersight".to_owned()),
            ("DEPLOYMENT", "trial".to_owned()),
            ("CLOCK_OFFSET_SECONDS", ahead.to_string()),
        ]
        .map(own)
        .to_vec();
        options.handler_env.extend(match &self.on {
            On::Embedded(_) => {
                let origin = origin(self.ports.storage);
                [("STORES", "embedded".to_owned()), ("STORAGE_ORIGIN", origin)].map(own).to_vec()
            }
            On::Emulators(account, _) => account.environment.clone(),
        });
        let host = local_host::start(options).await.unwrap();
        // A host that stops before its handler is up is seen by `stopped()`, as on Azure.
        let ready = host.ready().await;
        self.host = Some(host);
        ready
    }

    pub fn host(&self) -> &RunningHost {
        self.host.as_ref().unwrap()
    }

    /// The embedded store that it runs on.
    pub fn store(&self) -> &Embedded {
        match &self.on {
            On::Embedded(store) => store,
            On::Emulators(..) => panic!("this flow looks into the embedded store"),
        }
    }

    /// A blob has arrived at this address. The embedded store says so by itself; for Azurite, which
    /// sends no events, the test is Event Grid.
    pub async fn blob_arrived(&self, url: &str) {
        let On::Emulators(_, store) = &self.on else { return };
        let url = url.split('?').next().unwrap();
        let (_, blob) = url.split_once("/incoming/").unwrap();
        // A signed address hides the slash inside the name; an event does not.
        let blob = blob.replace("%2F", "/");
        let event = json!({
            "topic": "/subscriptions/0/providers/Microsoft.Storage/storageAccounts/x",
            "subject": format!("/blobServices/default/containers/incoming/blobs/{blob}"),
            "eventType": "Microsoft.Storage.BlobCreated",
            "id": domain::ids::new_id(self.clock.now(), &[7; 32]),
            "data": { "api": "PutBlob", "blobType": "BlockBlob", "url": url },
            "dataVersion": "", "metadataVersion": "1", "eventTime": self.clock.now().to_string(),
        });
        store.send(Queue::Uploads, &event, Duration::ZERO).await.unwrap();
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
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let cargo = env!("CARGO");
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--locked", "--workspace", "--bin", "handlers"])
            .current_dir(root())
            .status()
            .unwrap();
        assert!(built.success(), "`handlers` does not build");
        // This test runs from target/debug/deps.
        let own = std::env::current_exe().unwrap();
        own.ancestors().nth(2).unwrap().join("handlers")
    })
}
