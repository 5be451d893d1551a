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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex as Lock};

    use jiff::ToSpan as _;
    use serde_json::json;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// An issuer with one key, whose name can be changed, and who may be down.
    struct Issuer {
        url: String,
        kid: Arc<Lock<Option<&'static str>>>,
        asked: Arc<AtomicUsize>,
    }

    impl Issuer {
        async fn with(kid: &'static str) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let issuer = Self {
                url: url.clone(),
                kid: Arc::new(Lock::new(Some(kid))),
                asked: Arc::default(),
            };
            let (kid, asked) = (Arc::clone(&issuer.kid), Arc::clone(&issuer.asked));
            tokio::spawn(async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    let mut request = vec![0; 4_096];
                    let length = stream.read(&mut request).await.unwrap();
                    let is_keys = request[..length].starts_with(b"GET /keys ");
                    let kid = *kid.lock().unwrap();
                    let (status, body) = match kid {
                        None => ("503 Service Unavailable", json!({})),
                        Some(_) if !is_keys => {
                            asked.fetch_add(1, Ordering::Relaxed);
                            ("200 OK", json!({ "issuer": url, "jwks_uri": format!("{url}/keys") }))
                        }
                        Some(kid) => {
                            let key = json!({ "kty": "RSA", "kid": kid, "n": "AQAB", "e": "AQAB" });
                            ("200 OK", json!({ "keys": [key] }))
                        }
                    };
                    let body = body.to_string();
                    let reply = format!(
                        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                        body.len()
                    );
                    stream.write_all(reply.as_bytes()).await.unwrap();
                }
            });
            issuer
        }

        fn asked(&self) -> usize {
            self.asked.load(Ordering::Relaxed)
        }
    }

    fn at(seconds: i64) -> Timestamp {
        "2026-11-22T10:00:00Z".parse::<Timestamp>().unwrap() + seconds.seconds()
    }

    async fn knows(keys: &Jwks, kid: &str, seconds: i64) -> bool {
        keys.find(kid, at(seconds)).await.unwrap().is_some()
    }

    #[tokio::test]
    async fn a_new_key_is_found_and_the_old_one_forgotten() {
        let issuer = Issuer::with("first").await;
        let keys = Jwks::of(&issuer.url);
        assert!(knows(&keys, "first", 0).await);
        *issuer.kid.lock().unwrap() = Some("second");
        assert!(knows(&keys, "first", 10).await, "nothing says yet that it is old");
        assert!(knows(&keys, "second", FLOOR_SECONDS).await);
        assert!(!knows(&keys, "first", FLOOR_SECONDS + 1).await);
        assert_eq!(issuer.asked(), 2);
    }

    #[tokio::test]
    async fn made_up_names_do_not_make_us_ask_again_and_again() {
        let issuer = Issuer::with("first").await;
        let keys = Jwks::of(&issuer.url);
        for second in 0..FLOOR_SECONDS {
            assert!(!knows(&keys, &format!("made-up-{second}"), second).await);
        }
        assert_eq!(issuer.asked(), 1);
    }

    #[tokio::test]
    async fn an_old_key_is_asked_for_again_and_an_issuer_that_is_down_signs_nobody_out() {
        let issuer = Issuer::with("first").await;
        let keys = Jwks::of(&issuer.url);
        assert!(knows(&keys, "first", 0).await);
        *issuer.kid.lock().unwrap() = None;
        assert!(knows(&keys, "first", STALE_SECONDS).await);
        assert!(keys.find("second", at(2 * STALE_SECONDS)).await.is_err(), "503, not 401");
        *issuer.kid.lock().unwrap() = Some("second");
        assert!(!knows(&keys, "first", 3 * STALE_SECONDS).await, "taken back while we slept");
    }

    #[tokio::test]
    async fn an_issuer_that_calls_itself_otherwise_is_not_ours() {
        let issuer = Issuer::with("first").await;
        let keys = Jwks::of(&issuer.url.replace("127.0.0.1", "localhost"));
        assert!(keys.find("first", at(0)).await.is_err());
    }
}
