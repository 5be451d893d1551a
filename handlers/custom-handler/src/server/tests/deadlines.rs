//! Rule d: reading, running and writing end by themselves, before the host ends them.

use std::time::Duration;

use http::Method;
use tokio::time::Instant;

use super::wire::{HOST, PROXY, Running, Seen};
use crate::{Deadlines, Function, QueueMessage, Reply, Request, StatusCode};

/// More than every buffer on the way together.
const LARGE: usize = 64 * 1024 * 1024;
const SHORT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_mins(1);

fn functions() -> Vec<Function<Seen>> {
    vec![
        Function::http("add-patient", &[Method::POST], "api/patients", |seen: Seen, _: Request| {
            seen.begin();
            async { Ok(Reply::no_content()) }
        }),
        Function::http("hang", &[Method::POST], "api/hang", |seen: Seen, _: Request| async move {
            seen.begin();
            std::future::pending().await
        }),
        Function::queue("hang-event", "sms", |seen: Seen, _: QueueMessage| async move {
            seen.begin();
            std::future::pending().await
        }),
        Function::http("large", &[Method::GET], "api/large", |_: Seen, _: Request| async {
            Ok(Reply::bytes(StatusCode::OK, "application/octet-stream", vec![0; LARGE]))
        }),
    ]
}

async fn running(read: Duration, run: Duration, write: Duration) -> (Seen, Running) {
    let seen = Seen::default();
    let running = Running::within(Deadlines { read, run, write }, &seen, functions()).await;
    (seen, running)
}

#[tokio::test]
async fn a_slow_upload_is_given_up_and_runs_nothing() {
    let (seen, running) = running(SHORT, LONG, LONG).await;

    for framing in ["Content-Length: 99", "Transfer-Encoding: chunked"] {
        let mut client = running.connect().await;
        let begun = format!("POST /api/patients HTTP/1.1\r\n{PROXY}{framing}\r\n\r\n1\r\n{{\r\n");
        let answer = client.send(&begun).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (408, "sent-too-slowly"),
            "{framing}"
        );
    }
    assert_eq!(seen.begun(), 0);
}

#[tokio::test]
async fn a_slow_upload_for_nobody_is_given_up_too() {
    let (_, running) = running(SHORT, LONG, LONG).await;

    let begun = format!("POST /nowhere HTTP/1.1\r\n{PROXY}Content-Length: 99\r\n\r\n{{");
    assert_eq!(running.send(&begun).await.status, 404);
}

#[tokio::test]
async fn a_function_that_does_not_end_is_ended() {
    let (seen, running) = running(LONG, SHORT, LONG).await;

    let http = format!("POST /api/hang HTTP/1.1\r\n{PROXY}Content-Length: 0\r\n\r\n");
    let answer = running.send(&http).await;
    assert_eq!((answer.status, answer.problem().as_str()), (503, "too-slow"));
    assert_eq!(answer.header("retry-after"), Some("2"));

    let envelope = r#"{"Data":{"message":"\"x\""},"Metadata":{}}"#;
    let length = envelope.len();
    let event =
        format!("POST /hang-event HTTP/1.1\r\n{HOST}Content-Length: {length}\r\n\r\n{envelope}");
    let answer = running.send(&event).await;
    assert_eq!((answer.status, answer.text()), (500, r#"{"error":"too-slow"}"#));
    assert_eq!(seen.begun(), 2);
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_cut_off() {
    let (_, running) = running(LONG, LONG, SHORT).await;
    let mut client = running.connect().await;
    client.write(format!("GET /api/large HTTP/1.1\r\n{PROXY}\r\n").as_bytes()).await;

    client.stream.readable().await.unwrap();

    // It stops only when the connection is gone, and nobody reads from that.
    running.stop().await;
    assert!(client.bytes_left(1024 * 1024).await < LARGE);
}

#[tokio::test]
async fn a_client_that_reads_a_little_now_and_then_gains_nothing() {
    let (_, running) = running(LONG, LONG, SHORT).await;
    let mut client = running.connect().await;
    client.write(format!("GET /api/large HTTP/1.1\r\n{PROXY}\r\n").as_bytes()).await;

    let begun = Instant::now();
    assert!(client.bytes_left(128).await < LARGE);
    assert!(begun.elapsed() >= SHORT);
}

#[tokio::test]
async fn a_client_that_reads_gets_a_large_answer_whole_and_may_ask_again() {
    let (_, running) = running(LONG, LONG, LONG).await;
    let mut client = running.connect().await;

    for _ in 0..2 {
        let answer = client.send(&format!("GET /api/large HTTP/1.1\r\n{PROXY}\r\n")).await;
        assert_eq!(answer.body.len(), LARGE);
    }
}
