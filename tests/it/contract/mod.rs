//! What every store promises, as plain async functions over the ports, run against every adapter.
//!
//! An adapter joins with a module that opens it and one line for each contract. A promise that is
//! not in its contract's list is dead code, and the compiler says so.

pub(crate) mod azure_store;
mod blobs;
mod document_races;
mod documents;
mod embedded_store;
mod queue_calls;
mod signed_urls;
mod wire;

use std::any::Any;
use std::sync::{Arc, Mutex};

use azure::TokenCredential;
use domain::ports::blobs::{Blobs, SignUrls};
use domain::ports::clock::Clock;
use domain::ports::documents::Documents;
use domain::ports::queues::{CountMessages, Queues};
use jiff::Timestamp;

/// An adapter, opened and empty, with all that the promises ask for.
pub(crate) struct Opened {
    pub(crate) documents: Arc<dyn Documents>,
    pub(crate) blobs: Arc<dyn Blobs>,
    pub(crate) urls: Arc<dyn SignUrls>,
    pub(crate) queues: Arc<dyn Queues>,
    pub(crate) counts: Arc<dyn CountMessages>,
    /// Where the queues' REST API is, and as whom a listener calls it.
    pub(crate) queue_endpoint: String,
    pub(crate) caller: Caller,
    /// Who answers on the wire.
    pub(crate) server: Server,
    /// The clock that the adapter reads.
    pub(crate) clock: Arc<SetClock>,
    /// What has to live as long: folders, servers.
    pub(crate) kept: Box<dyn Any + Send>,
}

/// As whom the queues are listened to.
pub(crate) enum Caller {
    /// By the account's key, at `http://host:port/account`.
    Key(Vec<u8>),
    /// As whoever runs the tests, at `https://account.queue…`.
    Token(Arc<dyn TokenCredential>),
}

/// Who answers on the wire: they refuse the same, and do not always say it in the same words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    /// Speaks as Azure does.
    Embedded,
    /// Azurite knows fewer words.
    Azurite,
    /// Azure itself.
    Azure,
}

impl Server {
    /// What this server says where Azure says `code`.
    pub(crate) fn says(self, code: &'static str) -> &'static str {
        match (self, code) {
            (Self::Azurite, "AuthenticationFailed") => "AuthorizationFailure",
            (Self::Azurite, "InvalidXmlDocument" | "MissingRequiredHeader") => "",
            _ => code,
        }
    }
}

/// A clock that stands where it is put.
pub(crate) struct SetClock(Mutex<Timestamp>);

impl SetClock {
    pub(crate) fn at(now: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new(now.parse().unwrap())))
    }

    pub(crate) fn set(&self, now: &str) {
        *self.0.lock().unwrap() = now.parse().unwrap();
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// One test for each promise, on an adapter opened by `$open`.
macro_rules! keeps {
    ($open:path, $contract:ident: $($promise:ident),+ $(,)?) => {
        $crate::contract::keeps!($open, $contract of $contract: $($promise),+);
    };
    ($open:path, $tests:ident of $contract:ident: $($promise:ident),+ $(,)?) => {
        mod $tests {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $promise() {
                    let opened = $open().await;
                    crate::contract::$contract::$promise(&opened).await;
                }
            )+
        }
    };
}
pub(crate) use keeps;
