//! What the real program holds in memory while `file-upload` meets a blob of 200 MB on Azurite, which
//! no signature can forbid: at most 64 MB more than it holds idle.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use domain::ports::blobs::BlobContainer;
use domain::ports::documents::Container;
use domain::record::{UPLOAD, document_id};
use serde_json::{Value, json};
use tests::emulators::Account;

use super::crashes::{Seed, Stage, Trigger, on_azure};

const LARGE: usize = 200_000_000;
const MOST_ABOVE_IDLE: u64 = 64_000_000;
/// The queue binding of every declaration.
const BINDING: &str = "message";

/// `handlers serve` with an account of the emulators.
struct Program {
    child: Child,
    origin: String,
    http: reqwest::Client,
}

impl Program {
    async fn start(account: &Account, folder: &Path) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let environment = account.environment.iter().map(|(name, value)| (name, value));
        let child = Command::new(program())
            .arg("serve")
            .current_dir(folder)
            .envs(environment)
            .env("FUNCTIONS_CUSTOMHANDLER_PORT", port.to_string())
            .env("OUTBOX_DIR", folder.join("outbox"))
            .env("PUBLIC_ORIGIN", "http://127.0.0.1:7071")
            .env("STAFF_ISSUER", "http://127.0.0.1:7073")
            .env("STAFF_AUDIENCE", "api://aftersight")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let (origin, http) = (format!("http://127.0.0.1:{port}"), reqwest::Client::new());
        let program = Self { child, origin, http };
        for _ in 0..600 {
            if program.http.get(&program.origin).send().await.is_ok() {
                return program;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the program did not come up")
    }

    /// A message of `uploads`, as the host brings it.
    async fn file(&self, message: &Value) -> u16 {
        let text = Value::from(message.to_string()).to_string();
        let envelope = json!({ "Data": { BINDING: text }, "Metadata": { "DequeueCount": "1" } });
        let call = self.http.post(format!("{}/file-upload", self.origin)).json(&envelope);
        // Every call of the host's own carries one.
        let invocation = "00000000-0000-4000-8000-000000000001";
        let call = call.header("x-azure-functions-invocationid", invocation);
        call.send().await.unwrap().status().as_u16()
    }

    /// A line of `/proc/…/status`, in bytes.
    fn memory(&self, line: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let found = status.lines().find_map(|found| found.strip_prefix(line)).unwrap();
        let kib: u64 = found.trim_matches([':', '\t', ' ', 'k', 'B']).parse().unwrap();
        kib * 1024
    }

    /// Lets the peak begin again at what is held now.
    fn forget_peak(&self) {
        fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program `handlers`, as the other tests of the whole system build it.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--locked", "--workspace", "--bin", "handlers"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .unwrap();
        assert!(built.success(), "`handlers` does not build");
        // This test runs from target/debug/deps.
        let own = std::env::current_exe().unwrap();
        own.ancestors().nth(2).unwrap().join("handlers")
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blob_of_200_mb_costs_no_memory() {
    let theatre = on_azure::open().await;
    let account = theatre.account();
    let seed = Seed::picture_arrived().await;
    let stage: Stage<'_> = on_azure::stage_in(&account, &seed).await;
    let Trigger::Message(_, message) = &seed.trigger else { unreachable!() };
    let name = message["blob"].as_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let program = tokio::task::spawn_blocking(program).await.unwrap();
    assert!(program.exists());
    let program = Program::start(&account, folder.path()).await;

    // Connections, tokens and code are there after a call that finds nothing.
    let nothing = json!({ "source": "test", "blob": "nobody/nothing" });
    assert_eq!(program.file(&nothing).await, 200);
    let idle = program.memory("VmRSS");

    let mut video = b"\0\0\0\x18ftypmp42\0\0\0\0".to_vec();
    video.resize(LARGE, 0x5a);
    let blobs = &stage.app().blobs;
    blobs.put(BlobContainer::Incoming, name, "image/jpeg", Bytes::from(video)).await.unwrap();
    program.forget_peak();
    assert_eq!(program.file(message).await, 200);
    let peak = program.memory("VmHWM");
    let above = peak.saturating_sub(idle);
    println!("idle {idle} bytes, peak {peak} with a blob of {LARGE}: {above} above idle");
    assert!(above <= MOST_ABOVE_IDLE);

    let (patient, upload) = name.split_once('/').unwrap();
    let id = document_id(UPLOAD, upload);
    let found = stage.app().documents.get(Container::Patients, patient, &id).await.unwrap();
    let upload = found.unwrap().body;
    assert_eq!((&upload["state"], &upload["refusal"]), (&json!("refused"), &json!("not-a-photo")));
    assert!(upload["refusalWords"].as_str().unwrap().contains("video"), "{upload}");
    assert!(blobs.head(BlobContainer::Incoming, name).await.unwrap().is_none());
}
