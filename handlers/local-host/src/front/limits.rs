//! What the web server under the host refuses before the host sees it.

use http::{HeaderMap, Method, StatusCode, Uri, Version, header};

use crate::wire::Headers;

const MOST_REQUEST_LINE: usize = 8_192;
const MOST_HEADER_BYTES: usize = 32_768;

/// The refusal of a request, if it is one. Most of them end the connection.
///
/// `written` are the headers as they came: hyper keeps one of two equal lengths.
pub(super) fn refusal(
    method: &Method,
    uri: &Uri,
    version: Version,
    headers: &HeaderMap,
    written: &Headers,
) -> Option<StatusCode> {
    // "METHOD target HTTP/1.1\r\n"
    let line = method.as_str().len() + uri.to_string().len() + 12;
    if line > MOST_REQUEST_LINE {
        return Some(StatusCode::URI_TOO_LONG);
    }
    if header_bytes(headers) > MOST_HEADER_BYTES {
        return Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    let readable = headers.values().all(|value| std::str::from_utf8(value.as_bytes()).is_ok());
    let query_ascii = uri.query().is_none_or(str::is_ascii);
    if !readable || !query_ascii || method == Method::CONNECT {
        return Some(StatusCode::BAD_REQUEST);
    }
    if version == Version::HTTP_11 && !is_one_host(uri, headers) {
        return Some(StatusCode::BAD_REQUEST);
    }
    let lengths = written.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let lengths = lengths.count();
    // HTTP/1.0 has no other way to say that there is no body.
    let unsaid = version == Version::HTTP_10
        && (method == Method::POST || method == Method::PUT)
        && lengths == 0
        && !headers.contains_key(header::TRANSFER_ENCODING);
    (lengths > 1 || unsaid).then_some(StatusCode::BAD_REQUEST)
}

/// `name: value\r\n` of every line.
fn header_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}

/// HTTP/1.1 wants exactly one Host, and a target with an authority must name the same.
fn is_one_host(uri: &Uri, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    if !is_host(host.as_bytes()) {
        return false;
    }
    match uri.authority() {
        Some(authority) => host.as_bytes().eq_ignore_ascii_case(authority.as_str().as_bytes()),
        None => true,
    }
}

/// A name or an address, perhaps with a port. Empty is allowed.
fn is_host(host: &[u8]) -> bool {
    let of_name = |b: &u8| b.is_ascii_alphanumeric() || b"!$&'()-._~".contains(b);
    let of_address = |b: &u8| b.is_ascii_hexdigit() || b":.".contains(b);
    let port = if let Some(rest) = host.strip_prefix(b"[") {
        let Some(end) = rest.iter().position(|b| *b == b']') else { return false };
        let (address, port) = rest.split_at(end);
        if address.is_empty() || !address.iter().all(of_address) {
            return false;
        }
        port.get(1..).unwrap_or_default()
    } else {
        let end = host.iter().position(|b| *b == b':').unwrap_or(host.len());
        let (name, port) = host.split_at(end);
        if !name.iter().all(of_name) || (name.is_empty() && !port.is_empty()) {
            return false;
        }
        port
    };
    match port.split_first() {
        None => true,
        Some((colon, digits)) => *colon == b':' && digits.iter().all(u8::is_ascii_digit),
    }
}

/// How a request's body is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Announced {
    Nothing,
    Length(u64),
    Chunked,
}

impl Announced {
    pub fn of(headers: &Headers) -> Self {
        let find = |wanted: &str| {
            let found = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.and_then(|(_, value)| std::str::from_utf8(value).ok())
        };
        if find("transfer-encoding").is_some() {
            return Self::Chunked;
        }
        match find("content-length").and_then(|length| length.trim().parse().ok()) {
            Some(length) => Self::Length(length),
            None => Self::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(uri: &str, headers: &[(&'static str, &str)]) -> Option<u16> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                let value = http::HeaderValue::from_bytes(value.as_bytes()).unwrap();
                (http::HeaderName::from_static(name), value)
            })
            .collect();
        let uri = uri.parse().unwrap();
        refusal(&Method::GET, &uri, Version::HTTP_11, &headers, &Headers::new())
            .map(|status| status.as_u16())
    }

    #[test]
    fn a_long_line_and_long_headers_are_told_apart() {
        let host = ("host", "h");
        assert_eq!(refused(&format!("/?{}", "q".repeat(9_000)), &[host]), Some(414));
        assert_eq!(refused("/", &[host, ("x-big", &"b".repeat(33_000))]), Some(431));
        assert_eq!(refused("/", &[host, ("x-big", &"b".repeat(20_000))]), None);
    }

    #[test]
    fn a_host_is_a_name_or_an_address_with_a_port_at_most() {
        for good in ["", "a", "evil.example:8080", "127.0.0.1:7071", "[::1]:80", "a_b~c", "a:"] {
            assert!(is_host(good.as_bytes()), "{good}");
        }
        for bad in ["a b", "a/b", "a:b", ":80", "[::1", "[]", "[x]", "[::1]80", "a@b", "é"] {
            assert!(!is_host(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn a_length_is_said_once_and_by_http_1_0_at_all() {
        let host: HeaderMap =
            [(header::HOST, http::HeaderValue::from_static("h"))].into_iter().collect();
        let length = || ("Content-Length".to_owned(), b"0".to_vec());
        let of = |version, written: Headers| {
            let uri = Uri::from_static("/");
            refusal(&Method::POST, &uri, version, &host, &written).map(|status| status.as_u16())
        };
        assert_eq!(of(Version::HTTP_11, vec![]), None);
        assert_eq!(of(Version::HTTP_11, vec![length()]), None);
        assert_eq!(of(Version::HTTP_11, vec![length(), length()]), Some(400));
        assert_eq!(of(Version::HTTP_10, vec![length()]), None);
        assert_eq!(of(Version::HTTP_10, vec![]), Some(400));
    }

    #[test]
    fn the_host_must_be_one_and_the_same() {
        assert_eq!(refused("/", &[]), Some(400));
        assert_eq!(refused("/", &[("host", "a"), ("host", "b")]), Some(400));
        assert_eq!(refused("http://other.example/x", &[("host", "app.example.net")]), Some(400));
        assert_eq!(refused("http://App.example.net/", &[("host", "app.example.net")]), None);
    }
}
