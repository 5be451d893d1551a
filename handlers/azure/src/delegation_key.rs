//! The user delegation key: what signs URLs in our name, for hours. No account key exists (R50).

use std::sync::Arc;

use azure_core::http::{RequestContent, XmlFormat};
use azure_core::time::OffsetDateTime;
use azure_storage_blob::models::KeyInfo;
use azure_storage_common::models::UserDelegationKey;
use domain::ports::error::StoreError;
use jiff::{SignedDuration, Timestamp};

use crate::kept::Kept;
use crate::refusal::store_error;
use crate::shared_error::SharedError;
use crate::store::Azure;

/// How long a key is asked for. It can be revoked, but not taken back from signatures one by one.
const LIFETIME: SignedDuration = SignedDuration::from_hours(2);
/// Renewed while it still has this long to live beyond what it has to sign.
const SPARE: SignedDuration = SignedDuration::from_mins(20);
/// Clocks differ: a key that begins now would be too young for some.
pub(crate) const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// The key in use, and when it ends.
pub(crate) type DelegationKey = Kept<(Arc<UserDelegationKey>, Timestamp), SharedError>;

impl Azure {
    /// A key that outlives `until`. One that does is answered at once; its successor is asked for
    /// beside. Only where there is none does a caller wait.
    pub(crate) async fn key_until(
        &self,
        until: Timestamp,
    ) -> Result<Arc<UserDelegationKey>, StoreError> {
        let held = self.delegation_key();
        let renewed = self.clone().ask_for_key();
        match held.known().filter(|(_, ends)| until < *ends) {
            Some((key, ends)) => {
                if ends <= until + SPARE {
                    held.ask(renewed);
                }
                Ok(key)
            }
            None => Ok(held.ask(renewed).answer().await?.0),
        }
    }

    async fn ask_for_key(self) -> Result<(Arc<UserDelegationKey>, Timestamp), SharedError> {
        let failed = |error: azure_core::Error| {
            SharedError::from(store_error("the delegation key's service", &error))
        };
        let now = self.now();
        let ends = now + LIFETIME;
        let info = KeyInfo {
            start: Some(moment(now - SKEW)?),
            expiry: Some(moment(ends)?),
            ..Default::default()
        };
        let info: RequestContent<KeyInfo, XmlFormat> = info.try_into().map_err(failed)?;
        let answer = self.blob_service().get_user_delegation_key(info, None).await;
        let key = answer.map_err(failed)?.into_model().map_err(failed)?;
        Ok((Arc::new(key), ends))
    }
}

/// The same moment in the words of the official crates, cut to whole seconds.
pub(crate) fn moment(at: Timestamp) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::from_unix_timestamp(at.as_second()).map_err(StoreError::broken)
}
