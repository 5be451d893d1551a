//! Upload addresses that were given: how long the blob may be, and that it may still come. A
//! signature alone could say neither: it cannot be taken back. Every function here runs inside a
//! transaction of its caller.

use domain::ports::error::StoreError;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::blob_rows::signed;
use crate::blob_write::Refused;
use crate::database::Failed;

/// Most bytes that wait for block lists, of all uploads together.
pub(crate) const MOST_STAGED: u64 = 8 << 30;

/// Gives the address of the blob `name`, or gives it again. Those that have ended go.
pub(crate) fn give(
    connection: &Connection,
    name: &str,
    bytes: u64,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), Failed> {
    forget_ended(connection, now)?;
    connection
        .prepare_cached(
            "INSERT INTO upload_addresses (name, bytes, until) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET bytes = excluded.bytes, until = max(until, excluded.until)",
        )?
        .execute(params![name, signed(bytes)?, until.as_microsecond()])?;
    Ok(())
}

/// Rows of addresses that have ended by themselves say nothing any more.
pub(crate) fn forget_ended(connection: &Connection, now: Timestamp) -> Result<(), Failed> {
    connection
        .prepare_cached("DELETE FROM upload_addresses WHERE until <= ?1")?
        .execute([now.as_microsecond()])?;
    Ok(())
}

/// Ends the address: what comes from now on is refused, whatever its signature says.
pub(crate) fn end(connection: &Connection, name: &str) -> Result<(), Failed> {
    connection.prepare_cached("DELETE FROM upload_addresses WHERE name = ?1")?.execute([name])?;
    Ok(())
}

/// How long the blob may be; `None` where its address has ended.
pub(crate) fn declared(connection: &Connection, name: &str) -> Result<Option<u64>, Failed> {
    Ok(connection
        .prepare_cached("SELECT bytes FROM upload_addresses WHERE name = ?1")?
        .query_row([name], |row| row.get::<_, i64>(0))
        .optional()?
        .map(i64::unsigned_abs))
}

/// Whether a blob of `bytes` may be made there.
pub(crate) fn takes(
    connection: &Connection,
    name: &str,
    bytes: u64,
) -> Result<Result<(), Refused>, Failed> {
    Ok(match declared(connection, name)? {
        None => Err(Refused::AddressEnded),
        Some(declared) if bytes > declared => Err(Refused::LongerThanDeclared),
        Some(_) => Ok(()),
    })
}

/// Whether `block` of `bytes` may wait there, beside the blocks that wait already.
pub(crate) fn takes_block(
    connection: &Connection,
    name: &str,
    block: &str,
    bytes: u64,
) -> Result<Result<(), Refused>, Failed> {
    let others: i64 = connection
        .prepare_cached(
            "SELECT coalesce(sum(bytes), 0) FROM staged_blocks
             WHERE container = 'incoming' AND name = ?1 AND block <> ?2",
        )?
        .query_row([name, block], |row| row.get(0))?;
    let whole = others.unsigned_abs().saturating_add(bytes);
    if let Err(refused) = takes(connection, name, whole)? {
        return Ok(Err(refused));
    }
    let everybody_s: i64 = connection
        .prepare_cached("SELECT coalesce(sum(bytes), 0) FROM staged_blocks")?
        .query_row([], |row| row.get(0))?;
    let all = everybody_s.unsigned_abs().saturating_add(bytes);
    Ok(if all > MOST_STAGED { Err(Refused::TooMuchWaits) } else { Ok(()) })
}

impl crate::blobs::BlobStore {
    /// [`give`].
    pub(crate) async fn give_address(
        &self,
        name: &str,
        bytes: u64,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let (name, now) = (name.to_owned(), self.clock.now());
        self.database.write(move |connection| give(connection, &name, bytes, until, now)).await
    }

    /// [`takes`], before the bytes come.
    pub(crate) async fn would_take(
        &self,
        name: &str,
        bytes: u64,
    ) -> Result<Result<(), Refused>, StoreError> {
        let name = name.to_owned();
        self.database.read(move |connection| takes(connection, &name, bytes)).await
    }

    /// [`takes_block`], before its bytes come.
    pub(crate) async fn would_take_block(
        &self,
        name: &str,
        block: &str,
        bytes: u64,
    ) -> Result<Result<(), Refused>, StoreError> {
        let (name, block) = (name.to_owned(), block.to_owned());
        self.database.read(move |connection| takes_block(connection, &name, &block, bytes)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::opened;

    #[tokio::test]
    async fn what_waits_is_bounded_for_the_whole_store() {
        let (_folder, store) = opened();
        let now = store.now();
        let outcome = store
            .database()
            .write(move |connection| {
                for name in ["p/a", "p/b"] {
                    give(connection, name, 1 << 40, now + jiff::SignedDuration::from_mins(1), now)?;
                }
                connection.execute(
                    "INSERT INTO staged_blocks VALUES ('incoming', 'p/a', 'x', ?1, 0, 'f')",
                    [signed(MOST_STAGED - 1)?],
                )?;
                let takes = |bytes| takes_block(connection, "p/b", "x", bytes);
                Ok((takes(1)?, takes(2)?))
            })
            .await
            .unwrap();
        assert_eq!(outcome, (Ok(()), Err(Refused::TooMuchWaits)));
    }
}
