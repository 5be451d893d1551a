//! Azure Communication Services: our own words to one number, asked to report the delivery.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use azure_core::http::{HttpClient, Url};
use domain::ids::made_at;
use domain::ports::sms::{OutgoingText, Sms, SmsError, TextAccepted};
use domain::sha256_hex::Sha256Hex;
use domain::text_message::text_message;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde::Deserialize;
use serde_json::{Value, json};

use super::provider_call::{call, read};
use super::refused;

const PROVIDER: &str = "Azure Communication Services";
const API_VERSION: &str = "2026-01-23";
const SCOPE: &str = "https://communication.azure.com/.default";

/// Where it is and as whom we call.
pub struct CommunicationServicesOptions {
    /// `https://{resource}.uk.communication.azure.com`
    pub endpoint: String,
    /// The number or name that texts come from.
    pub sender: String,
    /// Who we are; the resource has no keys.
    pub credential: Arc<dyn TokenCredential>,
    /// [`crate::http_client`]
    pub http: Arc<dyn HttpClient>,
}

/// The operator's resource.
pub struct CommunicationServices(CommunicationServicesOptions);

/// A reply of many parts, of which we asked for one.
#[derive(Deserialize)]
struct Outcomes {
    value: Vec<Outcome>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    http_status_code: u16,
    successful: bool,
    #[serde(default)]
    repeatability_result: Option<String>,
}

impl CommunicationServices {
    /// The resource that `options` name.
    pub fn new(options: CommunicationServicesOptions) -> Self {
        let mut options = options;
        options.endpoint = options.endpoint.trim_end_matches('/').to_owned();
        Self(options)
    }

    async fn token(&self) -> Result<String, SmsError> {
        let token = self.0.credential.get_token(&[SCOPE], None).await;
        // The credential's own words say which identity; no personal data is near.
        token
            .map(|token| token.token.secret().to_owned())
            .map_err(|error| SmsError::Temporary(error.into()))
    }

    fn body(&self, text: &OutgoingText) -> Result<Value, SmsError> {
        let no_id = || SmsError::Permanent("a reference that is no id".into());
        // The same for every repeat of this text: both follow from its reference.
        let first_sent = made_at(&text.reference).ok_or_else(no_id)?;
        let first_sent = DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&first_sent)
            .map_err(|error| SmsError::Permanent(error.into()))?;
        Ok(json!({
            "from": self.0.sender,
            "smsRecipients": [{
                "to": text.mobile.e164(),
                "repeatabilityRequestId": request_id(&text.reference),
                "repeatabilityFirstSent": first_sent,
            }],
            "message": text_message(text.first_name.as_ref(), &text.link),
            "smsSendOptions": { "enableDeliveryReport": true, "tag": text.reference },
        }))
    }
}

#[async_trait]
impl Sms for CommunicationServices {
    async fn send(&self, text: &OutgoingText) -> Result<TextAccepted, SmsError> {
        let body = self.body(text)?;
        let url = format!("{}/sms?api-version={API_VERSION}", self.0.endpoint);
        let url = Url::parse(&url).map_err(|error| SmsError::Temporary(error.into()))?;
        let token = self.token().await?;
        let answer = call(PROVIDER, &*self.0.http, url, &token, Some(&body)).await?;
        let status = answer.status;
        if status != 202 {
            return Err(refused(PROVIDER, status, ""));
        }
        // 202 says that the request was read; each number has an answer of its own.
        let outcomes: Outcomes = read(PROVIDER, &answer)?;
        match outcomes.value.as_slice() {
            [outcome] if outcome.successful => Ok(TextAccepted::Sending),
            [outcome] => {
                let repeated = outcome.repeatability_result.as_deref().unwrap_or_default();
                Err(refused(PROVIDER, outcome.http_status_code, repeated))
            }
            _ => Err(refused(PROVIDER, status, "another number of answers than of numbers")),
        }
    }

    /// It keeps no text that we could ask it to forget (R47).
    async fn forget(&self, _reference: &str) -> Result<(), SmsError> {
        Ok(())
    }
}

/// A UUID that follows from the reference (RFC 9562, version 8, variant 8).
fn request_id(reference: &str) -> String {
    let hash = Sha256Hex::of(reference);
    let digits: Vec<char> = hash.as_str().chars().collect();
    let part = |range: std::ops::Range<usize>| -> String {
        digits.get(range).unwrap_or_default().iter().collect()
    };
    format!("{}-{}-8{}-8{}-{}", part(0..8), part(8..12), part(12..15), part(15..18), part(18..30))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_follows_from_its_reference() {
        let id = request_id("r-1");
        assert_eq!(id, request_id("r-1"));
        assert_ne!(id, request_id("r-2"));
        let dashes: Vec<usize> = id.match_indices('-').map(|(at, _)| at).collect();
        assert_eq!((id.len(), dashes.as_slice(), &id[14..15]), (36, &[8, 13, 18, 23][..], "8"));
    }
}
