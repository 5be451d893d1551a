//! Whether real people are behind the data: made-up identities and real ones never meet. And what an
//! installation must be before they may be.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// What this installation is for. On the wire and in settings `production` or `trial`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deployment {
    /// Real patients: test NHS numbers (9…) and drama mobiles are refused.
    Production,
    /// Demonstration, training, tests: only NHS numbers that belong to nobody (9…).
    Trial,
}

impl Deployment {
    /// Reads the setting; `None` for any other word.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "production" => Some(Self::Production),
            "trial" => Some(Self::Trial),
            _ => None,
        }
    }
}

/// An address that the installation lives from: the setting's name, and what it says, if anything.
pub type Address<'a> = (&'static str, Option<&'a str>);

/// Why no real person's data may be kept; the words are for the operator and name the setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// What it falls back on is on this machine.
    Missing(&'static str),
    /// Anybody on the way could read along.
    PlainHttp(&'static str),
    /// Nobody but this machine reaches it, and anybody on this machine can play it.
    ThisMachine(&'static str),
    /// What is due is decided by the date: a clock set forward erases for good.
    ClockOffset(i64),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "{name} is not set"),
            Self::PlainHttp(name) => write!(f, "{name} must begin with https://"),
            Self::ThisMachine(name) => write!(f, "{name} is an address of this machine alone"),
            Self::ClockOffset(seconds) => {
                write!(f, "CLOCK_OFFSET_SECONDS is {seconds}; it must be 0")
            }
        }
    }
}

/// Everything that keeps an installation from holding data of real people; empty where nothing does.
pub fn unfit(addresses: &[Address<'_>], clock_offset_seconds: i64) -> Vec<Unfit> {
    let mut found: Vec<Unfit> = addresses.iter().filter_map(unfit_address).collect();
    if clock_offset_seconds != 0 {
        found.push(Unfit::ClockOffset(clock_offset_seconds));
    }
    found
}

fn unfit_address((name, url): &Address<'_>) -> Option<Unfit> {
    let Some(url) = url.map(str::trim).filter(|url| !url.is_empty()) else {
        return Some(Unfit::Missing(name));
    };
    let url = url.to_ascii_lowercase();
    match url.strip_prefix("https://") {
        None => Some(Unfit::PlainHttp(name)),
        Some(rest) if is_this_machine(rest) => Some(Unfit::ThisMachine(name)),
        Some(_) => None,
    }
}

/// Of what stands behind the scheme.
fn is_this_machine(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, behind)| behind);
    let host = match authority.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let host = host.trim_end_matches('.');
    if host.is_empty() || host == "localhost" || host.ends_with(".localhost") {
        return true;
    }
    match host.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(address) => address.is_loopback() || address.is_unspecified(),
        // Short forms of the same: 127.1.
        Err(_) => host.starts_with("127.") && host.chars().all(|c| c.is_ascii_digit() || c == '.'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [Address<'static>; 3] = [
        ("STAFF_ISSUER", Some("https://login.example.org/tenant/v2.0")),
        ("PUBLIC_ORIGIN", Some("https://photos.example.org")),
        ("STORAGE_ORIGIN", Some("https://media.example.org:8443")),
    ];

    #[test]
    fn an_installation_that_others_reach_over_tls_at_the_right_time_is_fit() {
        assert_eq!(unfit(&GOOD, 0), []);
    }

    #[test]
    fn each_address_is_refused_by_its_name_where_it_is_missing_plain_or_of_this_machine() {
        for (at, (name, _)) in GOOD.into_iter().enumerate() {
            let with = |url| {
                let mut addresses = GOOD;
                addresses[at] = (name, url);
                unfit(&addresses, 0)
            };
            for nothing in [None, Some(""), Some(" ")] {
                assert_eq!(with(nothing), [Unfit::Missing(name)]);
            }
            for plain in ["http://photos.example.org", "http://127.0.0.1:7073", "photos.example"] {
                assert_eq!(with(Some(plain)), [Unfit::PlainHttp(name)], "{plain}");
            }
            for here in [
                "https://127.0.0.1",
                "https://127.0.0.1:7071/path",
                "https://127.8.9.1",
                "https://127.1",
                "HTTPS://LocalHost:443",
                "https://localhost.",
                "https://a.localhost",
                "https://[::1]:7071",
                "https://[::ffff:127.0.0.1]",
                "https://0.0.0.0",
                "https://[::]",
                "https://photos.example.org@127.0.0.1",
                "https://",
            ] {
                assert_eq!(with(Some(here)), [Unfit::ThisMachine(name)], "{here}");
            }
        }
    }

    #[test]
    fn names_that_only_look_like_this_machine_are_others() {
        for url in ["https://localhost.example.org", "https://127.example.org", "https://10.0.0.1"]
        {
            assert_eq!(unfit(&[("STAFF_ISSUER", Some(url))], 0), [], "{url}");
        }
    }

    #[test]
    fn no_offset_of_the_clock_is_small_enough() {
        for seconds in [1, -1, 9 * 365 * 86_400] {
            assert_eq!(unfit(&GOOD, seconds), [Unfit::ClockOffset(seconds)]);
        }
    }

    #[test]
    fn everything_is_named_at_once() {
        let all = unfit(&[("STAFF_ISSUER", None), ("PUBLIC_ORIGIN", Some("http://x"))], 5);
        let words: Vec<String> = all.iter().map(ToString::to_string).collect();
        assert_eq!(
            words,
            [
                "STAFF_ISSUER is not set",
                "PUBLIC_ORIGIN must begin with https://",
                "CLOCK_OFFSET_SECONDS is 5; it must be 0"
            ]
        );
    }

    #[test]
    fn the_setting_and_the_wire_use_the_same_two_words() {
        for deployment in [Deployment::Production, Deployment::Trial] {
            let wire = serde_json::to_value(deployment).unwrap();
            assert_eq!(Deployment::parse(wire.as_str().unwrap()), Some(deployment));
        }
        assert_eq!(Deployment::parse("Production"), None);
    }
}
