//! The vault: secrets by name, kept for a while. The app may read them and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use azure_core::http::policies::auth::BearerTokenAuthorizationPolicy;
use azure_core::http::{ClientOptions, Context, Method, Pipeline, Request, Url};
use domain::ports::clock::Clock;
use domain::ports::error::StoreError;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::refusal::store_error;

const API_VERSION: &str = "7.4";
const SCOPE: &str = "https://vault.azure.net/.default";
/// A rotated secret is used after this long at the latest.
pub(crate) const KEPT: SignedDuration = SignedDuration::from_mins(10);

/// Secrets as they were last read, by name.
type Read = BTreeMap<String, (Timestamp, Arc<str>)>;

pub(crate) struct KeyVault {
    vault: Url,
    pipeline: Pipeline,
    clock: Arc<dyn Clock>,
    read: Mutex<Read>,
}

/// The vault's answer; its other properties do not matter here.
#[derive(Deserialize)]
struct Secret {
    value: String,
}

impl KeyVault {
    pub(crate) fn new(
        vault: Url,
        credential: Arc<dyn TokenCredential>,
        options: ClientOptions,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let tokens = BearerTokenAuthorizationPolicy::new(credential, [SCOPE]);
        let (name, version) = (option_env!("CARGO_PKG_NAME"), option_env!("CARGO_PKG_VERSION"));
        let pipeline =
            Pipeline::new(name, version, options, Vec::new(), vec![Arc::new(tokens)], None);
        Self { vault, pipeline, clock, read: Mutex::default() }
    }

    /// The secret's text, at most `age` old where the vault answers.
    pub(crate) async fn secret(
        &self,
        name: &str,
        age: SignedDuration,
    ) -> Result<Arc<str>, StoreError> {
        let mut read = self.read.lock().await;
        let now = self.clock.now();
        let known = read.get(name).cloned();
        if let Some((at, text)) = &known
            && now.duration_since(*at) < age
        {
            return Ok(Arc::clone(text));
        }
        match (self.ask(name).await, known) {
            (Ok(text), _) => {
                let text: Arc<str> = text.into();
                read.insert(name.to_owned(), (now, Arc::clone(&text)));
                Ok(text)
            }
            // What was right a while ago is right still: nothing in use is ever taken away.
            (Err(error), Some((_, text))) => {
                tracing::warn!(%error, "the key vault does not answer; what it said before is used");
                Ok(text)
            }
            (Err(error), None) => Err(error),
        }
    }

    async fn ask(&self, name: &str) -> Result<String, StoreError> {
        let failed = |error: azure_core::Error| store_error("the key vault", &error);
        let mut url = self.vault.clone();
        url.set_path(&format!("/secrets/{name}"));
        url.set_query(Some(&format!("api-version={API_VERSION}")));
        let mut request = Request::new(url, Method::Get);
        let answer = self.pipeline.send(&Context::new(), &mut request, None).await;
        let answer = answer.map_err(failed)?;
        let secret: Secret = serde_json::from_slice(answer.body()).map_err(StoreError::broken)?;
        Ok(secret.value)
    }
}
