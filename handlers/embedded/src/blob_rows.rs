//! What the database says of blobs: rows that lead to files. Every function here runs inside a
//! transaction of its caller.

use domain::ports::blobs::{BlobContainer, BlobFacts};
use domain::ports::error::{Etag, StoreError};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, ToSql, params};

use crate::database::Failed;
use crate::stretch::Stretch;

/// A blob's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BlobRow {
    pub(crate) facts: BlobFacts,
    pub(crate) file: String,
}

/// A block of a blob: where its bytes lie in the blob's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommittedBlock {
    pub(crate) block: String,
    pub(crate) start: u64,
    pub(crate) bytes: u64,
}

/// A block that waits for a Put Block List.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StagedBlock {
    pub(crate) block: String,
    pub(crate) bytes: u64,
    pub(crate) file: String,
}

/// One blob's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BlobName {
    pub(crate) container: BlobContainer,
    pub(crate) name: String,
}

/// The database's integers are signed; lengths of files fit.
pub(crate) fn signed(bytes: u64) -> Result<i64, StoreError> {
    i64::try_from(bytes).map_err(StoreError::broken)
}

fn unsigned(stored: i64) -> u64 {
    stored.unsigned_abs()
}

impl BlobName {
    pub(crate) fn find(&self, connection: &Connection) -> Result<Option<BlobRow>, Failed> {
        let row = connection
            .prepare_cached(
                "SELECT etag, bytes, content_type, written_at, file FROM blobs
                 WHERE container = ?1 AND name = ?2",
            )?
            .query_row(params![self.container.name(), self.name], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })
            .optional()?;
        let Some((etag, bytes, content_type, written_at, file)) = row else { return Ok(None) };
        let facts = BlobFacts {
            etag: Etag(etag),
            bytes: unsigned(bytes),
            content_type,
            written_at: Timestamp::from_microsecond(written_at).map_err(StoreError::broken)?,
        };
        Ok(Some(BlobRow { facts, file }))
    }

    pub(crate) fn staged(&self, connection: &Connection) -> Result<Vec<StagedBlock>, Failed> {
        let mut statement = connection.prepare_cached(
            "SELECT block, bytes, file FROM staged_blocks
             WHERE container = ?1 AND name = ?2 ORDER BY block",
        )?;
        let rows = statement.query_map(params![self.container.name(), self.name], |row| {
            let (block, bytes, file) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(StagedBlock { block, bytes: unsigned(bytes), file })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(crate) fn committed(&self, connection: &Connection) -> Result<Vec<CommittedBlock>, Failed> {
        let mut statement = connection.prepare_cached(
            "SELECT block, start, bytes FROM committed_blocks
             WHERE container = ?1 AND name = ?2 ORDER BY position",
        )?;
        let rows = statement.query_map(params![self.container.name(), self.name], |row| {
            let (block, start, bytes) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(CommittedBlock { block, start: unsigned(start), bytes: unsigned(bytes) })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Leads to `file` from now on; what was there before, and every block that waited, is doomed.
    pub(crate) fn lead_to(
        &self,
        connection: &Connection,
        facts: &BlobFacts,
        file: &str,
        blocks: &[CommittedBlock],
    ) -> Result<(), Failed> {
        self.doom(connection)?;
        connection
            .prepare_cached(
                "INSERT INTO blobs (container, name, etag, bytes, content_type, written_at, file)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                self.container.name(),
                self.name,
                facts.etag.0,
                signed(facts.bytes)?,
                facts.content_type,
                facts.written_at.as_microsecond(),
                file
            ])?;
        let mut insert = connection.prepare_cached(
            "INSERT INTO committed_blocks (container, name, position, block, start, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for (position, CommittedBlock { block, start, bytes }) in (0_i64..).zip(blocks) {
            let (start, bytes) = (signed(*start)?, signed(*bytes)?);
            insert.execute(params![
                self.container.name(),
                self.name,
                position,
                block,
                start,
                bytes
            ])?;
        }
        Ok(())
    }

    /// Keeps a block for a later Put Block List; one of the same id is doomed.
    pub(crate) fn stage(
        &self,
        connection: &Connection,
        block: &StagedBlock,
        now: Timestamp,
    ) -> Result<(), Failed> {
        let key = params![self.container.name(), self.name, block.block];
        connection
            .prepare_cached(
                "INSERT INTO doomed_files (file, container, name)
                 SELECT file, container, name FROM staged_blocks
                 WHERE container = ?1 AND name = ?2 AND block = ?3",
            )?
            .execute(key)?;
        connection
            .prepare_cached(
                "INSERT INTO staged_blocks (container, name, block, bytes, staged_at, file)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (container, name, block) DO UPDATE
                 SET bytes = excluded.bytes, staged_at = excluded.staged_at, file = excluded.file",
            )?
            .execute(params![
                self.container.name(),
                self.name,
                block.block,
                signed(block.bytes)?,
                now.as_microsecond(),
                block.file
            ])?;
        Ok(())
    }

    /// True where there is no blob, no block and no file that is to go.
    pub(crate) fn is_nothing(&self, connection: &Connection) -> Result<bool, Failed> {
        Ok(self.find(connection)?.is_none()
            && self.staged(connection)?.is_empty()
            && self.doomed(connection)?.is_empty())
    }

    /// No row leads to the blob or to a block of it any more; its files are doomed.
    pub(crate) fn doom(&self, connection: &Connection) -> Result<(), Failed> {
        let key = params![self.container.name(), self.name];
        for statement in [
            "INSERT INTO doomed_files (file, container, name)
             SELECT file, container, name FROM blobs WHERE container = ?1 AND name = ?2
             UNION ALL
             SELECT file, container, name FROM staged_blocks WHERE container = ?1 AND name = ?2",
            "DELETE FROM blobs WHERE container = ?1 AND name = ?2",
            "DELETE FROM committed_blocks WHERE container = ?1 AND name = ?2",
            "DELETE FROM staged_blocks WHERE container = ?1 AND name = ?2",
        ] {
            connection.prepare_cached(statement)?.execute(key)?;
        }
        Ok(())
    }

    /// A file that was to be this blob's and is not.
    pub(crate) fn doom_file(&self, connection: &Connection, file: &str) -> Result<(), Failed> {
        connection
            .prepare_cached("INSERT INTO doomed_files (file, container, name) VALUES (?1, ?2, ?3)")?
            .execute(params![file, self.container.name(), self.name])?;
        Ok(())
    }

    /// The doomed files of this blob.
    pub(crate) fn doomed(&self, connection: &Connection) -> Result<Vec<String>, Failed> {
        let mut statement = connection
            .prepare_cached("SELECT file FROM doomed_files WHERE container = ?1 AND name = ?2")?;
        let files =
            statement.query_map(params![self.container.name(), self.name], |row| row.get(0))?;
        Ok(files.collect::<Result<_, _>>()?)
    }
}

/// Names that start with `prefix`, ascending, behind `after`.
pub(crate) fn names(
    connection: &Connection,
    container: BlobContainer,
    prefix: &str,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<String>, Failed> {
    let text = |terms: &str| {
        format!("SELECT name FROM blobs WHERE container = ?{terms} ORDER BY name LIMIT ?")
    };
    stretch_of_names(connection, text, container, &Stretch::of(prefix, after, false), limit)
}

/// As [`names`], of blobs of which there are blocks only.
pub(crate) fn names_of_uncommitted(
    connection: &Connection,
    container: BlobContainer,
    prefix: &str,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<String>, Failed> {
    let text = |terms: &str| {
        format!(
            "SELECT DISTINCT name FROM staged_blocks WHERE container = ?{terms}
             AND NOT EXISTS (SELECT 1 FROM blobs
                 WHERE blobs.container = staged_blocks.container
                 AND blobs.name = staged_blocks.name)
             ORDER BY name LIMIT ?"
        )
    };
    stretch_of_names(connection, text, container, &Stretch::of(prefix, after, false), limit)
}

fn stretch_of_names(
    connection: &Connection,
    text: impl FnOnce(&str) -> String,
    container: BlobContainer,
    stretch: &Stretch,
    limit: i64,
) -> Result<Vec<String>, Failed> {
    let container = container.name();
    let mut values: Vec<&dyn ToSql> = vec![&container];
    values.extend(stretch.values());
    values.push(&limit);
    let mut statement = connection.prepare_cached(&text(&stretch.terms("name")))?;
    let names = statement.query_map(values.as_slice(), |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// The files are gone: forget them.
pub(crate) fn forget(connection: &Connection, files: &[String]) -> Result<(), Failed> {
    for file in files {
        connection.prepare_cached("DELETE FROM doomed_files WHERE file = ?1")?.execute([file])?;
    }
    Ok(())
}

/// All doomed files, and those of blocks staged before `before`, which go the same way.
pub(crate) fn doom_blocks_staged_before(
    connection: &Connection,
    before: Timestamp,
) -> Result<Vec<String>, Failed> {
    let before = before.as_microsecond();
    connection.execute(
        "INSERT INTO doomed_files (file, container, name)
         SELECT file, container, name FROM staged_blocks WHERE staged_at < ?1",
        [before],
    )?;
    connection.execute("DELETE FROM staged_blocks WHERE staged_at < ?1", [before])?;
    let mut statement = connection.prepare("SELECT file FROM doomed_files")?;
    let files = statement.query_map([], |row| row.get(0))?;
    Ok(files.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;
    use crate::store::testing::opened;

    /// Steps of the machine of `SQLite` for the first and for the last page of a patient's blobs.
    fn steps(connection: &Connection) -> Result<Vec<i32>, Failed> {
        let mut steps = Vec::new();
        for (after, found) in [(None, 2), (Some("b/1999"), 1)] {
            let limit = 2;
            let names = names(connection, BlobContainer::Records, "b/", after, limit)?;
            assert_eq!(names.len(), found);
            let text = format!(
                "SELECT name FROM blobs WHERE container = ?{} ORDER BY name LIMIT ?",
                Stretch::of("b/", after, false).terms("name")
            );
            let statement = connection.prepare_cached(&text)?;
            steps.push(statement.reset_status(StatementStatus::VmStep));
        }
        Ok(steps)
    }

    #[tokio::test]
    async fn listing_under_a_prefix_reads_no_row_of_anybody_else() {
        let (_folder, store) = opened();
        let fill = |from: u32, to: u32| {
            store.database().write(move |connection| {
                for (patient, number) in
                    ["a", "b", "c"].into_iter().flat_map(|p| (from..to).map(move |n| (p, n)))
                {
                    let name = format!("{patient}/{number:04}");
                    connection.execute(
                        "INSERT INTO blobs VALUES ('records', ?1, 'e', 1, 't', 0, ?1)",
                        [name],
                    )?;
                }
                Ok(())
            })
        };
        fill(1998, 2001).await.unwrap();
        let few = store.database().read(steps).await.unwrap();
        fill(0, 1998).await.unwrap();
        fill(2001, 3000).await.unwrap();
        store
            .database()
            .write(|connection| {
                let ours = "DELETE FROM blobs WHERE name LIKE 'b/%' AND name > 'b/2000'";
                connection.execute(ours, [])?;
                Ok(())
            })
            .await
            .unwrap();
        let many = store.database().read(steps).await.unwrap();
        assert_eq!(few, many);
    }
}
