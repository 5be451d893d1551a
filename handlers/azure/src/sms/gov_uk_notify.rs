//! GOV.UK Notify: a text made of the service's own template, which greets and holds the link.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::http::{HttpClient, Url};
use domain::ports::clock::Clock;
use domain::ports::sms::{OutgoingText, Sms, SmsError, TextAccepted};
use domain::text_message::greeted_name;
use serde::Deserialize;
use serde_json::{Value, json};

use super::provider_call::{self, Answer, read};
use super::{NotifyKey, refused};

const PROVIDER: &str = "GOV.UK Notify";

/// Where it is and as whom we call.
pub struct GovUkNotifyOptions {
    /// `https://api.notifications.service.gov.uk`
    pub origin: String,
    /// The controller's own key: the service belongs to a public body.
    pub key: NotifyKey,
    /// A template whose placeholders are `((first_name))` and `((link))`.
    pub template: String,
    /// [`crate::http_client`]
    pub http: Arc<dyn HttpClient>,
    /// The one clock; Notify allows half a minute.
    pub clock: Arc<dyn Clock>,
}

/// One controller's service at Notify.
pub struct GovUkNotify(GovUkNotifyOptions);

/// What Notify knows under a reference.
#[derive(Deserialize)]
struct Known {
    notifications: Vec<Notification>,
}

#[derive(Deserialize)]
struct Notification {
    /// Notify takes a reference as a filter; what it answers is compared all the same.
    reference: Option<String>,
}

/// `{"status_code": 400, "errors": [{"error": "ValidationError", "message": …}]}`; the message may
/// repeat the number and is not read.
#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    errors: Vec<RefusalReason>,
}

#[derive(Deserialize)]
struct RefusalReason {
    error: String,
}

impl GovUkNotify {
    /// The service that `options` name.
    pub fn new(options: GovUkNotifyOptions) -> Self {
        Self(options)
    }

    async fn is_known(&self, reference: &str) -> Result<bool, SmsError> {
        let mut url = self.url("/v2/notifications")?;
        url.query_pairs_mut()
            .append_pair("template_type", "sms")
            .append_pair("reference", reference);
        let answer = self.call(url, None).await?;
        let known: Known = read(PROVIDER, &answer)?;
        let ours = |known: &Notification| known.reference.as_deref() == Some(reference);
        Ok(known.notifications.iter().any(ours))
    }

    fn url(&self, path: &str) -> Result<Url, SmsError> {
        let url = Url::parse(&format!("{}{path}", self.0.origin));
        url.map_err(|error| SmsError::Temporary(error.into()))
    }

    /// Calls with a token of its own; any answer but a success is an error.
    async fn call(&self, url: Url, body: Option<&Value>) -> Result<Answer, SmsError> {
        let token = self.0.key.token(self.0.clock.now());
        let token = token.ok_or_else(|| refused(PROVIDER, 0, "no token can be made"))?;
        let answer = provider_call::call(PROVIDER, &*self.0.http, url, &token, body).await?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let refusal: Option<Refusal> = read(PROVIDER, &answer).ok();
        let reason = refusal.and_then(|refusal| refusal.errors.into_iter().next());
        Err(refused(PROVIDER, answer.status, &reason.map_or(String::new(), |r| r.error)))
    }
}

#[async_trait]
impl Sms for GovUkNotify {
    /// Between the question and the sending a second invocation of the same message could ask the
    /// same: the queue hides a message for as long as one runs, so it takes a lost lease as well.
    async fn send(&self, text: &OutgoingText) -> Result<TextAccepted, SmsError> {
        if self.is_known(&text.reference).await? {
            return Ok(TextAccepted::Sending);
        }
        let name = greeted_name(text.first_name.as_ref(), &text.link);
        let body = json!({
            "phone_number": text.mobile.e164(),
            "template_id": self.0.template,
            "personalisation": { "first_name": name, "link": text.link },
            "reference": text.reference,
        });
        let answer = self.call(self.url("/v2/notifications/sms")?, Some(&body)).await?;
        match answer.status {
            201 => Ok(TextAccepted::Sending),
            other => Err(refused(PROVIDER, other, "")),
        }
    }

    /// Notify forgets by itself after seven days and offers no way to ask for it (R47).
    async fn forget(&self, _reference: &str) -> Result<(), SmsError> {
        Ok(())
    }
}
