//! Documents: one table, keyed by container, partition and id; a batch is one transaction.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::ports::clock::Clock;
use domain::ports::documents::{
    Change, Container, Documents, MOST_CHANGES, Page, Query, ReadDocuments, Stored,
};
use domain::ports::error::{Etag, StoreError};
use domain::ports::random::Random;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::Value;

use crate::database::{Database, Failed};
use crate::document_query::{Indexed, page};
use crate::nights;
use crate::random;
use crate::store::Embedded;

/// Longest id in bytes, and what may not stand in one (Cosmos DB, "Per-item limits").
const LONGEST_ID: usize = 1023;
const NOT_IN_AN_ID: [char; 4] = ['/', '\\', '?', '#'];
/// Most bytes of a batch (Cosmos DB, "Transactional batch operations").
const MOST_BYTES: usize = 2 << 20;

/// The documents of a store.
pub(crate) struct DocumentTable {
    database: Database,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    indexed: Mutex<Indexed>,
}

/// A change, ready to be carried out: the version it gives and the text it writes.
struct Prepared {
    change: Change,
    etag: Etag,
    body: String,
}

impl DocumentTable {
    pub(crate) fn new(database: Database, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { database, clock, random, indexed: Mutex::default() }
    }

    /// The moment of the newest commit, by the clock of whoever made it.
    pub(crate) async fn latest_written_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.database
            .read(|connection| {
                let at: Option<i64> = connection
                    .query_row("SELECT at FROM newest_write", [], |row| row.get(0))
                    .optional()?;
                Ok(at.map(Timestamp::from_microsecond).transpose().map_err(StoreError::broken)?)
            })
            .await
    }

    fn prepare(&self, changes: Vec<Change>) -> Result<Vec<Prepared>, StoreError> {
        if changes.is_empty() || changes.len() > MOST_CHANGES {
            return Err(StoreError::broken(format!("a batch of {} changes", changes.len())));
        }
        let mut bytes = 0;
        let mut prepared = Vec::with_capacity(changes.len());
        for change in changes {
            let id = change.id();
            let folded_away = [".", ".."].contains(&id);
            if id.is_empty() || id.len() > LONGEST_ID || id.contains(NOT_IN_AN_ID) || folded_away {
                return Err(StoreError::broken("an id that no document may have"));
            }
            let (etag, body) = match &change {
                Change::Delete { .. } => (Etag(String::new()), String::new()),
                Change::Create { body, .. }
                | Change::Replace { body, .. }
                | Change::Put { body, .. } => {
                    if !body.is_object() {
                        return Err(StoreError::broken(format!("`{id}` is no object")));
                    }
                    (Etag(random::etag(&*self.random)), body.to_string())
                }
            };
            bytes += body.len();
            prepared.push(Prepared { change, etag, body });
        }
        if bytes > MOST_BYTES {
            return Err(StoreError::broken(format!("a batch of {bytes} bytes")));
        }
        Ok(prepared)
    }
}

#[async_trait]
impl ReadDocuments for Embedded {
    async fn get(
        &self,
        container: Container,
        partition: &str,
        id: &str,
    ) -> Result<Option<Stored>, StoreError> {
        let (partition, id) = (partition.to_owned(), id.to_owned());
        self.documents()
            .database
            .read(move |connection| find(connection, container, &partition, &id))
            .await
    }

    async fn list(
        &self,
        container: Container,
        partition: &str,
        query: &Query,
    ) -> Result<Page, StoreError> {
        let table = self.documents();
        if let Some((property, _)) = &query.equals {
            Indexed::make_sure(&table.indexed, &table.database, property).await?;
        }
        let (partition, query) = (partition.to_owned(), query.clone());
        table.database.read(move |connection| page(connection, container, &partition, &query)).await
    }
}

#[async_trait]
impl Documents for Embedded {
    async fn commit(
        &self,
        container: Container,
        partition: &str,
        changes: Vec<Change>,
    ) -> Result<Vec<Etag>, StoreError> {
        let table = self.documents();
        let prepared = table.prepare(changes)?;
        let (partition, now) = (partition.to_owned(), table.clock.now());
        table
            .database
            .write(move |connection| {
                for change in &prepared {
                    carry_out(connection, container, &partition, change)?;
                }
                // A row of the ledger holds ids and a day; the record that it led to counts itself.
                let is_delete = |one: &Prepared| matches!(one.change, Change::Delete { .. });
                if container != Container::Ledger && prepared.iter().any(is_delete) {
                    nights::something_is_erased(connection)?;
                }
                connection
                    .prepare_cached(
                        "INSERT INTO newest_write (only, at) VALUES (1, ?1)
                         ON CONFLICT DO UPDATE SET at = max(at, excluded.at)",
                    )?
                    .execute([now.as_microsecond()])?;
                Ok(prepared.into_iter().map(|change| change.etag).collect())
            })
            .await
    }
}

