//! What the handler received, against what the recorded handler received.

use super::super::conduct::sha256_hex;
use super::super::recording::{ParsedRequest, Received, RecordedBody};
use super::super::stage::Seen;
use super::super::wire::{dechunk, find};
use super::body::differing;
use super::{Difference, Pairing, Place};

/// What was sent where the recording does not hold the bytes.
#[derive(Default)]
pub struct Sent {
    /// The client's body without chunk framing.
    pub body: Vec<u8>,
    /// Recorded value and ours of a header that held a secret.
    pub secret: Option<String>,
    /// Sizes in which a chunked body was sent, where the recording tells how it arrived.
    pub chunks: Vec<usize>,
}

/// Compares requests in order. `count`: how often the host is recorded to have asked, where the
/// recording holds only the first of several equal ones.
pub fn compare_requests(
    pairing: &mut Pairing,
    expected: &[Received],
    count: Option<usize>,
    seen: &[Seen],
    sent: &Sent,
) -> Vec<Difference> {
    let complete: Vec<&Seen> = seen.iter().filter(|seen| seen.is_complete()).collect();
    let count = count.unwrap_or(expected.len()).max(expected.len());
    let mut differences = Vec::new();
    if complete.len() != count {
        let list = |targets: Vec<String>| format!("{}: {}", targets.len(), targets.join(", "));
        let expected = match expected {
            [one] if count > 1 => format!("{count}: each {}", one.target()),
            _ => list(expected.iter().map(Received::target).collect()),
        };
        let got = list(complete.iter().map(|s| s.head.target.clone()).collect());
        differences.push(Difference::new(Place::Requests, expected, got));
    }
    for (at, seen) in complete.iter().enumerate().take(count) {
        if let Some(expected) =
            expected.get(at).or_else(|| expected.first().filter(|_| expected.len() == 1))
        {
            differences.extend(compare_one(pairing, expected, seen, sent));
        }
    }
    differences
}

fn compare_one(
    pairing: &mut Pairing,
    expected: &Received,
    seen: &Seen,
    sent: &Sent,
) -> Vec<Difference> {
    match expected {
        Received::Raw(wire) => {
            let (expected, got) = (shape(wire), shape(&seen.wire()));
            let differs = !pairing.same(&expected, &got);
            let difference =
                || Difference::new(Place::RequestBody("on the wire".into()), expected, got);
            differs.then(difference).into_iter().collect()
        }
        Received::Parsed(request) => {
            let mut differences = line(pairing, request, seen);
            if let Some(headers) = &request.headers {
                differences.extend(compare_headers(pairing, headers, &seen.head.headers, sent));
            }
            differences.extend(compare_body(pairing, request, seen, sent));
            differences
        }
    }
}

fn line(pairing: &mut Pairing, expected: &ParsedRequest, seen: &Seen) -> Vec<Difference> {
    let version = expected.version.as_deref().unwrap_or(&seen.head.version);
    let expected = format!("{} {} {version}", expected.method, expected.target);
    let got = format!("{} {} {}", seen.head.method, seen.head.target, seen.head.version);
    let differs = !pairing.same(&expected, &got);
    differs.then(|| Difference::new(Place::RequestLine, expected, got)).into_iter().collect()
}

/// Names are compared by their spelling too: the recordings hold the wire.
fn compare_headers(
    pairing: &mut Pairing,
    expected: &[(String, String)],
    got: &[(String, String)],
    sent: &Sent,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut left: Vec<&(String, String)> = got.iter().collect();
    for (name, value) in expected {
        let place = || Place::RequestHeader(name.clone());
        let Some(at) = left.iter().position(|(got, _)| got == name) else {
            differences.push(Difference::new(place(), value, "(absent)"));
            continue;
        };
        let (_, got) = left.remove(at);
        // A key that the recording holds and the client request does not is the master key.
        let is_secret = sent.secret.as_deref() == Some(got.as_str());
        if !is_secret && !pairing.same(value, got) {
            differences.push(Difference::new(place(), value, got));
        }
    }
    for (name, value) in left {
        differences.push(Difference::new(Place::RequestHeader(name.clone()), "(absent)", value));
    }
    let names = |list: &[(String, String)]| -> Vec<String> {
        list.iter().map(|(name, _)| name.clone()).collect()
    };
    if differences.is_empty() && names(expected) != names(got) {
        let (expected, got) = (names(expected).join(", "), names(got).join(", "));
        differences.push(Difference::new(Place::RequestHeaderOrder, expected, got));
    }
    differences
}

fn compare_body(
    pairing: &mut Pairing,
    expected: &ParsedRequest,
    seen: &Seen,
    sent: &Sent,
) -> Vec<Difference> {
    let Some(got) = &seen.body else { return Vec::new() };
    let mut differences = Vec::new();
    match &expected.body {
        RecordedBody::Whole(bytes) => {
            let expected = String::from_utf8_lossy(bytes);
            let got = seen.body_bytes().unwrap_or_else(|| {
                // Too long to have been kept: the same by its hash, or not.
                let same = got.sha256 == sha256_hex(bytes);
                if same { bytes.clone() } else { format!("{} bytes", got.length).into_bytes() }
            });
            let got = String::from_utf8_lossy(&got);
            for (path, expected, got) in differing(pairing, &expected, &got) {
                differences.push(Difference::new(Place::RequestBody(path), expected, got));
            }
        }
        RecordedBody::NotRecorded => {}
        // The recorded bytes are gone; what must hold is that ours came through.
        RecordedBody::Length(_) => {
            let expected = format!("{} bytes, {}", sent.body.len(), sha256_hex(&sent.body));
            let got = format!("{} bytes, {}", got.length, got.sha256);
            if expected != got {
                differences.push(Difference::new(Place::RequestBody(String::new()), expected, got));
            }
        }
    }
    if !sent.chunks.is_empty() && sent.chunks != got.chunks {
        let place = Place::RequestBody("in chunks".into());
        let (expected, got) = (format!("{:?}", sent.chunks), format!("{:?}", got.chunks));
        differences.push(Difference::new(place, expected, got));
    }
    differences
}

