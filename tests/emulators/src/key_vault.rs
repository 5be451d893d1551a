//! A key vault with one secret: the handler's keys, made for this run.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Outcome;
use crate::certificates::Certificates;
use crate::plain_queues::acceptor;
use crate::serve::{Answer, json as answer_json, serve};

const AUDIENCE: &str = "https://vault.azure.net";

/// Starts it; its URL.
pub async fn start(certificates: &Certificates) -> Outcome<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("https://localhost:{}", listener.local_addr()?.port());
    let tls = acceptor(certificates)?;
    let secret = Arc::new(fresh_keys().to_string());
    tokio::spawn(serve(listener, Some(tls), move |request| {
        let secret = Arc::clone(&secret);
        async move { answer(&request, &secret) }
    }));
    Ok(url)
}

/// Not random: a key of emulators guards nothing.
fn fresh_keys() -> Value {
    let key = |byte: u8| STANDARD.encode([byte; 32]);
    json!({ "currentLinkKey": 2, "linkKeys": { "1": key(1), "2": key(2) }, "numberKey": key(3) })
}

fn answer(request: &Request<Bytes>, secret: &str) -> Answer {
    let refused = |status: u16, code: &str| {
        answer_json(status, &json!({ "error": { "code": code, "message": code } }))
    };
    if !is_for_us(request) {
        return refused(401, "Unauthorized");
    }
    if !request.uri().query().unwrap_or_default().contains("api-version=") {
        return refused(400, "MissingApiVersionParameter");
    }
    match request.uri().path().trim_end_matches('/') {
        "/secrets/handler-keys" => {
            let id = "https://localhost/secrets/handler-keys/0123456789abcdef";
            answer_json(
                200,
                &json!({ "value": secret, "id": id, "attributes": { "enabled": true } }),
            )
        }
        _ => refused(404, "SecretNotFound"),
    }
}

/// Whether the token names the vault as its audience.
fn is_for_us(request: &Request<Bytes>) -> bool {
    let header = request.headers().get(http::header::AUTHORIZATION);
    let token = header.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let claims = token.and_then(|token| URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok());
    let claims = claims.and_then(|claims| serde_json::from_slice::<Value>(&claims).ok());
    claims.is_some_and(|claims| claims["aud"] == AUDIENCE)
}
