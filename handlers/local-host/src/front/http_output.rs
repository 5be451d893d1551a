//! The http output of a function that answers by envelope.

use http::{HeaderName, HeaderValue, Response, StatusCode, header};

use super::answer::{self, FrontAnswer};
use crate::dotnet_text::dotnet_text;
use crate::invoke::reply::Reply;
use crate::ordered_json::Json;

/// Makes the answer that the real host makes of `Outputs.<binding>` or `ReturnValue`.
pub(super) fn answer(reply: &Reply, binding: &str) -> FrontAnswer {
    let returned = binding == "$return";
    let value = if returned { Some(&reply.return_value) } else { reply.outputs.get(binding) };
    match value {
        _ if !returned && reply.outputs == Json::Null => answer::status(StatusCode::NO_CONTENT),
        Some(Json::Null) if returned => answer::status(StatusCode::NO_CONTENT),
        None => typed(StatusCode::OK, Some("{}".to_owned()), None),
        Some(output @ Json::Object(_)) => from_object(output, returned)
            .unwrap_or_else(|| answer::status(StatusCode::INTERNAL_SERVER_ERROR)),
        Some(Json::Text(text)) if returned => typed(StatusCode::OK, Some(text.clone()), None),
        Some(_) => answer::status(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// `None`: something in it that the host answers with a 500.
fn from_object(output: &Json, returned: bool) -> Option<FrontAnswer> {
    let status = output.get("statusCode").or_else(|| output.get("status").filter(|_| returned));
    let status = match status {
        None => StatusCode::OK,
        Some(code) => StatusCode::from_u16(dotnet_text(code).trim().parse().ok()?).ok()?,
    };
    let body = match output.get("body") {
        None | Some(Json::Null) => None,
        Some(Json::Text(text)) => Some(text.clone()),
        Some(object @ (Json::Object(_) | Json::Array(_))) => Some(object.to_indented()),
        Some(scalar) => Some(dotnet_text(scalar)),
    };
    let mut others = Vec::new();
    let mut kind = None;
    match output.get("headers") {
        None | Some(Json::Null) => {}
        Some(Json::Object(headers)) => {
            for (name, value) in headers {
                if matches!(value, Json::Null | Json::Array(_) | Json::Object(_)) {
                    return None;
                }
                let value = dotnet_text(value);
                if name.eq_ignore_ascii_case("content-type") {
                    kind = Some(value);
                } else {
                    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
                    others.push((name, HeaderValue::from_str(&value).ok()?));
                }
            }
        }
        Some(_) => return None,
    }
    let mut answer = typed(status, body, kind);
    answer.headers_mut().extend(others);
    Some(answer)
}

/// A body without a type is plain text, and every type gains a charset, images too.
fn typed(status: StatusCode, body: Option<String>, kind: Option<String>) -> FrontAnswer {
    let Some(body) = body else { return answer::status(status) };
    let mut answer = Response::new(answer::whole(body));
    *answer.status_mut() = status;
    let kind = kind.unwrap_or_else(|| "text/plain".to_owned());
    let kind = if kind.contains("charset=") { kind } else { format!("{kind}; charset=utf-8") };
    if let Ok(kind) = HeaderValue::from_str(&kind) {
        answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status_and_type(reply: &str) -> (u16, String) {
        let Ok(Json::Object(members)) = Json::parse(reply.as_bytes()) else { panic!() };
        let reply = Json::Object(members);
        let member = |name| reply.get(name).cloned().unwrap_or(Json::Null);
        let reply = Reply {
            outputs: member("Outputs"),
            logs: Vec::new(),
            return_value: member("ReturnValue"),
        };
        let answer = answer(&reply, "res");
        let kind = answer.headers().get(header::CONTENT_TYPE);
        let kind = kind.map_or("", |kind| kind.to_str().unwrap()).to_owned();
        (answer.status().as_u16(), kind)
    }

    #[test]
    fn answers_are_made_as_recorded() {
        let plain = "text/plain; charset=utf-8".to_owned();
        assert_eq!(status_and_type("{}"), (204, String::new()));
        assert_eq!(status_and_type(r#"{"Outputs":{}}"#), (200, plain.clone()));
        assert_eq!(status_and_type(r#"{"Outputs":{"res":"x"}}"#), (500, String::new()));
        let created = r#"{"Outputs":{"res":{"statusCode":"201","body":{"a":1}}}}"#;
        assert_eq!(status_and_type(created), (201, plain));
        let image = r#"{"Outputs":{"res":{"body":"x","headers":{"Content-Type":"image/png"}}}}"#;
        assert_eq!(status_and_type(image), (200, "image/png; charset=utf-8".into()));
        let array = r#"{"Outputs":{"res":{"body":"x","headers":{"X-A":["b"]}}}}"#;
        assert_eq!(status_and_type(array), (500, String::new()));
    }
}
