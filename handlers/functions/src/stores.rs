//! The stores that the settings name, and the app over them. Only here are adapters chosen.

use std::sync::Arc;

use azure::sms::{
    CommunicationServices, CommunicationServicesOptions, GovUkNotify, GovUkNotifyOptions,
};
use azure::{Azure, AzureOptions, Identity, TokenCredential, http_client};
use domain::ports::clock::Clock;
use domain::ports::documents::Documents;
use domain::ports::error::StoreError;
use domain::ports::free_space::Boundless;
use domain::ports::sms::Sms;
use embedded::{DiskOf, Embedded, EmbeddedOptions, Outbox, SystemClock, SystemRandom};
use jiff::Timestamp;
use tracing::warn;

use crate::app::{App, SettleNight};
use crate::settings::{AzureStores, Settings, Stores};
use crate::sign_in::tokens::Tokens;
use crate::text_providers::{NotifyServices, TextProviders};

/// The adapters of one deployment, opened.
pub enum OpenStores {
    /// One folder.
    Embedded(Embedded),
    /// Azure, or what plays it.
    Azure {
        /// Documents, blobs, queues and keys.
        store: Azure,
        /// Who sends texts.
        texts: TextProviders,
    },
}

impl OpenStores {
    /// Opens what the settings name; the error is a sentence for an administrator.
    pub fn open(settings: &Settings) -> Result<Self, String> {
        match &settings.stores {
            Stores::Embedded => open_embedded(settings).map(Self::Embedded),
            Stores::Azure(stores) => {
                let store = open_azure(stores, settings)?;
                let texts = azure_texts(stores, settings, &store)?;
                Ok(Self::Azure { store, texts })
            }
        }
    }

    /// The documents alone, for a command.
    pub fn documents(&self) -> &dyn Documents {
        match self {
            Self::Embedded(store) => store,
            Self::Azure { store, .. } => store,
        }
    }

    /// Says in the log what data is kept in.
    pub fn announce(&self, settings: &Settings) {
        match self {
            Self::Embedded(_) => {
                warn!(
                    "everything is kept in {} on this machine's disk",
                    settings.data_dir.display()
                );
            }
            Self::Azure { .. } => tracing::info!("everything is kept in services of Azure"),
        }
    }

    /// The app over them.
    pub fn app(self, settings: Settings) -> App {
        match self {
            Self::Embedded(store) => embedded_app(settings, &store),
            Self::Azure { store, texts } => azure_app(settings, store, texts),
        }
    }
}

/// Opens the one folder.
pub fn open_embedded(settings: &Settings) -> Result<Embedded, String> {
    Embedded::open(EmbeddedOptions {
        dir: settings.data_dir.clone(),
        outbox_dir: settings.outbox_dir.clone(),
        storage_origin: settings.storage_origin.clone(),
        clock: Arc::new(clock(settings)),
    })
    .map_err(|error| error.to_string())
}

fn open_azure(stores: &AzureStores, settings: &Settings) -> Result<Azure, String> {
    let erasure_credential = match &stores.erasure_client_id {
        Some(_) => Some(credential(stores, settings, stores.erasure_client_id.as_ref())?),
        None => None,
    };
    Azure::open(AzureOptions {
        cosmos_endpoint: stores.cosmos_endpoint.clone(),
        cosmos_database: stores.cosmos_database.clone(),
        region: stores.region.clone(),
        blob_endpoint: stores.blob_endpoint.clone(),
        queue_endpoint: stores.queue_endpoint.clone(),
        key_vault_endpoint: stores.key_vault_endpoint.clone(),
        credential: credential(stores, settings, stores.client_id.as_ref())?,
        erasure_credential,
        http: http()?,
        clock: Arc::new(clock(settings)),
    })
    .map_err(|error| error.to_string())
}

fn credential(
    stores: &AzureStores,
    settings: &Settings,
    client_id: Option<&String>,
) -> Result<Arc<dyn TokenCredential>, String> {
    let identity = if stores.has_managed_identity {
        Identity::Managed { client_id: client_id.cloned() }
    } else {
        Identity::Developer
    };
    identity.credential(Arc::new(clock(settings))).map_err(|error| error.to_string())
}

fn http() -> Result<reqwest::Client, String> {
    http_client().map_err(|error| format!("there is no HTTP client: {error}"))
}

