//! A blob out of blocks: Put Block keeps them, Put Block List makes the blob.

use std::io::{self, Read as _, Seek as _, SeekFrom};

use domain::ports::blobs::BlobFacts;
use domain::ports::error::{Etag, StoreError};

use crate::blob_files::{BlobFiles, WholeFile};
use crate::blob_rows::{BlobName, BlobRow, CommittedBlock, StagedBlock};
use crate::blob_write::{BlobWrite, Refused};
use crate::blobs::BlobStore;
use crate::blocking::blocking;

/// How often the blocks may change under our hands before we give up.
const PATIENCE: usize = 8;

/// Where a Put Block List looks for a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Among {
    /// Uncommitted, else committed.
    Latest,
    Uncommitted,
    Committed,
}

/// What there is of a blob and its blocks in one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Blocks {
    pub(crate) blob: Option<BlobRow>,
    pub(crate) committed: Vec<CommittedBlock>,
    pub(crate) staged: Vec<StagedBlock>,
}

/// A stretch of a file that becomes a stretch of the blob.
struct Piece {
    block: String,
    file: String,
    start: u64,
    bytes: u64,
}

impl Blocks {
    fn read(
        place: &BlobName,
        connection: &rusqlite::Connection,
    ) -> Result<Self, crate::database::Failed> {
        Ok(Self {
            blob: place.find(connection)?,
            committed: place.committed(connection)?,
            staged: place.staged(connection)?,
        })
    }

    fn etag(&self) -> Option<&Etag> {
        self.blob.as_ref().map(|row| &row.facts.etag)
    }

    fn piece(&self, among: Among, block: &str) -> Option<Piece> {
        let staged = self.staged.iter().find(|one| one.block == block).map(|one| Piece {
            block: block.to_owned(),
            file: one.file.clone(),
            start: 0,
            bytes: one.bytes,
        });
        let committed = || {
            let file = self.blob.as_ref()?.file.clone();
            let one = self.committed.iter().find(|one| one.block == block)?;
            Some(Piece { block: block.to_owned(), file, start: one.start, bytes: one.bytes })
        };
        match among {
            Among::Latest => staged.or_else(committed),
            Among::Uncommitted => staged,
            Among::Committed => committed(),
        }
    }
}

impl BlobStore {
    /// What there is of the blob and its blocks.
    pub(crate) async fn blocks(&self, place: &BlobName) -> Result<Blocks, StoreError> {
        let place = place.clone();
        self.database
            .read(move |connection| {
                // One transaction, so that the three answers are of one moment.
                let moment = connection.unchecked_transaction()?;
                Blocks::read(&place, &moment)
            })
            .await
    }

    /// Puts the listed blocks one behind the other and makes them the blob. Blocks that the list
    /// does not name are gone afterwards (Azure Blob Storage, "Put Block List").
    pub(crate) async fn commit_blocks(
        &self,
        write: BlobWrite,
        list: &[(Among, String)],
    ) -> Result<Result<BlobFacts, Refused>, StoreError> {
        for _ in 0..PATIENCE {
            let seen = self.blocks(&write.place).await?;
            if let Err(refused) = write.condition.check(seen.etag()) {
                return Ok(Err(refused));
            }
            let pieces: Option<Vec<_>> =
                list.iter().map(|(among, block)| seen.piece(*among, block)).collect();
            let Some(pieces) = pieces else { return Ok(Err(Refused::UnknownBlock)) };
            // A list may name a block many times: looked at before anything is copied.
            let whole = pieces.iter().fold(0, |sum: u64, piece| sum.saturating_add(piece.bytes));
            if write.to_address
                && let Err(refused) = self.would_take(&write.place.name, whole).await?
            {
                return Ok(Err(refused));
            }
            let blocks = laid_out(&pieces);
            let files = self.files.clone();
            let file = match blocking(move || join(&files, &pieces)).await {
                Ok(file) => file,
                // Overwritten or erased since it was looked at: look again.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(StoreError::unavailable(error)),
            };
            let place = write.place.clone();
            let unchanged = move |connection: &_| Ok(Blocks::read(&place, connection)? == seen);
            if let Some(outcome) = self.commit_if(write.clone(), file, blocks, unchanged).await? {
                return Ok(outcome);
            }
        }
        Err(StoreError::unavailable("the blocks change faster than they can be joined"))
    }
}

fn laid_out(pieces: &[Piece]) -> Vec<CommittedBlock> {
    let mut start = 0;
    pieces
        .iter()
        .map(|piece| {
            let at = start;
            start += piece.bytes;
            CommittedBlock { block: piece.block.clone(), start: at, bytes: piece.bytes }
        })
        .collect()
}

fn join(files: &BlobFiles, pieces: &[Piece]) -> io::Result<WholeFile> {
    let mut joined = files.begin()?;
    for piece in pieces {
        let mut source = files.open(&piece.file)?;
        source.seek(SeekFrom::Start(piece.start))?;
        if joined.copy_from(&mut source.take(piece.bytes))? != piece.bytes {
            return Err(io::Error::other("a block's file is shorter than its row says"));
        }
    }
    files.finish(joined)
}
