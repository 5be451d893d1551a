//! Request: what an HTTP function is given.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::{Failure, InvocationId, Problem, query};

/// A proxied HTTP request whose body has been read whole, within the function's limit.
#[derive(Debug)]
pub struct Request {
    /// As the client sent it; the catch-all answers HEAD with what it would answer to GET.
    pub method: Method,
    /// The path without the query, as the host passed it on: escapes are kept.
    pub path: String,
    /// The host's id of this invocation.
    pub invocation: InvocationId,
    pub(crate) headers: Arc<HeaderMap>,
    pub(crate) params: Vec<(String, String)>,
    pub(crate) query: String,
    pub(crate) body: Bytes,
}

impl Request {
    /// A parameter of the route: `[A-Za-z0-9_-]+`, or anything for the catch-all's. "" when the
    /// route has no such parameter.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The first value of that name in the query, with escapes undone.
    pub fn query(&self, name: &str) -> Option<String> {
        query::value_of(&self.query, name)
    }

    /// The first header of that name, if it is readable ASCII.
    ///
    /// Rule i: what a client can write and looks like the platform's word (`X-Forwarded-*`,
    /// `CLIENT-IP`, `X-MS-CLIENT-PRINCIPAL` and their like) is absent here.
    pub fn header(&self, name: &str) -> Option<&str> {
        if is_hearsay(name) {
            return None;
        }
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The first cookie of that name, as it was sent.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    /// The whole body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as JSON of that shape.
    ///
    /// Another content type is a 415, no JSON a 400, another shape a 422 that names the field.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        if !self.header(CONTENT_TYPE.as_str()).is_some_and(is_json) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "content-type",
                "The request has to be JSON",
            )
            .detail("Send it with Content-Type: application/json.")
            .into());
        }
        let mut json = serde_json::Deserializer::from_slice(&self.body);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            match serde_json::from_slice::<IgnoredAny>(&self.body) {
                Ok(_) => misshapen(&path, &error.into_inner()),
                Err(_) => not_json(),
            }
        })?;
        json.end().map_err(|_| not_json())?;
        Ok(value)
    }

    /// A request for the unit test of a function.
    pub fn for_test(method: Method, path: &str) -> RequestBuilder {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        RequestBuilder(Request {
            method,
            path: path.to_owned(),
            invocation: InvocationId::for_test(),
            headers: Arc::default(),
            params: Vec::new(),
            query: query.to_owned(),
            body: Bytes::new(),
        })
    }
}

/// Builds a [`Request`] for a unit test; nothing else makes one by hand.
#[derive(Debug)]
pub struct RequestBuilder(Request);

impl RequestBuilder {
    /// A parameter as the route would have cut it out of the path.
    #[must_use]
    pub fn param(mut self, name: &str, value: &str) -> Self {
        self.0.params.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A header; one that HTTP does not allow is left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            Arc::make_mut(&mut self.0.headers).append(name, value);
        }
        self
    }

    /// A JSON body with its content type.
    #[must_use]
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> Self {
        let json = serde_json::to_vec(value).unwrap_or_default();
        self.header(CONTENT_TYPE.as_str(), "application/json").body(json)
    }

    /// A body of any kind.
    #[must_use]
    pub fn body(mut self, bytes: impl Into<Bytes>) -> Self {
        self.0.body = bytes.into();
        self
    }

    /// The request.
    pub fn build(self) -> Request {
        self.0
    }
}

fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
}

fn is_hearsay(name: &str) -> bool {
    const PREFIXES: [&str; 2] = ["x-forwarded-", "x-ms-client-principal"];
    const NAMES: [&str; 6] = [
        "forwarded",
        "client-ip",
        "x-azure-clientip",
        "x-original-url",
        "x-waws-unencoded-url",
        "disguised-host",
    ];
    PREFIXES.iter().any(|prefix| {
        name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    }) || NAMES.iter().any(|hearsay| name.eq_ignore_ascii_case(hearsay))
}

fn not_json() -> Failure {
    Problem::new(StatusCode::BAD_REQUEST, "not-json", "The request is not valid JSON").into()
}

