//! What differs between a recording and its replay.

mod answer;
mod body;
mod outcome;
mod request;
mod text;

use std::fmt;

pub use answer::compare_answer;
pub use outcome::{
    Ended, compare_log, compare_messages, compare_outcomes, interchangeable, recorded_ends,
};
pub use request::{Sent, compare_requests};
pub use text::Pairing;

/// Which part of what happened differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// How many requests reached the handler.
    Requests,
    RequestLine,
    RequestHeader(String),
    RequestHeaderOrder,
    /// JSON path inside the body, empty for the whole.
    RequestBody(String),
    /// Status of the client's answer; the rest of such an answer is not compared.
    Status,
    /// HTTP version of the client's answer.
    AnswerVersion,
    AnswerHeader(String),
    AnswerBody(String),
    /// How the connection ended.
    AnswerEnd,
    Invocations,
    /// One link of an exception chain.
    Exception(String),
    Messages,
    TimerStatus,
    /// Starts and ends of handler processes.
    Lives,
    Probes,
    Stop,
    /// The case could not be replayed.
    Replay,
}

#[derive(Clone, Debug)]
pub struct Difference {
    pub place: Place,
    pub expected: String,
    pub got: String,
}

impl Difference {
    pub fn new(place: Place, expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self { place, expected: expected.into(), got: got.into() }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (expected, got) = (shown(&self.expected), shown(&self.got));
        write!(f, "{}\n    recorded {expected}\n    replayed {got}", self.place)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requests => f.write_str("number of requests at the handler"),
            Self::RequestLine => f.write_str("request line at the handler"),
            Self::RequestHeader(name) => write!(f, "header {name} at the handler"),
            Self::RequestHeaderOrder => f.write_str("headers at the handler"),
            Self::RequestBody(path) => write!(f, "body at the handler {path}"),
            Self::Status => f.write_str("the client's answer"),
            Self::AnswerVersion => f.write_str("HTTP version of the client's answer"),
            Self::AnswerHeader(name) => write!(f, "header {name} of the client's answer"),
            Self::AnswerBody(path) => write!(f, "body of the client's answer {path}"),
            Self::AnswerEnd => f.write_str("end of the client's answer"),
            Self::Invocations => f.write_str("invocations"),
            Self::Exception(class) => write!(f, "exception {class}"),
            Self::Messages => f.write_str("messages written"),
            Self::TimerStatus => f.write_str("timer status"),
            Self::Lives => f.write_str("handler processes"),
            Self::Probes => f.write_str("probes"),
            Self::Stop => f.write_str("the host's own stop"),
            Self::Replay => f.write_str("cannot be replayed"),
        }
    }
}

fn shown(text: &str) -> String {
    const MOST: usize = 500;
    let escaped = text.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'");
    match escaped.char_indices().nth(MOST) {
        Some((at, _)) => format!("{} …", escaped.get(..at).unwrap_or_default()),
        None => escaped,
    }
}
