//! Quick calls of people who are nobody: made-up controllers, keys, codes and blobs.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::interval;

use super::Aim;
use super::wire::{exchange, head, with_json};

/// Made-up controllers in one breath.
const CONTROLLERS: usize = 256;
const CONTROLLERS_EVERY: Duration = Duration::from_secs(10);
const KEY_EVERY: Duration = Duration::from_millis(100);
const CODE_EVERY: Duration = Duration::from_millis(100);
const BLOB_EVERY: Duration = Duration::from_millis(100);

pub fn begin(aim: &Aim) {
    tokio::spawn(again(aim.clone(), CONTROLLERS_EVERY, controllers));
    tokio::spawn(again(aim.clone(), KEY_EVERY, |aim| {
        one(
            aim,
            "made-up keys",
            aim.front,
            head("GET /api/me", aim.front, &[&token(aim)]).into_bytes(),
        )
    }));
    tokio::spawn(again(aim.clone(), CODE_EVERY, |aim| {
        let body = json!({ "code": aim.letters(26) }).to_string();
        let request = with_json("POST /api/links/open", aim.front, &[], &body);
        one(aim, "guessed codes", aim.front, request)
    }));
    if let Some(storage) = aim.storage {
        tokio::spawn(again(aim.clone(), BLOB_EVERY, move |aim| {
            let line = format!("GET /aftersight/records/{0}/{0}", aim.letters(26));
            one(aim, "unsigned reads at storage", storage, head(&line, storage, &[]).into_bytes())
        }));
    }
}

async fn again<F: Future<Output = ()> + Send + 'static>(
    aim: Aim,
    every: Duration,
    what: impl Fn(&Aim) -> F,
) {
    let mut tick = interval(every);
    while !aim.is_over() {
        tick.tick().await;
        // Not waited for: slow answers make no attacker slower.
        tokio::spawn(what(&aim));
    }
}

fn one(
    aim: &Aim,
    attack: &'static str,
    to: SocketAddr,
    request: Vec<u8>,
) -> impl Future<Output = ()> + use<> {
    let aim = aim.clone();
    async move {
        let answer = exchange(to, &request).await;
        aim.tell(attack, &answer);
    }
}

/// Each asks for a controller of its own, in the same breath.
fn controllers(aim: &Aim) -> impl Future<Output = ()> + use<> {
    let mut calls = JoinSet::new();
    let aim = aim.clone();
    async move {
        for _ in 0..CONTROLLERS {
            let line = format!("POST /api/deliveries/notify/{}", aim.letters(12));
            let bearer = format!("Authorization: Bearer {}", aim.letters(40));
            let body = json!({ "reference": aim.letters(26), "status": "delivered" }).to_string();
            let request = with_json(&line, aim.front, &[&bearer], &body);
            calls.spawn(one(&aim, "made-up controllers", aim.front, request));
        }
        calls.join_all().await;
    }
}

/// A token of the right shape that no key has signed.
fn token(aim: &Aim) -> String {
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(&json!({ "alg": "RS256", "typ": "JWT", "kid": aim.letters(20) }));
    let claims =
        json!({ "sub": aim.letters(10), "aud": "api://aftersight", "exp": 4_000_000_000_u32 });
    let signature = URL_SAFE_NO_PAD.encode(aim.letters(256));
    format!("Authorization: Bearer {head}.{}.{signature}", part(&claims))
}
