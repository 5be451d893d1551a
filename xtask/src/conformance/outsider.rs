//! The raw requests that outsiders sent to the real host, for sending them to any running system.

#![cfg_attr(not(test), expect(dead_code, reason = "read by the system's own tests"))]

use std::path::Path;

use super::recording::{ClientRequest, RecordedBody, client_request, read_lines};

/// A request as bytes, ready to be written to a socket.
pub struct RawRequest {
    pub case: String,
    /// Head, empty line and body. Nothing in it was corrected: some are no valid HTTP.
    pub bytes: Vec<u8>,
}

/// Every client request of `routes.jsonl` and `background/forwarding-forgery.jsonl` in `dir`.
pub fn raw_requests(dir: &Path) -> Result<Vec<RawRequest>, String> {
    let mut requests = Vec::new();
    for file in ["routes.jsonl", "background/forwarding-forgery.jsonl"] {
        for line in read_lines(&dir.join(file))? {
            let case = line["case"].as_str().unwrap_or_default().to_owned();
            let request = client_request(&line)
                .ok_or_else(|| format!("{file}: {case}: no client_request"))?;
            requests.push(RawRequest { case, bytes: bytes_of(&request) });
        }
    }
    Ok(requests)
}

fn bytes_of(request: &ClientRequest) -> Vec<u8> {
    let body = match &request.body {
        RecordedBody::Whole(bytes) => bytes.clone(),
        RecordedBody::Length(length) => vec![b'x'; *length],
        RecordedBody::NotRecorded => Vec::new(),
    };
    [request.head.as_slice(), b"\r\n\r\n", &body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::fixtures;

    #[test]
    fn every_line_of_both_files_is_a_request() {
        let requests = raw_requests(&fixtures()).unwrap();
        assert!(requests.len() > 170, "{}", requests.len());
        let forged = requests.iter().find(|r| r.case.contains("dispatch-sms%3F")).unwrap();
        assert!(forged.bytes.starts_with(b"POST /api/links/..%5C..%5Cdispatch-sms%3F/identity"));
        assert!(forged.bytes.ends_with(br#""Metadata":{"DequeueCount":"1"}}"#));
    }
}
