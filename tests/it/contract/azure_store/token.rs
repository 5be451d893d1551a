//! Tokens that the emulators believe: the right claims, signed by nobody.

use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::time::OffsetDateTime;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The identity of whoever runs the tests.
#[derive(Debug)]
pub(crate) struct EmulatedIdentity;

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
