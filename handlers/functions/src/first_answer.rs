//! Who opened a link is told when somebody goes on from its first page, not when a page loads:
//! scanners of messages load pages too, and no team should wait for photos because of one.

use custom_handler::Failure;
use domain::record::request::CaptureRequest;
use domain::record::{TOLD, document_id};
use jiff::Timestamp;
use serde_json::Value;

use crate::links::Link;
use crate::session::CAPTURE_PURPOSE;
use crate::visit::Visit;

/// True where a link's first answer was told before this one. False after it was told just now, or
/// where the record changed meanwhile: then the visit is read again.
pub async fn was_told(visit: &Visit<'_>, link: &Link, now: Timestamp) -> Result<bool, Failure> {
    let fact = format!("opened-{}-{}", link.request, link.generation);
    if visit.record.read::<Value>(&document_id(TOLD, &fact)).await?.is_some() {
        return Ok(true);
    }
    let operation = visit.operation(CAPTURE_PURPOSE)?;
    let before = &visit.capture.value;
    let opened_at = before.opened_at.or(Some(now));
    let changes = vec![visit.capture.replace(&CaptureRequest { opened_at, ..before.clone() })?];
    let about = [("request", link.request.as_str())];
    visit.record.commit(&operation, "link-opened", &about, changes, Some(&fact)).await?;
    Ok(false)
}
