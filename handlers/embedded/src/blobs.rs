//! Blobs: a row leads to a file. Bytes are on disk before the row is; the row is gone before they are.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use domain::ports::blobs::{BlobContainer, BlobFacts, Blobs, ReadBlobs};
use domain::ports::clock::Clock;
use domain::ports::error::{Etag, StoreError};
use domain::ports::queues::Queue;
use domain::ports::random::Random;
use jiff::SignedDuration;
use rusqlite::Connection;
use tracing::warn;

use crate::blob_created::{Created, MadeBy};
use crate::blob_files::{BlobFiles, NewFile, WholeFile};
use crate::blob_rows::{
    BlobName, BlobRow, CommittedBlock, StagedBlock, doom_blocks_staged_before, forget, names,
    names_of_uncommitted,
};
use crate::blob_write::{BlobWrite, Refused, WriteCondition};
use crate::blocking::blocking;
use crate::database::{Database, Failed};
use crate::messages;
use crate::nights;
use crate::random;
use crate::store::Embedded;
use crate::upload_addresses;

/// Longest name of a blob, in characters (Azure Blob Storage, "Naming containers and blobs").
const LONGEST_NAME: usize = 1024;
/// Uncommitted blocks go a week after they came (Azure Blob Storage, "Put Block"). In hours.
const LIFE_OF_A_STAGED_BLOCK: i64 = 7 * 24;
/// How often a blob may be overwritten under our hands before we give up.
const PATIENCE: usize = 8;

/// The blobs of a store.
pub(crate) struct BlobStore {
    pub(crate) database: Database,
    pub(crate) files: BlobFiles,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    /// `{origin}/{account}`: where events say that a blob is.
    pub(crate) endpoint: String,
}

impl BlobName {
    /// A name that Azure would take, too.
    pub(crate) fn new(container: BlobContainer, name: &str) -> Result<Self, StoreError> {
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(StoreError::broken("a name that no blob may have"));
        }
        Ok(Self { container, name: name.to_owned() })
    }
}

impl BlobStore {
    pub(crate) async fn find(&self, place: &BlobName) -> Result<Option<BlobRow>, StoreError> {
        let place = place.clone();
        self.database.read(move |connection| place.find(connection)).await
    }

    /// The row and its file, opened: what comes from it is this version, whatever happens to it.
    pub(crate) async fn open(
        &self,
        place: &BlobName,
    ) -> Result<Option<(BlobRow, File)>, StoreError> {
        for _ in 0..PATIENCE {
            let Some(row) = self.find(place).await? else { return Ok(None) };
            let (files, name) = (self.files.clone(), row.file.clone());
            match blocking(move || files.open(&name)).await {
                Ok(file) => return Ok(Some((row, file))),
                // Overwritten or erased since the row was read.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(StoreError::unavailable(error)),
            }
        }
        Err(StoreError::broken("a blob's row leads to no file"))
    }

    pub(crate) async fn begin(&self) -> Result<NewFile, StoreError> {
        let files = self.files.clone();
        blocking(move || files.begin()).await.map_err(StoreError::unavailable)
    }

    pub(crate) async fn finish(&self, new: NewFile) -> Result<WholeFile, StoreError> {
        let files = self.files.clone();
        blocking(move || files.finish(new)).await.map_err(StoreError::unavailable)
    }

    /// Makes `file` the blob, if the write's condition still holds.
    pub(crate) async fn commit(
        &self,
        write: BlobWrite,
        file: WholeFile,
    ) -> Result<Result<BlobFacts, Refused>, StoreError> {
        self.commit_if(write, file, Vec::new(), |_| Ok(true)).await.map(|outcome| {
            // With a check that always holds there is always an outcome.
            outcome.unwrap_or(Err(Refused::ConditionNotMet))
        })
    }

