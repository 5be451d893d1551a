//! Each rule refuses its near misses.

use serde_json::{Value, json};

use super::*;

fn reason(line: &Value, place: Place, expected: &str, got: &str) -> Option<&'static str> {
    let case = Case::from_line("x", line);
    explain(&Evidence::of(&case), &Difference::new(place, expected, got))
}

fn sent(head: &str) -> Value {
    json!({ "client_request": { "raw_head": head, "body": "" } })
}

#[test]
fn only_the_hosts_own_traceparent_may_be_missing() {
    let header = |name: &str| Place::RequestHeader(name.to_owned());
    let ours = sent("GET / HTTP/1.1\r\nHost: a");
    assert!(reason(&ours, header("traceparent"), "00-1", "(absent)").is_some());
    assert!(reason(&ours, header("traceparent"), "00-1", "00-2").is_none());
    assert!(reason(&ours, header("tracestate"), "k=v", "(absent)").is_none());
    let clients = sent("GET / HTTP/1.1\r\nTraceparent: 00-1");
    assert!(reason(&clients, header("traceparent"), "00-1", "(absent)").is_none());
}

#[test]
fn only_words_of_newtonsoft_may_be_other_words() {
    let line = json!({});
    let of = |class: &str, expected: &str, got: &str| {
        reason(&line, Place::Exception(class.to_owned()), expected, got).is_some()
    };
    let class = "Newtonsoft.Json.JsonReaderException";
    assert!(of(
        class,
        "Newtonsoft.Json.JsonReaderException: a",
        "Newtonsoft.Json.JsonReaderException: b"
    ));
    assert!(!of(
        class,
        "Newtonsoft.Json.JsonReaderException: a",
        "Newtonsoft.Json.JsonSerializationException: a"
    ));
    assert!(!of(class, "Newtonsoft.Json.JsonReaderException: a", "(absent): "));
    assert!(!of(
        "System.InvalidOperationException",
        "System.InvalidOperationException: a",
        "System.InvalidOperationException: b"
    ));
    assert!(!of("System.ArgumentException", "System.ArgumentException: bad", "(absent): "));
}

#[test]
fn only_stack_traces_of_a_retry_may_differ() {
    let line = json!({});
    let of = |path: &str| reason(&line, Place::RequestBody(path.to_owned()), "a", "b").is_some();
    assert!(of("$.Metadata.RetryContext.Exception.InnerException.StackTrace"));
    assert!(of("$.Metadata.RetryContext.Exception.StackTraceString"));
    assert!(!of("$.Metadata.RetryContext.Exception.Message"));
    assert!(!of("$.Metadata.RetryContext.RetryCount"));
    assert!(!of("$.Data.msg.StackTrace"));
}

#[test]
fn only_what_a_failing_proxy_leaves_to_the_host_may_differ() {
    let line = |from: &str, forwarder: &str| {
        json!({
            "from": from, "host_result": { "forwarder": [format!("GET /x -> {forwarder} aborted=False")] },
        })
    };
    let of = |line: &Value, place| reason(line, place, "502 Bad Gateway", "500").is_some();
    assert!(of(&line("yarp-only", "Request"), Place::Status));
    assert!(!of(&line("yarp-only", "None"), Place::Status));
    assert!(!of(&line("host", "Request"), Place::Status));
    assert!(!of(&line("yarp-only", "Request"), Place::RequestLine));
}

#[test]
fn only_the_folder_above_a_function_may_lie_elsewhere() {
    let of = |place: &str, got: &str| {
        let recorded = "http://a/admin/vfs/home/site/wwwroot/../app/f/function.json";
        reason(&json!({}), Place::AnswerBody(place.to_owned()), recorded, got).is_some()
    };
    assert!(of("$.config_href", "http://a/admin/vfs/tmp/1/app/f/function.json"));
    assert!(!of("$.config_href", "http://a/admin/vfs/tmp/1/app/g/function.json"));
    assert!(!of("$.config_href", "http://b/admin/vfs/tmp/1/app/f/function.json"));
    assert!(!of("$.href", "http://a/admin/functions/f"));
    assert!(!of("$.config", "http://a/admin/vfs/tmp/1/app/f/function.json"));
}

#[test]
fn only_administration_that_nobody_calls_may_be_missing() {
    let of = |line: &str, place| {
        let head = format!("{line} HTTP/1.1\r\nx-functions-key: <master key>");
        reason(&sent(&head), place, "204 No Content", "404 Not Found").is_some()
    };
    assert!(of("POST /admin/host/synctriggers", Place::Status));
    assert!(of("GET /admin/vfs/", Place::Status));
    assert!(of("GET /admin/functions/f/keys", Place::Status));
    assert!(!of("GET /admin/host/status", Place::Status));
    assert!(!of("POST /admin/functions/f", Place::Status));
    assert!(!of("GET /admin/functions/f/status", Place::Status));
    assert!(!of("GET /admin/x", Place::Status));
    assert!(!of("POST /admin/host/synctriggers", Place::Invocations));
    let no_key = sent("POST /admin/host/synctriggers HTTP/1.1\r\nHost: a");
    assert!(reason(&no_key, Place::Status, "401", "404").is_none());
}

#[test]
fn only_the_version_of_an_old_request_may_be_answered_in_kind() {
    let of = |version: &str, place| {
        let line = sent(&format!("GET /x {version}\r\nHost: a"));
        reason(&line, place, "1.1", "1.0").is_some()
    };
    assert!(of("HTTP/1.0", Place::AnswerVersion));
    assert!(of("HTTP/1.0", Place::AnswerHeader("connection".into())));
    assert!(!of("HTTP/1.0", Place::AnswerHeader("content-length".into())));
    assert!(!of("HTTP/1.1", Place::AnswerVersion));
}

#[test]
fn only_a_strange_version_may_be_refused_with_another_status() {
    let of = |version: &str, expected: &str, got: &str| {
        let line = sent(&format!("GET /x {version}\r\nHost: a"));
        reason(&line, Place::Status, expected, got).is_some()
    };
    assert!(of("HTTP/1.2", "505 HTTP Version Not Supported", "400 Bad Request"));
    assert!(!of("HTTP/1.1", "505 HTTP Version Not Supported", "400 Bad Request"));
    assert!(!of("HTTP/1.2", "404 Not Found", "400 Bad Request"));
    assert!(!of("HTTP/1.2", "505 HTTP Version Not Supported", "200 OK"));
}

#[test]
fn only_a_page_that_the_host_itself_showed_may_read_otherwise() {
    let line = |kind: &str, request: Value| {
        json!({
            "request": request,
            "host_result": { "client_saw": { "raw_head": format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}") } },
        })
    };
    let body = || Place::AnswerBody("start".to_owned());
    assert!(reason(&line("text/html", Value::Null), body(), "a", "b").is_some());
    assert!(reason(&line("application/json", Value::Null), body(), "a", "b").is_none());
    let handlers = json!({ "method": "GET", "path": "/" });
    assert!(reason(&line("text/html", handlers), body(), "a", "b").is_none());
    assert!(reason(&line("text/html", Value::Null), Place::Status, "a", "b").is_none());
}
