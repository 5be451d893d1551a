//! The issuer's public keys: fetched through its discovery document and kept.
//!
//! A key that is known is answered at once, however slow the issuer is; a fetch goes on beside.
//! A token with an unknown `kid` waits for the one fetch that is under way. It begins one at most
//! once in 30 seconds, so that made-up names cost the issuer nothing and nobody else anything.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use azure::{Flight, Kept, Lost};
use jiff::Timestamp;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use serde::Deserialize;

/// Nobody can make us ask the issuer more often than this.
const FLOOR_SECONDS: i64 = 30;
/// Keys are asked for again after an hour even when none is missing.
const STALE_SECONDS: i64 = 3_600;
/// After a day without a single look a known key may have been taken back long ago: then the first
/// caller waits for the issuer's word.
const LONG_UNSEEN_SECONDS: i64 = 24 * 3_600;

/// Keys of one issuer.
pub struct Jwks {
    issuer: String,
    kept: Kept<JwkSet, KeysUnavailable>,
    /// Seconds of the last fetch, good or not.
    asked_at: Mutex<Option<i64>>,
}

/// The issuer could not be asked; for the log.
#[derive(Debug, Clone)]
pub struct KeysUnavailable(pub String);

impl From<Lost> for KeysUnavailable {
    fn from(lost: Lost) -> Self {
        Self(lost.to_string())
    }
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

impl Jwks {
    /// Nothing is fetched before the first token.
    pub fn of(issuer: &str) -> Self {
        Self { issuer: issuer.to_owned(), kept: Kept::default(), asked_at: Mutex::default() }
    }

    /// The key of this id, asking the issuer where that may help.
    pub async fn find(&self, kid: &str, now: Timestamp) -> Result<Option<Jwk>, KeysUnavailable> {
        let set = self.kept.known();
        let known = set.as_ref().and_then(|set| set.find(kid)).cloned();
        let age = self.age(now);
        if let Some(key) = known {
            let Some(flight) = self.renewed(age, now) else { return Ok(Some(key)) };
            if age < LONG_UNSEEN_SECONDS {
                return Ok(Some(key));
            }
            // An issuer that is down does not sign out those whose key we know.
            return Ok(flight.answer().await.map_or(Some(key), |set| set.find(kid).cloned()));
        }
        match (self.fetch(now), set) {
            (Some(flight), _) => Ok(flight.answer().await?.find(kid).cloned()),
            (None, Some(_)) => Ok(None),
            (None, None) => Err(KeysUnavailable("the issuer's keys could not be fetched".into())),
        }
    }

    /// Seconds since the issuer was asked last.
    fn age(&self, now: Timestamp) -> i64 {
        let asked_at = *self.asked_at.lock().unwrap_or_else(PoisonError::into_inner);
        asked_at.map_or(i64::MAX, |at| now.as_second().saturating_sub(at))
    }

    /// The fetch that is due for keys that are known: every hour, and soon after one that failed.
    fn renewed(&self, age: i64, now: Timestamp) -> Option<Fetch> {
        let is_due = age >= STALE_SECONDS || self.kept.failed().is_some();
        if is_due { self.fetch(now) } else { None }
    }

