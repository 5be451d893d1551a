//! The order in which the web server under the host hands out request headers.
//!
//! Headers that it knows come first, four of them before the alphabet and Content-Length after
//! it, in the server's own spelling; the rest follow as they came. The handler sees that order.

use crate::wire::Headers;

const KNOWN: &[&str] = &[
    "Accept",
    "Connection",
    "Host",
    "User-Agent",
    "Accept-Charset",
    "Accept-Encoding",
    "Accept-Language",
    "Access-Control-Request-Headers",
    "Access-Control-Request-Method",
    "Authorization",
    "baggage",
    "Cache-Control",
    "Content-Type",
    "Cookie",
    "Correlation-Context",
    "Date",
    "Expect",
    "From",
    "grpc-accept-encoding",
    "grpc-encoding",
    "grpc-timeout",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Keep-Alive",
    "Max-Forwards",
    "Origin",
    "Pragma",
    "Proxy-Authorization",
    "Range",
    "Referer",
    "Request-Id",
    "TE",
    "traceparent",
    "tracestate",
    "Transfer-Encoding",
    "Translate",
    "Upgrade",
    "Upgrade-Insecure-Requests",
    "Via",
    "Warning",
    "Content-Length",
];

/// Puts headers into that order. Values of one name stay together, in the order in which they
/// came. A Content-Length beside a Transfer-Encoding is renamed: it is not to be believed.
pub(super) fn arrange(headers: Headers) -> Headers {
    let chunked = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("transfer-encoding"));
    let mut known: Vec<(usize, Vec<u8>)> = Vec::new();
    let mut rest = Headers::new();
    for (name, value) in headers {
        let name = if chunked && name.eq_ignore_ascii_case("content-length") {
            "X-Content-Length".to_owned()
        } else {
            name
        };
        match KNOWN.iter().position(|known| known.eq_ignore_ascii_case(&name)) {
            Some(place) => known.push((place, value)),
            None => insert_grouped(&mut rest, name, value),
        }
    }
    known.sort_by_key(|(place, _)| *place);
    let known = known
        .into_iter()
        .filter_map(|(place, value)| Some(((*KNOWN.get(place)?).to_owned(), value)));
    known.chain(rest).collect()
}

fn insert_grouped(headers: &mut Headers, name: String, value: Vec<u8>) {
    let same = headers.iter().rposition(|(given, _)| given.eq_ignore_ascii_case(&name));
    match same {
        Some(place) => {
            let spelled = headers.get(place).map_or(name, |(given, _)| given.clone());
            headers.insert(place + 1, (spelled, value));
        }
        None => headers.push((name, value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arranged(names: &[&str]) -> Vec<String> {
        let headers = names.iter().map(|name| ((*name).to_owned(), Vec::new())).collect();
        arrange(headers).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn known_names_come_first_in_the_servers_own_spelling() {
        let sent = ["x-lower-case", "cookie", "content-length", "DNT", "user-agent", "HOST"];
        let seen = ["Host", "User-Agent", "Cookie", "Content-Length", "x-lower-case", "DNT"];
        assert_eq!(arranged(&sent), seen);
    }

    #[test]
    fn values_of_one_name_stay_together() {
        assert_eq!(arranged(&["X-Multi", "X-B", "x-multi"]), ["X-Multi", "X-Multi", "X-B"]);
    }

    #[test]
    fn a_length_beside_chunks_is_renamed() {
        assert_eq!(
            arranged(&["Content-Length", "Transfer-Encoding"]),
            ["Transfer-Encoding", "X-Content-Length"]
        );
    }
}
