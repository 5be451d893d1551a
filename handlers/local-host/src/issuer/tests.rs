//! The issuer as a client meets it: sign in, exchange, refresh, and everything that is refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::os::unix::fs::PermissionsExt as _;

use super::form::{Form, with_query};
use super::{DemoStaff, Issuer, IssuerOptions, KeyFileRefused, SigningKey, read_staff};
use crate::{FrontService as _, HostClock};

const FRONT: &str = "http://127.0.0.1:7071";
const BACK: &str = "http://127.0.0.1:7071/signed-in";
const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more";

struct Desk {
    issuer: Issuer,
    clock: HostClock,
    _folder: tempfile::TempDir,
}

fn desk() -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let clock = HostClock::real();
    let nurse = DemoStaff {
        subject: "demo-nurse-1".to_owned(),
        name: "Asha Rao".to_owned(),
        email: "asha.rao@riverside.example.net".to_owned(),
        controller: "Riverside Hospital".to_owned(),
        teams: vec!["Wound <Care> Team".to_owned()],
        roles: vec!["care-team".to_owned()],
    };
    let issuer = Issuer::open(IssuerOptions {
        origin: "http://127.0.0.1:7073".to_owned(),
        public_origin: FRONT.to_owned(),
        audience: "api://aftersight".to_owned(),
        staff: vec![nurse],
        key_file: folder.path().join("issuer-key.pem"),
        clock: clock.clone(),
    })
    .unwrap();
    Desk { issuer, clock, _folder: folder }
}

impl Desk {
    async fn send(&self, request: http::request::Builder, body: &str) -> Response<Bytes> {
        let request = request.header(header::HOST, "127.0.0.1:7073");
        self.issuer.answer(request.body(Bytes::copy_from_slice(body.as_bytes())).unwrap()).await
    }

    async fn get(&self, path: &str) -> Response<Bytes> {
        self.send(Request::get(path), "").await
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response<Bytes> {
        let body = with_query("", form);
        let request =
            Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, body.trim_start_matches('?')).await
    }

    /// Signs the nurse in and returns the code and the session cookie.
    async fn code(&self) -> (String, String) {
        let mut form = asked().to_vec();
        let challenge = challenge();
        form.push(("code_challenge", &challenge));
        form.push(("subject", "demo-nurse-1"));
        let answer = self.post("/authorize", &form).await;
        let back = sent_back(&answer);
        assert_eq!(back.get("state"), Some("a state"));
        assert_eq!(back.get("iss"), Some("http://127.0.0.1:7073"));
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        (back.get("code").unwrap().to_owned(), cookie.split(';').next().unwrap().to_owned())
    }

    async fn exchange(&self, code: &str, verifier: &str) -> (StatusCode, Value) {
        let answer = self
            .post(
                "/token",
                &[
                    ("grant_type", "authorization_code"),
                    ("client_id", "pages"),
                    ("code", code),
                    ("redirect_uri", BACK),
                    ("code_verifier", verifier),
                ],
            )
            .await;
        (answer.status(), read(&answer))
    }

    async fn refresh(&self, token: &str) -> (StatusCode, Value) {
        let form =
            [("grant_type", "refresh_token"), ("client_id", "pages"), ("refresh_token", token)];
        let answer = self.post("/token", &form).await;
        (answer.status(), read(&answer))
    }
}

fn asked() -> [(&'static str, &'static str); 7] {
    [
        ("response_type", "code"),
        ("client_id", "pages"),
        ("redirect_uri", BACK),
        ("scope", "openid"),
        ("state", "a state"),
        ("nonce", "a nonce"),
        ("code_challenge_method", "S256"),
    ]
}

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

