//! Azurite: blobs and queues over HTTPS, for tokens of a managed identity.
//!
//! Installed once from the lock file beside `Cargo.toml`, without running any package's scripts.

use std::path::Path;
use std::process::Stdio;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};

use crate::Outcome;
use crate::certificates::Certificates;

/// Each test takes one for itself; nobody can be given another's.
const ACCOUNTS: usize = 400;

/// Ends Azurite when its input ends, however we end.
const TIED: &str = "process.stdin.resume().on('end', () => process.exit(0)); \
                    process.argv.splice(1, 0, 'azurite'); require(process.env.AZURITE_MAIN);";

pub struct Azurite {
    pub blob_port: u16,
    pub queue_port: u16,
    /// Of every account, in base64.
    pub account_key: String,
    /// Killed when this is dropped.
    _child: Child,
    _tie: Option<ChildStdin>,
}

impl Azurite {
    pub async fn start(packages: &Path, certificates: &Certificates) -> Outcome<Self> {
        let main = install(packages).await?;
        let account_key =
            STANDARD.encode("a key of emulators is no secret, and sixty-four bytes long......");
        let accounts: Vec<String> =
            (0..ACCOUNTS).map(|n| format!("{}:{account_key}", account(n))).collect();
        let mut child = Command::new("node")
            .args(["-e", TIED, "--"])
            .args(["--oauth", "basic", "--inMemoryPersistence", "--disableTelemetry", "--silent"])
            .args(["--disableProductStyleUrl"])
            .args(["--blobPort", "0", "--queuePort", "0", "--tablePort", "0"])
            .arg("--cert")
            .arg(certificates.server())
            .arg("--key")
            .arg(certificates.server_key())
            .current_dir(certificates.folder())
            .env("AZURITE_MAIN", &main)
            .env("AZURITE_ACCOUNTS", accounts.join(";"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let tie = child.stdin.take();
        let stdout = child.stdout.take().ok_or("Azurite has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let (mut blob_port, mut queue_port) = (None, None);
        while blob_port.is_none() || queue_port.is_none() {
            let line = lines.next_line().await?.ok_or("Azurite ended before it listened")?;
            let port = line.rsplit_once(':').and_then(|(_, port)| port.trim().parse().ok());
            if line.contains("Blob service is successfully listening") {
                blob_port = port;
            } else if line.contains("Queue service is successfully listening") {
                queue_port = port;
            }
        }
        // Nobody reads what it says later, and a full pipe would stop it.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self {
            blob_port: blob_port.unwrap_or_default(),
            queue_port: queue_port.unwrap_or_default(),
            account_key,
            _child: child,
            _tie: tie,
        })
    }
}

/// The name of the account with this number; `None` when they are used up.
pub fn account_name(number: usize) -> Option<String> {
    (number < ACCOUNTS).then(|| account(number))
}

fn account(number: usize) -> String {
    format!("aftersight{number:03}")
}

async fn install(packages: &Path) -> Outcome<String> {
    let main = packages.join("node_modules/azurite/dist/src/azurite.js");
    let wanted = include_str!("../package-lock.json");
    let installed = packages.join("installed-lock.json");
    if std::fs::read_to_string(&installed).is_ok_and(|lock| lock == wanted) {
        return Ok(main.display().to_string());
    }
    eprintln!("Installing Azurite: a minute, once.");
    std::fs::create_dir_all(packages)?;
    std::fs::write(packages.join("package.json"), include_str!("../package.json"))?;
    std::fs::write(packages.join("package-lock.json"), wanted)?;
    let output = Command::new("npm")
        .args(["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(packages)
        .output()
        .await?;
    if !output.status.success() {
        return Err(format!("npm ci: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    std::fs::write(installed, wanted)?;
    Ok(main.display().to_string())
}
