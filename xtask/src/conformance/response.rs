//! `response_given` of a recording, turned into bytes and pauses.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::conduct::{Conduct, Head, Step};
use super::sentence::Sentence;
use super::wire::chunked;

/// What the recorded handler answered where the recording does not say.
const ENVELOPE: &str = r#"{"Outputs":{},"Logs":[],"ReturnValue":null}"#;

/// The members of `response_given` that this file knows; a case with another is not replayed.
const KNOWN: [&str; 20] = [
    "status",
    "statusMessage",
    "headers",
    "body",
    "b64",
    "size",
    "chunked",
    "nolength",
    "close",
    "hang",
    "delay",
    "partial",
    "early",
    "headersThenClose",
    "sse",
    "every",
    "cut",
    "trace",
    "meaning",
    "stream",
];

/// How an answer is given, once its recording is understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// An empty envelope to an event, an echo to a proxied request.
    Usual,
    /// `ok {method} {path}\n` as text/plain, to whatever comes.
    Echo,
    /// This body as an envelope to an event, an echo to a proxied request.
    Envelope(String),
    Given(Box<Given>),
}

#[derive(Clone, Debug, PartialEq, Default)]
pub struct Given {
    status: u16,
    reason: Option<String>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    framing: Framing,
    ending: Ending,
    early: bool,
    delay: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Default)]
enum Framing {
    #[default]
    Length,
    Chunked,
}

#[derive(Clone, Copy, Debug, PartialEq, Default)]
enum Ending {
    #[default]
    Whole,
    Hang,
    CloseBeforeHead,
    CloseAfterHead,
    CloseInBody,
    Events {
        count: u64,
        every: Duration,
        cut: bool,
    },
}

impl Response {
    /// `scale` shortens a delay as functionTimeout was shortened.
    pub fn read(given: &Value, scale: impl Fn(Duration) -> Duration) -> Result<Self, String> {
        match given {
            Value::Null => Ok(Self::Usual),
            Value::String(text) if text.trim_start().starts_with('{') => {
                Ok(Self::Envelope(text.clone()))
            }
            Value::String(text) => Self::of_sentence(text),
            Value::Object(members) => {
                if let Some(unknown) = members.keys().find(|name| !KNOWN.contains(&name.as_str())) {
                    return Err(format!("response_given.{unknown} is not understood"));
                }
                let is_an_answer = members.keys().any(|name| name != "trace" && name != "meaning");
                if !is_an_answer {
                    return Ok(Self::Usual);
                }
                Given::read(given, scale).map(|given| Self::Given(Box::new(given)))
            }
            _ => Err("response_given is neither an object nor a sentence".to_owned()),
        }
    }

    fn of_sentence(text: &str) -> Result<Self, String> {
        let sentence = Sentence::new(text);
        let given = |ending| Given { status: 200, ending, ..Given::default() };
        let given = if sentence.has("echo") {
            return Ok(Self::Echo);
        } else if sentence.has("never answer") || sentence.has("never answered") {
            given(Ending::Hang)
        } else if sentence.has("closed before headers") {
            given(Ending::CloseBeforeHead)
        } else if sentence.has("empty") {
            given(Ending::Whole)
        } else if let (Some(count), Some(every)) = (sentence.count("events"), sentence.duration()) {
            let headers = vec![("Content-Type".to_owned(), "text/event-stream".to_owned())];
            Given { headers, ..given(Ending::Events { count, every, cut: false }) }
        } else if let Some(status) = sentence.status() {
            if status == 200 {
                return Ok(Self::Usual);
            }
            Given { status, ..given(Ending::Whole) }
        } else {
            return Err(format!("response_given is not understood: {text}"));
        };
        Ok(Self::Given(Box::new(given)))
    }

    pub fn conduct(&self, head: &Head) -> Conduct {
        let is_event = head.header("x-ms-invocation-id").is_none();
        match self {
            Self::Usual if is_event => Conduct::send(&envelope(ENVELOPE)),
            Self::Envelope(body) if is_event => Conduct::send(&envelope(body)),
            Self::Usual | Self::Envelope(_) | Self::Echo => Conduct::send(&echo(head)),
            Self::Given(given) => given.conduct(head),
        }
    }
}

