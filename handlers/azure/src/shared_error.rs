//! A store's error for several who waited for one call.

use std::sync::Arc;

use domain::ports::error::StoreError;

use crate::kept::Lost;

/// Says the same to each of them.
#[derive(Debug, Clone)]
pub(crate) struct SharedError(Arc<StoreError>);

impl From<StoreError> for SharedError {
    fn from(error: StoreError) -> Self {
        Self(Arc::new(error))
    }
}

impl From<Lost> for SharedError {
    fn from(lost: Lost) -> Self {
        StoreError::unavailable(lost).into()
    }
}

impl From<SharedError> for StoreError {
    fn from(SharedError(error): SharedError) -> Self {
        match &*error {
            Self::Broken(cause) => Self::broken(cause.to_string()),
            Self::Unavailable(cause) => Self::unavailable(cause.to_string()),
            other @ (Self::Conflict { .. } | Self::Stale { .. }) => {
                Self::unavailable(other.to_string())
            }
        }
    }
}
