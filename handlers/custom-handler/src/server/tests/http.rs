//! HTTP functions: which requests reach them, and how their answers leave.

use http::{Method, StatusCode};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::task::yield_now;

use super::wire::{Client, HOST, PROXY, Running, Seen, chunked};
use crate::{Failure, Function, QueueMessage, Reply, Request, failures};

const READ: &[Method] = &[Method::GET, Method::HEAD];

fn functions() -> Vec<Function<Seen>> {
    vec![
        Function::http("add-patient", &[Method::POST], "api/patients", echo),
        Function::queue("dispatch-sms", "sms", |seen: Seen, _: QueueMessage| async move {
            seen.begin();
            Ok(())
        }),
        Function::http("fail", &[Method::POST], "api/fail", |_: Seen, _: Request| async {
            Err(Failure::broken("inside: table `patients`"))
        }),
        Function::http("panic", &[Method::POST], "api/panic", |_: Seen, _: Request| async {
            panic!("SECRET")
        }),
        Function::http("panic-early", &[Method::POST], "api/panic-early", panic_early),
        Function::http("show-patient", &[Method::GET], "api/patients/{patient}", echo),
        Function::http("wait", &[Method::POST], "api/wait", |seen: Seen, _: Request| async move {
            seen.begin();
            seen.gate.notified().await;
            seen.end();
            Ok(Reply::no_content())
        }),
        Function::http("www-pages", READ, "{*path}", |_: Seen, request: Request| async move {
            let page = format!("<p>{}</p>", request.param("path"));
            Ok(Reply::bytes(StatusCode::OK, "text/html; charset=utf-8", page)
                .header("Cache-Control", "public, max-age=60"))
        }),
    ]
}

async fn echo(seen: Seen, request: Request) -> Result<Reply, Failure> {
    seen.begin();
    Ok(Reply::created(&json!({
        "method": request.method.as_str(),
        "path": request.path,
        "patient": request.param("patient"),
        "q": request.query("q"),
        "bytes": request.body().len(),
        "invocation": request.invocation.as_str(),
    })))
}

/// What a function does before its first await has to be guarded too.
fn panic_early(_: Seen, _: Request) -> std::future::Ready<Result<Reply, Failure>> {
    panic!("SECRET")
}

async fn running() -> (Seen, Running) {
    let seen = Seen::default();
    let running = Running::start(&seen, functions()).await;
    (seen, running)
}

async fn post(client: &mut Client, path: &str, body: &str) -> super::wire::Answer {
    let length = body.len();
    client
        .send(&format!("POST {path} HTTP/1.1\r\n{PROXY}Content-Length: {length}\r\n\r\n{body}"))
        .await
}

#[tokio::test]
async fn the_probe_is_answered_at_once_whatever_else_is_going_on() {
    let (seen, running) = running().await;
    let mut waiting = running.connect().await;
    waiting
        .write(format!("POST /api/wait HTTP/1.1\r\n{PROXY}Content-Length: 0\r\n\r\n").as_bytes())
        .await;
    seen.until_begun(1).await;

    let answer = running.send("GET / HTTP/1.1\r\nHost: 127.0.0.1:39353\r\n\r\n").await;
    assert_eq!((answer.status, answer.text()), (200, "ready"));

    seen.gate.notify_one();
    assert_eq!(waiting.answer().await.status, 204);
}

#[tokio::test]
async fn a_proxied_request_reaches_its_function() {
    let (_, running) = running().await;

    let answer =
        running.send(&format!("GET /api/patients/p-1_2?q=a%20b HTTP/1.1\r\n{PROXY}\r\n")).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap(),
        json!({
            "method": "GET", "path": "/api/patients/p-1_2", "patient": "p-1_2", "q": "a b", "bytes": 0,
            "invocation": "bec11693-c2cc-48cb-88aa-0f70d2112a63"
        })
    );
}

