//! A patient's session: half an hour, one request, and the cookie that carries it (R54, DESIGN
//! "The session").

use jiff::{SignedDuration, Timestamp};

/// Length of a session, from identity or from its last extension.
pub const SESSION: SignedDuration = SignedDuration::from_mins(30);
/// Length of the opener, which can only show the page before identity again.
pub const OPENER: SignedDuration = SignedDuration::from_mins(30);

/// Base name of the session's cookie.
pub const SESSION_COOKIE: &str = "capture";
/// Base name of the opener's cookie.
pub const OPENER_COOKIE: &str = "opener";

/// The end of a session that starts or is extended `now`.
pub fn session_ends_at(now: Timestamp) -> Timestamp {
    now.checked_add(SESSION).unwrap_or(Timestamp::MAX)
}

/// The end of an opener made `now`.
pub fn opener_ends_at(now: Timestamp) -> Timestamp {
    now.checked_add(OPENER).unwrap_or(Timestamp::MAX)
}

/// Whole seconds until `ends_at`, 0 from then on: what browsers get, for they never compare with
/// their own clock.
pub fn seconds_left(ends_at: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(ends_at.duration_since(now).as_secs()).unwrap_or(0)
}

/// False from `ends_at` on.
pub fn is_alive(ends_at: Timestamp, now: Timestamp) -> bool {
    now < ends_at
}

/// How cookies are named and guarded, which follows from the public origin and from nothing that a
/// request says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CookieRule {
    is_secure: bool,
}

/// Why the service does not start under an origin; the words are for its operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OriginRefused {
    /// Not `https://host` or `https://host:port`.
    #[error("the public origin must be a scheme, a host and perhaps a port, nothing more")]
    NotAnOrigin,
    /// http on a host that others can reach.
    #[error("the public origin must be https (http only on 127.0.0.1, [::1] and localhost)")]
    PlainHttp,
}

impl CookieRule {
    /// https gives `__Host-…; Secure`; http on `127.0.0.1`, `[::1]` or `localhost` a plain name;
    /// everything else is refused.
    pub fn for_origin(public_origin: &str) -> Result<Self, OriginRefused> {
        let origin = public_origin.to_ascii_lowercase();
        let (scheme, authority) = origin.split_once("://").ok_or(OriginRefused::NotAnOrigin)?;
        let host = host_of(authority).ok_or(OriginRefused::NotAnOrigin)?;
        match scheme {
            "https" => Ok(Self { is_secure: true }),
            "http" if matches!(host, "127.0.0.1" | "[::1]" | "localhost") => {
                Ok(Self { is_secure: false })
            }
            "http" => Err(OriginRefused::PlainHttp),
            _ => Err(OriginRefused::NotAnOrigin),
        }
    }

    /// `__Host-capture` or `capture`.
    pub fn cookie_name(self, name: &str) -> String {
        if self.is_secure { format!("__Host-{name}") } else { name.to_owned() }
    }

    /// A `Set-Cookie` value: `HttpOnly`, `SameSite=Strict`, the whole site, for `max_age`. `value` is
    /// a token of our own: letters, digits, `-` and `_`.
    pub fn set_cookie(self, name: &str, value: &str, max_age: SignedDuration) -> String {
        let name = self.cookie_name(name);
        let seconds = max_age.as_secs().max(0);
        let secure = if self.is_secure { "; Secure" } else { "" };
        format!("{name}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Strict{secure}")
    }

    /// A `Set-Cookie` value that takes the cookie away.
    pub fn clear_cookie(self, name: &str) -> String {
        self.set_cookie(name, "", SignedDuration::ZERO)
    }

    /// Our cookie's value in a `Cookie` header; `None` where it is missing, empty or there twice
    /// (a second one was not set by us).
    pub fn read_cookie<'a>(self, header: &'a str, name: &str) -> Option<&'a str> {
        let name = self.cookie_name(name);
        let mut values = header
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .filter_map(|(key, value)| (key == name && !value.is_empty()).then_some(value));
        values.next().filter(|_| values.next().is_none())
    }
}

