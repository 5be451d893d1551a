//! The doubles of Azure: one program, told what to do on its standard input and gone when that ends.
//!
//! `emulators --packages DIR` starts everything on free ports of 127.0.0.1 and prints one line of JSON:
//! `{"accounts": "http://127.0.0.1:N/accounts"}`. A POST there lays out a fresh account, empty and
//! seen by nobody else, and answers what a handler must be told to use it (`accounts`).
//!
//! What these doubles do not show: who may do what (every token is believed), request units and
//! throttling, versions, soft delete and immutability of blobs, events of Event Grid.

mod accounts;
mod azurite;
mod certificates;
mod cors_rule;
mod cosmos;
mod key_vault;
mod managed_identity;
mod plain_queues;
mod serve;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use accounts::Accounts;
use azurite::Azurite;
use certificates::Certificates;

/// What goes wrong here is told to whoever started us, in words.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [flag, packages] = arguments.as_slice() else {
        eprintln!("emulators: say --packages DIR, a folder where Azurite may be installed");
        return ExitCode::from(2);
    };
    if flag != "--packages" {
        eprintln!("emulators: {flag} is not known");
        return ExitCode::from(2);
    }
    match run(PathBuf::from(packages)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("emulators: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(packages: PathBuf) -> Outcome<()> {
    let certificates = Certificates::make()?;
    let azurite = Azurite::start(&packages, &certificates).await?;
    let cosmos = cosmos::start().await?;
    let identity = managed_identity::start().await?;
    let vault = key_vault::start(&certificates).await?;
    let plain_queues = plain_queues::start(azurite.queue_port, &certificates).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let accounts =
        Arc::new(Accounts::new(&certificates, &azurite, cosmos, identity, vault, plain_queues)?);
    tokio::spawn(accounts::serve(listener, accounts));
    println!("{}", json!({ "accounts": format!("http://{address}/accounts") }));

    // Whoever started us is gone when our input ends; Azurite goes the same way with us.
    let mut nothing = Vec::new();
    tokio::io::stdin().read_to_end(&mut nothing).await?;
    drop(azurite);
    Ok(())
}