// Rule a: a host too old for proxying forwards in silence, and nothing private is private then.
#[tokio::test]
async fn a_host_that_does_not_proxy_is_told_so() {
    let (seen, running) = running().await;
    let one_mark = format!("{HOST}x-ms-invocation-id: bec11693\r\n");
    let the_other = format!("{HOST}X-Forwarded-For: 127.0.0.1\r\n");

    for headers in [HOST, "Host: 127.0.0.1\r\n", &one_mark, &the_other] {
        for head in ["GET /api/patients/p1", "POST /api/patients", "GET /r", "HEAD /"] {
            let answer = running
                .connect()
                .await
                .send_head(&format!("{head} HTTP/1.1\r\n{headers}\r\n"))
                .await;
            assert_eq!(answer.status, 503, "{head} {headers}");
        }
    }
    let answer = running.send(&format!("GET /api/patients/p1 HTTP/1.1\r\n{HOST}\r\n")).await;
    assert_eq!(answer.problem(), "host-does-not-proxy");
    assert!(answer.text().contains("enableProxyingHttpRequest"));
    assert_eq!(seen.begun(), 0);
}

#[tokio::test]
async fn every_answer_carries_the_standing_headers_refusals_too() {
    let (_, running) = running().await;
    for (head, status) in [
        ("GET /page", 200),
        ("POST /api/fail", 500),
        ("POST /api/panic", 500),
        ("GET /api/patients/%41", 400),
        ("POST /nothing", 404),
    ] {
        let request = format!("{head} HTTP/1.1\r\n{PROXY}Content-Length: 0\r\n\r\n");
        let answer = running.send(&request).await;
        assert_eq!((answer.status, answer.header("x-standing")), (status, Some("yes")), "{head}");
    }
}

// Rule a: no client outside can make an event.
#[tokio::test]
async fn an_event_path_with_the_proxys_mark_is_not_there() {
    let (seen, running) = running().await;
    let envelope = r#"{"Data":{"message":"\"x\""},"Metadata":{}}"#;

    let mut client = running.connect().await;
    assert_eq!(post(&mut client, "/dispatch-sms", envelope).await.problem(), "not-found");
    assert_eq!(seen.begun(), 0);
}

// Rule f: the host says 404 to a method that is not listed, never 405, and so does the handler.
#[tokio::test]
async fn another_method_or_path_is_a_404_problem() {
    let (seen, running) = running().await;

    for head in ["DELETE /api/patients", "POST /elsewhere", "PUT /", "OPTIONS /api/patients"] {
        let answer = running.send(&format!("{head} HTTP/1.1\r\n{PROXY}\r\n")).await;
        assert_eq!((answer.status, answer.problem().as_str()), (404, "not-found"), "{head}");
    }
    assert_eq!(seen.begun(), 0);
}

// Rule h.
#[tokio::test]
async fn an_escape_in_an_api_path_is_a_400_and_another_id_a_404() {
    let (seen, running) = running().await;
    let status = async |path: &str| {
        running.send(&format!("GET {path} HTTP/1.1\r\n{PROXY}\r\n")).await.status
    };

    assert_eq!(status("/api/patients/a%252Fb").await, 400);
    assert_eq!(status("/api/patients/%70").await, 400);
    assert_eq!(status("/api/patients/a+b").await, 404);
    assert_eq!(status("/api/patients/a.b").await, 404);
    assert_eq!(status("/caf%C3%A9").await, 200);
    assert_eq!(seen.begun(), 0);
}

