//! Every point, on the adapters of Azure over the emulators: an account of its own for each run.

use std::sync::{Arc, OnceLock};

use azure::testing::open_emulated;
use domain::ports::clock::Clock as _;
use embedded::SystemClock;
use tests::emulators::{Account, Emulators};

use super::Theatre;
use super::seed::Seed;
use super::stage::Stage;
use crate::app::App;
use crate::stores::AzureNight;
use crate::testing::SetClock;

super::every_point_is_tried!(open);

/// Fresh accounts of running emulators.
pub struct Accounts(&'static Emulators);

/// Starts them, once for all tests of this run.
pub async fn open() -> Accounts {
    static EMULATORS: OnceLock<Emulators> = OnceLock::new();
    let start = || EMULATORS.get_or_init(|| Emulators::start().unwrap());
    Accounts(tokio::task::spawn_blocking(start).await.unwrap())
}

impl Accounts {
    /// One that nobody else has.
    pub fn account(&self) -> Account {
        self.0.account("http://127.0.0.1:7071").unwrap()
    }
}

impl Theatre for Accounts {
    async fn stage<'a>(&self, seed: &'a Seed) -> Stage<'a> {
        stage_in(&self.account(), seed).await
    }
}

/// The seed, written into this account.
pub async fn stage_in<'a>(account: &Account, seed: &'a Seed) -> Stage<'a> {
    // Azurite's own clock is the machine's, and tokens live by it.
    let machine = SetClock::at(&SystemClock::default().now().to_string());
    let store = Arc::new(open_emulated(|name| account.setting(name), machine).unwrap());
    let app = App {
        documents: store.clone(),
        blobs: store.clone(),
        urls: store.clone(),
        queues: store,
        night: Arc::new(AzureNight),
        ..seed.app.clone()
    };
    Stage::over(app, SetClock::at(seed.now), seed, Box::new(())).await
}
