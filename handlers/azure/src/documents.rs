//! Documents: point reads, queries of one partition, and transactional batches.

use std::num::NonZeroU32;

use async_trait::async_trait;
use azure_core::http::Etag as HttpEtag;
use azure_data_cosmos::TransactionalBatch;
use azure_data_cosmos::feed::FeedScope;
use azure_data_cosmos::models::TransactionalBatchOperationResult;
use azure_data_cosmos::options::{
    BatchDeleteOptions, BatchReplaceOptions, MaxItemCountHint, Precondition, QueryOptions,
};
use domain::ports::documents::{
    Change, Container, Documents, MOST_CHANGES, Page, Query, ReadDocuments, Stored,
};
use domain::ports::error::{Etag, StoreError};
use futures_util::TryStreamExt as _;

use crate::document_envelope::{Envelope, envelope};
use crate::document_query::text;
use crate::refusal::cosmos_error;
use crate::store::Azure;

/// "Owner resource does not exist": the container is missing, not the document.
const NO_CONTAINER: u16 = 1003;

// What one operation of a batch may answer (Cosmos DB, "Transactional batch operations").
const NOT_FOUND: u16 = 404;
const CONFLICT: u16 = 409;
const PRECONDITION_FAILED: u16 = 412;
const FAILED_DEPENDENCY: u16 = 424;
const TOO_MANY_REQUESTS: u16 = 429;
const RETRY_WITH: u16 = 449;

#[async_trait]
impl ReadDocuments for Azure {
    async fn get(
        &self,
        container: Container,
        partition: &str,
        id: &str,
    ) -> Result<Option<Stored>, StoreError> {
        let client = self.cosmos().container(container).await?;
        match client.read_item(partition.to_owned(), id, None).await {
            Ok(found) => {
                let found: Envelope = found.into_model().map_err(cosmos_error)?;
                Ok(Some(found.into()))
            }
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(cosmos_error(error)),
        }
    }

    async fn list(
        &self,
        container: Container,
        partition: &str,
        query: &Query,
    ) -> Result<Page, StoreError> {
        let client = self.cosmos().container(container).await?;
        // One more than asked for tells whether there is a next page.
        let wanted = query.limit + 1;
        let hint = u32::try_from(wanted).ok().and_then(NonZeroU32::new);
        let hint = hint.map_or(MaxItemCountHint::ServerDecides, MaxItemCountHint::Limit);
        let options = QueryOptions::default().with_max_item_count(hint);
        let scope = FeedScope::partition(partition.to_owned());
        let mut pages = client
            .query_items::<Envelope>(text(query)?, scope, Some(options))
            .await
            .map_err(cosmos_error)?
            .into_pages();
        let mut documents: Vec<Stored> = Vec::new();
        // The service may answer less than it was allowed to: its continuation says when it is done.
        while documents.len() < wanted
            && let Some(page) = pages.try_next().await.map_err(cosmos_error)?
        {
            documents.extend(page.into_items().into_iter().map(Stored::from));
        }
        let more = documents.len() > query.limit;
        documents.truncate(query.limit);
        let next = documents.last().filter(|_| more).map(|last| last.id.clone());
        Ok(Page { documents, next })
    }
}

#[async_trait]
impl Documents for Azure {
    async fn commit(
        &self,
        container: Container,
        partition: &str,
        changes: Vec<Change>,
    ) -> Result<Vec<Etag>, StoreError> {
        if changes.is_empty() || changes.len() > MOST_CHANGES {
            return Err(StoreError::broken(format!("a batch of {} changes", changes.len())));
        }
        let client = self.cosmos().container(container).await?;
        let mut batch = TransactionalBatch::new(partition.to_owned());
        for change in changes.clone() {
            batch = with(batch, container, partition, change)?;
        }
        let answer = client.execute_transactional_batch(batch, None).await.map_err(cosmos_error)?;
        // A batch that failed is an answer like another: 207, with the reason in one operation.
        let answer = answer.into_model().map_err(cosmos_error)?;
        let results = answer.results();
        if let Some((change, failed)) = first_failure(&changes, results) {
            return Err(failure(change.id(), failed.status_code()));
        }
        if results.len() != changes.len() {
            return Err(StoreError::broken("a batch was answered with fewer results"));
        }
        Ok(changes.iter().zip(results).map(|(change, result)| version(change, result)).collect())
    }
}

fn is_absent(error: &azure_data_cosmos::CosmosError) -> bool {
    let status = error.status();
    status.is_not_found()
        && status.sub_status().is_none_or(|sub_status| sub_status.value() != NO_CONTAINER)
        && !status.is_read_session_not_available()
}

fn with(
    batch: TransactionalBatch,
    container: Container,
    partition: &str,
    change: Change,
) -> Result<TransactionalBatch, StoreError> {
    let wrap = |id: &str, body| envelope(container, partition, id, body);
    let only = |etag: Etag| Precondition::IfMatch(HttpEtag::from(etag.0));
    match change {
        Change::Create { id, body } => batch.create_item(wrap(&id, body)?),
        Change::Put { id, body } => batch.upsert_item(wrap(&id, body)?, None),
        Change::Replace { id, etag, body } => {
            let body = wrap(&id, body)?;
            let only = BatchReplaceOptions::default().with_precondition(only(etag));
            batch.replace_item(id, body, Some(only))
        }
        Change::Delete { id, etag } => {
            let only = BatchDeleteOptions::default().with_precondition(only(etag));
            Ok(batch.delete_item(id, Some(only)))
        }
    }
    .map_err(cosmos_error)
}

/// The operation that failed by itself; the others say that they failed with it.
fn first_failure<'a>(
    changes: &'a [Change],
    results: &'a [TransactionalBatchOperationResult],
) -> Option<(&'a Change, &'a TransactionalBatchOperationResult)> {
    let mut failed = changes.iter().zip(results).filter(|(_, result)| !result.is_success());
    let first = failed.clone().next();
    failed.find(|(_, result)| result.status_code() != FAILED_DEPENDENCY).or(first)
}

fn failure(id: &str, status: u16) -> StoreError {
    let id = id.to_owned();
    match status {
        CONFLICT => StoreError::Conflict { id },
        // 449: another write of the same document came between; nothing was changed.
        NOT_FOUND | PRECONDITION_FAILED | RETRY_WITH => StoreError::Stale { id },
        TOO_MANY_REQUESTS => StoreError::unavailable("Cosmos DB asks for patience (429)"),
        500.. => StoreError::unavailable(format!("Cosmos DB answered {status} to `{id}`")),
        _ => StoreError::broken(format!("Cosmos DB answered {status} to `{id}`")),
    }
}

fn version(change: &Change, result: &TransactionalBatchOperationResult) -> Etag {
    match change {
        Change::Delete { .. } => Etag(String::new()),
        _ => Etag(result.etag().unwrap_or_default().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_operation_is_what_the_caller_can_do_about_it() {
        assert!(matches!(failure("d", 409), StoreError::Conflict { id } if id == "d"));
        for status in [404, 412, 449] {
            assert!(matches!(failure("d", status), StoreError::Stale { id } if id == "d"));
        }
        for status in [429, 500, 503] {
            assert!(matches!(failure("d", status), StoreError::Unavailable(_)), "{status}");
        }
        assert!(matches!(failure("d", 400), StoreError::Broken(_)));
    }
}
