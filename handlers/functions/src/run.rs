//! What the program does for each of its first words.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use custom_handler::{Deadlines, serve, write_declarations};
use embedded::DiskOf;
use embedded::storage::{Listeners, StorageOptions};
use tokio::net::TcpListener;
use tracing::warn;

use crate::apply::{apply, demo_only, plan};
use crate::describe_api::openapi;
use crate::functions;
use crate::settings::Settings;
use crate::standing_headers::standing_headers;
use crate::stores::{OpenStores, open_embedded};
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
        ["apply", file] => apply_file(Path::new(file), Apply::Write).await,
        ["apply", file, "--check"] => apply_file(Path::new(file), Apply::Check).await,
        ["demo-only"] => only_demo().await,
        ["openapi"] => {
            #[expect(clippy::print_stdout, reason = "the command's answer")]
            {
                print!("{}", openapi());
            }
            Ok(())
        }
        _ => Err(
            "say one of: serve, storage, package --to FOLDER, apply FILE [--check], demo-only, \
                  openapi"
                .into(),
        ),
    }
}

async fn serve_functions() -> Result<(), String> {
    custom_handler::init_logs();
    let settings = Settings::from_environment().map_err(|refused| refused.to_string())?;
    let port = Settings::handler_port().map_err(|refused| refused.to_string())?;
    let stores = OpenStores::open(&settings)?;
    stores.announce(&settings);
    let standing = standing_headers(&settings);
    let mut app = stores.app(settings);
    let pages = WebFiles::read(Path::new(FOLDER)).map_err(|refused| refused.to_string())?;
    app.pages = Arc::new(pages);
    if let Ok(Some(newest)) = app.night.newest_write().await
        && app.now() < newest
    {
        warn!(%newest, "the clock stands before the newest write: nights erase nothing until it is right");
    }
    let listener = listen(port).await?;
    let deadlines = Deadlines::default().within(FUNCTION_TIMEOUT).map_err(|e| e.to_string())?;
    serve(functions(), app, listener, deadlines, standing, never())
        .await
        .map_err(|error| error.to_string())
}

async fn serve_storage() -> Result<(), String> {
    custom_handler::init_logs();
    let settings = Settings::from_environment().map_err(|refused| refused.to_string())?;
    let store = open_embedded(&settings)?;
    let listeners = Listeners {
        blobs: listen(settings.storage_port).await?,
        queues: listen(settings.queue_port).await?,
    };
    let options = StorageOptions {
        allowed_origins: vec![settings.public_origin.clone()],
        disk: Arc::new(DiskOf(settings.data_dir.clone())),
        keep_free: settings.keep_free,
    };
    #[expect(clippy::print_stdout, reason = "whoever started this waits for the line")]
    {
        println!("storage {}", settings.storage_origin);
    }
    embedded::storage::serve(store, listeners, options, never())
        .await
        .map_err(|error| error.to_string())
}

async fn listen(port: u16) -> Result<TcpListener, String> {
    TcpListener::bind(("127.0.0.1", port))
        .await
        .map_err(|error| format!("cannot listen on 127.0.0.1:{port}: {error}"))
}

#[derive(Clone, Copy)]
enum Apply {
    Check,
    Write,
}

/// Says what the document changes, a line each, and nothing where it changes nothing.
async fn apply_file(file: &Path, how: Apply) -> Result<(), String> {
    let settings = Settings::from_environment().map_err(|refused| refused.to_string())?;
    let document = tokio::fs::read(file)
        .await
        .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let stores = OpenStores::open(&settings)?;
    let (documents, issuer) = (stores.documents(), &settings.staff_issuer);
    let planned = match how {
        Apply::Check => plan(documents, &document, issuer).await,
        Apply::Write => apply(documents, &document, issuer).await,
    };
    for difference in planned.map_err(|refused| refused.to_string())?.differences() {
        #[expect(clippy::print_stdout, reason = "the command's answer")]
        {
            println!("{difference}");
        }
    }
    Ok(())
}

async fn only_demo() -> Result<(), String> {
    let settings = Settings::from_environment().map_err(|refused| refused.to_string())?;
    match demo_only(OpenStores::open(&settings)?.documents()).await {
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
