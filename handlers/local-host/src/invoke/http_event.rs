//! An HTTP request as an envelope's value: for functions that are not simply HTTP in, HTTP out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::event::Event;
use super::metadata::Metadata;
use crate::front::route::Parameters;
use crate::ordered_json::Json;
use crate::percent;

/// What the front knows about a request.
pub(crate) struct HttpRequest<'a> {
    pub method: &'a str,
    pub url: String,
    pub query: &'a str,
    /// In the host's order, one entry per value.
    pub headers: &'a [(String, Vec<u8>)],
    pub parameters: Parameters,
    /// Parameters of the route that the path did not fill.
    pub absent: Vec<String>,
    /// Only a body with a Content-Length arrives; a chunked one is lost.
    pub body: Option<&'a Bytes>,
}

/// Builds the event as recorded from the real host.
pub(crate) fn http_event(request: &HttpRequest<'_>) -> Event {
    let query = query_values(request.query);
    let headers = grouped(request.headers);
    let body = request.body.filter(|body| !body.is_empty());
    let mut metadata = Metadata::default();
    for (name, values) in &query {
        metadata.set_text(name, values.last().map_or("", String::as_str));
    }
    if let Some(text) = body.and_then(|body| std::str::from_utf8(body).ok()) {
        metadata.merge(text);
    }
    for (name, value) in &request.parameters {
        metadata.set_text(name, value);
    }
    let last = |values: &Vec<String>| values.last().cloned().unwrap_or_default();
    metadata.set("Query", texts(query.iter().map(|(name, values)| (name, last(values)))));
    metadata.set("Headers", texts(headers.iter().map(|(name, values)| (name, values.join(",")))));
    let list = |values: &[String]| Json::Array(values.iter().cloned().map(Json::Text).collect());
    let absent = request.absent.iter().map(|name| (name.clone(), Json::Null));
    let filled = request.parameters.iter();
    let filled = filled.map(|(name, value)| (name.clone(), Json::Text(value.clone())));
    let mut members = vec![
        ("Url".to_owned(), Json::Text(request.url.clone())),
        ("Method".to_owned(), Json::Text(request.method.to_owned())),
        ("Query".to_owned(), texts(query.iter().map(|(name, values)| (name, values.join(","))))),
        (
            "Headers".to_owned(),
            Json::Object(headers.iter().map(|(name, v)| (name.clone(), list(v))).collect()),
        ),
        ("Params".to_owned(), Json::Object(filled.chain(absent).collect())),
        ("Identities".to_owned(), Json::Array(vec![anonymous()])),
    ];
    if let Some(body) = body {
        members.push(("Body".to_owned(), Json::Text(body_text(body, &headers))));
    }
    Event { data: Json::Object(members), metadata, merged: None }
}

/// Base64 for two kinds of content; everything else is taken for text, images too.
fn body_text(body: &Bytes, headers: &[(String, Vec<String>)]) -> String {
    let kind = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let kind = kind.and_then(|(_, values)| values.first()).map(|kind| kind.to_ascii_lowercase());
    let binary = kind.is_some_and(|kind| {
        kind.starts_with("application/octet-stream") || kind.starts_with("multipart/")
    });
    if binary { STANDARD.encode(body) } else { String::from_utf8_lossy(body).into_owned() }
}

fn texts<'a>(members: impl Iterator<Item = (&'a String, String)>) -> Json {
    Json::Object(members.map(|(name, value)| (name.clone(), Json::Text(value))).collect())
}

fn grouped(headers: &[(String, Vec<u8>)]) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value).into_owned();
        match groups.iter_mut().find(|(group, _)| group.eq_ignore_ascii_case(name)) {
            Some((_, values)) => values.push(value),
            None => groups.push((name.clone(), vec![value])),
        }
    }
    groups
}

/// Names and values in order, decoded; the values of one name together.
fn query_values(query: &str) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (form_decoded(name), form_decoded(value));
        match groups.iter_mut().find(|(group, _)| group.eq_ignore_ascii_case(&name)) {
            Some((_, values)) => values.push(value),
            None => groups.push((name, vec![value])),
        }
    }
    groups
}

fn form_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escaped = percent::escaped(bytes, at);
        decoded.push(match (byte, escaped) {
            (_, Some(escaped)) => escaped,
            (b'+', None) => b' ',
            (other, None) => *other,
        });
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The identity of a request that nobody signed.
fn anonymous() -> Json {
    let text = |text: &str| Json::Text(text.to_owned());
    let members = [
        ("AuthenticationType", Json::Null),
        ("IsAuthenticated", Json::Bool(false)),
        ("Actor", Json::Null),
        ("BootstrapContext", Json::Null),
        ("Claims", Json::Array(Vec::new())),
        ("Label", Json::Null),
        ("Name", Json::Null),
        ("NameClaimType", text("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name")),
        ("RoleClaimType", text("http://schemas.microsoft.com/ws/2008/06/identity/claims/role")),
    ];
    Json::Object(members.map(|(name, value)| (name.to_owned(), value)).to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &str, value: &str) -> (String, Vec<u8>) {
        (name.to_owned(), value.as_bytes().to_vec())
    }

    #[test]
    fn a_request_looks_as_recorded() {
        let headers = [pair("Host", "app.example.net"), pair("X-Multi", "a"), pair("X-Multi", "b")];
        let body = Bytes::from_static(br#"{"a":1,"id":"body"}"#);
        let event = http_event(&HttpRequest {
            method: "POST",
            url: "http://app.example.net/api/orders/7?x=1&y=a%20b&x=2&flag".into(),
            query: "x=1&y=a%20b&x=2&flag",
            headers: &headers,
            parameters: vec![("id".into(), "7".into())],
            absent: vec!["more".into()],
            body: Some(&body),
        });
        assert_eq!(
            event.metadata.into_json().to_compact(),
            r#"{"x":"\"2\"","y":"\"a b\"","flag":"\"\"","a":"\"1\"","id":"\"7\"","Query":{"x":"2","y":"a b","flag":""},"Headers":{"Host":"app.example.net","X-Multi":"a,b"}}"#
        );
        let data = event.data.to_compact();
        assert!(data.starts_with(
            r#"{"Url":"http://app.example.net/api/orders/7?x=1&y=a%20b&x=2&flag","Method":"POST","Query":{"x":"1,2","y":"a b","flag":""},"Headers":{"Host":["app.example.net"],"X-Multi":["a","b"]},"Params":{"id":"7","more":null},"Identities":[{"AuthenticationType":null"#
        ), "{data}");
        assert!(data.ends_with(r#""Body":"{\"a\":1,\"id\":\"body\"}"}"#), "{data}");
    }

    #[test]
    fn only_two_kinds_of_content_go_as_base64() {
        let typed = |kind: &str| vec![("Content-Type".to_owned(), vec![kind.to_owned()])];
        let body = Bytes::from_static(b"\xff");
        assert_eq!(body_text(&body, &typed("application/octet-stream")), "/w==");
        assert_eq!(body_text(&body, &typed("multipart/form-data; boundary=b")), "/w==");
        assert_eq!(body_text(&body, &typed("image/jpeg")), "\u{fffd}");
    }
}