/// The host of `host` or `host:port`; `None` where there is anything else.
fn host_of(authority: &str) -> Option<&str> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_name = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
    };
    let is_ipv6 = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok());
    let is_port = port
        .is_none_or(|port| port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok());
    ((is_name(host) || is_ipv6) && is_port).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::constant(1_795_348_800, 0);
    const ONLINE: &str = "https://photos.example.org";
    const LOCAL: &str = "http://127.0.0.1:7071";

    fn rule(origin: &str) -> CookieRule {
        CookieRule::for_origin(origin).unwrap()
    }

    #[test]
    fn a_session_lasts_half_an_hour_from_its_start_or_extension() {
        let end = session_ends_at(NOON);
        assert_eq!(seconds_left(end, NOON), 1_800);
        assert_eq!(seconds_left(end, end - SignedDuration::from_millis(1_500)), 1);
        assert!(is_alive(end, end - SignedDuration::from_nanos(1)));
        assert!(!is_alive(end, end));
        assert_eq!(seconds_left(end, end), 0);
        assert_eq!(seconds_left(end, end + SignedDuration::from_hours(1)), 0);
        assert_eq!(opener_ends_at(NOON), end);
    }

    #[test]
    fn an_https_origin_gets_a_host_cookie_that_is_secure() {
        let set = rule(ONLINE).set_cookie(SESSION_COOKIE, "t0ken", SESSION);
        let expected =
            "__Host-capture=t0ken; Max-Age=1800; Path=/; HttpOnly; SameSite=Strict; Secure";
        assert_eq!(set, expected);
    }

    #[test]
    fn a_local_http_origin_gets_a_plain_cookie() {
        for origin in [LOCAL, "http://localhost", "http://[::1]:7071", "HTTP://LOCALHOST:80"] {
            let set = rule(origin).set_cookie(OPENER_COOKIE, "t0ken", OPENER);
            let expected = "opener=t0ken; Max-Age=1800; Path=/; HttpOnly; SameSite=Strict";
            assert_eq!(set, expected);
        }
        assert!(rule("https://localhost:7071").cookie_name("capture").starts_with("__Host-"));
    }

    #[test]
    fn any_other_http_origin_is_refused() {
        for origin in [
            "http://photos.example.org",
            "http://127.0.0.2",
            "http://localhost.example.org",
            "http://192.168.0.7:7071",
            "http://[::2]",
            "http://127.0.0.1.example.org",
        ] {
            assert_eq!(CookieRule::for_origin(origin), Err(OriginRefused::PlainHttp), "{origin}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for origin in [
            "",
            "photos.example.org",
            "https://",
            "https://a/b",
            "https://a/",
            "https://u@a",
            "https://a:b",
            "https://a:70000",
            "https://a:",
            "https://a?b",
            "https://a b",
            "https://[::1",
            "ftp://a",
            "//a",
            "https://a#b",
            "https://:443",
            "http://localhost@photos.example.org",
            "https://[nonsense]",
        ] {
            assert_eq!(CookieRule::for_origin(origin), Err(OriginRefused::NotAnOrigin), "{origin}");
        }
    }

    #[test]
    fn taking_a_cookie_away_ends_it_at_once() {
        let clear = rule(LOCAL).clear_cookie(SESSION_COOKIE);
        assert_eq!(clear, "capture=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict");
    }

    #[test]
    fn only_our_own_cookie_is_read_and_never_one_of_two() {
        let secure = rule(ONLINE);
        assert_eq!(secure.read_cookie("a=b; __Host-capture=t0ken; c", "capture"), Some("t0ken"));
        assert_eq!(secure.read_cookie("capture=t0ken", "capture"), None, "anybody may set that");
        assert_eq!(secure.read_cookie("__Host-capture=", "capture"), None);
        assert_eq!(secure.read_cookie("__Host-capture=a; __Host-capture=b", "capture"), None);
        assert_eq!(rule(LOCAL).read_cookie("capture=t0ken", "capture"), Some("t0ken"));
    }
}
