//! What a scripted handler is told to do, and what it tells: lines of JSON over loopback.
//!
//! The handler is a child process of the host under test; who writes the script sits in the
//! conformance process and decides at each request.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

/// How one life of the handler goes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Life {
    /// Milliseconds from the start to `listen()`. `None`: it never listens.
    pub listens_after: Option<u64>,
    /// Milliseconds from the start to an exit, and its code.
    pub exits_after: Option<(u64, i32)>,
    /// It does not exit before it was asked once: on a busy machine that takes its time.
    pub answers_first: bool,
}

impl Life {
    pub fn ordinary() -> Self {
        Self { listens_after: Some(0), exits_after: None, answers_first: false }
    }
}

/// How one request is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conduct {
    /// Whether the body is read before the steps are taken.
    pub reads_body: bool,
    pub steps: Vec<Step>,
}

impl Conduct {
    pub fn send(bytes: &[u8]) -> Self {
        Self { reads_body: true, steps: vec![Step::send(bytes)] }
    }

    pub fn steps(steps: Vec<Step>) -> Self {
        Self { reads_body: true, steps }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Step {
    /// Bytes on the connection, in base64.
    Send(String),
    /// Milliseconds.
    Pause(u64),
    /// Closes the connection; no more steps.
    Close,
    /// Keeps the connection open and silent for good.
    Hang,
}

impl Step {
    pub fn send(bytes: &[u8]) -> Self {
        Self::Send(BASE64_STANDARD.encode(bytes))
    }
}

/// A handler's line to whoever writes its script.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Told {
    /// First line of a process; answered with a [`Life`].
    Born,
    /// A request's head has come; answered with a [`Conduct`].
    Head(Head),
    /// The body that belongs to the head before has come, or was cut off.
    Body(Body),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    pub method: String,
    pub target: String,
    /// `1.1`
    pub version: String,
    /// In wire order, spelt as they came.
    pub headers: Vec<(String, String)>,
    /// The head as it stood on the wire, with its empty line, in base64.
    pub wire: String,
}

impl Head {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The host's readiness probe: a request for `/` that belongs to no invocation.
    pub fn is_probe(&self) -> bool {
        self.target == "/" && self.header("X-Azure-Functions-InvocationId").is_none()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// In base64, without chunk framing; left out when long.
    pub bytes: Option<String>,
    pub length: usize,
    /// Hex SHA-256.
    pub sha256: String,
    /// Sizes of the chunks, empty without chunked encoding.
    pub chunks: Vec<usize>,
    /// As it stood on the wire, in base64; left out when long.
    pub wire: Option<String>,
    pub complete: bool,
}

/// From here on a body travels as its hash.
pub const LONG_BODY: usize = 1024 * 1024;

pub fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}
