//! The emulators of `tests/emulators`, opened as a store: who we say we are there, and whom we trust.
//!
//! Its tokens have the right claims and are signed by nobody.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::time::OffsetDateTime;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ports::clock::Clock;
use serde_json::{Value, json};

use crate::{Azure, AzureOptions};

/// The identity of whoever runs the tests.
#[derive(Debug)]
struct EmulatedIdentity;

#[async_trait]
impl TokenCredential for EmulatedIdentity {
    async fn get_token(
        &self,
        scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let audience = scopes.first().copied().unwrap_or_default().trim_end_matches("/.default");
        let now = OffsetDateTime::now_utc();
        let ends = now + Duration::from_hours(1);
        let claims = json!({
            "aud": audience, "iss": "https://sts.windows.net/emulators/",
            "iat": now.unix_timestamp() - 60, "nbf": now.unix_timestamp() - 60,
            "exp": ends.unix_timestamp(), "oid": "emulators", "tid": "emulators",
        });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = json!({ "alg": "none", "typ": "JWT" });
        Ok(AccessToken::new(format!("{}.{}.", part(&header), part(&claims)), ends))
    }
}

/// Anybody, for whoever believes every token.
pub fn emulated_identity() -> Arc<dyn TokenCredential> {
    Arc::new(EmulatedIdentity)
}

/// A client that trusts the authority in the file `authority`.
pub fn emulators_client(authority: &str) -> std::io::Result<reqwest::Client> {
    let authority = reqwest::Certificate::from_pem(&std::fs::read(authority)?);
    let authority = authority.map_err(std::io::Error::other)?;
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .tls_certs_only([authority])
        // Each test has a runtime of its own, and a connection lives no longer than that.
        .pool_max_idle_per_host(0)
        .build()
        .map_err(std::io::Error::other)
}

/// The store of an account there; `setting` says what a handler would be told.
pub fn open_emulated<'a>(
    setting: impl Fn(&str) -> &'a str,
    clock: Arc<dyn Clock>,
) -> std::io::Result<Azure> {
    let http = emulators_client(setting("SSL_CERT_FILE"))?;
    let setting = |name: &str| setting(name).to_owned();
    Azure::open(AzureOptions {
        cosmos_endpoint: setting("COSMOS_ENDPOINT"),
        cosmos_database: setting("COSMOS_DATABASE"),
        region: "UK South".to_owned(),
        blob_endpoint: setting("BLOB_ENDPOINT"),
        queue_endpoint: setting("QUEUE_ENDPOINT"),
        key_vault_endpoint: setting("KEY_VAULT_ENDPOINT"),
        credential: emulated_identity(),
        erasure_credential: None,
        http,
        clock,
    })
    .map_err(std::io::Error::other)
}