/// `/authorize` with these names changed, or left out where the value is empty.
fn authorize(changes: &[(&'static str, &str)]) -> String {
    let challenge = challenge();
    let mut pairs = asked().to_vec();
    pairs.push(("code_challenge", &challenge));
    pairs.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    pairs.extend(changes.iter().copied().filter(|(_, value)| !value.is_empty()));
    with_query("/authorize", &pairs)
}

fn sent_back(answer: &Response<Bytes>) -> Form {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let place = answer.headers()[header::LOCATION].to_str().unwrap();
    let (page, query) = place.split_once('?').unwrap();
    assert_eq!(page, BACK);
    Form::parse(query).unwrap()
}

fn read(answer: &Response<Bytes>) -> Value {
    serde_json::from_slice(answer.body()).unwrap()
}

fn part(token: &str, index: usize) -> Value {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn is_signed_by(token: &str, jwk: &Value) -> bool {
    let mut point = vec![4];
    for coordinate in ["x", "y"] {
        point.extend(URL_SAFE_NO_PAD.decode(jwk[coordinate].as_str().unwrap()).unwrap());
    }
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    VerifyingKey::from_sec1_bytes(&point).unwrap().verify(signed.as_bytes(), &signature).is_ok()
}

#[tokio::test]
async fn a_code_gives_an_access_token_that_says_who_and_for_whom() {
    let desk = desk();
    let (code, _) = desk.code().await;
    let before = desk.clock.now().as_second();
    let (status, tokens) = desk.exchange(&code, VERIFIER).await;
    assert_eq!(status, StatusCode::OK);

    let access = tokens["access_token"].as_str().unwrap();
    let jwks = read(&desk.get("/jwks").await);
    let jwk = &jwks["keys"][0];
    assert!(is_signed_by(access, jwk));
    assert_eq!(part(access, 0), json!({ "typ": "at+jwt", "alg": "ES256", "kid": jwk["kid"] }));
    let claims = part(access, 1);
    assert_eq!(claims["iss"], "http://127.0.0.1:7073");
    assert_eq!(claims["aud"], "api://aftersight");
    assert_eq!(claims["sub"], "demo-nurse-1");
    assert_eq!(claims["nbf"], claims["iat"]);
    let issued = claims["iat"].as_i64().unwrap();
    assert!((before..before + 10).contains(&issued));
    assert_eq!(claims["exp"], issued + 600);
    assert_eq!(claims.get("name"), None, "an access token carries no personal data");
}

#[tokio::test]
async fn the_identity_token_is_for_the_client_and_returns_its_nonce() {
    let desk = desk();
    let (code, _) = desk.code().await;
    let (_, tokens) = desk.exchange(&code, VERIFIER).await;
    let claims = part(tokens["id_token"].as_str().unwrap(), 1);
    assert_eq!(claims["aud"], "pages");
    assert_eq!(claims["nonce"], "a nonce");
    assert_eq!(claims["email"], "asha.rao@riverside.example.net");
}

#[tokio::test]
async fn a_wrong_verifier_gets_nothing_and_uses_the_code_up() {
    let desk = desk();
    let (code, _) = desk.code().await;
    let wrong = VERIFIER.replace("forty", "fifty");
    let (status, said) = desk.exchange(&code, &wrong).await;
    assert_eq!((status, &said["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_grant")));
    let (status, _) = desk.exchange(&code, VERIFIER).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_code_used_twice_ends_what_its_first_use_gave() {
    let desk = desk();
    let (code, _) = desk.code().await;
    let (_, tokens) = desk.exchange(&code, VERIFIER).await;
    let (status, said) = desk.exchange(&code, VERIFIER).await;
    assert_eq!((status, &said["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_grant")));
    let (status, _) = desk.refresh(tokens["refresh_token"].as_str().unwrap()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_code_is_good_for_a_minute_of_the_hosts_clock() {
    let desk = desk();
    let (in_time, _) = desk.code().await;
    desk.clock.advance(SignedDuration::from_secs(55));
    assert_eq!(desk.exchange(&in_time, VERIFIER).await.0, StatusCode::OK);
    let (late, _) = desk.code().await;
    desk.clock.advance(SignedDuration::from_secs(60));
    assert_eq!(desk.exchange(&late, VERIFIER).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn tokens_are_dated_by_the_hosts_clock() {
    let desk = desk();
    desk.clock.advance(SignedDuration::from_hours(24 * 365 * 9));
    let token = desk.issuer.token_for("Asha.Rao@riverside.example.net").unwrap();
    let issued = Timestamp::from_second(part(&token, 1)["iat"].as_i64().unwrap()).unwrap();
    assert!(desk.clock.now().duration_since(issued) < SignedDuration::from_secs(10));
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_its_second_use_ends_the_family() {
    let desk = desk();
    let (code, _) = desk.code().await;
    let (_, tokens) = desk.exchange(&code, VERIFIER).await;
    let first = tokens["refresh_token"].as_str().unwrap();
    let (status, renewed) = desk.refresh(first).await;
    assert_eq!(status, StatusCode::OK);
    let second = renewed["refresh_token"].as_str().unwrap();
    assert_ne!(first, second);

    assert_eq!(desk.refresh(first).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(desk.refresh(second).await.0, StatusCode::BAD_REQUEST);
}

// RFC 7009.
#[tokio::test]
async fn a_refresh_token_that_is_taken_back_gives_nothing_nor_does_any_of_its_family() {
    let desk = desk();
    let at = read(&desk.get("/.well-known/openid-configuration").await);
    assert_eq!(at["revocation_endpoint"], "http://127.0.0.1:7073/revoke");
    let family = async || {
        let (code, _) = desk.code().await;
        let (_, tokens) = desk.exchange(&code, VERIFIER).await;
        let first = tokens["refresh_token"].as_str().unwrap().to_owned();
        let (_, renewed) = desk.refresh(&first).await;
        (first, renewed["refresh_token"].as_str().unwrap().to_owned())
    };
    let (first, second) = family().await;

    let others = [("token", second.as_str()), ("client_id", "other")];
    assert_eq!(desk.post("/revoke", &others).await.status(), StatusCode::BAD_REQUEST);
    for wrong in [&[("token", second.as_str())][..], &[("client_id", "pages")]] {
        assert_eq!(desk.post("/revoke", wrong).await.status(), StatusCode::BAD_REQUEST);
    }
    let ours =
        [("token", second.as_str()), ("client_id", "pages"), ("token_type_hint", "refresh_token")];
    for _ in 0..2 {
        assert_eq!(desk.post("/revoke", &ours).await.status(), StatusCode::OK, "twice is once");
    }
    // The newer one is tried first: the older was used, and a second use ends its family anyway.
    for token in [second, first] {
        assert_eq!(desk.refresh(&token).await.0, StatusCode::BAD_REQUEST);
    }

    let (older, newer) = family().await;
    let by_the_older = [("token", older.as_str()), ("client_id", "pages")];
    assert_eq!(desk.post("/revoke", &by_the_older).await.status(), StatusCode::OK);
    assert_eq!(desk.refresh(&newer).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_refresh_token_of_another_client_or_of_yesterday_gives_nothing() {
    let desk = desk();
    let (code, _) = desk.code().await;
    let (_, tokens) = desk.exchange(&code, VERIFIER).await;
    let token = tokens["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("client_id", "other"), ("refresh_token", token)];
    assert_eq!(desk.post("/token", &form).await.status(), StatusCode::BAD_REQUEST);
    desk.clock.advance(SignedDuration::from_hours(8));
    assert_eq!(desk.refresh(token).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_code_never_leaves_for_another_place() {
    let desk = desk();
    for place in [
        "http://127.0.0.1:7071.example.org/signed-in",
        "http://127.0.0.1:7071@example.org/",
        "http://127.0.0.1:70711/",
        "https://127.0.0.1:7071/",
        "http://127.0.0.1:7071",
        "http://127.0.0.1:7071/#fragment",
        "",
    ] {
        let answer = desk.get(&authorize(&[("redirect_uri", place)])).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{place}");
        assert!(!answer.headers().contains_key(header::LOCATION), "{place}");
    }
}

#[tokio::test]
async fn what_is_not_code_with_s256_is_sent_back_as_an_error() {
    let desk = desk();
    for (change, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("code_challenge", ""), "invalid_request"),
        (("scope", "profile"), "invalid_scope"),
    ] {
        let back = sent_back(&desk.get(&authorize(&[change])).await);
        assert_eq!(back.get("error"), Some(error), "{change:?}");
        assert_eq!(back.get("state"), Some("a state"), "{change:?}");
        assert_eq!(back.get("code"), None, "{change:?}");
    }
}

#[tokio::test]
async fn no_page_is_shown_for_prompt_none() {
    let desk = desk();
    let silent = authorize(&[("prompt", "none")]);
    let back = sent_back(&desk.get(&silent).await);
    assert_eq!(back.get("error"), Some("login_required"));

    let (_, cookie) = desk.code().await;
    let with_session = || Request::get(&silent).header(header::COOKIE, &cookie);
    let back = sent_back(&desk.send(with_session(), "").await);
    assert_eq!(desk.exchange(back.get("code").unwrap(), VERIFIER).await.0, StatusCode::OK);

    desk.clock.advance(SignedDuration::from_hours(8));
    let back = sent_back(&desk.send(with_session(), "").await);
    assert_eq!(back.get("error"), Some("login_required"));
}

#[tokio::test]
async fn who_signs_out_is_asked_again_and_renews_nothing() {
    let desk = desk();
    let (code, cookie) = desk.code().await;
    let (_, tokens) = desk.exchange(&code, VERIFIER).await;
    let end = read(&desk.get("/.well-known/openid-configuration").await)["end_session_endpoint"]
        .as_str()
        .unwrap()
        .replace("http://127.0.0.1:7073", "");
    let with_cookie = |path: &str| Request::get(path).header(header::COOKIE, &cookie);

    let elsewhere = with_query(&end, &[("post_logout_redirect_uri", "https://example.org/")]);
    let refused = desk.send(with_cookie(&elsewhere), "").await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);

    let back = with_query(&end, &[("post_logout_redirect_uri", BACK), ("state", "a state")]);
    let ended = desk.send(with_cookie(&back), "").await;
    assert_eq!(sent_back(&ended).get("state"), Some("a state"));
    assert!(ended.headers()[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));

    let silent = authorize(&[("prompt", "none")]);
    let back = sent_back(&desk.send(with_cookie(&silent), "").await);
    assert_eq!(back.get("error"), Some("login_required"));
    let (status, _) = desk.refresh(tokens["refresh_token"].as_str().unwrap()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_page_lists_the_staff_escaped_and_without_script() {
    let desk = desk();
    let page = desk.get(&authorize(&[("state", "\"><script>")])).await;
    assert_eq!(page.status(), StatusCode::OK);
    let text = std::str::from_utf8(page.body()).unwrap();
    assert!(text.contains("<button name=\"subject\" value=\"demo-nurse-1\">Asha Rao</button>"));
    assert!(text.contains("Wound &#60;Care&#62; Team"));
    assert!(!text.contains("<script"));
    let policy = page.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains(FRONT));
    assert!(policy.contains("style-src 'sha256-") && !policy.contains("unsafe"));
}

#[tokio::test]
async fn another_sites_form_signs_nobody_in() {
    let desk = desk();
    let request = Request::post("/authorize")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ORIGIN, "https://example.org");
    let answer = desk.send(request, "subject=demo-nurse-1").await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn only_the_public_origin_may_read_the_answers() {
    let desk = desk();
    for path in ["/jwks", "/token", "/.well-known/openid-configuration"] {
        for (origin, allowed) in [(FRONT, true), ("https://example.org", false)] {
            let request =
                Request::builder().method(Method::OPTIONS).uri(path).header(header::ORIGIN, origin);
            let answer = desk.send(request, "").await;
            let said = answer.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN);
            assert_eq!(said.is_some_and(|said| said == origin), allowed, "{path} {origin}");
        }
    }
}

#[tokio::test]
async fn another_host_name_is_refused() {
    let desk = desk();
    let request = Request::get("/jwks").header(header::HOST, "rebound.example.org");
    let answer = desk.issuer.answer(request.body(Bytes::new()).unwrap()).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

#[test]
fn the_key_is_kept_for_its_owner_alone_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state/issuer-key.pem");
    let made = SigningKey::open(&path).unwrap().jwk();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(SigningKey::open(&path).unwrap().jwk(), made);

    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(SigningKey::open(&path), Err(KeyFileRefused::OpenToOthers { .. })));
}

#[test]
fn the_staff_of_all_controllers_are_listed_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("controllers.json");
    let person = |subject: &str| {
        json!({ "subject": subject, "name": "N", "email": "n@example.org",
                "teams": ["wound-care"], "roles": ["care-team"] })
    };
    let document = json!({ "controllers": [
        { "name": "One", "teams": [{ "team": "wound-care", "name": "Wound Care" }],
          "staff": [person("a"), person("b")] },
        { "name": "Two", "staff": [person("c")] },
    ]});
    std::fs::write(&path, document.to_string()).unwrap();
    let staff = read_staff(&path).unwrap();
    let subjects: Vec<&str> = staff.iter().map(|person| person.subject.as_str()).collect();
    assert_eq!(subjects, ["a", "b", "c"]);
    assert_eq!(staff[0].teams, ["Wound Care"]);
    assert_eq!(staff[2].controller, "Two");
}