    /// As [`Self::commit`], for a file made of `blocks`; `None`, and no change, where `still` says
    /// no inside the transaction.
    pub(crate) async fn commit_if(
        &self,
        write: BlobWrite,
        file: WholeFile,
        blocks: Vec<CommittedBlock>,
        still: impl FnOnce(&Connection) -> Result<bool, Failed> + Send + 'static,
    ) -> Result<Option<Result<BlobFacts, Refused>>, StoreError> {
        let facts = BlobFacts {
            etag: Etag(random::etag(&*self.random)),
            bytes: file.bytes,
            content_type: write.content_type.clone(),
            written_at: self.clock.now(),
        };
        let event = self.event(&write, &facts);
        let place = write.place.clone();
        let (outcome, doomed, lock) = self
            .database
            .write(move |connection| {
                let place = &write.place;
                let existing = place.find(connection)?.map(|row| row.facts.etag);
                let takes = if write.to_address {
                    upload_addresses::takes(connection, &place.name, facts.bytes)?
                } else {
                    Ok(())
                };
                let outcome = if still(connection)? {
                    let allowed = takes.and_then(|()| write.condition.check(existing.as_ref()));
                    Some(allowed.map(|()| facts))
                } else {
                    None
                };
                if let Some(Ok(facts)) = &outcome {
                    place.lead_to(connection, facts, &file.name, &blocks)?;
                    if let Some(event) = event {
                        messages::put(connection, Queue::Uploads.name(), &event)?
                            .map_err(|_| StoreError::broken("there is no queue for events"))?;
                    }
                } else {
                    place.doom_file(connection, &file.name)?;
                }
                Ok((outcome, place.doomed(connection)?, file))
            })
            .await?;
        drop(lock);
        if let Err(error) = self.clear(doomed).await {
            // The blob is written; the sweep takes what this left.
            warn!(%error, container = place.container.name(), "files of an old blob are left");
        }
        Ok(outcome)
    }

    /// What Event Grid would put on `uploads`: only `incoming` is subscribed to.
    fn event(&self, write: &BlobWrite, facts: &BlobFacts) -> Option<messages::NewMessage> {
        if write.place.container != BlobContainer::Incoming {
            return None;
        }
        let created = Created {
            id: random::uuid(&*self.random),
            endpoint: &self.endpoint,
            place: &write.place,
            facts,
            by: &write.by,
        };
        Some(messages::NewMessage::seen_at_once(
            &created.to_json(),
            facts.written_at,
            &*self.random,
        ))
    }

    pub(crate) async fn stage(
        &self,
        place: &BlobName,
        block: String,
        file: WholeFile,
    ) -> Result<Result<(), Refused>, StoreError> {
        let (place, now) = (place.clone(), self.clock.now());
        let staged = StagedBlock { block, bytes: file.bytes, file: file.name.clone() };
        let (outcome, doomed, lock) = self
            .database
            .write(move |connection| {
                // Asked again: others came, or the address ended, while the bytes did.
                let takes = upload_addresses::takes_block(
                    connection,
                    &place.name,
                    &staged.block,
                    staged.bytes,
                )?;
                match takes {
                    Ok(()) => place.stage(connection, &staged, now)?,
                    Err(_) => place.doom_file(connection, &staged.file)?,
                }
                Ok((takes, place.doomed(connection)?, file))
            })
            .await?;
        drop(lock);
        self.clear(doomed).await?;
        Ok(outcome)
    }

    /// Removes doomed files, then their rows.
    async fn clear(&self, doomed: Vec<String>) -> Result<(), StoreError> {
        if doomed.is_empty() {
            return Ok(());
        }
        let files = self.files.clone();
        let doomed = blocking(move || files.remove(&doomed).map(|()| doomed))
            .await
            .map_err(StoreError::unavailable)?;
        self.database.write(move |connection| forget(connection, &doomed)).await
    }

