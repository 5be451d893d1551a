//! Reading an upload of the session's own request; every other answer is the same 404.

use custom_handler::{Failure, Request};
use domain::record::upload::Upload;
use domain::record::{UPLOAD, document_id};

use crate::own_patient::id_in_path;
use crate::problems;
use crate::record::Versioned;
use crate::visit::Visit;

/// The upload that the path names.
pub async fn own_upload(
    visit: &Visit<'_>,
    request: &Request,
) -> Result<Versioned<Upload>, Failure> {
    let id = id_in_path(request, "upload", "photo")?;
    visit
        .record
        .read::<Upload>(&document_id(UPLOAD, id))
        .await?
        .filter(|found| found.value.request == visit.capture.value.request)
        .ok_or_else(|| problems::no_such("photo").into())
}
