//! Header rules of the host's reverse proxy, both ways.

use std::net::IpAddr;

use crate::invoke::HOST_VERSION;
use crate::wire::Headers;

/// Never passed on, in either direction.
const HOP: &[&str] = &[
    "connection",
    "transfer-encoding",
    "keep-alive",
    "upgrade",
    "proxy-connection",
    "proxy-authenticate",
    "proxy-authentication-info",
    "proxy-authorization",
    "proxy-features",
    "proxy-instruction",
    "security-scheme",
    "alpn",
    "close",
    "http2-settings",
    "te",
    "upgrade-insecure-requests",
    "alt-svc",
];

/// The host's own say, or nothing at all.
const FORWARDED: &[&str] = &[
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-prefix",
    "forwarded",
];

/// .NET keeps these with the content and writes them last.
const CONTENT: &[&str] = &[
    "allow",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-md5",
    "content-range",
    "content-type",
    "expires",
    "last-modified",
];

/// A request's headers on their way to the handler.
pub(super) struct Outgoing {
    pub headers: Headers,
    /// Whether .NET makes a content of it, be it empty: such a request is delivered less often
    /// when connections break.
    pub has_content: bool,
}

pub(super) struct From<'a> {
    pub method: &'a str,
    /// In the server's order.
    pub headers: &'a Headers,
    pub peer: IpAddr,
    pub port: u16,
    pub invocation: &'a str,
    pub chunked: bool,
}

/// Marks set or overwritten, hop headers dropped, values of one name joined, content last.
pub(super) fn request(from: &From<'_>) -> Outgoing {
    let marks = [
        ("X-Azure-Functions-HostVersion", HOST_VERSION),
        ("X-Azure-Functions-InvocationId", from.invocation),
        ("x-ms-invocation-id", from.invocation),
    ];
    let host = format!("127.0.0.1:{}", from.port).into_bytes();
    let mut headers: Headers = vec![("Host".to_owned(), host)];
    let mut content = Headers::new();
    for (name, value) in joined(from.headers) {
        let lower = name.to_ascii_lowercase();
        let mark = marks.iter().find(|(mark, _)| mark.eq_ignore_ascii_case(&name));
        if lower == "host" || is_one_of(&lower, HOP) || is_one_of(&lower, FORWARDED) {
            continue;
        }
        if let Some((_, ours)) = mark {
            headers.push((name, ours.as_bytes().to_vec()));
        } else if is_one_of(&lower, CONTENT) {
            content.push((name, value));
        } else {
            headers.push((name, value));
        }
    }
    let set = |headers: &mut Headers, name: &str, value: &[u8]| {
        if find(headers, name).is_none() {
            headers.push((name.to_owned(), value.to_vec()));
        }
    };
    for (name, value) in marks {
        set(&mut headers, name, value.as_bytes());
    }
    set(&mut headers, "X-Forwarded-For", from.peer.to_string().as_bytes());
    let public = find(from.headers, "host").unwrap_or_default().to_vec();
    set(&mut headers, "X-Forwarded-Host", &public);
    set(&mut headers, "X-Forwarded-Proto", b"http");
    if let Some(protocol) = find(from.headers, "upgrade") {
        headers.push(("Connection".to_owned(), b"Upgrade".to_vec()));
        headers.push(("Upgrade".to_owned(), protocol.to_vec()));
    }
    let has_content = from.chunked || !content.is_empty();
    if from.chunked {
        headers.push(("Transfer-Encoding".to_owned(), b"chunked".to_vec()));
    } else if has_content || !matches!(from.method, "GET" | "HEAD" | "OPTIONS" | "DELETE") {
        set(&mut content, "Content-Length", b"0");
    }
    headers.extend(content);
    Outgoing { headers, has_content }
}

/// An answer's headers on their way to the client, or the first value beyond ASCII.
pub(super) fn response(headers: Headers) -> Result<Headers, String> {
    let kept = headers.into_iter().filter(|(name, _)| !is_one_of(&name.to_ascii_lowercase(), HOP));
    let wrong = |byte: &u8| !(byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t'));
    kept.map(|(name, value)| match value.iter().find(|byte| wrong(byte)) {
        // .NET reads header bytes as Latin-1.
        Some(byte) => {
            Err(format!("Invalid non-ASCII or control character in header: 0x{byte:04X}"))
        }
        None => Ok((name, value)),
    })
    .collect()
}

fn joined(headers: &Headers) -> Headers {
    let mut joined = Headers::new();
    for (name, value) in headers {
        match joined.iter_mut().find(|(given, _)| given.eq_ignore_ascii_case(name)) {
            Some((_, all)) => {
                let separator: &[u8] = match name.to_ascii_lowercase().as_str() {
                    "cookie" => b"; ",
                    "user-agent" => b" ",
                    _ => b", ",
                };
                all.extend_from_slice(separator);
                all.extend_from_slice(value);
            }
            None => joined.push((name.clone(), value.clone())),
        }
    }
    joined
}

fn find<'a>(headers: &'a Headers, name: &str) -> Option<&'a [u8]> {
    let found = headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_slice())
}

