//! A real account in place of the emulators, where `AZURE_TEST_…` names one: made for this, empty, and
//! nobody's. Promises are kept one after the other there, each in what the one before left emptied.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use azure::{Azure, AzureOptions, Identity};
use domain::ports::blobs::BlobContainer;
use domain::ports::clock::Clock as _;
use domain::ports::documents::{
    Change, Container, Documents, Page, Query, ReadDocuments, Stored, list_all,
};
use domain::ports::error::{Etag, StoreError};
use domain::ports::queues::Queue;
use embedded::SystemClock;

use crate::contract::{Caller, Opened, Server, SetClock, wire};

/// All or none of them.
const NAMES: [&str; 5] = [
    "AZURE_TEST_COSMOS_ENDPOINT",
    "AZURE_TEST_COSMOS_DATABASE",
    "AZURE_TEST_BLOB_ENDPOINT",
    "AZURE_TEST_QUEUE_ENDPOINT",
    "AZURE_TEST_KEY_VAULT_ENDPOINT",
];

/// Where the services are, in the order of [`NAMES`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RealAccount([String; 5]);

impl RealAccount {
    /// The one that this process was told of; half of one is refused by the names of what lacks.
    pub(super) fn told() -> Option<Self> {
        #[expect(clippy::disallowed_methods, reason = "who runs the tests names the account")]
        let told = Self::read(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        told.unwrap_or_else(|refused| panic!("{refused}"))
    }

    fn read(get: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, String> {
        let values = NAMES.map(&get);
        let missing: Vec<_> = NAMES.into_iter().filter(|name| get(name).is_none()).collect();
        match missing.len() {
            0 => Ok(Some(Self(values.map(Option::unwrap_or_default)))),
            count if count == NAMES.len() => Ok(None),
            _ => Err(format!("for a real account, set {} too", missing.join(", "))),
        }
    }

    /// Opened and empty, for one promise at a time.
    pub(super) async fn open(&self) -> Opened {
        static ONE_AT_A_TIME: OnceLock<Arc<tokio::sync::Mutex<()>>> = OnceLock::new();
        let turn = ONE_AT_A_TIME.get_or_init(Arc::default).clone().lock_owned().await;
        let clock = SetClock::at(&SystemClock::default().now().to_string());
        let credential = Identity::Developer.credential(clock.clone()).unwrap();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .timeout(Duration::from_mins(1))
            .build()
            .unwrap();
        wire::trust(http.clone());
        let [cosmos, database, blobs, queues, vault] = self.0.clone();
        let store = Azure::open(AzureOptions {
            cosmos_endpoint: cosmos,
            cosmos_database: database,
            region: "UK South".to_owned(),
            blob_endpoint: blobs,
            queue_endpoint: queues.clone(),
            key_vault_endpoint: vault,
            credential: credential.clone(),
            erasure_credential: None,
            http,
            clock: clock.clone(),
        });
        let store = Arc::new(store.unwrap());
        let documents = Arc::new(Remembering(store.clone()));
        let opened = Opened {
            documents,
            blobs: store.clone(),
            urls: store.clone(),
            queues: store.clone(),
            counts: store.clone(),
            queue_endpoint: queues.trim_end_matches('/').to_owned(),
            caller: Caller::Token(credential),
            server: Server::Azure,
            clock,
            kept: Box::new(turn),
        };
        empty(&opened, &store).await;
        opened
    }
}

/// Takes out what the promises before left.
async fn empty(opened: &Opened, store: &Azure) {
    let partitions = std::mem::take(&mut *written().lock().unwrap());
    for (container, partition) in partitions {
        for left in list_all(store, container, &partition, Query::prefix("")).await.unwrap() {
            store.commit(container, &partition, vec![Change::delete(&left)]).await.unwrap();
        }
    }
    for container in [BlobContainer::Incoming, BlobContainer::Records] {
        for name in opened.blobs.list(container, "", None, 1000).await.unwrap() {
            opened.blobs.erase(container, &name).await.unwrap();
        }
    }
    for queue in Queue::ALL {
        for name in [queue.name(), queue.poison()] {
            let reply = wire::signed(opened, "DELETE", &format!("/{name}/messages"), "").await;
            assert_eq!(reply.status, 204, "{name} cannot be emptied: {reply:?}");
        }
    }
}

/// The partitions that this run has written to.
fn written() -> &'static Mutex<HashSet<(Container, String)>> {
    static WRITTEN: OnceLock<Mutex<HashSet<(Container, String)>>> = OnceLock::new();
    WRITTEN.get_or_init(Mutex::default)
}

/// Documents that remember where they were written: nothing lists the partitions of a container.
struct Remembering(Arc<Azure>);

#[async_trait]
impl ReadDocuments for Remembering {
    async fn get(
        &self,
        container: Container,
        partition: &str,
        id: &str,
    ) -> Result<Option<Stored>, StoreError> {
        self.0.get(container, partition, id).await
    }

    async fn list(
        &self,
        container: Container,
        partition: &str,
        query: &Query,
    ) -> Result<Page, StoreError> {
        ReadDocuments::list(&*self.0, container, partition, query).await
    }
}

#[async_trait]
impl Documents for Remembering {
    async fn commit(
        &self,
        container: Container,
        partition: &str,
        changes: Vec<Change>,
    ) -> Result<Vec<Etag>, StoreError> {
        written().lock().unwrap().insert((container, partition.to_owned()));
        self.0.commit(container, partition, changes).await
    }
}

#[test]
fn half_an_account_is_refused_by_the_names_of_what_lacks() {
    assert_eq!(RealAccount::read(|_| None), Ok(None));
    assert!(RealAccount::read(|name| Some(name.to_owned())).unwrap().is_some());
    let half = RealAccount::read(|name| name.contains("COSMOS").then(|| "x".to_owned()));
    let refused = half.unwrap_err();
    for name in &NAMES[2..] {
        assert!(refused.contains(name), "{refused}");
    }
    assert!(!refused.contains("COSMOS"), "{refused}");
}
