//! HTTP as the walk needs it: every call is a named step with one expected status.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::crypto::aws_lc_rs;
use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderMap, Method, Request};
use ureq::tls::{RootCerts, TlsConfig};

use super::transcript::Heard;

/// No answer of the system is longer; a served picture can be 25 MiB.
const ANSWER_LIMIT: u64 = 64 * 1024 * 1024;

/// One client with its own connections. It follows no redirect and keeps no cookie by itself.
pub struct Client {
    agent: Agent,
    origin: String,
    heard: RefCell<Vec<Heard>>,
}

/// One request. `body` is JSON for the system's API and bytes for its storage.
pub struct Call<'a> {
    pub step: &'static str,
    pub method: Method,
    /// A path of the origin, or a whole URL.
    pub to: &'a str,
    pub headers: Vec<(&'a str, &'a str)>,
    pub body: Vec<u8>,
    pub expect: u16,
}

/// An answer; from [`Client::send`] one of the expected status.
#[derive(Debug)]
pub struct Answer {
    step: &'static str,
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

/// A step that did not go as it should. Shows neither personal data nor codes nor signatures.
#[derive(Debug)]
pub struct StepFailed {
    step: &'static str,
    /// What the answer said, or that there was none.
    pub status: Option<u16>,
    said: String,
}

impl Client {
    pub fn new(origin: &str) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_mins(1)))
            .tls_config(trusting_the_platform())
            .build()
            .into();
        Self { agent, origin: origin.to_owned(), heard: RefCell::default() }
    }

    /// Every answer that was as expected, in order.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.borrow().clone()
    }

    /// The same, and forgets them.
    pub fn take_heard(&self) -> Vec<Heard> {
        self.heard.take()
    }

    pub fn send(&self, call: Call<'_>) -> Result<Answer, StepFailed> {
        let (step, expect, began) = (call.step, call.expect, Instant::now());
        let answer = self.ask(call)?;
        if answer.status != expect {
            let (status, said) = (Some(answer.status), problem_title(&answer.bytes));
            return Err(StepFailed { step, status, said });
        }
        let (bytes, took) = (answer.bytes.clone(), began.elapsed());
        self.heard.borrow_mut().push(Heard { step, status: expect, bytes, took });
        Ok(answer)
    }

    /// Sends it and takes whatever is answered.
    pub fn ask(&self, call: Call<'_>) -> Result<Answer, StepFailed> {
        let Call { step, method, to, headers, body, .. } = call;
        let url = if to.starts_with('/') { format!("{}{to}", self.origin) } else { to.to_owned() };
        let failed = |said: String| StepFailed { step, status: None, said };
        let mut request = Request::builder().method(method).uri(&url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        // An error of the client may quote the URL, and that may be signed: its kind is enough.
        let request = request.body(body).map_err(|_| failed("it is no request".to_owned()))?;
        let answer = self.agent.run(request).map_err(|error| failed(kind_of(&error)))?;
        let (head, mut body) = answer.into_parts();
        let bytes = body
            .with_config()
            .limit(ANSWER_LIMIT)
            .read_to_vec()
            .map_err(|error| failed(kind_of(&error)))?;
        Ok(Answer { step, status: head.status.as_u16(), headers: head.headers, bytes })
    }
}

/// Emulators have certificates of their own: `SSL_CERT_FILE` names who vouches for them.
fn trusting_the_platform() -> TlsConfig {
    TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()))
        .build()
}

impl<'a> Call<'a> {
    pub fn get(step: &'static str, to: &'a str) -> Self {
        let accept = vec![("Accept", "application/json")];
        Self { step, method: Method::GET, to, headers: accept, body: Vec::new(), expect: 200 }
    }

    pub fn post(step: &'static str, to: &'a str, body: &Value) -> Self {
        Self::get(step, to).with_json(Method::POST, body)
    }

    pub fn put(step: &'static str, to: &'a str, body: &Value) -> Self {
        Self::get(step, to).with_json(Method::PUT, body)
    }

    pub fn delete(step: &'static str, to: &'a str, body: &Value) -> Self {
        Self::get(step, to).with_json(Method::DELETE, body)
    }

    fn with_json(mut self, method: Method, body: &Value) -> Self {
        self.method = method;
        self.headers.push(("Content-Type", "application/json"));
        self.body = body.to_string().into_bytes();
        self
    }

    pub fn header(mut self, name: &'a str, value: &'a str) -> Self {
        self.headers.push((name, value));
        self
    }

    pub fn expect(mut self, status: u16) -> Self {
        self.expect = status;
        self
    }
}

impl Answer {
    pub fn json(&self) -> Result<Value, StepFailed> {
        serde_json::from_slice(&self.bytes)
            .map_err(|_| StepFailed::shape(self.step, "the answer is no JSON"))
    }

    /// A string of the answer's JSON, by its pointer.
    pub fn text(&self, pointer: &str) -> Result<String, StepFailed> {
        let found = self.json()?.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        found.ok_or_else(|| StepFailed::shape(self.step, &format!("the answer has no {pointer}")))
    }
}

impl StepFailed {
    /// The answer is not of the agreed shape.
    pub fn shape(step: &'static str, said: &str) -> Self {
        Self { step, status: None, said: said.to_owned() }
    }

    /// Nothing came for so long.
    pub fn waited(step: &'static str, patience: Duration) -> Self {
        Self { step, status: None, said: format!("nothing came within {} s", patience.as_secs()) }
    }
}

impl fmt::Display for StepFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {}: ", self.step)?;
        match self.status {
            Some(status) => write!(f, "answered {status}, {}", self.said),
            None => f.write_str(&self.said),
        }
    }
}

impl std::error::Error for StepFailed {}

/// The title of problem+json and the names of the fields it complains of; never their values.
fn problem_title(bytes: &[u8]) -> String {
    let Ok(problem) = serde_json::from_slice::<Value>(bytes) else {
        return "without a problem document".to_owned();
    };
    let title = problem.get("title").and_then(Value::as_str).unwrap_or("without a title");
    let errors = problem.get("errors").and_then(Value::as_array);
    let fields: Vec<&str> = errors
        .into_iter()
        .flatten()
        .filter_map(|error| error.get("field").and_then(Value::as_str))
        .collect();
    if fields.is_empty() {
        format!("“{title}”")
    } else {
        format!("“{title}” ({})", fields.join(", "))
    }
}

fn kind_of(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => format!("the connection failed: {}", error.kind()),
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        ureq::Error::ConnectionFailed => "there is no connection".to_owned(),
        _ => "the request failed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_names_the_fields_but_not_what_was_in_them() {
        let problem = br#"{"title":"Some details are wrong","status":422,
            "errors":[{"field":"nhsNumber","detail":"999 000 0018 is taken"}]}"#;
        let failed =
            StepFailed { step: "add-patient", status: Some(422), said: problem_title(problem) };
        let said = failed.to_string();
        assert_eq!(said, "step add-patient: answered 422, “Some details are wrong” (nhsNumber)");
    }
}
