//! HTTP through the front: routes, the proxy's marks, limits, keys.

use std::time::Duration;

use local_host::AdminAccess;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::app::{TestApp, next};
use crate::wait::{body, get, raw, send, status, until};

fn app() -> TestApp {
    TestApp::new()
        .http("add-thing", "api/things", &["post"])
        .http("show-thing", "api/things/{id}", &["get"])
        .http("www", "{*path}", &["get", "head"])
        .queue("dispatch-sms", "sms")
}

#[tokio::test]
async fn a_request_arrives_with_the_hosts_marks_and_the_clients_spelling() {
    let app = app();
    let host = app.start().await;
    let answer = raw(
        host.front(),
        "GET /api/things/7?a=1 HTTP/1.1\r\nhost: app.example.net\r\nx-Odd_Case: 1\r\n\
         X-Azure-Functions-InvocationId: spoofed\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert_eq!((status(&answer), body(&answer)), ("200", "GET /api/things/7?a=1"));
    let received = &app.received()[0];
    let headers: Vec<(String, String)> =
        serde_json::from_value(received["headers"].clone()).unwrap();
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Host",
            "x-Odd_Case",
            "X-Azure-Functions-InvocationId",
            "X-Azure-Functions-HostVersion",
            "x-ms-invocation-id",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
        ]
    );
    assert_eq!(headers[2].1, headers[4].1);
    assert_ne!(headers[2].1, "spoofed");
    assert_eq!(headers[6].1, "app.example.net");
}

#[tokio::test]
async fn routes_are_as_recorded() {
    let app = app();
    let host = app.start().await;
    for (request, wanted) in [
        ("POST /api/things", "200"),
        ("POST /api/things/", "200"),
        ("POST /API/Things", "200"),
        ("POST /./api/x/../things", "200"),
        ("POST //api/things", "404"),
        ("POST /api%2Fthings", "404"),
        ("PUT /api/things", "404"),
        ("POST /dispatch-sms", "404"),
        ("POST /api/things/../../dispatch-sms", "404"),
        ("POST /admin/x", "404"),
        ("GET /admin/x", "200"),
        ("HEAD /dispatch-sms", "200"),
        ("OPTIONS *", "404"),
        ("POST *", "405"),
        ("POST http://other.example/api/things", "400"),
        ("TRACE /", "200"),
        ("FOO /x", "404"),
    ] {
        assert_eq!(status(&send(host.front(), request, "").await), wanted, "{request}");
    }
    assert!(
        app.received()
            .iter()
            .all(|request| request["path"] != "/dispatch-sms" || request["method"] != "POST")
    );
}

#[tokio::test]
async fn what_the_web_server_refuses_never_becomes_an_invocation() {
    let app = app();
    let host = app.start().await;
    let long = format!("GET /?{} HTTP/1.1\r\nHost: h", "q".repeat(9_000));
    let big = format!("GET / HTTP/1.1\r\nHost: h\r\nX-Big: {}", "b".repeat(33_000));
    let many = format!("GET / HTTP/1.1\r\nHost: h{}", "\r\nX-A: 1".repeat(101));
    for (head, wanted) in [
        ("GET /J\u{fc}rgen HTTP/1.1\r\nHost: h", "400"),
        ("GET /?n=J\u{fc}rgen HTTP/1.1\r\nHost: h", "400"),
        ("GET / HTTP/1.1\r\nHost: h\r\nX-L: caf\u{e9}", "400"),
        ("GET /a%00b HTTP/1.1\r\nHost: h", "400"),
        ("GET / HTTP/1.1", "400"),
        ("CONNECT app.example.net:443 HTTP/1.1\r\nHost: app.example.net", "400"),
        (long.as_str(), "414"),
        (big.as_str(), "431"),
        (many.as_str(), "431"),
    ] {
        // The recordings write bytes as Latin-1.
        let bytes: Vec<u8> = format!("{head}\r\n\r\n").chars().map(|c| c as u8).collect();
        let answer = raw(host.front(), bytes).await;
        assert_eq!(status(&answer), wanted, "{}", &head[..30.min(head.len())]);
        assert!(answer.contains("connection: close\r\n"), "{answer}");
    }
    assert!(app.received().is_empty());
}