fn is_one_of(lower: &str, names: &[&str]) -> bool {
    names.contains(&lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(method: &str, chunked: bool, headers: &[(&str, &str)]) -> (Vec<String>, bool) {
        let headers: Headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
            .collect();
        let from = From {
            method,
            headers: &headers,
            peer: IpAddr::from([127, 0, 0, 1]),
            port: 7,
            invocation: "id",
            chunked,
        };
        let outgoing = request(&from);
        let shown = outgoing
            .headers
            .into_iter()
            .map(|(name, value)| format!("{name}: {}", String::from_utf8(value).unwrap()))
            .collect();
        (shown, outgoing.has_content)
    }

    const MARKS: [&str; 6] = [
        "X-Azure-Functions-HostVersion: 4.1037.0.0",
        "X-Azure-Functions-InvocationId: id",
        "x-ms-invocation-id: id",
        "X-Forwarded-For: 127.0.0.1",
        "X-Forwarded-Host: app.example.net",
        "X-Forwarded-Proto: http",
    ];

    #[test]
    fn a_plain_get_carries_the_marks_and_nothing_else() {
        let (headers, has_content) = sent("GET", false, &[("Host", "app.example.net")]);
        let mut wanted = vec!["Host: 127.0.0.1:7"];
        wanted.extend(MARKS);
        assert_eq!(headers, wanted);
        assert!(!has_content);
    }

    #[test]
    fn what_a_client_says_in_the_hosts_name_is_overwritten_where_it_stands() {
        let (headers, _) = sent(
            "GET",
            false,
            &[
                ("Host", "app.example.net"),
                ("Cookie", "a=1"),
                ("Cookie", "b=2"),
                ("X-Multi", "a"),
                ("X-Multi", "b"),
                ("Connection", "keep-alive, X-Hop"),
                ("X-Hop", "1"),
                ("X-Azure-Functions-InvocationId", "spoofed"),
                ("x-ms-invocation-id", ""),
                ("X-Forwarded-For", "203.0.113.9"),
                ("Forwarded", "for=1.2.3.4"),
                ("X-Last", ""),
            ],
        );
        assert_eq!(
            headers,
            [
                "Host: 127.0.0.1:7",
                "Cookie: a=1; b=2",
                "X-Multi: a, b",
                "X-Hop: 1",
                "X-Azure-Functions-InvocationId: id",
                "x-ms-invocation-id: id",
                "X-Last: ",
                "X-Azure-Functions-HostVersion: 4.1037.0.0",
                "X-Forwarded-For: 127.0.0.1",
                "X-Forwarded-Host: app.example.net",
                "X-Forwarded-Proto: http",
            ]
        );
    }

    #[test]
    fn content_headers_come_last() {
        let (headers, has_content) = sent(
            "POST",
            false,
            &[
                ("Content-Type", "application/json"),
                ("Content-Length", "27"),
                ("Host", "h"),
                ("Content-Encoding", "gzip"),
            ],
        );
        let last: Vec<&str> = headers.iter().rev().take(3).map(String::as_str).collect();
        assert_eq!(
            last,
            ["Content-Encoding: gzip", "Content-Length: 27", "Content-Type: application/json"]
        );
        assert!(has_content);
    }

    #[test]
    fn framing_is_written_where_the_host_writes_it() {
        let last = |method, chunked, headers: &[(&str, &str)]| {
            sent(method, chunked, headers).0.pop().unwrap()
        };
        assert_eq!(last("POST", false, &[]), "Content-Length: 0");
        assert_eq!(last("DELETE", false, &[]), "X-Forwarded-Proto: http");
        assert_eq!(last("POST", true, &[]), "Transfer-Encoding: chunked");
        assert_eq!(last("POST", true, &[("Content-Type", "a/b")]), "Content-Type: a/b");
        let upgrade = [("Connection", "Upgrade"), ("Upgrade", "websocket")];
        assert_eq!(last("GET", false, &upgrade), "Upgrade: websocket");
    }

    #[test]
    fn an_answer_keeps_what_is_its_own_and_must_be_ascii() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
        let kept = response(vec![
            pair("Connection", "X-Hop2"),
            pair("X-Hop2", "1"),
            pair("Alt-Svc", "h3"),
            pair("Set-Cookie", "a"),
            pair("Set-Cookie", "b"),
        ]);
        let names: Vec<String> = kept.unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["X-Hop2", "Set-Cookie", "Set-Cookie"]);
        let refused = response(vec![("X-U".to_owned(), b"caf\xe9".to_vec())]).unwrap_err();
        assert_eq!(refused, "Invalid non-ASCII or control character in header: 0x00E9");
    }
}
