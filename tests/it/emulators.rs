//! Starts the emulators of Azure (`tests/emulators`, a workspace of its own) and asks for accounts.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// Running emulators. They end with this process, or when this is dropped.
pub struct Emulators {
    child: Child,
    /// `host:port` of whoever lays out accounts.
    accounts: String,
}

/// A fresh account that nobody else has.
#[derive(Debug, Clone)]
pub struct Account {
    /// What a handler is told to use it.
    pub environment: Vec<(String, String)>,
    /// The queues' REST API in the clear, for `local-host`.
    pub plain_queues: String,
    /// The storage account's name.
    pub name: String,
    /// Its key in base64, for who plays the host.
    pub key: String,
}

impl Account {
    /// A setting of its environment.
    pub fn setting(&self, name: &str) -> &str {
        let found = self.environment.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }
}

impl Emulators {
    /// Builds them where need be (minutes, once), starts them and waits until they answer.
    pub fn start() -> Result<Self, String> {
        let target = target_folder()?;
        build(&target)?;
        let mut child = Command::new(target.join("debug/emulators"))
            .arg("--packages")
            .arg(target.join("azurite"))
            // They end when this pipe does, however we end.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("the emulators do not start: {error}"))?;
        let output = child.stdout.take().ok_or("the emulators have no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).map_err(|error| error.to_string())?;
        let ready: Value = serde_json::from_str(&line)
            .map_err(|_| "the emulators ended before they were ready".to_owned())?;
        let accounts = ready["accounts"].as_str().and_then(|url| url.strip_prefix("http://"));
        let accounts = accounts.and_then(|url| url.split('/').next());
        let accounts = accounts.ok_or("the emulators did not say where they are")?.to_owned();
        Ok(Self { child, accounts })
    }

    /// An account whose blobs pages of `origin` may send.
    pub fn account(&self, origin: &str) -> Result<Account, String> {
        let request = format!(
            "POST /accounts?origin={origin} HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\n\
             Connection: close\r\n\r\n",
            self.accounts
        );
        let said = |error: std::io::Error| format!("the emulators do not answer: {error}");
        let mut stream = TcpStream::connect(&self.accounts).map_err(said)?;
        stream.write_all(request.as_bytes()).map_err(said)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map_err(said)?;
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body);
        let body: Value = body
            .and_then(|body| serde_json::from_str(body).ok())
            .ok_or("the emulators' answer is no JSON")?;
        read_account(&body).ok_or_else(|| format!("no account: {}", body["error"]))
    }
}

impl Drop for Emulators {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn read_account(body: &Value) -> Option<Account> {
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    let environment = body["environment"].as_object()?.iter();
    Some(Account {
        environment: environment
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect(),
        plain_queues: text("plainQueues")?,
        name: text("account")?,
        key: text("accountKey")?,
    })
}

/// `{target}` of `{target}/{profile}/{program}` or `{target}/{profile}/deps/{test}`: what is built
/// for us is shared with what the emulators need.
fn target_folder() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let profile = own.ancestors().skip(1).find(|folder| !folder.ends_with("deps"));
    let target = profile.and_then(Path::parent);
    target.map(Path::to_owned).ok_or_else(|| "this program is in no target folder".to_owned())
}

fn build(target: &Path) -> Result<(), String> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("emulators/Cargo.toml");
    let built = Command::new("cargo")
        .args(["build", "--quiet", "--locked", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(target)
        .status()
        .map_err(|error| format!("cargo does not run: {error}"))?;
    if built.success() { Ok(()) } else { Err("the emulators do not build".to_owned()) }
}