impl Given {
    fn read(given: &Value, scale: impl Fn(Duration) -> Duration) -> Result<Self, String> {
        let flag = |name: &str| given[name].as_bool().unwrap_or(false);
        let milliseconds =
            |name: &str| Duration::from_millis(given[name].as_u64().unwrap_or_default());
        let ending = if flag("hang") {
            Ending::Hang
        } else if flag("close") {
            Ending::CloseBeforeHead
        } else if flag("headersThenClose") {
            Ending::CloseAfterHead
        } else if flag("partial") {
            Ending::CloseInBody
        } else if let Some(count) = given["sse"].as_u64().or(given["stream"].as_u64()) {
            Ending::Events { count, every: milliseconds("every"), cut: flag("cut") }
        } else {
            Ending::Whole
        };
        let status = given["status"].as_u64().unwrap_or(200);
        Ok(Self {
            status: u16::try_from(status).map_err(|_| format!("status {status}"))?,
            reason: given["statusMessage"].as_str().map(str::to_owned),
            headers: headers(&given["headers"]),
            body: body(given)?,
            // `nolength` leaves the framing to the server, which knew the length.
            framing: if flag("chunked") { Framing::Chunked } else { Framing::Length },
            ending,
            early: flag("early"),
            delay: scale(milliseconds("delay")),
        })
    }

    fn conduct(&self, head: &Head) -> Conduct {
        let mut steps = Vec::new();
        if !self.delay.is_zero() {
            steps.push(pause(self.delay));
        }
        match self.ending {
            Ending::Hang => steps.push(Step::Hang),
            Ending::CloseBeforeHead => steps.push(Step::Close),
            Ending::CloseAfterHead => {
                steps.push(Step::send(&self.head(&[("Content-Length".into(), "1000".into())])));
                steps.push(pause(Duration::from_millis(100)));
                steps.push(Step::Close);
            }
            Ending::CloseInBody => {
                // The recorded host missed the last chunk, not so many bytes.
                let mut bytes = self.head(&[("Transfer-Encoding".into(), "chunked".into())]);
                bytes.extend_from_slice(&super::wire::chunk(&self.body));
                steps.push(Step::send(&bytes));
                steps.push(pause(Duration::from_millis(50)));
                steps.push(Step::Close);
            }
            Ending::Events { count, every, cut } => {
                let chunked = ("Transfer-Encoding".into(), "chunked".into());
                steps.push(Step::send(&self.head(&[chunked])));
                for number in 1..=count {
                    steps.push(pause(every));
                    let event = format!("data: {number}\n\n");
                    steps.push(Step::send(&super::wire::chunk(event.as_bytes())));
                }
                steps.push(pause(every));
                steps.push(if cut { Step::Close } else { Step::send(b"0\r\n\r\n") });
            }
            Ending::Whole => steps.push(Step::send(&self.whole(head))),
        }
        if self.early {
            steps.push(Step::Close);
        }
        Conduct { reads_body: !self.early, steps }
    }

    fn whole(&self, request: &Head) -> Vec<u8> {
        let bodyless = matches!(self.status, 100..200 | 204 | 304);
        let is_framing = |(name, _): &(String, String)| {
            ["content-length", "transfer-encoding"].contains(&name.to_ascii_lowercase().as_str())
        };
        let framing = match self.framing {
            _ if bodyless || self.headers.iter().any(is_framing) => None,
            Framing::Length => Some(("Content-Length".to_owned(), self.body.len().to_string())),
            Framing::Chunked => Some(("Transfer-Encoding".to_owned(), "chunked".to_owned())),
        };
        let mut bytes = self.head(framing.as_slice());
        if !bodyless && request.method != "HEAD" {
            match self.framing {
                Framing::Length => bytes.extend_from_slice(&self.body),
                Framing::Chunked => bytes.extend_from_slice(&chunked(&self.body, 1)),
            }
        }
        bytes
    }

    fn head(&self, framing: &[(String, String)]) -> Vec<u8> {
        let canonical = http::StatusCode::from_u16(self.status).ok();
        let reason = self.reason.as_deref();
        let reason = reason.or(canonical.and_then(|c| c.canonical_reason())).unwrap_or("Unknown");
        let mut text = format!("HTTP/1.1 {} {reason}\r\n", self.status);
        for (name, value) in self.headers.iter().chain(framing) {
            text.extend([name, ": ", value, "\r\n"]);
        }
        text.push_str("\r\n");
        super::recording::head_bytes(&text)
    }
}

fn headers(recorded: &Value) -> Vec<(String, String)> {
    let pairs = recorded.as_array().into_iter().flatten();
    let part = |pair: &Value, at: usize| pair[at].as_str().unwrap_or_default().to_owned();
    pairs.map(|pair| (part(pair, 0), part(pair, 1))).collect()
}

