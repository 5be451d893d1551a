//! Signed URLs: user-delegation signatures (SAS) of one blob, until a moment.

use async_trait::async_trait;
use azure_core::http::Url;
use azure_core::time::OffsetDateTime;
use azure_storage_sas::{SasBuilder, SasProtocol};
use domain::ports::blobs::{BlobContainer, SignUrls, SignedUpload};
use domain::ports::error::StoreError;
use jiff::{SignedDuration, Timestamp};

use crate::delegation_key::{SKEW, moment};
use crate::store::Azure;

/// An upload URL lives for at most 15 minutes (R50).
const LONGEST_UPLOAD: SignedDuration = SignedDuration::from_mins(15);

#[async_trait]
impl SignUrls for Azure {
    async fn sign_upload(
        &self,
        name: &str,
        content_type: &str,
        _bytes: u64,
        until: Timestamp,
    ) -> Result<SignedUpload, StoreError> {
        if until.duration_since(self.now()) > LONGEST_UPLOAD {
            return Err(StoreError::broken("an upload may be signed for 15 minutes at most"));
        }
        let container = BlobContainer::Incoming;
        let key = self.key_until(until).await?;
        let signature = SasBuilder::new(self.account(), &key, moment(until)?)
            .map_err(StoreError::broken)?
            .start(self.signed_from()?)
            .protocol(SasProtocol::Https)
            .blob(container.name(), name)
            .create()
            .write()
            .build();
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Ok(SignedUpload {
            url: self.url_with(container, name, &signature)?.into(),
            headers: vec![
                header("x-ms-blob-type", "BlockBlob"),
                header("content-type", content_type),
            ],
        })
    }

    async fn sign_read(
        &self,
        name: &str,
        content_type: &str,
        until: Timestamp,
    ) -> Result<String, StoreError> {
        let container = BlobContainer::Records;
        let key = self.key_until(until).await?;
        let signature = SasBuilder::new(self.account(), &key, moment(until)?)
            .map_err(StoreError::broken)?
            .start(self.signed_from()?)
            .protocol(SasProtocol::Https)
            .blob(container.name(), name)
            .read()
            // A browser keeps no picture (R54): the service says nothing of it by itself.
            .cache_control("no-store")
            .content_disposition("attachment")
            .content_type(content_type)
            .build();
        Ok(self.url_with(container, name, &signature)?.into())
    }
}

impl Azure {
    /// The account refuses what lives too long, and what does not say since when it lives
    /// (`sasPolicy`, Block). Set back, because storage's clock is another.
    fn signed_from(&self) -> Result<OffsetDateTime, StoreError> {
        moment(self.now() - SKEW)
    }

    fn url_with(
        &self,
        container: BlobContainer,
        name: &str,
        signature: &str,
    ) -> Result<Url, StoreError> {
        let mut url = self.blob_client(container, name)?.url().clone();
        url.set_query(Some(signature));
        Ok(url)
    }
}
