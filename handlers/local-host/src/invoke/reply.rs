//! The handler's answer to an invocation: what makes it a success, a failure, or no answer at all.

use std::fmt::Write as _;

use super::failure::Failure;
use crate::dotnet_text::dotnet_text;
use crate::ordered_json::Json;
use crate::wire::Headers;

/// An invocation result.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reply {
    /// An object, or null when the member is missing. Its members' case matters.
    pub outputs: Json,
    pub logs: Vec<String>,
    pub return_value: Json,
}

/// A 2xx answer with its body read.
pub(crate) struct Received<'a> {
    pub status: u16,
    pub reason: &'a str,
    pub headers: &'a Headers,
    pub body: &'a [u8],
}

/// Reads the body of a successful answer. `Ok(None)`: empty or `null`, for which the real host
/// sets neither success nor failure, so that the invocation hangs until functionTimeout.
pub(crate) fn read(received: &Received<'_>) -> Result<Option<Reply>, Failure> {
    if received.body.is_empty() {
        return Ok(None);
    }
    let fail = |cause: String| Failure::Reply { shown: shown(received), cause };
    let content_type = received.header("content-type").unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !matches!(media_type.to_ascii_lowercase().as_str(), "application/json" | "text/json") {
        let media_type =
            if media_type.is_empty() { "application/octet-stream" } else { media_type };
        return Err(fail(format!(
            "System.Net.Http.UnsupportedMediaTypeException: No MediaTypeFormatter is available to \
             read an object of type 'HttpScriptInvocationResult' from content with media type \
             '{media_type}'."
        )));
    }
    // A byte order mark and whatever follows the first value are passed over.
    let members = match Json::parse_leading(received.body) {
        Ok(None | Some(Json::Null)) => return Ok(None),
        Ok(Some(Json::Object(members))) => members,
        Ok(Some(other)) => return Err(fail(not_an_object(&other))),
        Err(error) => {
            return Err(fail(format!("Newtonsoft.Json.JsonSerializationException: {error}")));
        }
    };
    let mut reply = Reply { outputs: Json::Null, logs: Vec::new(), return_value: Json::Null };
    // Of two members that differ in case the last wins.
    for (name, value) in members {
        match name.to_ascii_lowercase().as_str() {
            "outputs" => reply.outputs = outputs(value).map_err(fail)?,
            "logs" => reply.logs = logs(value).map_err(fail)?,
            "returnvalue" => reply.return_value = value,
            _ => {}
        }
    }
    Ok(Some(reply))
}

impl Received<'_> {
    fn header(&self, name: &str) -> Option<String> {
        let found = self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
        found.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    }
}

const DICTIONARY: &str = "System.Collections.Generic.IDictionary`2[System.String,System.Object]";
const LIST: &str = "System.Collections.Generic.List`1[System.String]";
const RESULT: &str = "Microsoft.Azure.WebJobs.Script.Workers.Http.HttpScriptInvocationResult";
const AN_ARRAY: &str = "array (e.g. [1,2,3])";
const AN_OBJECT: &str = "object (e.g. {\"name\":\"value\"})";

fn outputs(value: Json) -> Result<Json, String> {
    match value {
        Json::Null | Json::Object(_) => Ok(value),
        Json::Array(_) => Err(cannot_deserialize(AN_ARRAY, DICTIONARY, AN_OBJECT, "Outputs")),
        other => Err(cannot_convert(&other, DICTIONARY, "Outputs")),
    }
}

fn logs(value: Json) -> Result<Vec<String>, String> {
    let lines = match value {
        Json::Null => return Ok(Vec::new()),
        Json::Array(lines) => lines,
        Json::Object(_) => return Err(cannot_deserialize(AN_OBJECT, LIST, AN_ARRAY, "Logs")),
        other => return Err(cannot_convert(&other, LIST, "Logs")),
    };
    let text = |line: &Json| match line {
        Json::Text(text) => Ok(text.clone()),
        Json::Array(_) | Json::Object(_) => Err("Newtonsoft.Json.JsonReaderException: Unexpected \
            character encountered while parsing value. Path 'Logs'"
            .to_owned()),
        scalar => Ok(dotnet_text(scalar)),
    };
    lines.iter().map(text).collect()
}

fn not_an_object(value: &Json) -> String {
    match value {
        Json::Array(_) => cannot_deserialize(AN_ARRAY, RESULT, AN_OBJECT, ""),
        other => cannot_convert(other, RESULT, ""),
    }
}

fn cannot_deserialize(found: &str, kind: &str, wanted: &str, path: &str) -> String {
    format!(
        "Newtonsoft.Json.JsonSerializationException: Cannot deserialize the current JSON {found} \
         into type '{kind}' because the type requires a JSON {wanted} to deserialize correctly. \
         Path '{path}'"
    )
}

fn cannot_convert(value: &Json, kind: &str, path: &str) -> String {
    let from = match value {
        Json::Text(_) => "System.String",
        Json::Bool(_) => "System.Boolean",
        Json::Number(number) if number.is_f64() => "System.Double",
        _ => "System.Int64",
    };
    format!(
        "Newtonsoft.Json.JsonSerializationException: Error converting value {} to type '{kind}'. \
         Path '{path}' --> System.ArgumentException: Could not cast or convert from {from} to \
         {kind}.",
        value.to_compact()
    )
}

/// How .NET prints the message that it could not read.
fn shown(received: &Received<'_>) -> String {
    let Received { status, reason, headers, body } = received;
    let mut text = format!(
        "StatusCode: {status}, ReasonPhrase: '{reason}', Version: 1.1, Content: \
         System.Net.Http.HttpConnectionResponseContent, Headers:\n{{\n"
    );
    let is_content = |name: &str| name.to_ascii_lowercase().starts_with("content-");
    for content in [false, true] {
        for (name, value) in headers.iter().filter(|(name, _)| is_content(name) == content) {
            let _always = writeln!(text, "  {name}: {}", String::from_utf8_lossy(value));
        }
    }
    let _always = write!(text, "}}\n {}", String::from_utf8_lossy(body));
    text
}

#[cfg(test)]
mod tests;
