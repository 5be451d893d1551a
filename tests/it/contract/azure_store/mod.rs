//! The Azure store keeps every contract on emulators; it has met no real account yet. Each promise
//! has an account of its own.

mod token;

use std::sync::{Arc, OnceLock};

use azure::{Azure, AzureOptions};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ports::clock::Clock;
use embedded::SystemClock;
use tests::emulators::{Account, Emulators};
use token::EmulatedIdentity;

use super::{Opened, Server, SetClock, wire};

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

/// Who trusts the emulators' certificate.
fn http(account: &Account) -> reqwest::Client {
    let authority = std::fs::read(account.setting("SSL_CERT_FILE")).unwrap();
    let authority = reqwest::Certificate::from_pem(&authority).unwrap();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .tls_certs_only([authority])
        // Each test has a runtime of its own, and a connection lives no longer than that.
        .pool_max_idle_per_host(0)
        .build()
        .unwrap()
}

fn store(account: &Account, clock: Arc<dyn Clock>) -> Azure {
    let setting = |name: &str| account.setting(name).to_owned();
    Azure::open(AzureOptions {
        cosmos_endpoint: setting("COSMOS_ENDPOINT"),
        cosmos_database: setting("COSMOS_DATABASE"),
        region: "UK South".to_owned(),
        blob_endpoint: setting("BLOB_ENDPOINT"),
        queue_endpoint: setting("QUEUE_ENDPOINT"),
        key_vault_endpoint: setting("KEY_VAULT_ENDPOINT"),
        credential: Arc::new(EmulatedIdentity),
        erasure_credential: None,
        http: http(account),
        clock,
    })
    .unwrap()
}

async fn open() -> Opened {
    let account = tokio::task::spawn_blocking(|| emulators().account(PAGE)).await.unwrap().unwrap();
    wire::trust(http(&account));
    // Azurite's own clock is the machine's.
    let clock = SetClock::at(&SystemClock::default().now().to_string());
    let store = Arc::new(store(&account, clock.clone()));
    Opened {
        documents: store.clone(),
        blobs: store.clone(),
        urls: store.clone(),
        queues: store,
        queue_endpoint: account.plain_queues.clone(),
        account_key: STANDARD.decode(&account.key).unwrap(),
        server: Server::Azurite,
        clock,
        kept: Box::new(account),
    }
}
