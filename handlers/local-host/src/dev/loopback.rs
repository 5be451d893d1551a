//! Whether a request names this machine as its host.

use http::{HeaderMap, header};

/// True for `127.0.0.1`, `localhost` and `[::1]`, with or without a port.
///
/// The listeners are on loopback already; this keeps out a browser that was led here by a name
/// of somebody else's that resolves to 127.0.0.1.
pub fn is_loopback_host(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).into_iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let Ok(host) = host.to_str() else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    name == "127.0.0.1" || name == "[::1]" || name.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn answers(host: &'static str) -> bool {
        is_loopback_host(&HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]))
    }

    #[test]
    fn this_machine_is_known_by_three_names() {
        for host in ["127.0.0.1", "127.0.0.1:7071", "localhost:7071", "LOCALHOST", "[::1]:7071"] {
            assert!(answers(host), "{host}");
        }
    }

    #[test]
    fn every_other_name_is_refused() {
        for host in [
            "",
            "example.org",
            "127.0.0.1.example.org",
            "localhost.example.org:7071",
            "127.0.0.1:70x",
            "127.0.0.1:",
            "::1",
            "10.0.0.1",
        ] {
            assert!(!answers(host), "{host}");
        }
        assert!(!is_loopback_host(&HeaderMap::new()));
    }
}
