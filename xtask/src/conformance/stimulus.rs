//! What has to be done to a host so that a recorded case happens again.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::client::ToSend;
use super::compare::Sent;
use super::recording::{Case, ClientRequest, ParsedRequest, Received, RecordedBody};
use super::sentence::Sentence;
use super::to_send::to_send;

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stimulus(line: &Value) -> Stimulus {
        Stimulus::of(&Case::from_line("x", line)).unwrap()
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