    /// Removes blocks that nobody committed for a week, doomed files, and files without a row.
    pub(crate) async fn sweep(&self) -> Result<usize, StoreError> {
        let week_ago = self
            .clock
            .now()
            .checked_sub(SignedDuration::from_hours(LIFE_OF_A_STAGED_BLOCK))
            .map_err(StoreError::broken)?;
        let now = self.clock.now();
        let doomed = self
            .database
            .write(move |connection| {
                upload_addresses::forget_ended(connection, now)?;
                doom_blocks_staged_before(connection, week_ago)
            })
            .await?;
        let count = doomed.len();
        self.clear(doomed).await?;
        let files = self.files.clone();
        let swept = self.database.read(move |connection| Ok(files.sweep(connection)?)).await?;
        Ok(count + swept)
    }
}

#[async_trait]
impl ReadBlobs for Embedded {
    async fn head(
        &self,
        container: BlobContainer,
        name: &str,
    ) -> Result<Option<BlobFacts>, StoreError> {
        let found = self.blobs().find(&BlobName::new(container, name)?).await?;
        Ok(found.map(|row| row.facts))
    }

    async fn read(
        &self,
        container: BlobContainer,
        name: &str,
        etag: &Etag,
    ) -> Result<Bytes, StoreError> {
        self.read_part(container, name, etag, 0..u64::MAX).await
    }

    async fn read_part(
        &self,
        container: BlobContainer,
        name: &str,
        etag: &Etag,
        part: Range<u64>,
    ) -> Result<Bytes, StoreError> {
        match self.blobs().open(&BlobName::new(container, name)?).await? {
            Some((row, mut file)) if row.facts.etag == *etag => blocking(move || {
                let length = part.end.min(row.facts.bytes).saturating_sub(part.start);
                let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
                file.seek(SeekFrom::Start(part.start))?;
                file.take(length).read_to_end(&mut bytes)?;
                Ok(bytes.into())
            })
            .await
            .map_err(StoreError::unavailable),
            _ => Err(StoreError::Stale { id: name.to_owned() }),
        }
    }

    async fn list(
        &self,
        container: BlobContainer,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let (prefix, after) = (prefix.to_owned(), after.map(str::to_owned));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.blobs()
            .database
            .read(move |connection| names(connection, container, &prefix, after.as_deref(), limit))
            .await
    }

    async fn list_uncommitted(
        &self,
        container: BlobContainer,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let (prefix, after) = (prefix.to_owned(), after.map(str::to_owned));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.blobs()
            .database
            .read(move |connection| {
                names_of_uncommitted(connection, container, &prefix, after.as_deref(), limit)
            })
            .await
    }
}

#[async_trait]
impl Blobs for Embedded {
    async fn put(
        &self,
        container: BlobContainer,
        name: &str,
        content_type: &str,
        bytes: Bytes,
    ) -> Result<(), StoreError> {
        let store = self.blobs();
        let write = BlobWrite {
            place: BlobName::new(container, name)?,
            content_type: content_type.to_owned(),
            condition: WriteCondition::default(),
            by: MadeBy::put_blob(random::uuid(&*store.random)),
            to_address: false,
        };
        let files = store.files.clone();
        let file = blocking(move || {
            let mut new = files.begin()?;
            new.write_all(&bytes)?;
            files.finish(new)
        })
        .await
        .map_err(StoreError::unavailable)?;
        // Unconditional, so never refused.
        let _written = store.commit(write, file).await?;
        Ok(())
    }

    async fn erase(&self, container: BlobContainer, name: &str) -> Result<(), StoreError> {
        let (store, place) = (self.blobs(), BlobName::new(container, name)?);
        let looked_at = place.clone();
        let nothing_there = store
            .database
            .read(move |connection| {
                let has_address = looked_at.container == BlobContainer::Incoming
                    && upload_addresses::declared(connection, &looked_at.name)?.is_some();
                Ok(looked_at.is_nothing(connection)? && !has_address)
            })
            .await?;
        if nothing_there {
            return Ok(());
        }
        let doomed = store
            .database
            .write(move |connection| {
                if place.container == BlobContainer::Incoming {
                    upload_addresses::end(connection, &place.name)?;
                }
                if !place.is_nothing(connection)? {
                    place.doom(connection)?;
                    nights::something_is_erased(connection)?;
                }
                place.doomed(connection)
            })
            .await?;
        store.clear(doomed).await
    }
}
