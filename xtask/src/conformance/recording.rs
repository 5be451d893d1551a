//! Recordings of the real Functions host, read from `*.jsonl`: one case a line.
//!
//! Every member is optional: what a recording does not say is not compared.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

/// The files that are replayed. What the others hold is seen by hand or not used by this project.
pub const REPLAYED: [&str; 9] = [
    "readiness",
    "timer",
    "queue",
    "admin",
    "admin-app",
    "answers",
    "hang",
    "http-proxying",
    "routes",
];

/// One case: what came to the host, what the handler saw and answered, what came of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The file's stem.
    pub file: String,
    pub name: String,
    pub app: Option<String>,
    /// `host`, or `yarp-only` for the proxy alone, without the host's routing before it.
    pub from: Option<String>,
    pub client: Option<ClientRequest>,
    /// A queue message's bytes, without the queue's own base64.
    pub queue_message: Option<Vec<u8>>,
    /// Body of `POST /admin/functions/{name}`.
    pub admin_request: Option<String>,
    /// What the handler received, in order. Empty: nothing reached it.
    pub requests: Vec<Received>,
    pub response_given: Value,
    pub host_result: Value,
}

/// What a client sent to the host's front.
#[derive(Clone, Debug)]
pub struct ClientRequest {
    /// Request line and headers, without the empty line.
    pub head: Vec<u8>,
    pub body: RecordedBody,
}

/// A body as far as the recording holds it.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordedBody {
    Whole(Vec<u8>),
    /// Only how long it was.
    Length(usize),
    NotRecorded,
}

impl RecordedBody {
    pub fn len(&self) -> usize {
        match self {
            Self::Whole(bytes) => bytes.len(),
            Self::Length(length) => *length,
            Self::NotRecorded => 0,
        }
    }
}

/// What the handler received.
#[derive(Clone, Debug)]
pub enum Received {
    Parsed(ParsedRequest),
    /// Head and body as they stood on the wire.
    Raw(Vec<u8>),
}

#[derive(Clone, Debug)]
pub struct ParsedRequest {
    pub method: String,
    pub target: String,
    pub version: Option<String>,
    /// In wire order. `None`: not recorded.
    pub headers: Option<Vec<(String, String)>>,
    pub body: RecordedBody,
}

impl Received {
    pub fn target(&self) -> String {
        match self {
            Self::Parsed(request) => request.target.clone(),
            Self::Raw(wire) => {
                let line = wire.split(|b| *b == b'\r').next().unwrap_or_default();
                let target = String::from_utf8_lossy(line);
                target.split(' ').nth(1).unwrap_or_default().to_owned()
            }
        }
    }

    /// The body's text; of a raw request the chunks put together.
    pub fn body_text(&self) -> String {
        let bytes = match self {
            Self::Parsed(ParsedRequest { body: RecordedBody::Whole(bytes), .. }) => bytes.clone(),
            Self::Parsed(_) => Vec::new(),
            Self::Raw(wire) => crate::conformance::wire::body_of_raw(wire),
        };
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// All cases of the replayable files in `dir`, in the order of [`REPLAYED`].
pub fn read_dir(dir: &Path) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for stem in REPLAYED {
        let path = dir.join(format!("{stem}.jsonl"));
        if path.is_file() {
            let text = read(&path)?;
            for (at, line) in lines(&text) {
                cases.push(match serde_json::from_str(line) {
                    Ok(line) => Case::from_line(stem, &line),
                    // It counts, and cannot be replayed.
                    Err(problem) => Case::nameless(stem, &format!("line {at}: {problem}")),
                });
            }
        }
    }
    Ok(cases)
}

/// The stems of files in `dir` that are recordings but not replayed.
pub fn not_replayed(dir: &Path) -> Vec<String> {
    let mut stems: Vec<String> = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let stem = path.file_stem()?.to_str()?.to_owned();
            let is_recording = path.extension().is_some_and(|e| e == "jsonl");
            (is_recording && !REPLAYED.contains(&stem.as_str())).then(|| format!("{stem}.jsonl"))
        })
        .collect();
    if dir.join("background").is_dir() {
        stems.push("background/".to_owned());
    }
    stems.sort();
    stems
}

