//! One call to a provider: JSON there, status and bytes back. The transport is a value, so that
//! whoever counts what happens to calls can stand in between.

use azure_core::error::ErrorKind;
use azure_core::http::headers::{AUTHORIZATION, CONTENT_TYPE};
use azure_core::http::{HttpClient, Method, Request, Url};
use bytes::Bytes;
use domain::ports::sms::SmsError;
use serde_json::Value;

use super::ProviderUnreached;

/// What a provider answered.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Bytes,
}

/// GET, or POST where there is a body.
pub(super) async fn call(
    provider: &'static str,
    http: &dyn HttpClient,
    url: Url,
    token: &str,
    body: Option<&Value>,
) -> Result<Answer, SmsError> {
    let method = if body.is_some() { Method::Post } else { Method::Get };
    let mut request = Request::new(url, method);
    request.insert_header(AUTHORIZATION, format!("Bearer {token}"));
    if let Some(body) = body {
        request.insert_header(CONTENT_TYPE, "application/json");
        request.set_body(body.to_string());
    }
    let unreached = |error: azure_core::Error| unreached(provider, error.kind());
    let answer = http.execute_request(&request).await.map_err(unreached)?;
    let (status, _, body) = answer.deconstruct();
    let body = body.collect().await.map_err(unreached)?;
    Ok(Answer { status: status.into(), body })
}

/// An answer that does not parse is none.
pub(super) fn read<'a, T: serde::Deserialize<'a>>(
    provider: &'static str,
    answer: &'a Answer,
) -> Result<T, SmsError> {
    serde_json::from_slice(&answer.body)
        .map_err(|_| unreached(provider, &ErrorKind::DataConversion))
}

fn unreached(provider: &'static str, kind: &ErrorKind) -> SmsError {
    let kind = match kind {
        ErrorKind::Connection => "no connection",
        ErrorKind::DataConversion => "the answer does not parse",
        _ => "no answer in time, or the connection broke",
    };
    SmsError::Temporary(Box::new(ProviderUnreached { provider, kind }))
}
