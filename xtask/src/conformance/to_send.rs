//! The bytes that a client sends, where the recording holds them and where it does not.

use std::time::Duration;

use super::client::ToSend;
use super::compare::Sent;
use super::recording::{Case, ClientRequest, ParsedRequest, Received, RecordedBody};
use super::rig::MASTER_KEY;
use super::wire::{chunk, chunked, chunks_for, split};

/// What goes over the wire. A body that the recording does not hold is told from what the
/// handler got and from its length on the wire, or made up.
pub fn to_send(client: &ClientRequest, case: &Case) -> (ToSend, Sent) {
    let text: String = client.head.iter().map(|byte| char::from(*byte)).collect();
    let has_secret = text.contains("<master key>");
    let head = replace_bytes(&client.head, MASTER_KEY);
    let lower = text.to_ascii_lowercase();
    let is_chunked = lower.contains("transfer-encoding: chunked");
    let at_handler = match case.requests.first() {
        // In an envelope the body is another one.
        Some(Received::Parsed(request)) if is_proxied(request) => Some(&request.body),
        _ => None,
    };
    let mut sent = Sent { secret: has_secret.then(|| MASTER_KEY.to_owned()), ..Sent::default() };
    let waits = lower.contains("expect: 100-continue");
    let pieces = match &client.body {
        RecordedBody::Whole(bytes) => {
            sent.body = if is_chunked {
                super::wire::dechunk(bytes).unwrap_or_default()
            } else {
                bytes.clone()
            };
            vec![bytes.clone()]
        }
        recorded => {
            let (pieces, body, chunks) = made_up(recorded.len(), at_handler, is_chunked, case);
            (sent.body, sent.chunks) = (body, chunks);
            pieces
        }
    };
    let to_send = ToSend {
        head: [head.as_slice(), b"\r\n\r\n"].concat(),
        body: pieces.into_iter().filter(|piece| !piece.is_empty()).collect(),
        pause: Duration::from_millis(100),
        waits_to_continue: waits,
    };
    (to_send, sent)
}

/// Pieces to send, the body in them, and the chunk sizes to be seen at the handler.
fn made_up(
    on_wire: usize,
    at_handler: Option<&RecordedBody>,
    is_chunked: bool,
    case: &Case,
) -> (Vec<Vec<u8>>, Vec<u8>, Vec<usize>) {
    let body = match at_handler {
        Some(RecordedBody::Whole(bytes)) => bytes.clone(),
        Some(RecordedBody::Length(length)) => filler(*length),
        // Nothing arrived: what was sent is only known by its length, if it was whole chunks.
        None | Some(RecordedBody::NotRecorded) if is_chunked => {
            filler(whole_body_in_64k_chunks(on_wire))
        }
        None | Some(RecordedBody::NotRecorded) => filler(on_wire),
    };
    let arrived = chunk_events(case);
    if on_wire == 0 {
        // It was sent after the head, slowly.
        if !is_chunked {
            let parts = split(&body, arrived.len().max(1) * 3);
            return (parts.into_iter().map(<[u8]>::to_vec).collect(), body, Vec::new());
        }
        let mut rest = body.as_slice();
        let mut pieces = Vec::new();
        for size in &arrived {
            let (piece, after) = rest.split_at((*size).min(rest.len()));
            pieces.push(chunk(piece));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(chunk(rest));
        }
        pieces.push(b"0\r\n\r\n".to_vec());
        return (pieces, body, arrived);
    }
    if !is_chunked {
        return (vec![body.clone()], body, Vec::new());
    }
    let count = chunks_for(body.len(), on_wire);
    let mut wire = chunked(&body, count.unwrap_or(1));
    if count.is_none() && wire.len() < on_wire {
        // More was sent than the body that arrived: another request behind it.
        wire.extend_from_slice(&smuggled(on_wire - wire.len()));
    }
    (vec![wire], body, Vec::new())
}

/// A request line that must not be taken for one, `length` bytes long.
fn smuggled(length: usize) -> Vec<u8> {
    let mut request = b"POST /dispatch-sms HTTP/1.1\r\nHost: a\r\nX-Fill: ".to_vec();
    let end = b"\r\n\r\n";
    request.resize(length.saturating_sub(end.len()), b'x');
    request.extend_from_slice(end);
    request
}

fn whole_body_in_64k_chunks(on_wire: usize) -> usize {
    const SIZE: usize = 65_536;
    const FRAMED: usize = SIZE + 9;
    let full = on_wire.saturating_sub(5) / FRAMED;
    if full * FRAMED + 5 == on_wire { full * SIZE } else { on_wire.saturating_sub(13) }
}

/// Sizes in which the recorded handler's reader saw a chunked body come.
fn chunk_events(case: &Case) -> Vec<usize> {
    let events = case.host_result["handler_events"].as_array().into_iter().flatten();
    events
        .filter(|event| event["event"] == "chunk")
        .filter_map(|event| event["bytes"].as_u64().and_then(|n| usize::try_from(n).ok()))
        .collect()
}

/// Bytes that no accident repeats, so that a lost or doubled piece shows.
fn filler(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from((at / 251 + at) % 251).unwrap_or_default()).collect()
}

fn replace_bytes(head: &[u8], key: &str) -> Vec<u8> {
    const PLACEHOLDER: &[u8] = b"<master key>";
    match super::wire::find(head, PLACEHOLDER) {
        Some(at) => {
            let (before, after) = head.split_at(at);
            let after = after.get(PLACEHOLDER.len()..).unwrap_or_default();
            [before, key.as_bytes(), after].concat()
        }
        None => head.to_vec(),
    }
}

fn is_proxied(request: &ParsedRequest) -> bool {
    let headers = request.headers.iter().flatten();
    headers.into_iter().any(|(name, _)| name.eq_ignore_ascii_case("X-Forwarded-For"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::conformance::recording::client_request;

    fn client(line: &Value) -> (ToSend, Sent) {
        to_send(&client_request(line).unwrap(), &Case::from_line("x", line))
    }

    #[test]
    fn a_body_is_told_from_what_arrived_and_from_its_length_on_the_wire() {
        let request = |body: &str| json!({"method": "POST", "path": "/x", "headers": [["X-Forwarded-For", "a"]], "body": body});
        let line = |head: &str, length: usize, body: &str| {
            json!({
                "client_request": {"raw_head": head, "body_length": length}, "request": request(body),
            })
        };
        let (plain, _) = client(&line("POST /x HTTP/1.1\r\nContent-Length: 7", 7, "{\"a\":1}"));
        assert_eq!(plain.body, [b"{\"a\":1}".to_vec()]);
        let te = "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked";
        let (two_chunks, _) = client(&line(te, 22, "{\"a\":1}"));
        assert_eq!(two_chunks.body.concat(), b"4\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\n\r\n");
        let (smuggling, _) = client(&line(te, 64, ""));
        assert_eq!(smuggling.body.concat().len(), 64);
        assert!(smuggling.body.concat().starts_with(b"0\r\n\r\nPOST /dispatch-sms"));
    }

    #[test]
    fn a_master_key_is_put_in() {
        let (to_send, sent) = client(&json!({
            "client_request": {"raw_head": "GET /a?code=<master key> HTTP/1.1", "body": ""},
        }));
        assert!(to_send.head.starts_with(format!("GET /a?code={MASTER_KEY} HTTP").as_bytes()));
        assert!(sent.secret.is_some());
    }
}
