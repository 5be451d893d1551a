//! The store: the clients of one deployment, made once and shared.

use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use azure_core::http::Url;
use azure_storage_blob::clients::BlobServiceClient;
use azure_storage_blob::clients::BlobServiceClientOptions;
use azure_storage_queue::clients::QueueServiceClient;
use azure_storage_queue::clients::QueueServiceClientOptions;
use domain::ports::clock::Clock;

use crate::cosmos_account::CosmosAccount;
use crate::delegation_key::DelegationKey;
use crate::key_vault::KeyVault;
use crate::transport::client_options;

/// Where everything is and what it is handed.
pub struct AzureOptions {
    /// `https://{account}.documents.azure.com:443/`
    pub cosmos_endpoint: String,
    /// The database that holds the containers of the data model.
    pub cosmos_database: String,
    /// The Azure region we run in: `UK South`.
    pub region: String,
    /// `https://{account}.blob.core.windows.net`
    pub blob_endpoint: String,
    /// `https://{account}.queue.core.windows.net`
    pub queue_endpoint: String,
    /// `https://{vault}.vault.azure.net`
    pub key_vault_endpoint: String,
    /// Who we are.
    pub credential: Arc<dyn TokenCredential>,
    /// Who may erase for good, where that is not the same.
    pub erasure_credential: Option<Arc<dyn TokenCredential>>,
    /// [`crate::http_client`]
    pub http: reqwest::Client,
    /// The one clock.
    pub clock: Arc<dyn Clock>,
}

/// Every port of `domain` over one deployment. Cheap to clone.
#[derive(Clone)]
pub struct Azure {
    parts: Arc<Parts>,
}

struct Parts {
    cosmos: CosmosAccount,
    blobs: BlobServiceClient,
    /// The same blobs for the identity that may delete permanently.
    eraser: BlobServiceClient,
    queues: QueueServiceClient,
    delegation_key: DelegationKey,
    vault: KeyVault,
    account: String,
    clock: Arc<dyn Clock>,
}

/// Why the clients cannot be made; no service was asked yet.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It is no URL, or not one of the kind.
    #[error("`{0}` is no endpoint of the kind")]
    Endpoint(String),
    /// A client refuses it.
    #[error("a client cannot be made: {0}")]
    Client(#[from] azure_core::Error),
}

impl Azure {
    /// Makes the clients. Nothing goes over the network yet: a service that is not there is an
    /// error of the call that needs it, not of the start.
    pub fn open(options: AzureOptions) -> Result<Self, OpenError> {
        let AzureOptions {
            cosmos_endpoint,
            cosmos_database,
            region,
            blob_endpoint,
            queue_endpoint,
            key_vault_endpoint,
            credential,
            erasure_credential,
            http,
            clock,
        } = options;
        let blob_url = endpoint(&blob_endpoint)?;
        let account = account_of(&blob_url).ok_or(OpenError::Endpoint(blob_endpoint))?;
        let blob_options = BlobServiceClientOptions {
            client_options: client_options(&http),
            ..Default::default()
        };
        let eraser = erasure_credential.unwrap_or_else(|| Arc::clone(&credential));
        let eraser =
            BlobServiceClient::new(blob_url.clone(), Some(eraser), Some(blob_options.clone()))?;
        let blobs =
            BlobServiceClient::new(blob_url, Some(Arc::clone(&credential)), Some(blob_options))?;
        let queue_options = QueueServiceClientOptions {
            client_options: client_options(&http),
            ..Default::default()
        };
        let queues = QueueServiceClient::new(
            endpoint(&queue_endpoint)?,
            Some(Arc::clone(&credential)),
            Some(queue_options),
        )?;
        let parts = Parts {
            cosmos: CosmosAccount::new(
                &cosmos_endpoint,
                cosmos_database,
                region,
                Arc::clone(&credential),
            )?,
            blobs,
            eraser,
            queues,
            delegation_key: DelegationKey::default(),
            vault: KeyVault::new(
                endpoint(&key_vault_endpoint)?,
                credential,
                client_options(&http),
                Arc::clone(&clock),
            ),
            account,
            clock,
        };
        Ok(Self { parts: Arc::new(parts) })
    }

    pub(crate) fn cosmos(&self) -> &CosmosAccount {
        &self.parts.cosmos
    }

    pub(crate) fn blob_service(&self) -> &BlobServiceClient {
        &self.parts.blobs
    }

    pub(crate) fn eraser(&self) -> &BlobServiceClient {
        &self.parts.eraser
    }

    pub(crate) fn queue_service(&self) -> &QueueServiceClient {
        &self.parts.queues
    }

    pub(crate) fn delegation_key(&self) -> &DelegationKey {
        &self.parts.delegation_key
    }

    pub(crate) fn vault(&self) -> &KeyVault {
        &self.parts.vault
    }

    /// The storage account's name, which a signature names.
    pub(crate) fn account(&self) -> &str {
        &self.parts.account
    }

    pub(crate) fn now(&self) -> jiff::Timestamp {
        self.parts.clock.now()
    }
}

/// A base URL without the slash that would double before every name.
fn endpoint(text: &str) -> Result<Url, OpenError> {
    let url = Url::parse(text.trim_end_matches('/'));
    url.ok()
        .filter(|url| url.has_host() && url.query().is_none())
        .ok_or_else(|| OpenError::Endpoint(text.to_owned()))
}

/// The account is the first label of the host, or on an emulator the first part of the path.
fn account_of(url: &Url) -> Option<String> {
    let in_path = url.path().trim_matches('/');
    let account = if in_path.is_empty() { url.host_str()?.split('.').next()? } else { in_path };
    let is_name = !account.is_empty() && account.bytes().all(|b| b.is_ascii_alphanumeric());
    is_name.then(|| account.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_read_from_its_endpoint() {
        let of = |text: &str| endpoint(text).ok().and_then(|url| account_of(&url));
        let real = Some("aftersightmedia".to_owned());
        assert_eq!(of("https://aftersightmedia.blob.core.windows.net/"), real);
        assert_eq!(of("https://localhost:10000/aftersightmedia"), real);
        assert_eq!(of("https://localhost:10000/a/b"), None);
        assert_eq!(of("https://account.example.org?x=1"), None);
        assert_eq!(of("not a url"), None);
    }
}
