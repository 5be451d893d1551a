//! What the program does for each of its first words.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use custom_handler::{Deadlines, serve, write_declarations};
use domain::ports::clock::Clock as _;
use domain::ports::documents::ReadDocuments;
use domain::ports::queues::CountMessages;
use embedded::storage::{Listeners, StorageOptions};
use embedded::{DiskOf, Way, condition, recover};
use tokio::net::TcpListener;
use tracing::warn;

use crate::app::App;
use crate::apply::{apply, brings_real_people, demo_only, plan};
use crate::describe_api::openapi;
use crate::functions;
use crate::health::{Health, done, health};
use crate::settings::{Settings, Stores, not_for_real_people};
use crate::standing_headers::standing_headers;
use crate::store_health::check_database;
use crate::stores::{LookedAt, OpenStores, clock, embedded_options, open_embedded};
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
        ["health"] => say_health().await,
        ["health", "--done", row] => done(&open_app()?.0, row).await,
        ["demo-only"] => only_demo().await,
        ["recover"] => recover_folder(None),
        ["recover", word] => match Way::parse(word) {
            Some(way) => recover_folder(Some(way)),
            None => Err(format!("recover {word}: say --take-older, --new-keys or --put-back")),
        },
        ["openapi"] => {
            #[expect(clippy::print_stdout, reason = "the command's answer")]
            {
                print!("{}", openapi());
            }
            Ok(())
        }
        _ => Err("say one of: serve, storage, package --to FOLDER, apply FILE [--check], \
             health [--done ROW], demo-only, recover [--take-older | --new-keys | --put-back], \
             openapi"
            .into()),
    }
}

async fn serve_functions() -> Result<(), String> {
    custom_handler::init_logs();
    let settings = Settings::from_environment().map_err(|refused| refused.to_string())?;
    let port = Settings::handler_port().map_err(|refused| refused.to_string())?;
    let stores = OpenStores::open(&settings)?;
    must_be_fit(&settings, stores.documents()).await?;
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
    // Beside the work: a large database takes its time, and whoever waits outside does not.
    tokio::spawn({
        let app = app.clone();
        async move { check_database(&app).await }
    });
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
    must_be_fit(&settings, &store).await?;
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
    if !settings.unfit.is_empty()
        && brings_real_people(&document).map_err(|refused| refused.to_string())?
    {
        return Err(format!("{} Nothing was applied.", not_for_real_people(&settings.unfit)));
    }
    let issuer = &settings.staff_issuer;
    let planned = match how {
        Apply::Check => plan(look(&settings)?.documents(), &document, issuer).await,
        Apply::Write => {
            let stores = OpenStores::open(&settings)?;
            apply(stores.documents(), &document, issuer, clock(&settings).now()).await
        }
    };
    for difference in planned.map_err(|refused| refused.to_string())?.differences() {
        #[expect(clippy::print_stdout, reason = "the command's answer")]
        {
            println!("{difference}");
        }
    }
    Ok(())
}

/// A line for each thing that was looked at; an error where one of them needs somebody.
async fn say_health() -> Result<(), String> {
    let (app, counts) = open_app()?;
    let Health { lines, troubles } = health(&app, &*counts).await;
    for line in lines {
        #[expect(clippy::print_stdout, reason = "the command's answer")]
        {
            println!("{line}");
        }
    }
    match troubles {
        0 => Ok(()),
        _ => Err(format!(
            "{troubles} things need somebody. Once a row is looked after: handlers health --done ROW"
        )),
    }
}

fn open_app() -> Result<(App, Arc<dyn CountMessages>), String> {
    let settings = Settings::from_environment().map_err(|refused| refused.to_string())?;
    let stores = OpenStores::open(&settings)?;
    let counts = stores.counts();
    Ok((stores.app(settings), counts))
}

/// Where a controller is real, so is everything that the installation stands on; in production this
/// was asked of the settings already.
async fn must_be_fit(settings: &Settings, documents: &dyn ReadDocuments) -> Result<(), String> {
    if settings.unfit.is_empty() {
        return Ok(());
    }
    match demo_only(documents).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(not_for_real_people(&settings.unfit)),
        Err(error) => Err(error.to_string()),
    }
}

async fn only_demo() -> Result<(), String> {
    let settings = Settings::from_environment().map_err(|refused| refused.to_string())?;
    match demo_only(look(&settings)?.documents()).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(format!(
            "{} holds controllers that are not the demo ones: a clock set forward would erase \
             their records for good",
            settings.data_dir.display()
        )),
        Err(error) => Err(error.to_string()),
    }
}

/// A store to look at. Where none is laid out yet it says so, and goes on with what is in none.
fn look(settings: &Settings) -> Result<LookedAt, String> {
    let store = OpenStores::look(settings)?;
    if !store.is_there() {
        #[expect(clippy::print_stderr, reason = "the answer itself is on the other stream")]
        {
            eprintln!("handlers: there is no store in {} yet", settings.data_dir.display());
        }
    }
    Ok(store)
}

/// Says what is missing in the folder. Does something about it only where a way is named.
fn recover_folder(way: Option<Way>) -> Result<(), String> {
    let settings = Settings::from_environment().map_err(|refused| refused.to_string())?;
    if !matches!(settings.stores, Stores::Embedded) {
        return Err(
            "recover is for a folder of this machine; docs/operations.md says how Azure is restored"
                .to_owned(),
        );
    }
    let options = embedded_options(&settings);
    if let Some(way) = way {
        recover(&options, way).map_err(|refused| refused.to_string())?;
    }
    let condition = condition(&options).map_err(|refused| refused.to_string())?;
    #[expect(clippy::print_stdout, reason = "the command's answer")]
    {
        print!("{condition}");
    }
    Ok(())
}

/// The host ends this process by killing it; there is nothing to wait for.
fn never() -> impl Future<Output = ()> {
    std::future::pending()
}