// Rule f: HEAD on an API route goes to the catch-all.
#[tokio::test]
async fn head_is_answered_with_the_headers_of_get_and_no_body() {
    let (_, running) = running().await;
    let get = running.send(&format!("GET /start.html HTTP/1.1\r\n{PROXY}\r\n")).await;

    let mut client = running.connect().await;
    let head = client.send_head(&format!("HEAD /start.html HTTP/1.1\r\n{PROXY}\r\n")).await;
    for name in ["content-type", "content-length", "cache-control", "x-content-type-options"] {
        assert!(head.header(name).is_some(), "{name}");
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    assert_eq!(get.header("cache-control"), Some("public, max-age=60"));
    // Were there a body, the next answer would begin with it.
    assert_eq!(
        client.send_head(&format!("HEAD /api/patients/p1 HTTP/1.1\r\n{PROXY}\r\n")).await.status,
        200
    );
}

#[tokio::test]
async fn odd_requests_are_answered_and_break_nothing() {
    let (seen, running) = running().await;

    for (line, status) in [
        ("OPTIONS * HTTP/1.1", 404),
        ("CONNECT app.example.net:443 HTTP/1.1", 404),
        ("PURGE /api/patients HTTP/1.1", 404),
        ("GET http://app.example.net/page HTTP/1.1", 200),
        ("GET /?q=%00&q=&&==%% HTTP/1.1", 200),
        ("GET /api/patients/p1?%%% HTTP/1.1", 201),
        ("GET page HTTP/1.1", 404),
        ("GET / HTTP/9.9", 400),
        ("\u{1}\u{2}\u{3}", 400),
        ("PRI * HTTP/2.0\r\n\r\nSM", 400),
    ] {
        assert_eq!(
            running.send(&format!("{line}\r\n{PROXY}\r\n")).await.status,
            status,
            "{line:?}"
        );
    }
    let long = format!("GET /{} HTTP/1.1\r\n{PROXY}\r\n", "x".repeat(30_000));
    assert_eq!(running.send(&long).await.status, 200);
    assert_eq!(seen.begun(), 1);
}

#[tokio::test]
async fn bodies_arrive_however_they_are_framed_and_the_connection_is_kept() {
    let (_, running) = running().await;
    let mut client = running.connect().await;
    let body = vec![b'x'; 40_000];

    for size in [1, 999, 40_000] {
        let head =
            format!("POST /api/patients HTTP/1.1\r\n{PROXY}Transfer-Encoding: chunked\r\n\r\n");
        client.write(head.as_bytes()).await;
        client.write(&chunked(&body, size)).await;
        assert!(client.answer().await.text().contains("\"bytes\":40000"), "{size}");
    }
    let answer = post(&mut client, "/api/patients", &"x".repeat(65_536)).await;
    assert!(answer.text().contains("\"bytes\":65536"));
}

// Rule e: an error answer before the body is read becomes a 500 at the client.
#[tokio::test]
async fn what_is_refused_is_drained_first() {
    let (seen, running) = running().await;
    let mut client = running.connect().await;
    let body = vec![b'x'; 5 * 1024 * 1024];

    for (path, status) in [("/api/patients", 413), ("/nowhere", 404), ("/api/%41", 400)] {
        let head = format!("POST {path} HTTP/1.1\r\n{PROXY}Transfer-Encoding: chunked\r\n\r\n");
        client.write(head.as_bytes()).await;
        client.write(&chunked(&body, 65_536)).await;
        let answer = client.answer().await;
        assert_eq!(answer.status, status, "{path}, chunked");
        assert!(!answer.problem().is_empty());

        let length = body.len();
        let head = format!("POST {path} HTTP/1.1\r\n{PROXY}Content-Length: {length}\r\n\r\n");
        client.write(head.as_bytes()).await;
        client.write(&body).await;
        assert_eq!(client.answer().await.status, status, "{path}, with its length");
    }
    assert_eq!(seen.begun(), 0);
}

#[tokio::test]
async fn one_byte_above_the_limit_is_a_413() {
    let (seen, running) = running().await;
    let mut client = running.connect().await;

    let answer = post(&mut client, "/api/patients", &"x".repeat(65_537)).await;
    assert_eq!((answer.status, answer.problem().as_str()), (413, "too-large"));
    assert_eq!(seen.begun(), 0);
}

#[tokio::test]
async fn a_client_that_asks_first_is_told_to_go_on() {
    let (_, running) = running().await;
    let mut client = running.connect().await;

    let head = format!(
        "POST /api/patients HTTP/1.1\r\n{PROXY}Expect: 100-continue\r\nContent-Length: 7\r\n\r\n"
    );
    assert_eq!(client.send(&head).await.status, 100);
    assert_eq!(client.send("{\"a\":1}").await.status, 201);
}

// Rule c: a panic ends one request and nothing else.
#[tokio::test]
async fn a_panic_is_a_500_problem_and_the_connection_lives() {
    let (_, running) = running().await;
    let mut client = running.connect().await;
    let before = failures();

    for path in ["/api/panic", "/api/panic-early"] {
        let answer = post(&mut client, path, "{}").await;
        assert_eq!((answer.status, answer.problem().as_str()), (500, "broken"), "{path}");
        assert!(!answer.text().contains("SECRET"));
    }
    assert_eq!(post(&mut client, "/api/patients", "{}").await.status, 201);
    assert!(failures() >= before + 2);
}

// Rule f: the host calls every status a success, so the handler counts.
#[tokio::test]
async fn a_failure_is_counted_and_keeps_its_inside_to_itself() {
    let (_, running) = running().await;
    let before = failures();

    let answer = post(&mut running.connect().await, "/api/fail", "{}").await;
    assert_eq!((answer.status, answer.problem().as_str()), (500, "broken"));
    assert!(!answer.text().contains("table"));
    assert!(failures() > before);
}

// Rule c: the host closes the handler's connection within milliseconds of a client's abort.
#[tokio::test]
async fn a_function_goes_on_to_its_end_when_the_client_is_gone() {
    let (seen, running) = running().await;
    let mut client = running.connect().await;
    client
        .write(
            format!("POST /api/wait HTTP/1.1\r\n{PROXY}Content-Length: 2\r\n\r\n{{}}").as_bytes(),
        )
        .await;
    seen.until_begun(1).await;
    drop(client);

    // A whole request on another connection: by then the server has noticed the closed one.
    let mut other = running.connect().await;
    assert_eq!(post(&mut other, "/api/patients", "{}").await.status, 201);
    seen.gate.notify_one();
    seen.until_ended(1).await;
}

#[tokio::test]
async fn a_body_that_breaks_off_runs_nothing() {
    let (seen, running) = running().await;
    let mut client = running.connect().await;
    client
        .write(
            format!("POST /api/patients HTTP/1.1\r\n{PROXY}Content-Length: 99\r\n\r\n{{")
                .as_bytes(),
        )
        .await;
    drop(client);

    running.stop().await;
    assert_eq!(seen.begun(), 0);
}

#[tokio::test]
async fn every_answer_is_guarded() {
    let (_, running) = running().await;

    for head in ["GET /x", "GET /api/patients/p1", "POST /nowhere", "GET /api/%41"] {
        let answer = running.send(&format!("{head} HTTP/1.1\r\n{PROXY}\r\n")).await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{head}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{head}");
        assert!(answer.header("cache-control").is_some(), "{head}");
    }
}

#[tokio::test]
async fn what_has_begun_is_finished_before_it_stops() {
    let (seen, running) = running().await;
    let mut waiting = running.connect().await;
    let mut impatient = running.connect().await;
    let wait = format!("POST /api/wait HTTP/1.1\r\n{PROXY}Content-Length: 0\r\n\r\n");
    waiting.write(wait.as_bytes()).await;
    seen.until_begun(1).await;
    impatient.write(wait.as_bytes()).await;
    seen.until_begun(2).await;
    drop(impatient);

    let (address, ended) = (running.address, seen.clone());
    let stopped = tokio::spawn(async move {
        running.stop().await;
        ended.ended()
    });
    while TcpStream::connect(address).await.is_ok() {
        yield_now().await;
    }
    for _ in 0..100 {
        yield_now().await;
    }
    seen.gate.notify_one();
    assert_eq!(waiting.answer().await.status, 204);
    for _ in 0..100 {
        yield_now().await;
    }
    assert!(!stopped.is_finished(), "one function still runs, though nobody waits for it");
    seen.gate.notify_one();
    assert_eq!(stopped.await.unwrap(), 2);
}