/// serde's own words may quote the value, so they are not passed on.
fn misshapen(path: &str, error: &serde_json::Error) -> Failure {
    let words = error.to_string();
    let (missing, detail) = match words.strip_prefix("missing field `") {
        Some(rest) => (rest.split('`').next(), "This is needed."),
        None if words.starts_with("unknown field") => (None, "There is no such field."),
        None => (None, "This does not have the form that is expected here."),
    };
    let field = match (path, missing) {
        ("" | ".", Some(name)) => name.to_owned(),
        (parent, Some(name)) => format!("{parent}.{name}"),
        (parent, None) => parent.to_owned(),
    };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "fields", "Some of what was sent is not right")
        .error(field, detail)
        .into()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Wanted {
        given_name: String,
        #[serde(default)]
        photos: Vec<Photo>,
    }

    #[derive(Debug, Deserialize)]
    struct Photo {
        bytes: u32,
    }

    fn problem_of(request: &Request) -> (u16, Value) {
        let failure = request.json::<Wanted>().unwrap_err();
        let told: Value = serde_json::from_slice(&failure.as_problem().to_json()).unwrap();
        (failure.as_problem().status().as_u16(), told["errors"][0]["field"].clone())
    }

    fn post(body: &Value) -> Request {
        Request::for_test(Method::POST, "/api/patients").json(body).build()
    }

    #[test]
    fn json_of_the_right_shape_is_read() {
        let wanted: Wanted =
            post(&json!({"givenName": "Ada", "photos": [{"bytes": 3}]})).json().unwrap();

        assert_eq!((wanted.given_name.as_str(), wanted.photos[0].bytes), ("Ada", 3));
    }

    #[test]
    fn another_content_type_is_a_415() {
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"]
        {
            let request = Request::for_test(Method::POST, "/")
                .header("content-type", content_type)
                .body("{}")
                .build();
            assert_eq!(problem_of(&request).0, 415, "{content_type}");
        }
        assert_eq!(problem_of(&Request::for_test(Method::POST, "/").body("{}").build()).0, 415);
    }

    #[test]
    fn a_charset_beside_json_is_fine() {
        let request = Request::for_test(Method::POST, "/")
            .header("Content-Type", "application/JSON; charset=utf-8")
            .body(r#"{"givenName":"Ada"}"#)
            .build();

        assert!(request.json::<Wanted>().is_ok());
    }

    #[test]
    fn what_is_not_json_is_a_400() {
        for body in ["", "{", "{\"givenName\":", "[1", "{\"givenName\":\"a\"} x"] {
            let request = Request::for_test(Method::POST, "/")
                .header("content-type", "application/json")
                .body(body)
                .build();
            assert_eq!(problem_of(&request).0, 400, "{body:?}");
        }
    }

    #[test]
    fn a_wrong_shape_is_a_422_that_names_the_field() {
        assert_eq!(problem_of(&post(&json!({}))), (422, json!("givenName")));
        assert_eq!(problem_of(&post(&json!({"givenName": 5}))), (422, json!("givenName")));
        assert_eq!(
            problem_of(&post(
                &json!({"givenName": "Ada", "photos": [{"bytes": 1}, {"bytes": "x"}]})
            )),
            (422, json!("photos[1].bytes"))
        );
        assert_eq!(
            problem_of(&post(&json!({"givenName": "Ada", "photos": [{}]}))),
            (422, json!("photos[0].bytes"))
        );
        assert_eq!(
            problem_of(&post(&json!({"givenName": "Ada", "more": 1}))),
            (422, json!("more"))
        );
    }

    #[test]
    fn a_problem_with_a_field_does_not_repeat_its_value() {
        let failure =
            post(&json!({"givenName": "Ada", "photos": "SECRET"})).json::<Wanted>().unwrap_err();

        let told = String::from_utf8(failure.as_problem().to_json()).unwrap();
        assert!(!told.contains("SECRET"), "{told}");
        assert_eq!(failure.log(), None);
    }

    #[test]
    fn cookies_are_found_however_the_host_joined_them() {
        let request = Request::for_test(Method::GET, "/")
            .header("Cookie", "a=1; session=x=y; b=2")
            .header("Cookie", "late=3")
            .build();

        assert_eq!(request.cookie("a"), Some("1"));
        assert_eq!(request.cookie("session"), Some("x=y"));
        assert_eq!(request.cookie("late"), Some("3"));
        assert_eq!(request.cookie("ession"), None);
    }

    // Rule i: these come through from clients, or are overwritten with something else.
    #[test]
    fn hearsay_about_the_client_is_absent() {
        let mut builder =
            Request::for_test(Method::GET, "/").header("Origin", "https://example.org");
        let hearsay = [
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "x-forwarded-proto",
            "CLIENT-IP",
            "X-Azure-ClientIP",
            "X-MS-CLIENT-PRINCIPAL",
            "X-MS-CLIENT-PRINCIPAL-NAME",
        ];
        for name in hearsay {
            builder = builder.header(name, "203.0.113.9");
        }
        let request = builder.build();

        assert!(hearsay.iter().all(|name| request.header(name).is_none()));
        assert_eq!(request.header("origin"), Some("https://example.org"));
    }

    #[test]
    fn a_test_may_write_its_query_into_the_path() {
        let request = Request::for_test(Method::GET, "/api/inbox?after=a%2Fb").build();

        assert_eq!(request.path, "/api/inbox");
        assert_eq!(request.query("after").as_deref(), Some("a/b"));
    }
}
