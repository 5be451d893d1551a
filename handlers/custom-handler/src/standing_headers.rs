//! Headers that every answer of a process carries.

use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Response};

/// Headers for every answer, refusals included, unless a function set its own of that name.
#[derive(Clone, Debug, Default)]
pub struct StandingHeaders(HeaderMap);

impl StandingHeaders {
    /// Adds one; the name in lower case.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.0.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        self
    }

    pub(crate) fn guard<B>(&self, answer: &mut Response<B>) {
        for (name, value) in &self.0 {
            answer.headers_mut().entry(name).or_insert_with(|| value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_may_set_its_own() {
        let standing = StandingHeaders::default().with("x-a", "standing").with("x-b", "standing");
        let mut answer = Response::builder().header("X-A", "own").body(()).unwrap();
        standing.guard(&mut answer);
        assert_eq!(answer.headers()["x-a"], "own");
        assert_eq!(answer.headers()["x-b"], "standing");
    }
}
