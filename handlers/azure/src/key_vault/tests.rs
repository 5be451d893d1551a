//! Against a vault that answers when the test lets it.

use std::fmt;
use std::sync::Mutex;

use async_trait::async_trait;
use azure_core::http::headers::Headers;
use azure_core::http::{AsyncRawResponse, HttpClient, RetryOptions, Transport};
use futures_util::FutureExt as _;
use serde_json::json;
use tokio::sync::Semaphore;

use super::*;
use crate::testing::emulated_identity;

/// Answers `known` at once; any other name waits at the door, and is not there.
struct Vault {
    asked: Mutex<Vec<String>>,
    door: Semaphore,
    /// How the next calls for `known` end: with this status.
    status: Mutex<u16>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    fn count(&self, name: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == name).count()
    }
}

#[async_trait]
impl HttpClient for Vault {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let name = request.url().path().trim_start_matches("/secrets/").to_owned();
        self.asked.lock().unwrap().push(name.clone());
        let status = *self.status.lock().unwrap();
        let answer = |status: u16, body: serde_json::Value| {
            Ok(AsyncRawResponse::from_bytes(status.into(), Headers::new(), body.to_string()))
        };
        if name == "known" && status == 200 {
            return answer(200, json!({ "value": "a secret", "id": "x" }));
        }
        self.door.acquire().await.unwrap().forget();
        let status = if name == "known" { status } else { 404 };
        answer(status, json!({ "error": { "code": "SecretNotFound" } }))
    }
}

struct StandingClock(Mutex<Timestamp>);

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

struct Stage {
    vault: Arc<Vault>,
    clock: Arc<StandingClock>,
    keys: Arc<KeyVault>,
}

impl Stage {
    fn new() -> Self {
        let (asked, door) = (Mutex::default(), Semaphore::new(0));
        let vault = Arc::new(Vault { asked, door, status: Mutex::new(200) });
        let clock = Arc::new(StandingClock(Mutex::new(Timestamp::UNIX_EPOCH)));
        let options = ClientOptions {
            transport: Some(Transport::new(vault.clone())),
            retry: RetryOptions::none(),
            ..Default::default()
        };
        let url = Url::parse("https://vault.example.org").unwrap();
        let keys = KeyVault::new(url, emulated_identity(), options, clock.clone());
        Self { vault, clock, keys: Arc::new(keys) }
    }

    fn pass(&self, time: SignedDuration) {
        let mut now = self.clock.0.lock().unwrap();
        *now = now.checked_add(time).unwrap();
    }

    async fn known(&self) -> Option<Arc<str>> {
        self.keys.secret("known").await.unwrap()
    }
}

/// Lets everything that can go on without the vault go on.
async fn settle() {
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_known_secret_is_answered_while_256_made_up_names_wait_for_the_vault() {
    let stage = Stage::new();
    stage.known().await.unwrap();
    let made_up: Vec<_> = (0..256)
        .map(|number| {
            let keys = Arc::clone(&stage.keys);
            tokio::spawn(async move { keys.secret(&format!("made-up-{number}")).await })
        })
        .collect();
    settle().await;
    assert_eq!(stage.vault.asked.lock().unwrap().len(), 257, "none of them waits for another");
    // The vault answers to none of them yet.
    let answered = stage.known().now_or_never().expect("it waited");
    assert_eq!(answered.as_deref(), Some("a secret"));
    stage.vault.door.add_permits(256);
    for call in made_up {
        assert_eq!(call.await.unwrap().unwrap(), None);
    }
}

#[tokio::test]
async fn there_is_one_call_a_name_and_a_miss_is_remembered() {
    let stage = Stage::new();
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let keys = Arc::clone(&stage.keys);
            tokio::spawn(async move { keys.secret("nobody").await.unwrap() })
        })
        .collect();
    settle().await;
    stage.vault.door.add_permits(1);
    for call in calls {
        assert_eq!(call.await.unwrap(), None);
    }
    stage.pass(SignedDuration::from_secs(29));
    assert_eq!(stage.keys.secret("nobody").await.unwrap(), None);
    assert_eq!(stage.vault.count("nobody"), 1);
    stage.pass(SignedDuration::from_secs(1));
    stage.vault.door.add_permits(1);
    assert_eq!(stage.keys.secret("nobody").await.unwrap(), None);
    assert_eq!(stage.vault.count("nobody"), 2, "somebody may have put it there");
}

#[tokio::test]
async fn names_that_led_to_nothing_are_forgotten() {
    let stage = Stage::new();
    stage.vault.door.add_permits(1_000);
    for number in 0..500 {
        stage.keys.secret(&format!("made-up-{number}")).await.unwrap();
        stage.pass(SignedDuration::from_secs(1));
    }
    assert!(stage.keys.secrets.lock().unwrap().len() <= MANY + 1);
}

#[tokio::test]
async fn a_secret_is_renewed_beside_before_it_is_too_old() {
    let stage = Stage::new();
    stage.known().await.unwrap();
    stage.pass(RENEWED);
    *stage.vault.status.lock().unwrap() = 503;
    let answered = stage.known().now_or_never().expect("it waited");
    assert_eq!(answered.as_deref(), Some("a secret"));
    settle().await;
    assert_eq!(stage.vault.count("known"), 2);
    assert_eq!(stage.known().await.as_deref(), Some("a secret"));
    assert_eq!(stage.vault.count("known"), 2, "one call, however many ask");
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_does_not_answer_holds_nobody_up_who_knows_the_secret() {
    let stage = Stage::new();
    stage.known().await.unwrap();
    stage.pass(KEPT);
    *stage.vault.status.lock().unwrap() = 503;
    let begun = tokio::time::Instant::now();
    assert_eq!(stage.known().await.as_deref(), Some("a secret"));
    assert_eq!(begun.elapsed(), WAIT_FOR_NEWER);
    // It refused: from now on nobody waits for a while.
    stage.vault.door.add_permits(1);
    settle().await;
    let begun = tokio::time::Instant::now();
    assert_eq!(stage.known().await.as_deref(), Some("a secret"));
    assert_eq!((begun.elapsed(), stage.vault.count("known")), (Duration::ZERO, 2));
}

#[tokio::test]
async fn a_newer_secret_is_waited_for() {
    let stage = Stage::new();
    stage.known().await.unwrap();
    stage.keys.newer_secret("known").await.unwrap();
    assert_eq!(stage.vault.count("known"), 1, "asked for half a minute ago at the most");
    stage.pass(PATIENCE);
    stage.keys.newer_secret("known").await.unwrap();
    assert_eq!(stage.vault.count("known"), 2);
}
