//! Azure Communication Services: `POST /sms?api-version=2026-01-23`.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use azure_core::http::{AsyncRawResponse, HttpClient, Request};
use serde_json::{Value, json};

use super::server::{Answered, Asked, serve};
use super::{SentText, Trouble, Troubles};

/// A resource.
#[derive(Debug, Clone)]
pub struct CommunicationFake {
    /// Where it answers.
    pub endpoint: String,
    /// What goes wrong.
    pub troubles: Troubles,
    texts: Arc<Mutex<Texts>>,
}

#[derive(Debug, Default)]
struct Texts {
    sent: Vec<SentText>,
    /// Requests it has seen: the same one twice sends once.
    requests: BTreeSet<String>,
}

impl CommunicationFake {
    /// Starts it.
    pub async fn start() -> std::io::Result<Self> {
        let (troubles, texts) = (Troubles::default(), Arc::<Mutex<Texts>>::default());
        let (of_server, of_texts) = (troubles.clone(), Arc::clone(&texts));
        let endpoint = serve(move |asked| answer(&asked, of_server.next(), &of_texts)).await?;
        Ok(Self { endpoint, troubles, texts })
    }

    /// One that is its clients' transport and has no port.
    pub fn in_process() -> Self {
        let (troubles, texts) = (Troubles::default(), Arc::default());
        Self { endpoint: "https://texts.example.org".to_owned(), troubles, texts }
    }

    /// How many texts it took.
    pub fn count(&self) -> usize {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).sent.len()
    }

    /// The texts it took, in order.
    pub fn sent(&self) -> Vec<SentText> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).sent.clone()
    }
}

#[async_trait]
impl HttpClient for CommunicationFake {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        answer(&Asked::from(request), self.troubles.next(), &self.texts).in_process()
    }
}

fn answer(asked: &Asked, trouble: Option<Trouble>, texts: &Mutex<Texts>) -> Answered {
    let error = |status: u16, code: &str| {
        Answered::Json(status, json!({ "error": { "code": code, "message": code } }))
    };
    match trouble {
        Some(Trouble::NeverArrives) => return Answered::Nothing,
        Some(Trouble::Broken) => return error(500, "InternalServerError"),
        Some(Trouble::TooMany) => return error(429, "TooManyRequests"),
        Some(Trouble::ReplyLost) | None => {}
    }
    if asked.bearer().is_none_or(str::is_empty) {
        return error(401, "Denied");
    }
    if (asked.method.as_str(), asked.target.as_str()) != ("POST", "/sms?api-version=2026-01-23") {
        return error(404, "NotFound");
    }
    let mut texts = texts.lock().unwrap_or_else(PoisonError::into_inner);
    let answered = match serde_json::from_slice::<Value>(&asked.body) {
        Ok(body) => take(&body, &mut texts),
        Err(_) => None,
    };
    match (answered, trouble) {
        (_, Some(Trouble::ReplyLost)) => Answered::Nothing,
        (Some(answered), _) => answered,
        (None, _) => error(400, "BadRequest"),
    }
}

/// `None` for a request that is wrong as a whole.
fn take(body: &Value, texts: &mut Texts) -> Option<Answered> {
    body["from"].as_str().filter(|from| !from.is_empty())?;
    let message = body["message"].as_str()?;
    body["smsSendOptions"]["enableDeliveryReport"].as_bool()?;
    let recipients = body["smsRecipients"].as_array()?;
    if message.len() > 2048 || !(1..=100).contains(&recipients.len()) {
        return None;
    }
    let outcomes = recipients.iter().map(|recipient| take_one(recipient, body, texts)).collect();
    Some(Answered::Json(202, json!({ "value": Value::Array(outcomes) })))
}

fn take_one(recipient: &Value, body: &Value, texts: &mut Texts) -> Value {
    let text = |name: &str| recipient[name].as_str().unwrap_or_default();
    let refused = |message: &str| {
        json!({ "to": text("to"), "httpStatusCode": 400, "successful": false,
                "errorMessage": message })
    };
    if !text("to").starts_with('+') {
        return refused("Invalid To phone number format.");
    }
    let request = text("repeatabilityRequestId");
    if request.len() != 36 || !text("repeatabilityFirstSent").ends_with(" GMT") {
        return refused("Both repeatability fields are needed.");
    }
    if texts.requests.insert(request.to_owned()) {
        let reference = body["smsSendOptions"]["tag"].as_str().unwrap_or_default().to_owned();
        texts.sent.push(SentText { reference, body: body.clone() });
    }
    json!({ "to": text("to"), "messageId": format!("Outgoing_{request}"), "httpStatusCode": 202,
            "successful": true, "repeatabilityResult": "accepted" })
}
