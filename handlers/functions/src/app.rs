//! The app: the ports and settings that every function gets. Cloned for each invocation.

use std::sync::Arc;

use custom_handler::Failure;
use domain::ids::new_id;
use domain::ports::blobs::{Blobs, SignUrls};
use domain::ports::clock::Clock;
use domain::ports::documents::Documents;
use domain::ports::error::StoreError;
use domain::ports::free_space::FreeSpace;
use domain::ports::keys::Keys;
use domain::ports::queues::Queues;
use domain::ports::random::Random;
use jiff::Timestamp;

use crate::settings::Settings;
use crate::sign_in::tokens::Tokens;
use crate::text_providers::TextProviders;
use crate::www_pages::WebFiles;

/// Everything a function may touch.
#[derive(Clone)]
pub struct App {
    // What the world does for us.
    pub documents: Arc<dyn Documents>,
    pub blobs: Arc<dyn Blobs>,
    pub urls: Arc<dyn SignUrls>,
    /// The disk that blobs go to.
    pub disk: Arc<dyn FreeSpace>,
    pub queues: Arc<dyn Queues>,
    pub texts: TextProviders,
    pub keys: Arc<dyn Keys>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// Checks staff tokens.
    pub tokens: Arc<Tokens>,
    /// Ends a night: on the embedded store, leaves no erased byte in any file.
    pub night: Arc<dyn SettleNight>,
    /// The pages that the web build made; none in a command.
    pub pages: Arc<WebFiles>,
    /// What the process was told.
    pub settings: Arc<Settings>,
}

/// What a store does about a night, so that no erased byte is left in a log or a free page.
#[async_trait::async_trait]
pub trait SettleNight: Send + Sync {
    /// A night begins: what is due is about to be sent on its way.
    async fn begin(&self) -> Result<(), StoreError>;

    /// All that is due is on its way.
    async fn all_is_sent(&self) -> Result<(), StoreError>;

    /// Settles the store where a night is over and something was erased since the last time; true
    /// where it did. By day, and while rows of the night are still to be decided, it does nothing.
    async fn settle(&self) -> Result<bool, StoreError>;

    /// The newest write the store knows of: a clock that stands before it is wrong.
    async fn newest_write(&self) -> Result<Option<Timestamp>, StoreError>;
}

impl App {
    /// Now, asked once an invocation.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A fresh id made at `now`.
    pub fn id(&self, now: Timestamp) -> String {
        new_id(now, &self.random.bytes())
    }
}

/// What a store's trouble means for the invocation: retry where that can help.
pub fn stored<T>(result: Result<T, StoreError>) -> Result<T, Failure> {
    result.map_err(|error| match error {
        StoreError::Broken(_) => Failure::broken(error),
        StoreError::Conflict { .. } | StoreError::Stale { .. } | StoreError::Unavailable(_) => {
            Failure::retry(error)
        }
    })
}
