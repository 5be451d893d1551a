//! The one error of the stores, cut by what the caller can do.

use std::error::Error;
use std::fmt;

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something with this id is there already (a create met an existing document or blob).
    #[error("`{id}` exists already")]
    Conflict {
        /// Id of the document or blob.
        id: String,
    },
    /// The document or blob is not the version we read, or is gone: read again and decide again.
    #[error("`{id}` changed since it was read")]
    Stale {
        /// Id of the document or blob.
        id: String,
    },
    /// The store cannot be reached or is busy; the same call may work later.
    #[error("the store is unavailable: {0}")]
    Unavailable(Cause),
    /// The store answered something that cannot be (a document that does not parse, a bad call).
    #[error("the store is broken: {0}")]
    Broken(Cause),
}

/// The technology's own words, for the log only.
pub type Cause = Box<dyn Error + Send + Sync>;

impl StoreError {
    /// A store that cannot be reached now.
    pub fn unavailable(cause: impl Into<Cause>) -> Self {
        Self::Unavailable(cause.into())
    }

    /// A store that answered nonsense.
    pub fn broken(cause: impl Into<Cause>) -> Self {
        Self::Broken(cause.into())
    }

    /// True where fresh documents may lead to another decision.
    pub fn is_race(&self) -> bool {
        matches!(self, Self::Conflict { .. } | Self::Stale { .. })
    }
}

/// A version of a stored thing, opaque; compared for equality by the store alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Etag(pub String);

impl fmt::Display for Etag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
