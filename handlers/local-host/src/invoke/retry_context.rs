//! `Metadata.RetryContext`: which attempt this is and why the last one failed.

use super::failure::Failure;
use crate::ordered_json::Json;

/// The context of attempt `count` (0 is the first). `most`: `None` for ever.
pub(super) fn build(
    count: u32,
    most: Option<u32>,
    failed: Option<&Failure>,
    id: &str,
    function: &str,
) -> Json {
    object(vec![
        ("RetryCount", count.into_json()),
        ("MaxRetryCount", most.map_or((-1).into_json(), IntoJson::into_json)),
        ("Exception", failed.map_or(Json::Null, |failure| exception(failure, id, function))),
        ("Instance", Json::Null),
        ("State", object(vec![])),
    ])
}

/// The members of a serialised `FunctionInvocationException`. Its stack traces are left empty:
/// ours would not be the host's.
fn exception(failure: &Failure, id: &str, function: &str) -> Json {
    let inner = object(vec![
        ("HttpRequestError", 0.into_json()),
        ("StatusCode", failure.status().map_or(Json::Null, IntoJson::into_json)),
        ("Message", text(&failure.inner())),
        ("Data", object(vec![])),
        ("InnerException", Json::Null),
        ("HelpLink", Json::Null),
        ("Source", text("System.Net.Http")),
        ("HResult", HRESULT.into_json()),
        ("StackTrace", text("")),
    ]);
    object(vec![
        ("InstanceId", text(id)),
        ("MethodName", text(&format!("Host.Functions.{function}"))),
        ("Handled", Json::Bool(false)),
        ("ClassName", text("Microsoft.Azure.WebJobs.Host.FunctionInvocationException")),
        ("Message", text(&format!("Exception while executing function: Functions.{function}"))),
        ("Data", Json::Null),
        ("InnerException", inner),
        ("HelpURL", Json::Null),
        ("StackTraceString", text("")),
        ("RemoteStackTraceString", Json::Null),
        ("RemoteStackIndex", 0.into_json()),
        ("ExceptionMethod", Json::Null),
        ("HResult", HRESULT.into_json()),
        ("Source", text("System.Private.CoreLib")),
        ("WatsonBuckets", Json::Null),
    ])
}

/// `COR_E_EXCEPTION`.
const HRESULT: i32 = -2_146_233_088;

trait IntoJson {
    fn into_json(self) -> Json;
}

impl<N: Into<serde_json::Number>> IntoJson for N {
    fn into_json(self) -> Json {
        Json::Number(self.into())
    }
}

fn text(text: &str) -> Json {
    Json::Text(text.to_owned())
}

fn object(members: Vec<(&str, Json)>) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_attempt_has_no_exception() {
        assert_eq!(
            build(0, Some(2), None, "i", "q").to_compact(),
            r#"{"RetryCount":0,"MaxRetryCount":2,"Exception":null,"Instance":null,"State":{}}"#
        );
    }

    #[test]
    fn later_attempts_say_why_the_last_failed() {
        let failure = Failure::Status { code: 500, reason: "Internal Server Error".into() };
        let context = build(1, None, Some(&failure), "i", "q").to_compact();
        assert!(context.contains(r#""MaxRetryCount":-1"#), "{context}");
        assert!(context.contains(r#""StatusCode":500,"Message":"Response status code does not"#));
    }
}