    /// The fetch that is under way, or a new one; `None` where the last began just now.
    fn fetch(&self, now: Timestamp) -> Option<Fetch> {
        let mut asked_at = self.asked_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = self.kept.under_way() {
            return Some(flight);
        }
        let now = now.as_second();
        if asked_at.is_some_and(|at| now.saturating_sub(at) < FLOOR_SECONDS) {
            return None;
        }
        *asked_at = Some(now);
        Some(self.kept.ask(fetch(self.issuer.clone())))
    }
}

type Fetch = Flight<JwkSet, KeysUnavailable>;

async fn fetch(issuer: String) -> Result<JwkSet, KeysUnavailable> {
    let unavailable = |error: reqwest::Error| KeysUnavailable(error.without_url().to_string());
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(unavailable)?;
    let url = format!("{issuer}/.well-known/openid-configuration");
    let discovery: Discovery = ask(&client, &url).await.map_err(unavailable)?;
    if discovery.issuer != issuer {
        return Err(KeysUnavailable("the issuer names itself differently".into()));
    }
    ask(&client, &discovery.jwks_uri).await.map_err(unavailable)
}

async fn ask<T: serde::de::DeserializeOwned>(
    client: &reqwest::Client,
    url: &str,
) -> Result<T, reqwest::Error> {
    client.get(url).send().await?.error_for_status()?.json().await
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::FutureExt as _;
    use jiff::ToSpan as _;
    use serde_json::json;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::Semaphore;

    use super::*;

    /// An issuer with one key, whose name can be changed, who may be down, and who may be slow.
    #[derive(Clone)]
    struct Issuer {
        url: String,
        kid: Arc<Mutex<Option<&'static str>>>,
        asked: Arc<AtomicUsize>,
        /// Closed: nobody gets an answer before the test opens it.
        door: Arc<Semaphore>,
    }

    impl Issuer {
        async fn with(kid: &'static str) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let issuer = Self {
                url: format!("http://{}", listener.local_addr().unwrap()),
                kid: Arc::new(Mutex::new(Some(kid))),
                asked: Arc::default(),
                door: Arc::new(Semaphore::new(1)),
            };
            let here = issuer.clone();
            tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(here.clone().answer(stream));
                }
            });
            issuer
        }

        async fn answer(self, mut stream: TcpStream) {
            let url = &self.url;
            let mut request = vec![0; 4_096];
            let length = stream.read(&mut request).await.unwrap();
            let is_keys = request[..length].starts_with(b"GET /keys ");
            self.asked.fetch_add(usize::from(!is_keys), Ordering::Relaxed);
            drop(self.door.acquire().await.unwrap());
            let kid = *self.kid.lock().unwrap();
            let (status, body) = match kid {
                None => ("503 Service Unavailable", json!({})),
                Some(_) if !is_keys => {
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

        fn say(&self, kid: Option<&'static str>) {
            *self.kid.lock().unwrap() = kid;
        }

        /// From now on nobody gets an answer.
        fn close(&self) {
            self.door.forget_permits(1);
        }

        fn open(&self) {
            self.door.add_permits(1);
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

    /// Until the fetch that goes on beside has ended.
    async fn fetched(keys: &Jwks) {
        if let Some(flight) = keys.kept.under_way() {
            drop(flight.answer().await);
        }
    }

    #[tokio::test]
    async fn a_new_key_is_found_and_the_old_one_forgotten() {
        let issuer = Issuer::with("first").await;
        let keys = Jwks::of(&issuer.url);
        assert!(knows(&keys, "first", 0).await);
        issuer.say(Some("second"));
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
    async fn an_old_key_is_asked_for_beside_and_an_issuer_that_is_down_signs_nobody_out() {
        let issuer = Issuer::with("first").await;
        let keys = Jwks::of(&issuer.url);
        assert!(knows(&keys, "first", 0).await);
        issuer.say(None);
        assert!(knows(&keys, "first", STALE_SECONDS).await);
        fetched(&keys).await;
        assert!(keys.find("second", at(2 * STALE_SECONDS)).await.is_err(), "503, not 401");
        issuer.say(Some("second"));
        assert!(knows(&keys, "first", 2 * STALE_SECONDS + FLOOR_SECONDS).await);
        fetched(&keys).await;
        assert!(!knows(&keys, "first", 2 * STALE_SECONDS + FLOOR_SECONDS).await, "taken back");
    }

    #[tokio::test]
    async fn a_key_that_nobody_looked_at_for_a_day_is_asked_for_first() {
        let issuer = Issuer::with("first").await;
        let keys = Jwks::of(&issuer.url);
        assert!(knows(&keys, "first", 0).await);
        issuer.say(None);
        assert!(knows(&keys, "first", LONG_UNSEEN_SECONDS).await, "nobody says that it is gone");
        issuer.say(Some("second"));
        assert!(!knows(&keys, "first", 2 * LONG_UNSEEN_SECONDS).await);
    }

    #[tokio::test]
    async fn known_staff_do_not_wait_while_made_up_names_wait_for_a_slow_issuer() {
        let issuer = Issuer::with("first").await;
        let keys = Arc::new(Jwks::of(&issuer.url));
        assert!(knows(&keys, "first", 0).await);
        issuer.close();
        let made_up: Vec<_> = (0..256)
            .map(|number| {
                let keys = Arc::clone(&keys);
                tokio::spawn(async move { knows(&keys, &format!("{number}"), 60).await })
            })
            .collect();
        while issuer.asked() < 2 {
            tokio::task::yield_now().await;
        }
        // The issuer has answered none of them.
        for second in [60, STALE_SECONDS, 2 * STALE_SECONDS] {
            let answered = keys.find("first", at(second)).now_or_never();
            assert!(answered.unwrap().unwrap().is_some(), "known staff waited");
        }
        issuer.open();
        for call in made_up {
            assert!(!call.await.unwrap());
        }
        assert_eq!(issuer.asked(), 2, "one fetch for all of them");
    }

    #[tokio::test]
    async fn an_issuer_that_calls_itself_otherwise_is_not_ours() {
        let issuer = Issuer::with("first").await;
        let keys = Jwks::of(&issuer.url.replace("127.0.0.1", "localhost"));
        assert!(keys.find("first", at(0)).await.is_err());
    }
}
