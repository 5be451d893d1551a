//! GOV.UK Notify: `POST /v2/notifications/sms` and `GET /v2/notifications?reference=`.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use azure_core::http::{AsyncRawResponse, HttpClient, Request};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::server::{Answered, Asked, serve};
use super::{SentText, Trouble, Troubles};

/// The template that the service has.
pub const TEMPLATE: &str = "f33517ff-2a88-4f6e-b855-c550268ce08a";
/// An API key of the service, as Notify shows it once.
pub const SERVICE_KEY: &str = "tests-26785a09-ab16-4eb0-8407-a37497a57506-\
                               3d844edf-8d35-48ac-975b-e847b4f122b0";
const SERVICE: &str = "26785a09-ab16-4eb0-8407-a37497a57506";
const SECRET: &str = "3d844edf-8d35-48ac-975b-e847b4f122b0";
/// What a request may hold (`additionalProperties: false`).
const FIELDS: [&str; 6] = [
    "phone_number",
    "template_id",
    "personalisation",
    "reference",
    "sms_sender_id",
    "scheduled_for",
];

/// A service at Notify.
#[derive(Debug, Clone)]
pub struct NotifyFake {
    /// Where it answers.
    pub origin: String,
    /// What goes wrong.
    pub troubles: Troubles,
    sent: Arc<Mutex<Vec<SentText>>>,
}

impl NotifyFake {
    /// Starts it.
    pub async fn start() -> std::io::Result<Self> {
        let (troubles, sent) = (Troubles::default(), Arc::<Mutex<Vec<SentText>>>::default());
        let (of_server, texts) = (troubles.clone(), Arc::clone(&sent));
        let origin = serve(move |asked| answer(&asked, of_server.next(), &texts)).await?;
        Ok(Self { origin, troubles, sent })
    }

    /// One that is its clients' transport and has no port.
    pub fn in_process() -> Self {
        let (troubles, sent) = (Troubles::default(), Arc::default());
        Self { origin: "https://notify.example.org".to_owned(), troubles, sent }
    }

    /// How many texts it took.
    pub fn count(&self) -> usize {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The texts it took, in order.
    pub fn sent(&self) -> Vec<SentText> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl HttpClient for NotifyFake {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        answer(&Asked::from(request), self.troubles.next(), &self.sent).in_process()
    }
}

fn answer(asked: &Asked, trouble: Option<Trouble>, sent: &Mutex<Vec<SentText>>) -> Answered {
    match trouble {
        Some(Trouble::NeverArrives) => return Answered::Nothing,
        Some(Trouble::Broken) => return error(500, "Exception", "Internal server error"),
        Some(Trouble::TooMany) => {
            return error(429, "RateLimitError", "Exceeded rate limit for key type LIVE");
        }
        Some(Trouble::ReplyLost) | None => {}
    }
    let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
    let answered = if asked.bearer().is_some_and(is_signed) {
        match (asked.method.as_str(), asked.target.split('?').next()) {
            ("POST", Some("/v2/notifications/sms")) => take(&asked.body, &mut sent),
            ("GET", Some("/v2/notifications")) => list(&asked.target, &sent),
            _ => error(404, "NoResultFound", "No result found"),
        }
    } else {
        error(403, "AuthError", "Invalid token: signature, api token not found")
    };
    if trouble == Some(Trouble::ReplyLost) { Answered::Nothing } else { answered }
}

fn error(status: u16, code: &str, message: &str) -> Answered {
    let errors = json!([{ "error": code, "message": message }]);
    Answered::Json(status, json!({ "status_code": status, "errors": errors }))
}

fn is_signed(token: &str) -> bool {
    let Some((signed, signature)) = token.rsplit_once('.') else { return false };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()) else { return false };
    mac.update(signed.as_bytes());
    let claimed = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
    let claims = signed.split_once('.').and_then(|(_, part)| URL_SAFE_NO_PAD.decode(part).ok());
    let claims: Value =
        claims.and_then(|claims| serde_json::from_slice(&claims).ok()).unwrap_or_default();
    mac.verify_slice(&claimed).is_ok() && claims["iss"] == SERVICE && claims["iat"].is_i64()
}

fn take(body: &[u8], sent: &mut Vec<SentText>) -> Answered {
    let invalid = |message: &str| error(400, "ValidationError", message);
    let Ok(Value::Object(body)) = serde_json::from_slice(body) else {
        return error(400, "BadRequestError", "Invalid JSON supplied in POST data");
    };
    if let Some(field) = body.keys().find(|field| !FIELDS.contains(&field.as_str())) {
        return invalid(&format!("Additional properties are not allowed ({field} was unexpected)"));
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    if !text("phone_number").starts_with("+447") || text("phone_number").len() != 13 {
        return invalid("phone_number Not a UK mobile number");
    }
    if text("template_id") != TEMPLATE {
        return error(400, "BadRequestError", "Template not found");
    }
    let given = |name: &str| body.get("personalisation").and_then(|p| p.get(name)).is_some();
    if !given("first_name") || !given("link") {
        return error(400, "BadRequestError", "Missing personalisation: first_name, link");
    }
    if text("reference").len() > 1000 {
        return invalid("reference is too long");
    }
    let id = format!("740e5834-3a29-46b4-9a6f-{:012}", sent.len());
    let reference = text("reference").to_owned();
    let answer = json!({
        "id": id, "reference": reference, "uri": format!("/v2/notifications/{id}"),
        "content": { "body": "a text", "from_number": "GOVUK" },
        "template": { "id": TEMPLATE, "version": 1, "uri": "/v2/template" },
        "scheduled_for": null,
    });
    sent.push(SentText { reference, body: Value::Object(body) });
    Answered::Json(201, answer)
}

fn list(target: &str, sent: &[SentText]) -> Answered {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let wanted = query.split('&').find_map(|pair| pair.strip_prefix("reference="));
    let known = sent.iter().filter(|text| Some(text.reference.as_str()) == wanted);
    let notifications: Vec<Value> = known
        .map(|text| json!({ "reference": text.reference, "status": "sending", "type": "sms" }))
        .collect();
    Answered::Json(200, json!({ "notifications": notifications, "links": { "current": target } }))
}
