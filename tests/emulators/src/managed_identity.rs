//! A managed identity, as App Service offers it: `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`.
//!
//! Its tokens say the right things and are signed by nobody; no double looks at a signature.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::Request;
use serde_json::json;
use tokio::net::TcpListener;

use crate::Outcome;
use crate::serve::{Answer, json as answer_json, serve};

/// What a caller must know, as on App Service.
const HEADER: &str = "emulated-identity";
const LIFETIME: Duration = Duration::from_hours(24);
const OBJECT: &str = "00000000-0000-4000-8000-00000000000a";
const TENANT: &str = "00000000-0000-4000-8000-00000000000b";

#[derive(Clone)]
pub struct ManagedIdentity {
    pub endpoint: String,
    pub header: &'static str,
}

pub async fn start() -> Outcome<ManagedIdentity> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = format!("http://{}/msi/token", listener.local_addr()?);
    tokio::spawn(serve(listener, None, |request| async move { answer(&request) }));
    Ok(ManagedIdentity { endpoint, header: HEADER })
}

fn answer(request: &Request<Bytes>) -> Answer {
    let query = request.uri().query().unwrap_or_default();
    let resource = query.split('&').find_map(|pair| pair.strip_prefix("resource="));
    let (Some(resource), "/msi/token") = (resource, request.uri().path()) else {
        return answer_json(400, &json!({ "message": "say resource=" }));
    };
    if request.headers().get("x-identity-header").is_none_or(|value| value != HEADER) {
        return answer_json(401, &json!({ "message": "the header is wrong" }));
    }
    let resource = resource.replace("%3A", ":").replace("%2F", "/");
    let (token, expires) = token_for(&resource);
    let token = json!({
        "access_token": token,
        "expires_on": expires.to_string(),
        "resource": resource,
        "token_type": "Bearer",
    });
    answer_json(200, &token)
}

/// A token for this audience, and when it ends (Unix seconds).
pub fn token_for(audience: &str) -> (String, u64) {
    #[expect(clippy::disallowed_methods, reason = "the doubles live on the machine's clock")]
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let (now, ends) = (now.as_secs() - 60, (now + LIFETIME).as_secs());
    let claims = json!({
        "aud": audience.trim_end_matches('/'),
        "iss": format!("https://sts.windows.net/{TENANT}/"),
        "iat": now, "nbf": now, "exp": ends,
        "oid": OBJECT, "tid": TENANT,
    });
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    (format!("{}.{}.", part(&json!({ "alg": "none", "typ": "JWT" })), part(&claims)), ends)
}