/// The JSON values of a `.jsonl` file.
pub fn read_lines(path: &Path) -> Result<Vec<Value>, String> {
    let text = read(path)?;
    lines(&text)
        .map(|(at, line)| {
            serde_json::from_str(line).map_err(|e| format!("{}:{at}: {e}", path.display()))
        })
        .collect()
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// The lines that hold something, and their numbers.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    numbered.filter(|(_, line)| !line.trim().is_empty())
}

impl Case {
    fn nameless(file: &str, name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::from_line(file, &Value::Null) }
    }

    pub fn from_line(file: &str, line: &Value) -> Self {
        let text = |name: &str| line[name].as_str().map(str::to_owned);
        Self {
            file: file.to_owned(),
            name: text("case").unwrap_or_default(),
            app: text("app"),
            from: text("from"),
            client: client_request(line),
            queue_message: text("queue_message_base64")
                .and_then(|encoded| BASE64_STANDARD.decode(encoded).ok()),
            admin_request: text("admin_request"),
            requests: received(&line["request"]),
            response_given: line["response_given"].clone(),
            host_result: line["host_result"].clone(),
        }
    }

    /// What the handler received besides [`Case::requests`]: redirects followed, and events
    /// that fell due beside the case.
    pub fn further_requests(&self) -> Vec<Received> {
        received(&self.host_result["further_requests"])
    }
}

/// `client_request`, or `client_does` where that is a request written out.
pub fn client_request(line: &Value) -> Option<ClientRequest> {
    let recorded = &line["client_request"];
    if let Some(head) = recorded["raw_head"].as_str() {
        let head = match head.chars().count() {
            WHERE_HEADS_WERE_CUT => completed(head, line),
            _ => head.to_owned(),
        };
        return Some(ClientRequest { head: head_bytes(&head), body: body(recorded) });
    }
    let (head, body) = line["client_does"].as_str()?.split_once("\r\n\r\n")?;
    let body = RecordedBody::Whole(body.as_bytes().to_vec());
    head.contains(" HTTP/1.").then(|| ClientRequest { head: head_bytes(head), body })
}

/// The recorder kept so many characters of a client's head.
const WHERE_HEADS_WERE_CUT: usize = 6000;

/// A cut head, its last word drawn out to what it must have been: as long as the handler
/// received it, else longer than the host takes.
fn completed(head: &str, line: &Value) -> String {
    const LINE_LIMIT: usize = 8 * 1024;
    const HEADERS_LIMIT: usize = 32 * 1024;
    let filler = head.chars().last().unwrap_or('x').to_string();
    if !head.contains(" HTTP/1.") {
        return format!("{head}{} HTTP/1.1\r\nHost: a", filler.repeat(LINE_LIMIT));
    }
    let (_, last) = head.rsplit_once("\r\n").unwrap_or(("", head));
    let (name, value) = last.split_once(": ").unwrap_or((last, ""));
    let whole = received(&line["request"]).into_iter().find_map(|request| match request {
        Received::Parsed(request) => {
            request.headers?.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name))
        }
        Received::Raw(_) => None,
    });
    let missing = match whole {
        Some((_, whole)) => whole.chars().count().saturating_sub(value.chars().count()),
        None => HEADERS_LIMIT,
    };
    format!("{head}{}", filler.repeat(missing))
}

/// A head was recorded byte for character (ISO 8859-1); one that cannot have been is UTF-8.
pub fn head_bytes(head: &str) -> Vec<u8> {
    head.chars()
        .map(|c| u8::try_from(u32::from(c)))
        .collect::<Result<Vec<u8>, _>>()
        .unwrap_or_else(|_| head.as_bytes().to_vec())
}

fn received(recorded: &Value) -> Vec<Received> {
    match recorded {
        Value::Array(items) => items.iter().filter_map(received_one).collect(),
        one => received_one(one).into_iter().collect(),
    }
}

fn received_one(recorded: &Value) -> Option<Received> {
    if let Some(raw) = recorded["raw"].as_str() {
        return Some(Received::Raw(raw.as_bytes().to_vec()));
    }
    let headers = recorded["headers"].as_array().map(|pairs| {
        pairs
            .iter()
            .map(|pair| {
                let part = |at: usize| pair[at].as_str().unwrap_or_default().to_owned();
                (part(0), part(1))
            })
            .collect()
    });
    Some(Received::Parsed(ParsedRequest {
        method: recorded["method"].as_str()?.to_owned(),
        target: recorded["path"].as_str()?.to_owned(),
        version: recorded["http_version"].as_str().map(str::to_owned),
        headers,
        body: body(recorded),
    }))
}