/// A request on the wire with its chunk sizes made alike: they vary with the digits of times.
fn shape(wire: &[u8]) -> String {
    let text = String::from_utf8_lossy(wire).into_owned();
    let Some(end) = find(wire, b"\r\n\r\n") else { return text };
    let (head, framed) = wire.split_at(end + 4);
    let Some(body) = dechunk(framed) else { return text };
    let first_line = framed.split(|b| *b == b'\r').next().unwrap_or_default();
    let upper = !first_line.iter().any(u8::is_ascii_lowercase);
    let one_chunk = framed.len() == body.len() + first_line.len() + 4 + 5;
    format!(
        "{}[{} chunk, size in {} case]\r\n{}",
        String::from_utf8_lossy(head),
        if one_chunk { "one" } else { "more than one" },
        if upper { "upper" } else { "lower" },
        String::from_utf8_lossy(&body)
    )
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    use super::*;
    use crate::conformance::conduct::{Body, Head};

    fn seen(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Seen {
        let headers = headers.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
        Seen {
            head: Head {
                method: method.into(),
                target: target.into(),
                version: "1.1".into(),
                headers,
                wire: String::new(),
            },
            body: Some(Body {
                bytes: Some(BASE64_STANDARD.encode(body)),
                length: body.len(),
                sha256: sha256_hex(body),
                chunks: vec![],
                wire: None,
                complete: true,
            }),
        }
    }

    fn recorded(headers: &[(&str, &str)], body: &[u8]) -> Received {
        Received::Parsed(ParsedRequest {
            method: "GET".into(),
            target: "/x".into(),
            version: Some("1.1".into()),
            headers: Some(headers.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect()),
            body: RecordedBody::Whole(body.to_vec()),
        })
    }

    fn places(expected: &[Received], count: Option<usize>, seen: &[Seen]) -> Vec<Place> {
        compare_requests(&mut Pairing::default(), expected, count, seen, &Sent::default())
            .into_iter()
            .map(|difference| difference.place)
            .collect()
    }

    const HEADERS: [(&str, &str); 2] = [("Host", "127.0.0.1:1"), ("X-A", "1")];

    #[test]
    fn a_request_equals_itself_whatever_the_port() {
        let ours = seen("GET", "/x", &[("Host", "127.0.0.1:2"), ("X-A", "1")], b"b");
        assert!(places(&[recorded(&HEADERS, b"b")], None, &[ours]).is_empty());
    }

    #[test]
    fn each_planted_difference_is_found() {
        let expected = [recorded(&HEADERS, b"b")];
        let header = |name: &str| Place::RequestHeader(name.into());
        let one = |ours: Seen| places(&expected, None, &[ours]);
        assert_eq!(one(seen("GET", "/y", &HEADERS, b"b")), [Place::RequestLine]);
        assert_eq!(one(seen("PUT", "/x", &HEADERS, b"b")), [Place::RequestLine]);
        assert_eq!(one(seen("GET", "/x", &HEADERS[..1], b"b")), [header("X-A")]);
        assert_eq!(
            one(seen("GET", "/x", &[HEADERS[0], ("x-a", "1")], b"b")),
            [header("X-A"), header("x-a")]
        );
        assert_eq!(one(seen("GET", "/x", &[HEADERS[0], ("X-A", "2")], b"b")), [header("X-A")]);
        assert_eq!(
            one(seen("GET", "/x", &[HEADERS[1], HEADERS[0]], b"b")),
            [Place::RequestHeaderOrder]
        );
        assert_eq!(one(seen("GET", "/x", &HEADERS, b"c")), [Place::RequestBody(String::new())]);
    }

    #[test]
    fn requests_too_many_and_too_few_are_found() {
        let expected = [recorded(&HEADERS, b"")];
        let ours = || seen("GET", "/x", &HEADERS, b"");
        assert!(places(&expected, Some(2), &[ours(), ours()]).is_empty());
        assert_eq!(places(&expected, Some(2), &[ours()]), [Place::Requests]);
        assert_eq!(places(&expected, None, &[ours(), ours()]), [Place::Requests]);
        assert_eq!(places(&[], None, &[ours()]), [Place::Requests]);
        let different = seen("GET", "/z", &HEADERS, b"");
        assert_eq!(places(&expected, Some(2), &[ours(), different]), [Place::RequestLine]);
    }

    #[test]
    fn the_shape_on_the_wire_tells_the_framing_and_not_the_size() {
        let wire = |size: &str, body: &str| {
            format!("POST /q HTTP/1.1\r\n\r\n{size}\r\n{body}\r\n0\r\n\r\n")
        };
        let long = "x".repeat(0x1f);
        assert_eq!(
            shape(wire("1F", &long).as_bytes()),
            shape(wire("01F", &long).as_bytes()).replace("more than one", "one")
        );
        assert_ne!(shape(wire("1F", &long).as_bytes()), shape(wire("1f", &long).as_bytes()));
        let two = "POST /q HTTP/1.1\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n";
        assert!(shape(two.as_bytes()).contains("more than one chunk"));
    }
}
