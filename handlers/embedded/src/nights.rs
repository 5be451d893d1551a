//! When the store is rewritten so that no file holds what was erased: once a night, behind the
//! night's last erasure, and only if something was erased since the last time.
//!
//! Rewriting holds every writer for as long as it takes, so nobody waits for it by day. Until then
//! the erased is in no row any more, only in gaps of pages that no question reaches.

use domain::ports::error::StoreError;
use domain::ports::queues::Queue;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};
use tracing::info;

use crate::database::Failed;
use crate::store::Embedded;

/// Nobody sends a night's rows for longer: the host ends the invocation (`functionTimeout`).
const LONGEST_SENDING: SignedDuration = SignedDuration::from_mins(5);

/// What there is to do about a night.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Night {
    /// None is under way.
    ByDay,
    /// Rows are being sent, or wait to be decided.
    UnderWay,
    /// Everything that it sent was decided; when it began, in microseconds.
    Over(i64),
}

impl Embedded {
    /// A night begins: what is due is about to be sent on its way.
    pub async fn begin_night(&self) -> Result<(), StoreError> {
        let now = self.now();
        self.database().write(move |connection| begin(connection, now)).await
    }

    /// All that is due is on its way.
    pub async fn all_is_sent(&self) -> Result<(), StoreError> {
        self.database().write(all_is_sent).await
    }

    /// Ends a night that is over: sweeps and, if something was erased since the last time, by day
    /// or by night, rewrites the database and empties its log, so that not a byte of it is left in
    /// any file. True where it was rewritten. Takes as much memory as the database has bytes, and
    /// writers wait meanwhile. Unavailable while somebody still reads the old state; killed, or
    /// asked twice, it does the rest.
    pub async fn end_night(&self) -> Result<bool, StoreError> {
        let now = self.now();
        let night = self.database().read(move |connection| stands(connection, now)).await?;
        let Night::Over(began_at) = night else { return Ok(false) };
        let swept = self.sweep().await?;
        let settled = self.database().settle().await?;
        // A copy in which the erased still stand is an older one from now on.
        self.database().raise_count().await?;
        self.database().write(move |connection| day_breaks(connection, began_at)).await?;
        if let Some(settled) = settled {
            info!(
                swept,
                rewrites = 1,
                database.bytes = settled.database_bytes,
                written.bytes = settled.written_bytes,
                held.ms = u64::try_from(settled.held.as_millis()).unwrap_or(u64::MAX),
                "the store is settled: nothing that was erased is left in it"
            );
        } else {
            info!(swept, rewrites = 0, "the night is over, and nothing was erased");
        }
        Ok(settled.is_some())
    }
}

/// Counts one change that erased something; it belongs into the transaction of that change.
pub(crate) fn something_is_erased(connection: &Connection) -> Result<(), Failed> {
    connection
        .prepare_cached(
            "INSERT INTO nights (only, erased) VALUES (1, 1)
             ON CONFLICT DO UPDATE SET erased = erased + 1",
        )?
        .execute([])?;
    Ok(())
}

/// Up to which count something was erased and is not settled.
pub(crate) fn not_settled(connection: &Connection) -> Result<Option<i64>, Failed> {
    Ok(connection
        .query_row("SELECT erased FROM nights WHERE erased > settled", [], |row| row.get(0))
        .optional()?)
}

/// No file holds what was erased up to that count.
pub(crate) fn is_settled(connection: &Connection, erased: i64) -> Result<(), Failed> {
    connection.execute("UPDATE nights SET settled = max(settled, ?1)", [erased])?;
    Ok(())
}

fn begin(connection: &Connection, now: Timestamp) -> Result<(), Failed> {
    connection.execute(
        "INSERT INTO nights (only, began_at) VALUES (1, ?1)
         ON CONFLICT DO UPDATE SET began_at = excluded.began_at, all_sent = 0",
        [now.as_microsecond()],
    )?;
    Ok(())
}

fn all_is_sent(connection: &Connection) -> Result<(), Failed> {
    connection.execute("UPDATE nights SET all_sent = 1 WHERE began_at IS NOT NULL", [])?;
    Ok(())
}

/// Ends this night, and no other that began meanwhile.
fn day_breaks(connection: &Connection, began_at: i64) -> Result<(), Failed> {
    connection.execute(
        "UPDATE nights SET began_at = NULL, all_sent = 0 WHERE began_at = ?1",
        [began_at],
    )?;
    Ok(())
}

