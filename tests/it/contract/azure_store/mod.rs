//! The Azure store keeps every contract on emulators, where each promise has an account of its own; and
//! on a real account, where `AZURE_TEST_…` names one. It has met none yet.

mod real_account;

use std::sync::{Arc, OnceLock};

use azure::testing::{emulators_client, open_emulated};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ports::clock::Clock;
use embedded::SystemClock;
use tests::emulators::Emulators;

use super::{Caller, Opened, Server, SetClock, wire};
use real_account::RealAccount;

super::documents::documents_contract!(super::open);
super::document_races::document_races_contract!(super::open);
super::blobs::blobs_contract!(super::open);
super::signed_urls::signed_urls_contract!(super::open);
super::queue_calls::queue_calls_contract!(super::open);

/// The page's origin.
const PAGE: &str = "http://127.0.0.1:7071";

/// One set of emulators for all tests of this run.
pub(crate) fn emulators() -> &'static Emulators {
    static EMULATORS: OnceLock<Emulators> = OnceLock::new();
    EMULATORS.get_or_init(|| Emulators::start().unwrap())
}

async fn open() -> Opened {
    if let Some(real) = RealAccount::told() {
        return real.open().await;
    }
    let account = tokio::task::spawn_blocking(|| emulators().account(PAGE)).await.unwrap().unwrap();
    wire::trust(emulators_client(account.setting("SSL_CERT_FILE")).unwrap());
    // Azurite's own clock is the machine's.
    let clock = SetClock::at(&SystemClock::default().now().to_string());
    let store = open_emulated(|name| account.setting(name), clock.clone()).unwrap();
    let store = Arc::new(store);
    Opened {
        documents: store.clone(),
        blobs: store.clone(),
        urls: store.clone(),
        queues: store.clone(),
        counts: store,
        queue_endpoint: account.plain_queues.clone(),
        caller: Caller::Key(STANDARD.decode(&account.key).unwrap()),
        server: Server::Azurite,
        clock,
        kept: Box::new(account),
    }
}