fn carry_out(
    connection: &Connection,
    container: Container,
    partition: &str,
    Prepared { change, etag, body }: &Prepared,
) -> Result<(), Failed> {
    let (container, id) = (container.name(), change.id());
    let changed = match change {
        Change::Create { .. } => connection
            .prepare_cached(
                "INSERT INTO documents (container, partition, id, etag, body)
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
            )?
            .execute(params![container, partition, id, etag.0, body])?,
        Change::Put { .. } => connection
            .prepare_cached(
                "INSERT INTO documents (container, partition, id, etag, body)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET etag = excluded.etag, body = excluded.body",
            )?
            .execute(params![container, partition, id, etag.0, body])?,
        Change::Replace { etag: read, .. } => connection
            .prepare_cached(
                "UPDATE documents SET etag = ?4, body = ?5
                 WHERE container = ?1 AND partition = ?2 AND id = ?3 AND etag = ?6",
            )?
            .execute(params![container, partition, id, etag.0, body, read.0])?,
        Change::Delete { etag: read, .. } => connection
            .prepare_cached(
                "DELETE FROM documents
                 WHERE container = ?1 AND partition = ?2 AND id = ?3 AND etag = ?4",
            )?
            .execute(params![container, partition, id, read.0])?,
    };
    if changed == 1 {
        return Ok(());
    }
    let id = id.to_owned();
    Err(match change {
        Change::Create { .. } => StoreError::Conflict { id },
        _ => StoreError::Stale { id },
    }
    .into())
}

/// One document, or `None`.
pub(crate) fn find(
    connection: &Connection,
    container: Container,
    partition: &str,
    id: &str,
) -> Result<Option<Stored>, Failed> {
    let found = connection
        .prepare_cached(
            "SELECT id, etag, body FROM documents
             WHERE container = ?1 AND partition = ?2 AND id = ?3",
        )?
        .query_row(params![container.name(), partition, id], columns)
        .optional()?;
    Ok(found.map(stored).transpose()?)
}

/// `id, etag, body` of a row.
pub(crate) fn columns(row: &Row<'_>) -> rusqlite::Result<(String, String, String)> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

/// A row as its document.
pub(crate) fn stored((id, etag, body): (String, String, String)) -> Result<Stored, StoreError> {
    let body: Value = serde_json::from_str(&body).map_err(StoreError::broken)?;
    Ok(Stored { id, etag: Etag(etag), body })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::testing::opened;

    #[tokio::test]
    async fn what_cosmos_db_would_refuse_is_refused_here() {
        let (_folder, store) = opened();
        let put = |id: &str, body: Value| Change::Put { id: id.to_owned(), body };
        let too_many = (0..=MOST_CHANGES).map(|n| put(&n.to_string(), json!({}))).collect();
        let too_long = vec![put("long", json!({"text": "x".repeat(MOST_BYTES)}))];
        let mut refused = vec![vec![], too_many, too_long, vec![put("a", json!([1]))]];
        for id in ["", "a/b", "a?b", "a#b", "a\\b", &"i".repeat(1024)] {
            refused.push(vec![put(id, json!({}))]);
        }
        for batch in refused {
            let outcome = store.commit(Container::Patients, "p", batch).await;
            assert!(matches!(outcome, Err(StoreError::Broken(_))), "{outcome:?}");
        }
    }

    #[tokio::test]
    async fn the_newest_write_is_remembered_when_its_document_is_gone() {
        let (_folder, store) = opened();
        assert_eq!(store.latest_written_at().await.unwrap(), None);
        let body = json!({});
        let etags = store
            .commit(Container::Patients, "p", vec![Change::Put { id: "a".to_owned(), body }])
            .await
            .unwrap();
        let written = store.latest_written_at().await.unwrap();
        let delete = Change::Delete { id: "a".to_owned(), etag: etags[0].clone() };
        store.commit(Container::Patients, "p", vec![delete]).await.unwrap();
        assert!(written.is_some());
        assert!(store.latest_written_at().await.unwrap() >= written);
    }
}
