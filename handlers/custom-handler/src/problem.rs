//! Problem: what a caller is told when a request cannot be done (RFC 9457).

use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};

/// An answer of type `application/problem+json`:
/// `{type, title, status, detail, errors: [{field, detail}], …extensions}`.
///
/// Its words are read by people who call; nothing in it may come from the inside.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: Option<String>,
    errors: Vec<FieldError>,
    headers: Vec<(&'static str, String)>,
    extensions: Map<String, Value>,
}

#[derive(Clone, Debug, Serialize)]
struct FieldError {
    field: String,
    detail: String,
}

impl Problem {
    /// A problem whose `type` is the relative reference `/problems/{kind}`.
    pub fn new(status: StatusCode, kind: &'static str, title: &'static str) -> Self {
        Self {
            status,
            kind,
            title,
            detail: None,
            errors: Vec::new(),
            headers: Vec::new(),
            extensions: Map::new(),
        }
    }

    /// What the caller can do about it, in their words.
    #[must_use]
    pub fn detail(mut self, text: impl Into<String>) -> Self {
        self.detail = Some(text.into());
        self
    }

    /// Adds one wrong field to `errors[]`.
    #[must_use]
    pub fn error(mut self, field: impl Into<String>, detail: impl Into<String>) -> Self {
        self.errors.push(FieldError { field: field.into(), detail: detail.into() });
        self
    }

    /// Adds a header to the answer, `Retry-After` for one.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds a member beside the standard ones, which it cannot replace.
    #[must_use]
    pub fn extension(mut self, name: &'static str, value: Value) -> Self {
        if !matches!(name, "type" | "title" | "status" | "detail" | "errors") {
            self.extensions.insert(name.to_owned(), value);
        }
        self
    }

    /// A member that [`extension`](Self::extension) added.
    pub fn extension_of(&self, name: &str) -> Option<&Value> {
        self.extensions.get(name)
    }

    /// The HTTP status of the answer.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The last segment of `type`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    pub(crate) fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        #[derive(Serialize)]
        struct Body<'a> {
            r#type: String,
            title: &'a str,
            status: u16,
            #[serde(skip_serializing_if = "Option::is_none")]
            detail: Option<&'a str>,
            #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
            errors: &'a [FieldError],
            #[serde(flatten)]
            extensions: &'a Map<String, Value>,
        }
        let body = Body {
            r#type: format!("/problems/{}", self.kind),
            title: self.title,
            status: self.status.as_u16(),
            detail: self.detail.as_deref(),
            errors: &self.errors,
            extensions: &self.extensions,
        };
        // Strings and JSON values only: there is nothing in it that serde_json could refuse.
        serde_json::to_vec(&body).unwrap_or_else(|_| b"{}".to_vec())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn as_json(problem: &Problem) -> Value {
        serde_json::from_slice(&problem.to_json()).unwrap()
    }

    #[test]
    fn a_problem_has_the_members_of_rfc_9457() {
        let problem =
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "fields", "Some fields are wrong")
                .detail("Correct them and send again.")
                .error("mobile", "This is not a UK mobile number.")
                .extension("patient", json!("p1"));

        assert_eq!(
            as_json(&problem),
            json!({
                "type": "/problems/fields",
                "title": "Some fields are wrong",
                "status": 422,
                "detail": "Correct them and send again.",
                "errors": [{"field": "mobile", "detail": "This is not a UK mobile number."}],
                "patient": "p1"
            })
        );
    }

    #[test]
    fn an_extension_cannot_replace_a_standard_member() {
        let problem = Problem::new(StatusCode::CONFLICT, "known", "Already there")
            .extension("status", json!(200));

        assert_eq!(as_json(&problem)["status"], 409);
    }

    #[test]
    fn absent_members_are_left_out() {
        let problem = Problem::new(StatusCode::NOT_FOUND, "not-found", "There is nothing here");

        assert_eq!(as_json(&problem).as_object().unwrap().len(), 3);
    }
}