fn stands(connection: &Connection, now: Timestamp) -> Result<Night, Failed> {
    let night: Option<(i64, bool)> = connection
        .query_row("SELECT began_at, all_sent FROM nights WHERE began_at IS NOT NULL", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((began_at, all_sent)) = night else { return Ok(Night::ByDay) };
    let since =
        now.duration_since(Timestamp::from_microsecond(began_at).map_err(StoreError::broken)?);
    let may_be_sending = !all_sent && since < LONGEST_SENDING;
    let is_under_way = may_be_sending || waits(connection, now)?;
    Ok(if is_under_way { Night::UnderWay } else { Night::Over(began_at) })
}

/// True while a message of `erasures` waits or is worked on. One that nobody had yet and that is
/// put off (the sweep behind the last signature) is for later; it mostly finds nothing.
fn waits(connection: &Connection, now: Timestamp) -> Result<bool, Failed> {
    Ok(connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM messages
         WHERE queue = ?1 AND expires_at > ?2 AND (visible_at <= ?2 OR dequeue_count > 0))",
        params![Queue::Erasures.name(), now.as_microsecond()],
        |row| row.get(0),
    )?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::ports::blobs::{BlobContainer, Blobs as _};
    use domain::ports::documents::{Change, Container, Documents as _};
    use domain::ports::queues::Queues as _;
    use serde_json::json;

    use super::*;
    use crate::store::testing::{opened_at, reopened};

    const MIDNIGHT: &str = "2026-11-22T02:00:00Z";
    const MINUTE: Duration = Duration::from_mins(1);

    async fn erase_one(store: &Embedded, container: Container) {
        let put = Change::Put { id: "a".to_owned(), body: json!({}) };
        let etag = store.commit(container, "p", vec![put]).await.unwrap().remove(0);
        let delete = Change::Delete { id: "a".to_owned(), etag };
        store.commit(container, "p", vec![delete]).await.unwrap();
    }

    async fn whole_night(store: &Embedded) -> bool {
        store.begin_night().await.unwrap();
        store.all_is_sent().await.unwrap();
        store.end_night().await.unwrap()
    }

    #[tokio::test]
    async fn a_store_is_settled_once_a_night_and_never_by_day() {
        let (_folder, store, _) = opened_at(MIDNIGHT);
        for _ in 0..3 {
            erase_one(&store, Container::Patients).await;
            assert!(!store.end_night().await.unwrap(), "it is day");
        }
        assert!(whole_night(&store).await, "what was erased by day is settled in the night");
        for _ in 0..3 {
            assert!(!store.end_night().await.unwrap(), "it was settled in this night already");
        }
    }

    #[tokio::test]
    async fn a_night_in_which_nothing_was_erased_rewrites_nothing() {
        let (_folder, store, _) = opened_at(MIDNIGHT);
        assert!(!whole_night(&store).await);
        store.erase(BlobContainer::Incoming, "p/nothing").await.unwrap();
        erase_one(&store, Container::Ledger).await;
        assert!(!whole_night(&store).await, "a sweep that finds nothing erases nothing");
        let bytes = bytes::Bytes::from_static(b"x");
        store.put(BlobContainer::Records, "p/a", "image/jpeg", bytes).await.unwrap();
        store.erase(BlobContainer::Records, "p/a").await.unwrap();
        assert!(whole_night(&store).await);
    }

    #[tokio::test]
    async fn a_night_is_over_when_its_last_message_is_done() {
        let (_folder, store, clock) = opened_at(MIDNIGHT);
        let erasures = || Queue::Erasures.name().to_owned();
        store.begin_night().await.unwrap();
        erase_one(&store, Container::Patients).await;
        assert!(!store.end_night().await.unwrap(), "rows may still be sent");
        store.send(Queue::Erasures, &json!({}), Duration::ZERO).await.unwrap();
        store.send(Queue::Erasures, &json!({"sweep": "p"}), 20 * MINUTE).await.unwrap();
        store.all_is_sent().await.unwrap();
        assert!(!store.end_night().await.unwrap(), "a message waits");
        let got = store.queues().get(erasures(), 1, MINUTE).await.unwrap().unwrap().remove(0);
        assert!(!store.end_night().await.unwrap(), "a message is worked on");
        let held = (got.id, got.pop_receipt);
        store.queues().delete(erasures(), held).await.unwrap().unwrap();
        assert!(store.end_night().await.unwrap(), "only a sweep is left, and that is for later");
        clock.set("2026-11-22T02:30:00Z");
        assert!(!store.end_night().await.unwrap());
    }

    #[tokio::test]
    async fn a_sender_that_was_killed_keeps_no_night_from_ending() {
        let (_folder, store, clock) = opened_at(MIDNIGHT);
        store.begin_night().await.unwrap();
        erase_one(&store, Container::Patients).await;
        clock.set("2026-11-22T02:04:59Z");
        assert!(!store.end_night().await.unwrap());
        clock.set("2026-11-22T02:05:00Z");
        assert!(store.end_night().await.unwrap());
    }

    #[tokio::test]
    async fn what_was_erased_and_not_settled_is_remembered_over_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        erase_one(&reopened(&folder), Container::Patients).await;
        reopened(&folder).begin_night().await.unwrap();
        reopened(&folder).all_is_sent().await.unwrap();
        assert!(reopened(&folder).end_night().await.unwrap());
    }
}
