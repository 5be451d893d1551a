//! The Cosmos DB account: its client, and the containers as they are first asked for.
//!
//! Making either goes over the network, so both wait for the first call and are kept. No lock spans
//! that call: whoever needs another container does not wait for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
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

use crate::kept::Kept;
use crate::refusal::cosmos_error;
use crate::shared_error::SharedError;
use crate::store::OpenError;

/// With every retry inside it: an invocation makes several such calls in its minute.
const ONE_OPERATION: Duration = Duration::from_secs(15);
const LONGEST_THROTTLED: Duration = Duration::from_secs(8);

#[derive(Clone)]
pub(crate) struct CosmosAccount(Arc<Parts>);

struct Parts {
    endpoint: AccountEndpoint,
    credential: Arc<dyn TokenCredential>,
    region: String,
    database: String,
    client: Kept<CosmosClient, SharedError>,
    containers: Mutex<BTreeMap<&'static str, Kept<ContainerClient, SharedError>>>,
}

impl CosmosAccount {
    pub(crate) fn new(
        endpoint: &str,
        database: String,
        region: String,
        credential: Arc<dyn TokenCredential>,
    ) -> Result<Self, OpenError> {
        let endpoint = endpoint.parse().map_err(|_| OpenError::Endpoint(endpoint.to_owned()))?;
        Ok(Self(Arc::new(Parts {
            endpoint,
            credential,
            region,
            database,
            client: Kept::default(),
            containers: Mutex::default(),
        })))
    }

    pub(crate) async fn container(
        &self,
        container: Container,
    ) -> Result<ContainerClient, StoreError> {
        let kept = {
            let mut containers = self.0.containers.lock().unwrap_or_else(PoisonError::into_inner);
            containers.entry(container.name()).or_default().clone()
        };
        match kept.known() {
            Some(client) => Ok(client),
            None => Ok(kept.ask(self.clone().find(container.name())).answer().await?),
        }
    }

    async fn find(self, container: &'static str) -> Result<ContainerClient, SharedError> {
        let client = match self.0.client.known() {
            Some(client) => client,
            None => self.0.client.ask(self.clone().connect()).answer().await?,
        };
        let database = client.database_client(&self.0.database);
        let container = database.container_client(container, None).await;
        container.map_err(|error| cosmos_error(error).into())
    }

    async fn connect(self) -> Result<CosmosClient, SharedError> {
        let failed = |error| SharedError::from(cosmos_error(error));
        let runtime = CosmosRuntime::builder()
            .with_default_operation_options(operation_options())
            .build()
            .await
            .map_err(failed)?;
        let account = AccountReference::with_credential(
            self.0.endpoint.clone(),
            Arc::clone(&self.0.credential),
        );
        let region = RoutingStrategy::ProximityTo(Region::new(self.0.region.clone()));
        CosmosClient::builder().with_runtime(runtime).build(account, region).await.map_err(failed)
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
