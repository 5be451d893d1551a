//! One `POST /{function}` to the handler, and the rules for its answer.

use bytes::Bytes;

use super::HOST_VERSION;
use super::failure::Failure;
use super::reply::{self, Received, Reply};
use crate::wire::{Answer, Body, Headers, Request, exchange};

/// The most that an answer may hold before we stop reading it.
const MOST_ANSWER: usize = 100 * 1_024 * 1_024;
const MOST_REDIRECTS: usize = 50;

/// Sends the envelope. `Ok(None)`: the answer was empty, and the real host would hang.
pub(super) async fn deliver(
    port: u16,
    function: &str,
    id: &str,
    envelope: &Bytes,
    follow_redirects: bool,
) -> Result<Option<Reply>, Failure> {
    let mut request = request(port, function, id);
    let mut with_body = true;
    for _ in 0..MOST_REDIRECTS {
        let body = if with_body { Body::Chunked(envelope) } else { Body::Nothing };
        let answer = exchange(port, &request, body, None).await.map_err(Failure::Sending)?;
        let Some((target, keeps_method)) = redirection(&answer, port).filter(|_| follow_redirects)
        else {
            return read(answer).await;
        };
        request.target = target;
        if !keeps_method {
            with_body = false;
            "GET".clone_into(&mut request.method);
            request
                .headers
                .retain(|(name, _)| !matches!(name.as_str(), "Transfer-Encoding" | "Content-Type"));
        }
    }
    Err(Failure::Output("The maximum number of redirects was exceeded.".to_owned()))
}

/// The recorded head: name as it is, no prefix, chunked, never a Content-Length.
fn request(port: u16, function: &str, id: &str) -> Request {
    let headers: Headers = [
        ("Host", format!("127.0.0.1:{port}")),
        ("X-Azure-Functions-HostVersion", HOST_VERSION.to_owned()),
        ("X-Azure-Functions-InvocationId", id.to_owned()),
        ("User-Agent", format!("Azure-Functions-Host/{HOST_VERSION}")),
        ("Transfer-Encoding", "chunked".to_owned()),
        ("Content-Type", "application/json; charset=utf-8".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value.into_bytes()))
    .to_vec();
    Request { method: "POST".into(), target: format!("/{function}"), headers }
}

/// Where an answer redirects to, and whether the method stays. Only paths of the handler itself
/// are followed.
fn redirection(answer: &Answer, port: u16) -> Option<(String, bool)> {
    let keeps_method = match answer.status {
        300..=303 => false,
        307 | 308 => true,
        _ => return None,
    };
    let location = std::str::from_utf8(answer.header("location")?).ok()?;
    let own = format!("http://127.0.0.1:{port}");
    let path = location.strip_prefix(&own).unwrap_or(location);
    let local = path.starts_with('/') && !path.starts_with("//");
    local.then(|| (path.to_owned(), keeps_method))
}

async fn read(answer: Answer) -> Result<Option<Reply>, Failure> {
    let Answer { status, reason, headers, body } = answer;
    if !(200..300).contains(&status) {
        return Err(Failure::Status { code: status, reason });
    }
    let body = body.whole(MOST_ANSWER).await.map_err(Failure::Reading)?;
    reply::read(&Received { status, reason: &reason, headers: &headers, body: &body })
}
