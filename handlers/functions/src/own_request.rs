//! Reading a request of one of the caller's own teams; every other answer is the same 404 (R8).

use custom_handler::Failure;
use domain::record::request::CaptureRequest;
use domain::record::{REQUEST, document_id};

use crate::problems;
use crate::record::{Record, Versioned};
use crate::sign_in::staff::SignedIn;

/// The request's document.
pub async fn own_request(
    record: &Record<'_>,
    signed_in: &SignedIn,
    request: &str,
) -> Result<Versioned<CaptureRequest>, Failure> {
    record
        .read::<CaptureRequest>(&document_id(REQUEST, request))
        .await?
        .filter(|found| signed_in.staff.is_in(&found.value.team))
        .ok_or_else(|| problems::no_such("request").into())
}
