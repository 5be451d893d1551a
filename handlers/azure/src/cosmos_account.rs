//! The Cosmos DB account: its client, and the containers as they are first asked for.
//!
//! Making either goes over the network, so both wait for the first call and are kept.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use azure_data_cosmos::clients::ContainerClient;
use azure_data_cosmos::options::{
    AvailabilityStrategy, EndToEndOperationLatencyPolicy, OperationOptions,
    OperationOptionsBuilder, ReadConsistencyStrategy, Region, ThrottlingRetryOptionsBuilder,
};
use azure_data_cosmos::{
    AccountEndpoint, AccountReference, CosmosClient, CosmosRuntime, RoutingStrategy,
};
use domain::ports::documents::Container;
use domain::ports::error::StoreError;
use tokio::sync::{Mutex, OnceCell};

use crate::refusal::cosmos_error;
use crate::store::OpenError;

/// With every retry inside it: an invocation makes several such calls in its minute.
const ONE_OPERATION: Duration = Duration::from_secs(15);
const LONGEST_THROTTLED: Duration = Duration::from_secs(8);

pub(crate) struct CosmosAccount {
    endpoint: AccountEndpoint,
    credential: Arc<dyn TokenCredential>,
    region: String,
    database: String,
    client: OnceCell<CosmosClient>,
    containers: Mutex<BTreeMap<&'static str, ContainerClient>>,
}

impl CosmosAccount {
    pub(crate) fn new(
        endpoint: &str,
        database: String,
        region: String,
        credential: Arc<dyn TokenCredential>,
    ) -> Result<Self, OpenError> {
        let endpoint = endpoint.parse().map_err(|_| OpenError::Endpoint(endpoint.to_owned()))?;
        Ok(Self {
            endpoint,
            credential,
            region,
            database,
            client: OnceCell::new(),
            containers: Mutex::default(),
        })
    }

    pub(crate) async fn container(
        &self,
        container: Container,
    ) -> Result<ContainerClient, StoreError> {
        let mut known = self.containers.lock().await;
        if let Some(client) = known.get(container.name()) {
            return Ok(client.clone());
        }
        let account = self.client.get_or_try_init(|| self.connect()).await?;
        let client = account
            .database_client(&self.database)
            .container_client(container.name(), None)
            .await
            .map_err(cosmos_error)?;
        known.insert(container.name(), client.clone());
        Ok(client)
    }

    async fn connect(&self) -> Result<CosmosClient, StoreError> {
        let runtime = CosmosRuntime::builder()
            .with_default_operation_options(operation_options())
            .build()
            .await
            .map_err(cosmos_error)?;
        let account =
            AccountReference::with_credential(self.endpoint.clone(), Arc::clone(&self.credential));
        let region = RoutingStrategy::ProximityTo(Region::new(self.region.clone()));
        CosmosClient::builder()
            .with_runtime(runtime)
            .build(account, region)
            .await
            .map_err(cosmos_error)
    }
}

/// What holds for every operation.
///
/// Several instances of the handler share nothing, so a session's own consistency is not enough: an
/// upload granted by one is filed by another, which must see the grant. `LatestCommitted` reads a
/// quorum whatever the account's default is. A read is never sent to another region as well: that
/// one may lag behind.
fn operation_options() -> OperationOptions {
    OperationOptionsBuilder::new()
        .with_read_consistency_strategy(ReadConsistencyStrategy::LatestCommitted)
        .with_availability_strategy(AvailabilityStrategy::Disabled)
        .with_end_to_end_latency_policy(EndToEndOperationLatencyPolicy::new(ONE_OPERATION))
        .with_throttling_retry_options(
            ThrottlingRetryOptionsBuilder::new()
                .with_max_retry_wait_time(LONGEST_THROTTLED)
                .build(),
        )
        .build()
}
