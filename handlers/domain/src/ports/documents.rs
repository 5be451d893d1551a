//! Documents: small JSON values in containers, each in one partition, changed in atomic batches.
//!
//! The shape is what Cosmos DB for `NoSQL` offers inside one logical partition: point reads with an
//! etag, single-partition queries in id order, and transactional batches of at most 100 changes.

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::{Etag, StoreError};

/// Most changes one [`Documents::commit`] may carry (Cosmos DB, transactional batch limits).
pub const MOST_CHANGES: usize = 100;

/// The containers of the data model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Container {
    /// Partition `/patient`: everything about one patient.
    Patients,
    /// Partition `/controller`: search rows, teams, staff, purposes, wordings, reservations; and a
    /// partition for each day on which a member of staff searched or was refused a look.
    Register,
    /// Partition `/id`: links, openers and sessions.
    Links,
    /// Partition `/team`: what the team has not looked at yet.
    Inbox,
    /// Partition `/bucket`: what falls due on a day. A hint; the record decides.
    Ledger,
}

impl Container {
    /// All containers, in the order of the data model.
    pub const ALL: [Self; 5] =
        [Self::Patients, Self::Register, Self::Links, Self::Inbox, Self::Ledger];

    /// The container's name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Patients => "patients",
            Self::Register => "register",
            Self::Links => "links",
            Self::Inbox => "inbox",
            Self::Ledger => "ledger",
        }
    }

    /// The property that holds the partition key inside a stored document.
    pub fn partition_property(self) -> &'static str {
        match self {
            Self::Patients => "patient",
            Self::Register => "controller",
            Self::Links => "id",
            Self::Inbox => "team",
            Self::Ledger => "bucket",
        }
    }
}

/// A document as the store holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Unique in its partition.
    pub id: String,
    /// Changes with every write.
    pub etag: Etag,
    /// The document. Adapters add `id` and the partition property on the wire and take them off.
    pub body: Value,
}

impl Stored {
    /// The document as its type; a document that does not fit is a broken store.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        T::deserialize(&self.body).map_err(|e| StoreError::broken(format!("`{}`: {e}", self.id)))
    }
}

/// One change of a batch.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// New; an existing id fails the batch with [`StoreError::Conflict`].
    Create {
        /// Document id.
        id: String,
        /// Document.
        body: Value,
    },
    /// If-Match replace; another etag, or no document, fails the batch with [`StoreError::Stale`].
    Replace {
        /// Document id.
        id: String,
        /// The version that was read.
        etag: Etag,
        /// Document.
        body: Value,
    },
    /// Create or overwrite, whatever is there. For rows that say the same however often they are told.
    Put {
        /// Document id.
        id: String,
        /// Document.
        body: Value,
    },
    /// If-Match delete; another etag, or no document, fails the batch with [`StoreError::Stale`].
    Delete {
        /// Document id.
        id: String,
        /// The version that was read.
        etag: Etag,
    },
}

impl Change {
    /// Create `document` under `id`.
    pub fn create(id: impl Into<String>, document: &impl Serialize) -> Result<Self, StoreError> {
        Ok(Self::Create { id: id.into(), body: to_body(document)? })
    }

    /// Replace what was read as `stored` by `document`.
    pub fn replace(stored: &Stored, document: &impl Serialize) -> Result<Self, StoreError> {
        let (id, etag) = (stored.id.clone(), stored.etag.clone());
        Ok(Self::Replace { id, etag, body: to_body(document)? })
    }

    /// Write `document` under `id`, whatever is there.
    pub fn put(id: impl Into<String>, document: &impl Serialize) -> Result<Self, StoreError> {
        Ok(Self::Put { id: id.into(), body: to_body(document)? })
    }

    /// Delete what was read as `stored`.
    pub fn delete(stored: &Stored) -> Self {
        Self::Delete { id: stored.id.clone(), etag: stored.etag.clone() }
    }

    /// The id of the document that is changed.
    pub fn id(&self) -> &str {
        match self {
            Self::Create { id, .. }
            | Self::Replace { id, .. }
            | Self::Put { id, .. }
            | Self::Delete { id, .. } => id,
        }
    }
}

fn to_body(document: &impl Serialize) -> Result<Value, StoreError> {
    serde_json::to_value(document).map_err(StoreError::broken)
}

/// Which documents of a partition, in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Only ids that start with this (`""`: all).
    pub id_prefix: String,
    /// Only documents whose top-level string property `.0` equals `.1`.
    pub equals: Option<(&'static str, String)>,
    /// Descending ids instead of ascending.
    pub newest_first: bool,
    /// Most documents in the page, 1 to 1000.
    pub limit: usize,
    /// Go on behind this id (exclusive), as [`Page::next`] gave it.
    pub after: Option<String>,
}

impl Query {
    /// The first hundred documents whose id starts with `prefix`, ascending.
    pub fn prefix(prefix: impl Into<String>) -> Self {
        Self {
            id_prefix: prefix.into(),
            equals: None,
            newest_first: false,
            limit: 100,
            after: None,
        }
    }

    /// Only documents whose top-level string `property` equals `value`.
    #[must_use]
    pub fn with(mut self, property: &'static str, value: impl Into<String>) -> Self {
        self.equals = Some((property, value.into()));
        self
    }

    /// Descending by id.
    #[must_use]
    pub fn newest_first(mut self) -> Self {
        self.newest_first = true;
        self
    }

    /// At most `limit` documents a page.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Behind this id.
    #[must_use]
    pub fn after(mut self, id: Option<String>) -> Self {
        self.after = id;
        self
    }
}

/// Part of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// In the query's order.
    pub documents: Vec<Stored>,
    /// Where to go on; `None` at the end.
    pub next: Option<String>,
}

/// Reading documents.
#[async_trait]
pub trait ReadDocuments: Send + Sync {
    /// One document, or `None`.
    async fn get(
        &self,
        container: Container,
        partition: &str,
        id: &str,
    ) -> Result<Option<Stored>, StoreError>;

    /// A page of one partition. Documents that stay put while pages are read come exactly once.
    async fn list(
        &self,
        container: Container,
        partition: &str,
        query: &Query,
    ) -> Result<Page, StoreError>;
}

/// Changing documents.
#[async_trait]
pub trait Documents: ReadDocuments {
    /// All changes or none, in one partition; the new etags in the order of the changes (an empty
    /// one for a delete). The error names the first change that failed.
    async fn commit(
        &self,
        container: Container,
        partition: &str,
        changes: Vec<Change>,
    ) -> Result<Vec<Etag>, StoreError>;
}

/// Every document the query finds, page after page. For partitions that are small by nature.
pub async fn list_all(
    documents: &(impl ReadDocuments + ?Sized),
    container: Container,
    partition: &str,
    query: Query,
) -> Result<Vec<Stored>, StoreError> {
    let mut query = query.limit(500);
    let mut found = Vec::new();
    loop {
        let page = documents.list(container, partition, &query).await?;
        found.extend(page.documents);
        match page.next {
            Some(next) => query.after = Some(next),
            None => return Ok(found),
        }
    }
}
