//! What a token says, once its signature, issuer and audience stand: whether it is an access token
//! for us, now, and of whom.

use jiff::Timestamp;
use serde::Deserialize;

/// Seconds by which the issuer's clock and ours may differ.
const LEEWAY_SECONDS: f64 = 60.0;

/// What the API's scope is called where the settings ask for none.
const SCOPE: &str = "staff";

/// The claims that decide.
#[derive(Debug, Deserialize)]
pub struct Claims {
    sub: String,
    /// A moment is any JSON number (RFC 7519, section 2, `NumericDate`), fractions too.
    exp: f64,
    #[serde(default)]
    nbf: Option<f64>,
    #[serde(default)]
    iat: Option<f64>,
    /// Scopes, as Entra ID writes them into an access token and never into another.
    #[serde(default)]
    scp: Option<Scopes>,
    /// Entra ID's own key of a person in a tenant; `sub` differs from app to app there.
    #[serde(default)]
    oid: Option<String>,
}

/// Words in one text (Entra ID) or a list of them (others).
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Scopes {
    Text(String),
    List(Vec<String>),
}

impl Scopes {
    fn hold(&self, scope: &str) -> bool {
        match self {
            Self::Text(text) => text.split(' ').any(|one| one == scope),
            Self::List(list) => list.iter().any(|one| one == scope),
        }
    }
}

impl Claims {
    /// Who may call at `now`, or for the log why nobody may. `kind` is the header's `typ`; `scope`
    /// what a token with scopes must have.
    pub fn caller(
        self,
        kind: Option<&str>,
        scope: &str,
        now: Timestamp,
    ) -> Result<String, &'static str> {
        let seconds = now.as_duration().as_secs_f64();
        if seconds >= self.exp + LEEWAY_SECONDS {
            return Err("expired");
        }
        let is_to_come =
            |moment: Option<f64>| moment.is_some_and(|at| seconds + LEEWAY_SECONDS < at);
        if is_to_come(self.nbf) || is_to_come(self.iat) {
            return Err("not valid yet");
        }
        match &self.scp {
            Some(scopes) if !scopes.hold(scope) => Err("scp does not hold our scope"),
            None if !says_it_is_an_access_token(kind) => Err("not an access token"),
            _ => Ok(self.oid.unwrap_or(self.sub)),
        }
    }
}

/// An ID token may name the same audience, where pages and API are one registration of Entra ID: it
/// says who signed in, not that they may call. An access token says what it is in its header
/// (RFC 9068 §4) or, from Entra ID, has scopes.
fn says_it_is_an_access_token(kind: Option<&str>) -> bool {
    let kind = kind.unwrap_or_default().to_ascii_lowercase();
    kind.trim_start_matches("application/") == "at+jwt"
}

/// The last part of the API's scope among those that the pages ask for (of `CLIENT-ID/staff` it is
/// `staff`): so it stands in `scp`. The others are `OpenID` Connect's own (Core §5.4 and §11).
pub fn own_scope(asked: &str) -> &str {
    const OF_OPENID: [&str; 6] =
        ["openid", "profile", "email", "address", "phone", "offline_access"];
    let own = asked.split(' ').find(|scope| !scope.is_empty() && !OF_OPENID.contains(scope));
    own.and_then(|scope| scope.rsplit('/').next()).filter(|last| !last.is_empty()).unwrap_or(SCOPE)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_795_348_800, 500_000_000);
    const SECOND: i64 = 1_795_348_800;

    fn caller(kind: &str, more: &Value) -> Result<String, &'static str> {
        let mut claims = json!({ "sub": "s", "exp": SECOND + 600 });
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let claims = Claims::deserialize(claims).map_err(|_| "does not parse")?;
        claims.caller(Some(kind), "staff", NOW)
    }

    #[test]
    fn where_there_is_a_scp_it_holds_our_scope() {
        for scp in [json!("staff"), json!("other staff"), json!(["other", "staff"])] {
            for kind in ["JWT", "at+jwt"] {
                assert_eq!(caller(kind, &json!({ "scp": scp })).as_deref(), Ok("s"), "{scp}");
            }
        }
        for scp in ["", "User.Read", "staffing", "Staff", "api/staff", "openid profile"] {
            for kind in ["JWT", "at+jwt"] {
                let refused = caller(kind, &json!({ "scp": scp }));
                assert_eq!(refused, Err("scp does not hold our scope"), "{scp}");
            }
        }
    }

    #[test]
    fn without_a_scp_the_header_says_that_it_is_an_access_token() {
        for kind in ["at+jwt", "application/at+jwt", "AT+JWT"] {
            assert_eq!(caller(kind, &json!({ "scope": "other" })).as_deref(), Ok("s"));
        }
        for kind in ["JWT", "", "id+jwt"] {
            assert_eq!(caller(kind, &json!({ "scp": null })), Err("not an access token"));
        }
    }

    #[test]
    fn a_moment_is_any_finite_number() {
        let ago = 1_795_348_000.25;
        for moments in [
            json!({ "exp": 1_795_349_400.75, "iat": ago, "nbf": ago }),
            json!({ "exp": 1.795_349_4e9, "iat": -1, "nbf": 0.0 }),
            json!({ "exp": u64::MAX, "iat": i64::MIN, "nbf": SECOND }),
            json!({ "exp": 1e300 }),
        ] {
            assert_eq!(caller("at+jwt", &moments).as_deref(), Ok("s"), "{moments}");
        }
        for moments in [json!({ "exp": "soon" }), json!({ "exp": null }), json!({ "iat": true })] {
            assert_eq!(caller("at+jwt", &moments), Err("does not parse"), "{moments}");
        }
        let too_great: Result<Value, _> = serde_json::from_str(r#"{ "exp": 1e999 }"#);
        assert!(too_great.is_err(), "what is not finite is no JSON number for us");
    }

    #[test]
    fn a_minute_is_the_difference_of_clocks() {
        for (moments, is_good) in [
            (json!({ "exp": 1_795_348_740.75 }), true),
            (json!({ "exp": 1_795_348_740.5 }), false),
            (json!({ "nbf": 1_795_348_860.5 }), true),
            (json!({ "nbf": 1_795_348_860.75 }), false),
            (json!({ "iat": 1_795_348_860.75 }), false),
        ] {
            assert_eq!(caller("at+jwt", &moments).is_ok(), is_good, "{moments}");
        }
    }

    #[test]
    fn our_scope_is_the_last_part_of_the_one_that_is_not_openid_s() {
        for (asked, own) in [
            ("openid offline_access 0b6c/staff", "staff"),
            ("api://0b6c/read", "read"),
            ("openid offline_access staff", "staff"),
            ("openid", "staff"),
            ("", "staff"),
            ("openid api://0b6c/", "staff"),
        ] {
            assert_eq!(own_scope(asked), own, "{asked}");
        }
    }
}
