//! Staff sign-in through the real program: the token says who, the register says what. Only a whole,
//! fresh token of our issuer for our audience is one; issue point "Staff sign-in".

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::running_app::{ASHA, RunningApp, answer};

async fn me(app: &RunningApp, token: &str) -> u16 {
    let call = app.http.get(format!("{}/api/me", app.front)).bearer_auth(token);
    answer(call).await.0
}

/// The token with its header or claims changed and its signature as it was.
fn changed(token: &str, part: usize, change: impl Fn(&mut Value)) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let mut value: Value = serde_json::from_slice(&BASE64.decode(&parts[part]).unwrap()).unwrap();
    change(&mut value);
    parts[part] = BASE64.encode(value.to_string());
    parts.join(".")
}

// R145.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_whole_and_fresh_token_of_our_issuer_signs_in() {
    let mut app = RunningApp::start().await;
    let token = app.sign_in(ASHA).await.token().to_owned();
    assert_eq!(me(&app, &token).await, 200);
    let unsigned = changed(&token, 0, |header| header["alg"] = json!("none"));
    let (head, _) = unsigned.rsplit_once('.').unwrap();
    let forged = [
        String::new(),
        "not a token".to_owned(),
        format!("{head}."),
        changed(&token, 0, |header| header["alg"] = json!("HS256")),
        changed(&token, 0, |header| header["kid"] = json!("another")),
        changed(&token, 1, |claims| claims["sub"] = json!("demo-dev")),
        changed(&token, 1, |claims| claims["exp"] = json!(4_000_000_000_i64)),
        changed(&token, 1, |claims| claims["aud"] = json!("api://other")),
        changed(&token, 1, |claims| claims["iss"] = json!("http://127.0.0.1:1")),
    ];
    for token in &forged {
        assert_eq!(me(&app, token).await, 401, "{token}");
    }
    // Ten minutes is how long a token lives; the clock is everybody's.
    app.clock.advance(SignedDuration::from_mins(12));
    app.start_host().await;
    assert_eq!(me(&app, &token).await, 401, "expired");
    let fresh = app.sign_in(ASHA).await.token().to_owned();
    assert_eq!(me(&app, &fresh).await, 200);
}
