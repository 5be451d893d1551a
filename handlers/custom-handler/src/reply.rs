//! Reply: what an HTTP function answers.

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue,
    REFERRER_POLICY, TRANSFER_ENCODING, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use tracing::{error, warn};

use crate::Problem;

/// Status, headers and a whole body. Large bytes never pass through the host, so nothing streams.
#[derive(Clone, Debug)]
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    /// 200 with a JSON body.
    pub fn ok<T: Serialize + ?Sized>(body: &T) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// 201 with a JSON body.
    pub fn created<T: Serialize + ?Sized>(body: &T) -> Self {
        Self::json(StatusCode::CREATED, body)
    }

    /// A JSON body. One that cannot be written as JSON becomes a 500 without detail.
    pub fn json<T: Serialize + ?Sized>(status: StatusCode, body: &T) -> Self {
        match serde_json::to_vec(body) {
            Ok(json) => Self::typed(status, HeaderValue::from_static("application/json"), json),
            Err(cause) => {
                error!(%cause, "a reply cannot be written as JSON");
                Self::from(&Problem::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "broken",
                    "Something went wrong on our side",
                ))
            }
        }
    }

    /// 204. For HTTP only: an event answered like this would hang the host.
    pub fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// 304: the caller has it already.
    pub fn not_modified() -> Self {
        Self { status: StatusCode::NOT_MODIFIED, ..Self::no_content() }
    }

    /// Any bytes under the media type that they have.
    pub fn bytes(status: StatusCode, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self { status, headers: HeaderMap::new(), body: body.into() }
            .header(CONTENT_TYPE.as_str(), content_type)
    }

    /// Adds a header beside those of the same name, as two cookies need.
    ///
    /// Rule e: one value that is not ASCII turns the whole answer into a 500 at the client, so such
    /// a header is dropped and its name logged. The framing belongs to the server: `Content-Length`,
    /// `Transfer-Encoding` and `Connection` are dropped as well.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            (Ok(name), Ok(value))
                if value.as_bytes().is_ascii() && !belongs_to_the_server(&name) =>
            {
                self.headers.append(name, value);
            }
            _ => warn!(header = name, "a header of a reply was dropped"),
        }
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The body, without any transfer coding.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The first header of that name.
    pub fn header_value(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    fn typed(status: StatusCode, content_type: HeaderValue, body: Vec<u8>) -> Self {
        let mut headers = HeaderMap::with_capacity(4);
        headers.insert(CONTENT_TYPE, content_type);
        Self { status, headers, body: body.into() }
    }

    /// As it leaves: with the headers that every reply has unless the function set its own.
    pub(crate) fn into_response(mut self) -> http::Response<Bytes> {
        for (name, value) in [
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (CACHE_CONTROL, "no-store"),
            (REFERRER_POLICY, "no-referrer"),
        ] {
            self.headers.entry(name).or_insert(HeaderValue::from_static(value));
        }
        let mut response = http::Response::new(self.body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

impl From<&Problem> for Reply {
    fn from(problem: &Problem) -> Self {
        let media_type = HeaderValue::from_static("application/problem+json");
        let reply = Self::typed(problem.status(), media_type, problem.to_json());
        problem.headers().iter().fold(reply, |reply, (name, value)| reply.header(name, value))
    }
}

fn belongs_to_the_server(name: &HeaderName) -> bool {
    [CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION].contains(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    // Rule e: header values are ASCII or the client sees a 500.
    #[test]
    fn a_header_that_is_not_ascii_is_dropped_and_the_reply_lives() {
        let reply = Reply::ok(&json!({})).header("X-Name", "Zoë").header("X-Kept", "yes");

        assert!(!reply.headers.contains_key("x-name"));
        assert_eq!(reply.header_value("x-kept"), Some("yes"));
    }

    proptest! {
        // Rule e, for every value there is.
        #[test]
        fn every_header_that_leaves_is_ascii(name in "[ -~é]{0,12}", value in any::<String>()) {
            let response = Reply::no_content().header(&name, &value).into_response();

            prop_assert!(response.headers().values().all(|value| value.as_bytes().is_ascii()));
        }
    }

    #[test]
    fn two_cookies_are_two_headers() {
        let response = Reply::no_content()
            .header("Set-Cookie", "a=1")
            .header("Set-Cookie", "b=2")
            .into_response();

        let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
        assert_eq!(cookies, ["a=1", "b=2"]);
    }

    #[test]
    fn the_framing_belongs_to_the_server() {
        let reply =
            Reply::ok(&1).header("Content-Length", "99").header("transfer-encoding", "chunked");

        assert_eq!(reply.header_value("content-length"), None);
        assert_eq!(reply.header_value("transfer-encoding"), None);
    }

    #[test]
    fn every_reply_is_guarded_and_a_function_may_choose_its_own_caching() {
        let plain = Reply::no_content().into_response();
        let cached =
            Reply::no_content().header("Cache-Control", "public, max-age=60").into_response();

        assert_eq!(plain.headers()["x-content-type-options"], "nosniff");
        assert_eq!(plain.headers()["cache-control"], "no-store");
        assert_eq!(plain.headers()["referrer-policy"], "no-referrer");
        assert_eq!(cached.headers()["cache-control"], "public, max-age=60");
    }

    #[test]
    fn what_cannot_be_written_as_json_is_a_500_without_detail() {
        let keys_must_be_text = std::collections::BTreeMap::from([((1, 2), 3)]);

        assert_eq!(Reply::ok(&keys_must_be_text).status(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[test]
    fn a_problem_leaves_as_problem_json_with_its_headers() {
        let failure = crate::Failure::retry("busy");
        let reply = Reply::from(failure.as_problem());

        assert_eq!(reply.header_value("content-type"), Some("application/problem+json"));
        assert_eq!(reply.header_value("retry-after"), Some("2"));
    }
}
