//! What the web server under the host refuses before the host sees it.

use http::{HeaderMap, Method, StatusCode, Uri, Version, header};

use crate::wire::Headers;

const MOST_REQUEST_LINE: usize = 8_192;
const MOST_HEADER_BYTES: usize = 32_768;

/// The refusal of a request, if it is one. Most of them end the connection.
pub(super) fn refusal(
    method: &Method,
    uri: &Uri,
    version: Version,
    headers: &HeaderMap,
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
    None
}

/// `name: value\r\n` of every line.
fn header_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}

/// HTTP/1.1 wants exactly one Host, and a target with an authority must name the same.
fn is_one_host(uri: &Uri, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    match uri.authority() {
        Some(authority) => host.as_bytes().eq_ignore_ascii_case(authority.as_str().as_bytes()),
        None => true,
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
        refusal(&Method::GET, &uri, Version::HTTP_11, &headers).map(|status| status.as_u16())
    }

    #[test]
    fn a_long_line_and_long_headers_are_told_apart() {
        let host = ("host", "h");
        assert_eq!(refused(&format!("/?{}", "q".repeat(9_000)), &[host]), Some(414));
        assert_eq!(refused("/", &[host, ("x-big", &"b".repeat(33_000))]), Some(431));
        assert_eq!(refused("/", &[host, ("x-big", &"b".repeat(20_000))]), None);
    }

    #[test]
    fn the_host_must_be_one_and_the_same() {
        assert_eq!(refused("/", &[]), Some(400));
        assert_eq!(refused("/", &[("host", "a"), ("host", "b")]), Some(400));
        assert_eq!(refused("http://other.example/x", &[("host", "app.example.net")]), Some(400));
        assert_eq!(refused("http://App.example.net/", &[("host", "app.example.net")]), None);
    }
}
