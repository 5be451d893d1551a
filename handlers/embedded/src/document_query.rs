//! Pages of one partition, in id order.
//!
//! A page is read along the primary key. A question for a property is answered from an index over
//! (container, partition, property, id), made the first time that somebody asks for the property,
//! over those documents only that have it as text. Property names are `&'static str`, so there are
//! as many indexes as there are such questions in the source.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use domain::ports::documents::{Container, Page, Query};
use domain::ports::error::StoreError;
use rusqlite::{Connection, ToSql};

use crate::database::{Database, Failed};
use crate::documents::{columns, stored};
use crate::stretch::Stretch;

const LONGEST_PAGE: usize = 1000;

/// The properties that have their index.
#[derive(Default)]
pub(crate) struct Indexed(HashSet<&'static str>);

impl Indexed {
    /// Makes the index of `property` unless it is known to be there.
    pub(crate) async fn make_sure(
        indexed: &Mutex<Self>,
        database: &Database,
        property: &'static str,
    ) -> Result<(), StoreError> {
        // It becomes part of SQL text.
        if property.is_empty() || !property.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(StoreError::broken(format!("`{property}` is no property name")));
        }
        if indexed.lock().unwrap_or_else(PoisonError::into_inner).0.contains(property) {
            return Ok(());
        }
        let statement = format!(
            "CREATE INDEX IF NOT EXISTS documents_by_{property}
             ON documents (container, partition, {value}, id) WHERE {value} IS NOT NULL",
            value = value_of(property)
        );
        database.write(move |connection| Ok(connection.execute_batch(&statement)?)).await?;
        indexed.lock().unwrap_or_else(PoisonError::into_inner).0.insert(property);
        Ok(())
    }
}

/// The property where it is text, else NULL.
fn value_of(property: &str) -> String {
    format!(
        "iif(json_type(body, '$.{property}') = 'text', json_extract(body, '$.{property}'), NULL)"
    )
}

/// The page that `query` asks for.
pub(crate) fn page(
    connection: &Connection,
    container: Container,
    partition: &str,
    query: &Query,
) -> Result<Page, Failed> {
    if !(1..=LONGEST_PAGE).contains(&query.limit) {
        return Err(StoreError::broken(format!("a page of {} documents", query.limit)).into());
    }
    // One more than asked for tells whether there is a next page.
    let fetched = i64::try_from(query.limit + 1).unwrap_or(i64::MAX);
    let container = container.name();
    let stretch = Stretch::of(&query.id_prefix, query.after.as_deref(), query.newest_first);
    let mut text = format!(
        "SELECT id, etag, body FROM documents WHERE container = ? AND partition = ?{}",
        stretch.terms("id")
    );
    let mut values: Vec<&dyn ToSql> = vec![&container, &partition];
    values.extend(stretch.values());
    if let Some((property, value)) = &query.equals {
        text.push_str(" AND ");
        text.push_str(&value_of(property));
        text.push_str(" = ?");
        values.push(value);
    }
    text.push_str(if query.newest_first { " ORDER BY id DESC" } else { " ORDER BY id" });
    text.push_str(" LIMIT ?");
    values.push(&fetched);

    let mut statement = connection.prepare_cached(&text)?;
    let mut documents = statement
        .query_map(values.as_slice(), columns)?
        .map(|row| Ok(stored(row?)?))
        .collect::<Result<Vec<_>, Failed>>()?;
    let more = documents.len() > query.limit;
    documents.truncate(query.limit);
    let next = documents.last().filter(|_| more).map(|last| last.id.clone());
    Ok(Page { documents, next })
}

#[cfg(test)]
mod tests {
    use domain::ports::documents::{Change, Documents as _, ReadDocuments as _};
    use serde_json::json;

    use super::*;
    use crate::store::testing::opened;

    #[tokio::test]
    async fn a_question_for_a_property_reads_its_index_alone() {
        let (_folder, store) = opened();
        let rows = (0..50)
            .map(|n| Change::Put {
                id: format!("patient-{n:02}"),
                body: json!({"familyKey": if n == 7 { "rao" } else { "other" }}),
            })
            .collect();
        store.commit(Container::Register, "riverside", rows).await.unwrap();
        let query = Query::prefix("patient-").with("familyKey", "rao");
        let found = store.list(Container::Register, "riverside", &query).await.unwrap();
        assert_eq!(found.documents.len(), 1);

        let plan = store
            .database()
            .read(|connection| {
                let text = format!(
                    "EXPLAIN QUERY PLAN SELECT id FROM documents WHERE container = 'register'
                     AND partition = 'riverside' AND id >= 'patient-' AND id < 'patient.'
                     AND {} = 'rao' ORDER BY id LIMIT 101",
                    value_of("familyKey")
                );
                Ok(connection.query_row(&text, [], |row| row.get::<_, String>(3))?)
            })
            .await
            .unwrap();
        assert!(plan.contains("documents_by_familyKey"), "{plan}");
        assert!(plan.contains("<expr>=? AND id>? AND id<?"), "{plan}");
    }

    #[tokio::test]
    async fn a_later_page_is_read_from_where_the_last_one_ended() {
        let (_folder, store) = opened();
        let plan = |after: Option<&str>, newest_first: bool| {
            let terms = Stretch::of("event-", after, newest_first).terms("id");
            store.database().read(move |connection| {
                let text = format!(
                    "EXPLAIN QUERY PLAN SELECT id, etag, body FROM documents
                     WHERE container = ? AND partition = ?{terms} ORDER BY id LIMIT 3"
                );
                let mut statement = connection.prepare(&text)?;
                // Of two ends on one side SQLite would seek to one only.
                assert_eq!(statement.parameter_count(), 4);
                Ok(statement.raw_query().next()?.map(|row| row.get::<_, String>(3)).transpose()?)
            })
        };
        for (after, newest_first) in
            [(None, false), (Some("event-07"), false), (None, true), (Some("event-07"), true)]
        {
            let plan = plan(after, newest_first).await.unwrap().unwrap();
            assert!(plan.contains("container=? AND partition=? AND id>? AND id<?"), "{plan}");
        }
    }

    #[tokio::test]
    async fn only_text_equals_text() {
        let (_folder, store) = opened();
        let bodies = [json!({"x": 5}), json!({"x": "5"}), json!({"x": ["5"]}), json!({"x": null})];
        let rows = bodies
            .into_iter()
            .enumerate()
            .map(|(n, body)| Change::Put { id: n.to_string(), body })
            .collect();
        store.commit(Container::Register, "c", rows).await.unwrap();
        let ids = async |value: &str| {
            let query = Query::prefix("").with("x", value);
            let page = store.list(Container::Register, "c", &query).await.unwrap();
            page.documents.into_iter().map(|document| document.id).collect::<Vec<_>>()
        };
        assert_eq!(ids("5").await, ["1"]);
        assert!(ids("[\"5\"]").await.is_empty());
    }

    #[tokio::test]
    async fn a_property_name_cannot_carry_sql() {
        let (_folder, store) = opened();
        for property in ["", "a') --", "a b", "a.b"] {
            let query = Query::prefix("").with(property, "x");
            let outcome = store.list(Container::Register, "c", &query).await;
            assert!(matches!(outcome, Err(StoreError::Broken(_))), "{outcome:?}");
        }
    }
}
