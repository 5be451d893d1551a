//! What the program does for each of its first words; only here are adapters chosen.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use custom_handler::{Deadlines, serve, write_declarations};
use domain::ports::error::StoreError;
use embedded::{Embedded, EmbeddedOptions, SystemClock, SystemRandom};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tracing::warn;

use crate::app::{App, SettleNight};
use crate::apply::{apply, demo_only};
use crate::describe_api::openapi;
use crate::functions;
use crate::settings::Settings;
use crate::sign_in::tokens::Tokens;
use crate::standing_headers::standing_headers;
use crate::www_pages::{FOLDER, WebFiles};

/// What host.json says; a test compares them.
pub const FUNCTION_TIMEOUT: Duration = Duration::from_mins(5);

/// Runs one command; the error is a sentence for whoever started it.
pub async fn run(arguments: &[String]) -> Result<(), String> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve"] => serve_functions().await,
        ["storage"] => serve_storage().await,
        ["package", "--to", folder] => write_declarations(&functions(), &PathBuf::from(folder))
            .map_err(|error| format!("cannot write to {folder}: {error}")),
        ["apply", file] => apply_file(Path::new(file)).await,
        ["demo-only"] => only_demo().await,
        ["openapi"] => {
            #[expect(clippy::print_stdout, reason = "the command's answer")]
            {
                print!("{}", openapi());
            }
            Ok(())
        }
        _ => Err("say one of: serve, storage, package --to FOLDER, apply FILE, demo-only, openapi"
            .into()),
    }
}

/// The app over the embedded store.
pub fn embedded_app(settings: Settings, store: &Embedded) -> App {
    let store = Arc::new(store.clone());
    App {
        documents: store.clone(),
        blobs: store.clone(),
        urls: store.clone(),
        queues: store.clone(),
        sms: store.clone(),
        keys: store.clone(),
        clock: Arc::new(clock(&settings)),
        random: Arc::new(SystemRandom),
        tokens: Arc::new(Tokens::new(&settings.staff_issuer, &settings.staff_audience)),
        night: Arc::new(EmbeddedNight(store)),
        pages: Arc::default(),
        settings: Arc::new(settings),
    }
}

/// Opens the store that the settings name.
pub fn open_store(settings: &Settings) -> Result<Embedded, String> {
    Embedded::open(EmbeddedOptions {
        dir: settings.data_dir.clone(),
        outbox_dir: settings.outbox_dir.clone(),
        storage_origin: settings.storage_origin.clone(),
        clock: Arc::new(clock(settings)),
    })
    .map_err(|error| error.to_string())
}

fn clock(settings: &Settings) -> SystemClock {
    SystemClock::with_offset(settings.clock_offset_seconds)
}

struct EmbeddedNight(Arc<Embedded>);

#[async_trait::async_trait]
impl SettleNight for EmbeddedNight {
    async fn settle(&self) -> Result<(), StoreError> {
        self.0.settle_night().await
    }

    async fn newest_write(&self) -> Result<Option<Timestamp>, StoreError> {
        self.0.latest_written_at().await
    }
}

async fn serve_functions() -> Result<(), String> {
    custom_handler::init_logs();
    let settings = Settings::from_environment().map_err(|refused| refused.to_string())?;
    let port = Settings::handler_port().map_err(|refused| refused.to_string())?;
    warn!("everything is kept in {} on this machine's disk", settings.data_dir.display());
    let store = open_store(&settings)?;
    let standing = standing_headers(&settings);
    let mut app = embedded_app(settings, &store);
    let pages = WebFiles::read(Path::new(FOLDER)).map_err(|refused| refused.to_string())?;
    app.pages = Arc::new(pages);
    if let Ok(Some(newest)) = app.night.newest_write().await
        && app.now() < newest
    {
        warn!(%newest, "the clock stands before the newest write: nights erase nothing until it is right");
    }
    let listener = TcpListener::bind(("127.0.0.1", port))
        .await
        .map_err(|error| format!("cannot listen on 127.0.0.1:{port}: {error}"))?;
    let deadlines = Deadlines::default().within(FUNCTION_TIMEOUT).map_err(|e| e.to_string())?;
    serve(functions(), app, listener, deadlines, standing, never())
        .await
        .map_err(|error| error.to_string())
}

async fn serve_storage() -> Result<(), String> {
    custom_handler::init_logs();
    let settings = Settings::from_environment().map_err(|refused| refused.to_string())?;
    let store = open_store(&settings)?;
    let port = settings.storage_port;
    let listener = TcpListener::bind(("127.0.0.1", port))
        .await
        .map_err(|error| format!("cannot listen on 127.0.0.1:{port}: {error}"))?;
    let options =
        embedded::storage::StorageOptions { allowed_origins: vec![settings.public_origin.clone()] };
    #[expect(clippy::print_stdout, reason = "whoever started this waits for the line")]
    {
        println!("storage {}", settings.storage_origin);
    }
    embedded::storage::serve(store, listener, options, never())
        .await
        .map_err(|error| error.to_string())
}

async fn apply_file(file: &Path) -> Result<(), String> {
    let settings = Settings::from_environment().map_err(|refused| refused.to_string())?;
    let document = tokio::fs::read(file)
        .await
        .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let store = open_store(&settings)?;
    apply(&store, &document, &settings.staff_issuer).await.map(drop).map_err(|e| e.to_string())
}

async fn only_demo() -> Result<(), String> {
    let settings = Settings::from_environment().map_err(|refused| refused.to_string())?;
    match demo_only(&open_store(&settings)?).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(format!(
            "{} holds controllers that are not the demo ones: a clock set forward would erase \
             their records for good",
            settings.data_dir.display()
        )),
        Err(error) => Err(error.to_string()),
    }
}

/// The host ends this process by killing it; there is nothing to wait for.
fn never() -> impl Future<Output = ()> {
    std::future::pending()
}