/// The providers that the settings name. The folder is one only where pages serve this machine
/// alone: a text that lands in it reaches nobody.
fn azure_texts(
    stores: &AzureStores,
    settings: &Settings,
    store: &Azure,
) -> Result<TextProviders, String> {
    let mut texts = TextProviders::default();
    if !settings.is_https() {
        let outbox = Outbox::open(settings.outbox_dir.clone(), Arc::new(clock(settings)));
        let unusable = |error| format!("{} cannot be used: {error}", settings.outbox_dir.display());
        texts.outbox = Some(Arc::new(outbox.map_err(unusable)?));
    }
    if let Some(resource) = &settings.texts.communication_services {
        texts.communication_services =
            Some(Arc::new(CommunicationServices::new(CommunicationServicesOptions {
                endpoint: resource.endpoint.clone(),
                sender: resource.sender.clone(),
                credential: credential(stores, settings, stores.client_id.as_ref())?,
                http: Arc::new(http()?),
            })));
    }
    texts.notify = Some(Arc::new(NotifyOfVault {
        store: store.clone(),
        origin: settings.texts.notify_origin.clone(),
        http: http()?,
        clock: Arc::new(clock(settings)),
    }));
    Ok(texts)
}

/// Controllers' services at GOV.UK Notify, whose keys are in the vault.
struct NotifyOfVault {
    store: Azure,
    origin: String,
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
}

#[async_trait::async_trait]
impl NotifyServices for NotifyOfVault {
    async fn service(&self, controller: &str, template: &str) -> Result<Arc<dyn Sms>, StoreError> {
        Ok(Arc::new(GovUkNotify::new(GovUkNotifyOptions {
            origin: self.origin.clone(),
            key: self.store.notify_key(controller).await?,
            template: template.to_owned(),
            http: Arc::new(self.http.clone()),
            clock: Arc::clone(&self.clock),
        })))
    }

    async fn callback_token(&self, controller: &str) -> Result<Option<String>, StoreError> {
        self.store.notify_callback_token(controller).await
    }
}

/// The app over the embedded store.
pub fn embedded_app(settings: Settings, store: &Embedded) -> App {
    let store = Arc::new(store.clone());
    App {
        documents: store.clone(),
        blobs: store.clone(),
        urls: store.clone(),
        disk: Arc::new(DiskOf(settings.data_dir.clone())),
        queues: store.clone(),
        texts: TextProviders::outbox(store.clone()),
        keys: store.clone(),
        clock: Arc::new(clock(&settings)),
        random: Arc::new(SystemRandom),
        tokens: Arc::new(Tokens::new(&settings.staff_issuer, &settings.staff_audience)),
        night: Arc::new(EmbeddedNight(store)),
        pages: Arc::default(),
        settings: Arc::new(settings),
    }
}

fn azure_app(settings: Settings, store: Azure, texts: TextProviders) -> App {
    let store = Arc::new(store);
    App {
        documents: store.clone(),
        blobs: store.clone(),
        urls: store.clone(),
        disk: Arc::new(Boundless),
        queues: store.clone(),
        texts,
        keys: store,
        clock: Arc::new(clock(&settings)),
        random: Arc::new(SystemRandom),
        tokens: Arc::new(Tokens::new(&settings.staff_issuer, &settings.staff_audience)),
        night: Arc::new(AzureNight),
        pages: Arc::default(),
        settings: Arc::new(settings),
    }
}

fn clock(settings: &Settings) -> SystemClock {
    SystemClock::with_offset(settings.clock_offset_seconds)
}

struct EmbeddedNight(Arc<Embedded>);

#[async_trait::async_trait]
impl SettleNight for EmbeddedNight {
    async fn begin(&self) -> Result<(), StoreError> {
        self.0.begin_night().await
    }

    async fn all_is_sent(&self) -> Result<(), StoreError> {
        self.0.all_is_sent().await
    }

    async fn settle(&self) -> Result<bool, StoreError> {
        self.0.end_night().await
    }

    async fn newest_write(&self) -> Result<Option<Timestamp>, StoreError> {
        self.0.latest_written_at().await
    }
}

/// On Azure every erasure is complete by itself, and the clock is the platform's: no setting moves
/// it, so none can stand behind what was written.
pub(crate) struct AzureNight;

#[async_trait::async_trait]
impl SettleNight for AzureNight {
    async fn begin(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn all_is_sent(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn settle(&self) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn newest_write(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(None)
    }
}
