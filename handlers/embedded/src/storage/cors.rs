//! Which pages may call: preflights and the headers that let a page read the reply, as the CORS
//! rules of an Azure storage account give them.

use http::request::Parts;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::refusal::Refusal;
use super::reply::{Reply, empty};

const METHODS: [&str; 4] = ["PUT", "GET", "HEAD", "OPTIONS"];
/// Header names; a last `*` stands for anything.
const HEADERS: [&str; 3] = ["x-ms-*", "content-type", "if-none-match"];
/// How long a browser may remember the answer, in seconds.
const REMEMBER: &str = "3600";

/// Origins as browsers write them.
#[derive(Debug)]
pub(crate) struct Cors {
    origins: Vec<String>,
}

impl Cors {
    pub(crate) fn new(origins: Vec<String>) -> Self {
        Self { origins }
    }

    /// What a page of this origin wants to do, before it does it.
    pub(crate) fn preflight(&self, head: &Parts) -> Result<Response<Reply>, Refusal> {
        let asked = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
        let origin = self.origin(&head.headers).ok_or(Refusal::CorsPreflightFailure)?;
        let method = asked(header::ACCESS_CONTROL_REQUEST_METHOD);
        if !method.is_some_and(|method| METHODS.contains(&method)) {
            return Err(Refusal::CorsPreflightFailure);
        }
        let headers = asked(header::ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default();
        let mut named = headers.split(',').map(str::trim).filter(|name| !name.is_empty());
        if !named.all(is_allowed) {
            return Err(Refusal::CorsPreflightFailure);
        }
        let mut reply = empty(StatusCode::OK);
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, origin),
            (header::ACCESS_CONTROL_ALLOW_METHODS, value(&METHODS.join(","))?),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, value(headers)?),
            (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(REMEMBER)),
        ] {
            reply.headers_mut().insert(name, value);
        }
        Ok(reply)
    }

    /// Lets a page of an allowed origin read the reply and those of its headers that are ours.
    pub(crate) fn open(&self, request: &HeaderMap, reply: &mut HeaderMap) {
        reply.append(header::VARY, HeaderValue::from_static("Origin"));
        let Some(origin) = self.origin(request) else { return };
        // Browsers know no `x-ms-*` here: each name is written out.
        let exposed: Vec<_> = reply
            .keys()
            .map(header::HeaderName::as_str)
            .filter(|name| *name == "etag" || name.starts_with("x-ms-"))
            .collect();
        if let Ok(exposed) = HeaderValue::from_str(&exposed.join(",")) {
            reply.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
        reply.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }

    fn origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        self.origins
            .iter()
            .any(|allowed| allowed.as_bytes() == origin.as_bytes())
            .then(|| origin.clone())
    }
}

fn value(text: &str) -> Result<HeaderValue, Refusal> {
    HeaderValue::from_str(text).map_err(|_| Refusal::CorsPreflightFailure)
}

fn is_allowed(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    HEADERS.iter().any(|allowed| match allowed.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == *allowed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preflight(origin: &str, method: &str, headers: &str) -> Result<Response<Reply>, Refusal> {
        let request = http::Request::options("/aftersight/incoming/a")
            .header("origin", origin)
            .header("access-control-request-method", method)
            .header("access-control-request-headers", headers);
        let (head, ()) = request.body(()).unwrap().into_parts();
        Cors::new(vec!["http://127.0.0.1:7071".to_owned()]).preflight(&head)
    }

    #[test]
    fn our_page_may_send_a_blob() {
        let headers = "content-type,x-ms-blob-type, X-MS-Version,If-None-Match";
        let reply = preflight("http://127.0.0.1:7071", "PUT", headers).unwrap();
        assert_eq!(reply.headers()["access-control-allow-origin"], "http://127.0.0.1:7071");
        assert_eq!(reply.headers()["access-control-allow-headers"], headers);
    }

    #[test]
    fn nobody_else_may_and_nothing_else() {
        let ours = "http://127.0.0.1:7071";
        for (origin, method, headers) in [
            ("http://evil.example", "PUT", ""),
            ("http://localhost:7071", "PUT", ""),
            ("null", "GET", ""),
            (ours, "DELETE", ""),
            (ours, "POST", ""),
            (ours, "PUT", "authorization"),
            (ours, "PUT", "content-type,cookie"),
        ] {
            assert!(preflight(origin, method, headers).is_err(), "{origin} {method} {headers}");
        }
    }
}
