//! What a document may not say yet: an earlier end of records that are there. Their days were
//! written down when they were last changed, and nothing dates them anew.

use domain::ports::documents::{Container, Query, ReadDocuments};
use domain::ports::error::StoreError;
use domain::register;
use domain::register::controller::Controller;
use domain::retention::{RecordClass, RetentionRule};

/// Why the document is refused, where it would have records end earlier than they say themselves.
pub async fn has_no_effect(
    documents: &dyn ReadDocuments,
    before: &Controller,
    after: &Controller,
) -> Result<Option<String>, StoreError> {
    let Some(field) = ends_earlier(before, after) else { return Ok(None) };
    let query = Query::prefix(register::PATIENT).limit(1);
    let rows = documents.list(Container::Register, &after.controller, &query).await?;
    Ok((!rows.documents.is_empty()).then(|| {
        format!(
            "{field} has no effect yet on the records that are there: they would be kept until the \
             day that was written down for them. Leave it as it is until the service can date them \
             anew"
        )
    }))
}

/// The field by which records would be due earlier.
fn ends_earlier(before: &Controller, after: &Controller) -> Option<&'static str> {
    let cap = RetentionRule::of(RecordClass::VisualRecord).cap_years;
    let years = |controller: &Controller| controller.keep_years.unwrap_or(cap).min(cap);
    if years(after) < years(before) {
        return Some("a shorter keepYears");
    }
    let ended = after.contract_ended?;
    before.contract_ended.is_none_or(|before| ended < before).then_some("contractEnded")
}
