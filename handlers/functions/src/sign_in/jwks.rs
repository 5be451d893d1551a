//! The issuer's public keys: fetched through its discovery document, kept, and fetched once more
//! when a token names an unknown `kid`, at most once in 30 seconds.

use std::time::Duration;

use jiff::Timestamp;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use serde::Deserialize;
use tokio::sync::Mutex;

/// Nobody can make us ask the issuer more often than this.
const FLOOR_SECONDS: i64 = 30;
/// Keys are asked for again after an hour even when none is missing.
const STALE_SECONDS: i64 = 3_600;

/// Keys of one issuer.
pub struct Jwks {
    issuer: String,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    set: Option<JwkSet>,
    /// Seconds of the last fetch, good or not.
    asked_at: Option<i64>,
}

/// The issuer could not be asked; for the log.
#[derive(Debug)]
pub struct KeysUnavailable(pub String);

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

impl Jwks {
    /// Nothing is fetched before the first token.
    pub fn of(issuer: &str) -> Self {
        Self { issuer: issuer.to_owned(), kept: Mutex::default() }
    }

    /// The key of this id, asking the issuer where that may help.
    pub async fn find(&self, kid: &str, now: Timestamp) -> Result<Option<Jwk>, KeysUnavailable> {
        let mut kept = self.kept.lock().await;
        let age = kept.asked_at.map(|at| now.as_second().saturating_sub(at));
        let known = kept.set.as_ref().and_then(|set| set.find(kid)).cloned();
        let fresh = age.is_some_and(|age| age < STALE_SECONDS);
        let just_asked = age.is_some_and(|age| age < FLOOR_SECONDS);
        if (known.is_some() && fresh) || just_asked {
            return match (&kept.set, known) {
                (None, _) => Err(KeysUnavailable("the issuer's keys could not be fetched".into())),
                (Some(_), known) => Ok(known),
            };
        }
        kept.asked_at = Some(now.as_second());
        match self.fetch().await {
            Ok(set) => {
                let found = set.find(kid).cloned();
                kept.set = Some(set);
                Ok(found)
            }
            // An issuer that is down does not sign out those whose key we know.
            Err(why) => known.map(Some).ok_or(why),
        }
    }

    async fn fetch(&self) -> Result<JwkSet, KeysUnavailable> {
        let unavailable = |error: reqwest::Error| KeysUnavailable(error.without_url().to_string());
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(unavailable)?;
        let url = format!("{}/.well-known/openid-configuration", self.issuer);
        let discovery: Discovery = ask(&client, &url).await.map_err(unavailable)?;
        if discovery.issuer != self.issuer {
            return Err(KeysUnavailable("the issuer names itself differently".into()));
        }
        ask(&client, &discovery.jwks_uri).await.map_err(unavailable)
    }
}

async fn ask<T: serde::de::DeserializeOwned>(
    client: &reqwest::Client,
    url: &str,
) -> Result<T, reqwest::Error> {
    client.get(url).send().await?.error_for_status()?.json().await
}
