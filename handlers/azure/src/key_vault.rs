//! The vault: secrets by name, kept for a while. The app may read them and nothing else.
//!
//! No lock spans a call: a secret that is known is answered at once, whatever the vault is asked
//! beside. There is one call a name, and a secret that is not there is remembered for a short time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use azure_core::error::ErrorKind;
use azure_core::http::policies::auth::BearerTokenAuthorizationPolicy;
use azure_core::http::{ClientOptions, Context, Method, Pipeline, Request, StatusCode, Url};
use domain::ports::clock::Clock;
use domain::ports::error::StoreError;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio::time::timeout;

use crate::kept::{Kept, Lost};
use crate::refusal::store_error;
use crate::shared_error::SharedError;

const API_VERSION: &str = "7.4";
const SCOPE: &str = "https://vault.azure.net/.default";
/// A rotated secret is used after this long at the latest.
const KEPT: SignedDuration = SignedDuration::from_mins(10);
/// From this age on it is asked for again beside, so that those who call often never wait.
const RENEWED: SignedDuration = SignedDuration::from_mins(8);
/// A secret that may be newer than ours is asked for again after this long at the soonest.
const PATIENCE: SignedDuration = SignedDuration::from_secs(30);
/// Whoever has an older secret waits this long for the newer one.
const WAIT_FOR_NEWER: Duration = Duration::from_secs(2);
/// After a call that failed the vault is not waited for again for this long, by those who have an
/// older secret; a secret that was not there is not asked for again.
const REST: SignedDuration = SignedDuration::from_secs(30);
/// Names that are remembered before those that led to nothing are forgotten.
const MANY: usize = 64;

pub(crate) struct KeyVault {
    caller: Arc<Caller>,
    secrets: Mutex<BTreeMap<String, KeptSecret>>,
}

/// A secret, and when it was asked for.
type KeptSecret = Kept<(Timestamp, Arc<str>), NoSecret>;

/// Why there is none, and since when that is known.
#[derive(Debug, Clone)]
struct NoSecret {
    at: Timestamp,
    why: Why,
}

#[derive(Debug, Clone)]
enum Why {
    /// The vault has no secret of this name.
    Absent,
    Failed(SharedError),
}

struct Caller {
    vault: Url,
    pipeline: Pipeline,
    clock: Arc<dyn Clock>,
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
        let caller = Arc::new(Caller { vault, pipeline, clock });
        Self { caller, secrets: Mutex::default() }
    }

    /// The secret's text, at most ten minutes old where the vault answers; `None` where it has none
    /// of this name.
    pub(crate) async fn secret(&self, name: &str) -> Result<Option<Arc<str>>, StoreError> {
        let now = self.caller.clock.now();
        let kept = self.kept(name, now);
        let Some((at, text)) = kept.known() else { return self.first(&kept, name, now).await };
        let age = now.duration_since(at);
        let rests = kept.failed().is_some_and(|failed| failed.is_recent(now));
        if age < RENEWED || rests {
            return Ok(Some(text));
        }
        let flight = kept.ask(Arc::clone(&self.caller).ask(name.to_owned()));
        if age < KEPT {
            return Ok(Some(text));
        }
        if let Ok(Ok((_, newer))) = timeout(WAIT_FOR_NEWER, flight.answer()).await {
            return Ok(Some(newer));
        }
        // What was right a while ago is right still: nothing in use is ever taken away.
        tracing::warn!("the key vault does not answer; what it said before is used");
        Ok(Some(text))
    }

    /// The same where another instance may have met a newer one than ours: at most half a minute
    /// old where the vault answers, however long that takes.
    pub(crate) async fn newer_secret(&self, name: &str) -> Result<Option<Arc<str>>, StoreError> {
        let now = self.caller.clock.now();
        let kept = self.kept(name, now);
        let Some((at, text)) = kept.known() else { return self.first(&kept, name, now).await };
        if now.duration_since(at) < PATIENCE {
            return Ok(Some(text));
        }
        let flight = kept.ask(Arc::clone(&self.caller).ask(name.to_owned()));
        Ok(Some(flight.answer().await.map_or(text, |(_, newer)| newer)))
    }

    /// The first call for this name, and all who wait for it.
    async fn first(
        &self,
        kept: &KeptSecret,
        name: &str,
        now: Timestamp,
    ) -> Result<Option<Arc<str>>, StoreError> {
        let is_missing =
            |failed: NoSecret| matches!(failed.why, Why::Absent) && failed.is_recent(now);
        if kept.failed().is_some_and(is_missing) {
            return Ok(None);
        }
        match kept.ask(Arc::clone(&self.caller).ask(name.to_owned())).answer().await {
            Ok((_, text)) => Ok(Some(text)),
            Err(NoSecret { why: Why::Absent, .. }) => Ok(None),
            Err(NoSecret { why: Why::Failed(error), .. }) => Err(error.into()),
        }
    }

    fn kept(&self, name: &str, now: Timestamp) -> KeptSecret {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        if secrets.len() >= MANY && !secrets.contains_key(name) {
            secrets.retain(|_, kept| {
                kept.known().is_some()
                    || kept.under_way().is_some()
                    || kept.failed().is_some_and(|failed| failed.is_recent(now))
            });
        }
        secrets.entry(name.to_owned()).or_default().clone()
    }
}

impl Caller {
    async fn ask(self: Arc<Self>, name: String) -> Result<(Timestamp, Arc<str>), NoSecret> {
        let asked = self.clock.now();
        match self.call(&name).await {
            Ok(text) => Ok((asked, text.into())),
            Err(why) => Err(NoSecret { at: self.clock.now(), why }),
        }
    }

    async fn call(&self, name: &str) -> Result<String, Why> {
        let failed = |error: azure_core::Error| match error.kind() {
            ErrorKind::HttpResponse { status: StatusCode::NotFound, .. } => Why::Absent,
            _ => Why::Failed(store_error("the key vault", &error).into()),
        };
        let mut url = self.vault.clone();
        url.set_path(&format!("/secrets/{name}"));
        url.set_query(Some(&format!("api-version={API_VERSION}")));
        let mut request = Request::new(url, Method::Get);
        let answer = self.pipeline.send(&Context::new(), &mut request, None).await;
        let answer = answer.map_err(failed)?;
        // The error would say what it met, and that is nearly a key.
        let secret: Secret = serde_json::from_slice(answer.body())
            .map_err(|_| Why::Failed(StoreError::broken("a secret does not parse").into()))?;
        Ok(secret.value)
    }
}

impl NoSecret {
    fn is_recent(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) < REST
    }
}

impl From<Lost> for NoSecret {
    fn from(lost: Lost) -> Self {
        // Of no time that is recent: the next caller asks again.
        Self { at: Timestamp::MIN, why: Why::Failed(lost.into()) }
    }
}

#[cfg(test)]
mod tests;
