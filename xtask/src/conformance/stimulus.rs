//! What has to be done to a host so that a recorded case happens again.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::client::ToSend;
use super::compare::Sent;
use super::recording::{Case, ClientRequest, ParsedRequest, Received, RecordedBody};
use super::rig::MASTER_KEY;
use super::sentence::Sentence;
use super::wire::{chunk, chunked, chunks_for, split};

/// The cause of a case.
pub enum Stimulus {
    /// A host starts; nothing else.
    Start,
    Client(ToSend, Sent),
    /// Messages on the queues of functions, each after a pause from the first.
    Messages(Vec<Message>),
    Admin {
        function: String,
        body: String,
    },
    /// A timer's moment comes. The envelope says what was known of it.
    Timer {
        function: String,
        envelope: Value,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub function: String,
    pub bytes: Vec<u8>,
    pub after: Duration,
}

impl Stimulus {
    pub fn of(case: &Case) -> Result<Self, String> {
        if let Some(client) = &case.client {
            let (to_send, sent) = to_send(client, case);
            return Ok(Self::Client(to_send, sent));
        }
        if let Some(body) = &case.admin_request {
            let function = admin_function(case).ok_or("the case names no function")?;
            return Ok(Self::Admin { function, body: body.clone() });
        }
        if let Some(bytes) = &case.queue_message {
            let function = function_of(case).unwrap_or_else(|| "q".to_owned());
            let message = Message { function, bytes: bytes.clone(), after: Duration::ZERO };
            return Ok(Self::Messages(vec![message]));
        }
        let Some(first) = case.requests.first() else { return without_request(case) };
        if first.target() == "/" && !names_an_invocation(first) {
            return Ok(Self::Start);
        }
        if let Received::Parsed(request) = first
            && let Some(client) = client_of_proxied(request)
        {
            let (to_send, sent) = to_send(&client, case);
            return Ok(Self::Client(to_send, sent));
        }
        let envelope: Value = serde_json::from_str(&first.body_text())
            .map_err(|_| "nothing tells what caused this request".to_owned())?;
        of_envelope(first.target().trim_start_matches('/'), &envelope, case)
    }
}

fn of_envelope(function: &str, envelope: &Value, case: &Case) -> Result<Stimulus, String> {
    let data = envelope["Data"].as_object().and_then(|data| data.values().next());
    let data = data.ok_or("an envelope without Data")?;
    if data.get("Schedule").is_some() {
        return Ok(Stimulus::Timer { function: function.to_owned(), envelope: envelope.clone() });
    }
    if data.get("Url").is_some() {
        let client = client_of_envelope(data).ok_or("an HTTP envelope without its request")?;
        let (to_send, sent) = to_send(&client, case);
        return Ok(Stimulus::Client(to_send, sent));
    }
    let data = data.as_str().ok_or("the envelope holds no message")?;
    // Text came as JSON in JSON, bytes as base64.
    let bytes = serde_json::from_str::<String>(data)
        .map(String::into_bytes)
        .or_else(|_| BASE64_STANDARD.decode(data))
        .map_err(|_| "the envelope holds neither text nor bytes")?;
    let message = Message { function: function.to_owned(), bytes, after: Duration::ZERO };
    Ok(Stimulus::Messages(vec![message]))
}

/// A case in which no request of the handler is recorded: the sentences and results tell which
/// functions were fed, and when.
fn without_request(case: &Case) -> Result<Stimulus, String> {
    let text = case.response_given.as_str().unwrap_or_default();
    if Sentence::new(text).has("listens") || Sentence::new(text).has("exits") {
        return Ok(Stimulus::Start);
    }
    let results = case.host_result.as_array().ok_or("nothing tells what caused this case")?;
    let messages: Vec<Message> = results
        .iter()
        .filter_map(|result| result["file"].as_str())
        .map(|function| Message {
            function: function.to_owned(),
            bytes: b"m".to_vec(),
            after: part_about(text, function).and_then(|part| start_of(&part)).unwrap_or_default(),
        })
        .collect();
    if messages.is_empty() {
        return Err("nothing tells what caused this case".to_owned());
    }
    Ok(Stimulus::Messages(messages))
}

/// What must reach the handler where the case records none of it: one request for each message.
pub fn requests_for(messages: &[Message]) -> Vec<Received> {
    let request = |message: &Message| {
        Received::Parsed(ParsedRequest {
            method: "POST".to_owned(),
            target: format!("/{}", message.function),
            version: None,
            headers: None,
            body: RecordedBody::NotRecorded,
        })
    };
    messages.iter().map(request).collect()
}

/// The part of "e8 never answers (starts at t=0); e4 would …" that is about one function.
pub fn part_about(sentence: &str, function: &str) -> Option<String> {
    let about = |part: &&str| part.split_whitespace().next() == Some(function);
    sentence.split(';').map(str::trim).find(about).map(str::to_owned)
}

fn start_of(part: &str) -> Option<Duration> {
    let (_, rest) = part.split_once("t=")?;
    let digits: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    Duration::try_from_secs_f64(digits.parse().ok()?).ok()
}

fn names_an_invocation(request: &Received) -> bool {
    let Received::Parsed(ParsedRequest { headers: Some(headers), .. }) = request else {
        return false;
    };
    headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("X-Azure-Functions-InvocationId"))
}

