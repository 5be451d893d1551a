//! `reconcile-uploads`: an upload whose event was lost is filed or refused all the same, and a night
//! that is over is settled.
//!
//! Trigger: timer, every 15 minutes. Touches: `incoming`, queue `uploads`, the store's night.
//! Whatever still stands in `incoming` was not filed yet, so its message is put again; a repeat is
//! harmless. Blocks that nobody can finish any more go. No message of the night knows that it is the
//! last, so the night ends here.

use custom_handler::{Failure, Function, Timer};
use domain::ports::blobs::BlobContainer;
use tracing::info;

use crate::app::{App, stored};
use crate::arrived_blob::say_arrived;
use crate::half_sent::sweep_half_sent;

/// Names asked for at once.
const PAGE: usize = 500;

pub fn function() -> Function<App> {
    Function::timer("reconcile-uploads", "0 */15 * * * *", reconcile_uploads)
}

pub async fn reconcile_uploads(app: App, _: Timer) -> Result<(), Failure> {
    let told = tell_again(&app).await;
    sweep_half_sent(&app, app.now()).await?;
    stored(app.night.settle().await)?;
    told
}

async fn tell_again(app: &App) -> Result<(), Failure> {
    let mut told = 0_usize;
    let mut after: Option<String> = None;
    loop {
        let names = app.blobs.list(BlobContainer::Incoming, "", after.as_deref(), PAGE).await;
        let names = stored(names)?;
        let is_last = names.len() < PAGE;
        for name in &names {
            say_arrived(app, name, "reconcile-uploads").await?;
            told += 1;
        }
        after = names.into_iter().next_back();
        if is_last || after.is_none() {
            break;
        }
    }
    info!(told, "{told} uploads were waiting in `incoming`");
    Ok(())
}