/// A body's text stands for its bytes unless it was not UTF-8 (then the recording has
/// replacement characters) or was left out; then only its length is known. A length beside a
/// text tells nothing: recordings were tidied after they were measured.
fn body(recorded: &Value) -> RecordedBody {
    let length = recorded["body_length"].as_u64().and_then(|n| usize::try_from(n).ok());
    if let Some(encoded) = recorded["body_base64"].as_str()
        && let Ok(bytes) = BASE64_STANDARD.decode(encoded)
    {
        return RecordedBody::Whole(bytes);
    }
    match (recorded["body"].as_str(), length) {
        (Some(text), _) if !text.contains(char::REPLACEMENT_CHARACTER) => {
            RecordedBody::Whole(text.as_bytes().to_vec())
        }
        (_, Some(length)) => RecordedBody::Length(length),
        (Some(text), None) => RecordedBody::Length(text.len()),
        (None, None) => RecordedBody::NotRecorded,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_head_is_the_bytes_that_its_characters_number() {
        assert_eq!(head_bytes("X-L: caf\u{e9}"), b"X-L: caf\xe9");
        assert_eq!(head_bytes("a=caf\u{c3}\u{a9}"), "a=café".as_bytes());
        assert_eq!(head_bytes("a=\u{20ac}"), "a=€".as_bytes());
    }

    #[test]
    fn a_body_that_the_recording_could_not_hold_is_only_a_length() {
        let lossy = json!({"body_length": 3, "body": "\u{1f}\u{fffd}"});
        assert_eq!(body(&lossy), RecordedBody::Length(3));
        let with_bytes = json!({"body_length": 2, "body": "\u{1f}\u{fffd}", "body_base64": "H4s="});
        assert_eq!(body(&with_bytes), RecordedBody::Whole(vec![0x1f, 0x8b]));
        assert_eq!(body(&json!({"body_length": 5_242_880})), RecordedBody::Length(5_242_880));
        assert_eq!(body(&json!({"body": "x"})), RecordedBody::Whole(vec![b'x']));
        assert_eq!(body(&json!({})), RecordedBody::NotRecorded);
    }

    #[test]
    fn a_sentence_is_a_request_only_when_it_is_one() {
        let written_out = json!({"client_does": "POST /x HTTP/1.1\r\nHost: a\r\n\r\n{}"});
        let request = client_request(&written_out).unwrap();
        assert_eq!(request.head, b"POST /x HTTP/1.1\r\nHost: a");
        assert_eq!(request.body, RecordedBody::Whole(b"{}".to_vec()));
        assert!(client_request(&json!({"client_does": "client closes after 0.6 s"})).is_none());
    }

    #[test]
    fn a_head_that_the_recorder_cut_is_drawn_out() {
        let cut = |start: &str| format!("{start}{}", "b".repeat(6000 - start.len()));
        let of = |head: &str, request: Value| {
            let line = json!({"client_request": {"raw_head": head}, "request": request});
            client_request(&line).unwrap().head
        };
        let arrived =
            json!({"method": "GET", "path": "/", "headers": [["X-Big", "b".repeat(20_000)]]});
        let start = "GET / HTTP/1.1\r\nX-Big: ";
        assert_eq!(of(&cut(start), arrived).len(), start.len() + 20_000);
        assert!(of(&cut(start), Value::Null).len() > 32 * 1024);
        let long_line = of(&cut("GET /?b"), Value::Null);
        assert!(long_line.len() > 8 * 1024 && long_line.ends_with(b"b HTTP/1.1\r\nHost: a"));
    }

    #[test]
    fn members_that_are_missing_are_no_error() {
        let case = Case::from_line("queue", &json!({"case": "x"}));
        assert!(case.requests.is_empty() && case.client.is_none() && case.app.is_none());
    }

    #[test]
    fn a_line_that_is_no_json_is_a_case_all_the_same() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("queue.jsonl"), "{\"case\": \"x\"}\n\n{\"case\"\n").unwrap();
        let names: Vec<String> =
            read_dir(dir.path()).unwrap().into_iter().map(|case| case.name).collect();
        assert_eq!(names.len(), 2);
        assert!(names[1].starts_with("line 3: "), "{names:?}");
    }
}