/// The function that a case is about: where its request went, or whose failure it tells.
pub fn function_of(case: &Case) -> Option<String> {
    let by_target = || {
        let target = case.requests.first()?.target();
        Some(target.trim_start_matches('/').to_owned())
    };
    let by_failure = || {
        let told = case.host_result.to_string();
        let (_, rest) = told.split_once("Functions.")?;
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_'))?;
        rest.get(..end).map(str::to_owned)
    };
    by_target().or_else(by_failure)
}

/// `admin_request` holds only the body. Where nothing reached the handler, the function's name
/// stands nowhere but in the case's own: `admin_{function}__{body}`.
fn admin_function(case: &Case) -> Option<String> {
    let by_target = case.requests.first().map(|r| r.target().trim_start_matches('/').to_owned());
    by_target.or_else(|| {
        let rest = case.name.strip_prefix("admin_")?;
        rest.split("__").next().map(str::to_owned)
    })
}

fn is_proxied(request: &ParsedRequest) -> bool {
    let headers = request.headers.iter().flatten();
    headers.into_iter().any(|(name, _)| name.eq_ignore_ascii_case("X-Forwarded-For"))
}

/// The client's request behind a proxied one, where the recording holds only the latter.
fn client_of_proxied(request: &ParsedRequest) -> Option<ClientRequest> {
    const OF_THE_HOST: [&str; 7] = [
        "host",
        "x-azure-functions-hostversion",
        "x-azure-functions-invocationid",
        "x-ms-invocation-id",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
    ];
    let headers = request.headers.as_ref()?;
    let is = |name: &str, other: &str| name.eq_ignore_ascii_case(other);
    let (_, host) = headers.iter().find(|(name, _)| is(name, "X-Forwarded-Host"))?;
    let mut head = format!("{} {} HTTP/1.1\r\nHost: {host}", request.method, request.target);
    for (name, value) in headers {
        if !OF_THE_HOST.contains(&name.to_ascii_lowercase().as_str()) {
            head.extend(["\r\n", name, ": ", value]);
        }
    }
    Some(ClientRequest { head: head.into_bytes(), body: request.body.clone() })
}

/// The client's request behind `Data.req` of an HTTP envelope.
fn client_of_envelope(data: &Value) -> Option<ClientRequest> {
    let url = data["Url"].as_str()?;
    let (_, rest) = url.split_once("://")?;
    let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/");
    let mut head = format!("{} {path} HTTP/1.1", data["Method"].as_str()?);
    for (name, values) in data["Headers"].as_object()? {
        for value in values.as_array().into_iter().flatten().filter_map(Value::as_str) {
            head.extend(["\r\n", name, ": ", value]);
        }
    }
    let body = data["Body"].as_str().unwrap_or_default().as_bytes().to_vec();
    Some(ClientRequest { head: head.into_bytes(), body: RecordedBody::Whole(body) })
}

/// What goes over the wire. A body that the recording does not hold is told from what the
/// handler got and from its length on the wire, or made up.
fn to_send(client: &ClientRequest, case: &Case) -> (ToSend, Sent) {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stimulus(line: &Value) -> Stimulus {
        Stimulus::of(&Case::from_line("x", line)).unwrap()
    }

    fn client(line: &Value) -> (ToSend, Sent) {
        match stimulus(line) {
            Stimulus::Client(to_send, sent) => (to_send, sent),
            _ => panic!("no client's request"),
        }
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

    #[test]
    fn an_envelope_tells_its_cause() {
        let of = |path: &str, data: Value| {
            let body = json!({"Data": data}).to_string();
            stimulus(&json!({"request": {"method": "POST", "path": path, "body": body}}))
        };
        let Stimulus::Messages(messages) = of("/e1", json!({"msg": "\"m\""})) else { panic!() };
        let message =
            Message { function: "e1".into(), bytes: b"m".to_vec(), after: Duration::ZERO };
        assert_eq!(messages, [message]);
        assert!(matches!(of("/tick", json!({"t": {"Schedule": {}}})), Stimulus::Timer { .. }));
        let http = json!({"req": {"Url": "http://localhost:7071/api/hh?x=1", "Method": "GET", "Headers": {"Host": ["localhost:7071"]}}});
        let Stimulus::Client(to_send, _) = of("/hh", http) else { panic!() };
        assert_eq!(to_send.head, b"GET /api/hh?x=1 HTTP/1.1\r\nHost: localhost:7071\r\n\r\n");
    }

    #[test]
    fn sentences_tell_who_is_fed_when() {
        let Stimulus::Messages(messages) = stimulus(&json!({
            "request": null,
            "response_given": "e8 never answers (starts at t=0); e4 would answer after 25 s (starts at t=7 s)",
            "host_result": [{"file": "e8", "ok": false}, {"file": "e4", "ok": false}],
        })) else {
            panic!()
        };
        let starts: Vec<u64> = messages.iter().map(|m| m.after.as_secs()).collect();
        assert_eq!(starts, [0, 7]);
    }

    #[test]
    fn a_probe_is_a_start_and_a_case_about_nothing_is_refused() {
        let probe =
            json!({"request": [{"method": "GET", "path": "/", "headers": [["Host", "a"]]}]});
        assert!(matches!(stimulus(&probe), Stimulus::Start));
        let nothing = Case::from_line("x", &json!({"case": "x", "request": null}));
        assert!(Stimulus::of(&nothing).is_err());
    }
}
