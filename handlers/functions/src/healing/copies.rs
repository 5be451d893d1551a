//! Clean copies of an upload that was being filed: they stay with the item, and go where the upload
//! ended in another way.

use custom_handler::Failure;
use domain::look_again::Found;
use domain::ports::blobs::BlobContainer;
use domain::ports::documents::Container;
use domain::record::item::{picture_blob, thumbnail_blob};
use domain::record::patient::Patient;
use domain::record::upload::Upload;
use domain::record::{ITEM, UPLOAD, document_id};

use crate::app::{App, stored};

pub async fn look(
    app: &App,
    patient: &str,
    kept: Option<&Patient>,
    upload: &str,
) -> Result<Found, Failure> {
    if kept.is_some() {
        // The upload first: it is settled in the batch that makes the item.
        let id = document_id(UPLOAD, upload);
        let found = stored(app.documents.get(Container::Patients, patient, &id).await)?;
        let found = stored(found.map(|found| found.read::<Upload>()).transpose())?;
        if found.is_some_and(|upload| !upload.state.is_settled()) {
            return Ok(Found::TooEarly);
        }
        let id = document_id(ITEM, upload);
        if stored(app.documents.get(Container::Patients, patient, &id).await)?.is_some() {
            return Ok(Found::Right);
        }
    }
    for copy in [picture_blob(patient, upload), thumbnail_blob(patient, upload)] {
        stored(app.blobs.erase(BlobContainer::Records, &copy).await)?;
    }
    Ok(Found::LeadsNowhere)
}