fn body(given: &Value) -> Result<Vec<u8>, String> {
    if let Some(encoded) = given["b64"].as_str() {
        return BASE64_STANDARD.decode(encoded).map_err(|e| format!("response_given.b64: {e}"));
    }
    if let Some(size) = given["size"].as_u64() {
        let size = usize::try_from(size).map_err(|e| e.to_string())?;
        return Ok(vec![b'x'; size]);
    }
    Ok(given["body"].as_str().unwrap_or_default().as_bytes().to_vec())
}

fn envelope(body: &str) -> Vec<u8> {
    answer("application/json", body)
}

fn echo(head: &Head) -> Vec<u8> {
    let body = format!("ok {} {}\n", head.method, head.target);
    let whole = answer("text/plain", &body);
    let sent = whole.len() - if head.method == "HEAD" { body.len() } else { 0 };
    whole.get(..sent).unwrap_or_default().to_vec()
}

fn answer(content_type: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn pause(duration: Duration) -> Step {
    Step::Pause(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn head(method: &str, headers: &[(&str, &str)]) -> Head {
        Head {
            method: method.into(),
            target: "/x".into(),
            version: "1.1".into(),
            headers: headers.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect(),
            wire: String::new(),
        }
    }

    fn sent(given: &Value, request: &Head) -> Vec<String> {
        let response = Response::read(given, |duration| duration).unwrap();
        let steps = response.conduct(request).steps;
        steps
            .iter()
            .map(|step| match step {
                Step::Send(encoded) => {
                    let bytes = BASE64_STANDARD.decode(encoded).unwrap();
                    bytes.iter().map(|b| char::from(*b)).collect()
                }
                other => format!("{other:?}"),
            })
            .collect()
    }

    const PROXIED: [(&str, &str); 1] = [("x-ms-invocation-id", "1")];

    #[test]
    fn an_answer_is_written_as_recorded() {
        let given = json!({"status": 418, "statusMessage": "Tea Time", "headers": [["X-U", "café"]], "body": "x"});
        assert_eq!(
            sent(&given, &head("GET", &PROXIED)),
            ["HTTP/1.1 418 Tea Time\r\nX-U: caf\u{e9}\r\nContent-Length: 1\r\n\r\nx"]
        );
        assert_eq!(
            sent(&json!({"status": 204, "headers": [], "body": ""}), &head("GET", &PROXIED)),
            ["HTTP/1.1 204 No Content\r\n\r\n"]
        );
        let given = json!({"status": 200, "body": "ab", "chunked": true});
        assert_eq!(
            sent(&given, &head("POST", &[])),
            ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"]
        );
    }

    #[test]
    fn the_usual_answer_depends_on_who_asks() {
        let event = sent(&Value::Null, &head("POST", &[]));
        assert!(event[0].ends_with(ENVELOPE), "{event:?}");
        let proxied = sent(&json!({}), &head("GET", &PROXIED));
        assert!(proxied[0].ends_with("\r\n\r\nok GET /x\n"), "{proxied:?}");
        let to_head = sent(&json!("200 text/plain echo"), &head("HEAD", &PROXIED));
        assert!(to_head[0].ends_with("Content-Length: 11\r\n\r\n"), "{to_head:?}");
        let echo_to_event = sent(&json!("200 text/plain echo"), &head("POST", &[]));
        assert!(echo_to_event[0].contains("text/plain"), "{echo_to_event:?}");
    }

    #[test]
    fn cut_and_silent_answers_end_as_recorded() {
        let request = head("GET", &PROXIED);
        assert_eq!(sent(&json!({"close": true}), &request), ["Close"]);
        assert_eq!(sent(&json!({"hang": true}), &request), ["Hang"]);
        let cut = sent(&json!({"sse": 1, "every": 5, "cut": true}), &request);
        assert_eq!(cut[1..], ["Pause(5)", "9\r\ndata: 1\n\n\r\n", "Pause(5)", "Close"]);
        let events = sent(&json!("4 events, one each 400 ms"), &request);
        assert_eq!(events.len(), 1 + 4 * 2 + 2);
        let early = Response::read(&json!({"early": true, "status": 413}), |d| d).unwrap();
        assert!(!early.conduct(&request).reads_body);
    }

    #[test]
    fn what_is_not_understood_is_not_replayed() {
        assert!(Response::read(&json!({"status": 200, "teapot": 1}), |d| d).is_err());
        assert!(Response::read(&json!("sings a song"), |d| d).is_err());
        assert!(Response::read(&json!(7), |d| d).is_err());
    }
}