#[tokio::test]
async fn a_length_beside_chunks_is_disbelieved() {
    let app = app();
    let host = app.start().await;
    let answer = raw(
        host.front(),
        "POST /api/things HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\
         Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nPOST /dispatch-sms HTTP/1.1\r\n\
         Host: a\r\nContent-Length: 0\r\n\r\n",
    )
    .await;
    assert_eq!(status(&answer), "200");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    assert_eq!(app.received().len(), 1);
    let headers = app.received()[0]["headers"].to_string();
    assert!(headers.contains(r#"["X-Content-Length","4"]"#), "{headers}");
}

#[tokio::test]
async fn a_status_and_its_reason_pass() {
    let app = app();
    let host = app.start().await;
    let answer = get(host.front(), "/coffee").await;
    assert!(answer.starts_with("HTTP/1.1 418 Tea Time\r\n"), "{answer}");
    assert!(answer.contains("content-length: 1\r\n"), "{answer}");
}

#[tokio::test]
async fn a_body_in_chunks_is_passed_on_in_chunks() {
    let app = app();
    let host = app.start().await;
    let answer = raw(
        host.front(),
        "POST /api/things HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\
         Connection: close\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n",
    )
    .await;
    assert_eq!(status(&answer), "200");
    assert_eq!(app.received()[0]["body"], "onetwo");
}

#[tokio::test]
async fn a_body_above_the_limit_is_a_500_and_nothing_arrives() {
    let app = app();
    let host = app.start().await;
    let mut outcomes = host.outcomes();
    let head = "POST /api/things HTTP/1.1\r\nHost: h\r\nContent-Length: 104857601\r\n\r\n";
    let answer = raw(host.front(), head).await;
    assert_eq!(status(&answer), "500");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    let exception = next(&mut outcomes).await.result.unwrap_err();
    assert!(exception.contains("The max request body size is 104857600 bytes."), "{exception}");
    assert!(app.received().is_empty());
}

#[tokio::test]
async fn a_client_that_goes_away_ends_its_request_and_counts_as_a_success() {
    let app = app();
    let host = app.start().await;
    let mut outcomes = host.outcomes();
    let mut client = TcpStream::connect(host.front()).await.unwrap();
    client.write_all(b"GET /hang HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
    until("the request arrives", || (!app.received().is_empty()).then_some(())).await;
    drop(client);
    let outcome = next(&mut outcomes).await;
    assert_eq!((outcome.function.as_str(), outcome.result), ("www", Ok(())));
}

#[tokio::test]
async fn an_answer_leaves_piece_by_piece() {
    let app = app();
    let host = app.start().await;
    let mut client = TcpStream::connect(host.front()).await.unwrap();
    client.write_all(b"GET /drip HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"4\r\ndrop\r\n") {
        let more = tokio::time::timeout(Duration::from_secs(20), client.read_buf(&mut seen));
        assert_ne!(more.await.unwrap().unwrap(), 0);
    }
    assert!(seen.starts_with(b"HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn a_client_that_reads_nothing_runs_a_large_answer_into_the_time_limit() {
    let app = app().function_timeout("00:00:01");
    let host = app.start().await;
    let pid = host.handler_pid();
    let mut outcomes = host.outcomes();
    let mut client = TcpStream::connect(host.front()).await.unwrap();
    client.write_all(b"GET /large HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
    let exception = next(&mut outcomes).await.result.unwrap_err();
    assert!(exception.contains("FunctionTimeoutException"), "{exception}");
    until("the handler is replaced", || (host.handler_pid() != pid).then_some(())).await;
}

#[tokio::test]
async fn a_closed_connection_ends_as_a_500() {
    let app = app();
    let host = app.start().await;
    let mut outcomes = host.outcomes();
    let answer = get(host.front(), "/close").await;
    assert_eq!(status(&answer), "500");
    assert_eq!(app.received().len(), 40);
    let exception = next(&mut outcomes).await.result.unwrap_err();
    assert!(exception.contains("ForwarderError: Request"), "{exception}");
}

#[tokio::test]
async fn a_function_and_the_admin_routes_want_the_key() {
    let app = app().function(
        "keyed",
        &json!([
            {"type": "httpTrigger", "name": "req", "route": "api/keyed", "methods": ["get"]},
            {"type": "http", "direction": "out", "name": "res"},
        ]),
    );
    let mut options = app.options();
    options.admin = AdminAccess::Key("sesame".into());
    let host = app.start_with(options).await;
    let front = host.front();
    let refused = get(front, "/api/keyed").await;
    assert_eq!(status(&refused), "401");
    assert!(!refused.to_ascii_lowercase().contains("www-authenticate"), "{refused}");
    assert_eq!(status(&get(front, "/api/keyed?code=sesame").await), "200");
    let refused = send(front, "POST /admin/functions/dispatch-sms", "{}").await;
    assert_eq!(status(&refused), "401");
    assert!(refused.contains("www-authenticate: Bearer"), "{refused}");
    assert_eq!(status(&get(front, "/admin/host/ping").await), "200");
    let listed = get(front, "/admin/functions?code=sesame").await;
    let names: Vec<serde_json::Value> = serde_json::from_str(body(&listed)).unwrap();
    assert_eq!(names.len(), 5);
}

#[tokio::test]
async fn an_extra_service_answers_its_prefix_before_any_route() {
    struct Hello;
    impl local_host::FrontService for Hello {
        fn answer(
            &self,
            request: http::Request<bytes::Bytes>,
        ) -> futures_util::future::BoxFuture<'_, http::Response<bytes::Bytes>> {
            Box::pin(async move {
                http::Response::new(format!("hello {}", request.uri().path()).into())
            })
        }
    }
    let app = app();
    let mut options = app.options();
    options.extra.push(("/dev/", std::sync::Arc::new(Hello)));
    let host = app.start_with(options).await;
    assert_eq!(body(&get(host.front(), "/dev/phone").await), "hello /dev/phone");
}

#[tokio::test]
async fn a_bad_function_is_skipped_and_the_others_run() {
    let app = app().http("bad name", "api/bad", &["get"]).http("late", "api/things", &["post"]);
    let host = app.start().await;
    let refused: Vec<&str> = host.refused().iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(refused, ["bad name", "late"]);
    assert!(host.refused()[1].1.contains("route defined by function 'add-thing'"));
    assert_eq!(status(&send(host.front(), "POST /api/things", "{}").await), "200");
}
