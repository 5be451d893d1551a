//! Queue and timer functions: who may run them, and how they answer.

use serde_json::{Value, json};

use super::wire::{Answer, HOST, PROXY, Running, Seen, chunked};
use crate::{Failure, Function, Problem, QueueMessage, StatusCode, Timer, failures};

const SUCCESS: &str = r#"{"Outputs":{},"Logs":[],"ReturnValue":null}"#;

/// The body of a recorded queue invocation, with another text.
fn message(text: &str) -> String {
    json!({
        "Data": {"message": Value::from(text).to_string()},
        "Metadata": {
            "DequeueCount": "2",
            "ExpirationTime": "2026-11-28T23:46:57+00:00",
            "Id": "\"d24c38ea-8abf-4d78-aa84-87e6ab89dc13\"",
            "InsertionTime": "2026-11-21T23:46:57+00:00",
            "NextVisibleTime": "2026-11-21T23:56:57+00:00",
            "PopReceipt": "\"AgAAAAMAAAAAAAAAVqQNb/ai2gE=\"",
            "sys": {"MethodName": "dispatch-sms", "UtcNow": "2026-11-21T23:46:58.5985814Z",
                    "RandGuid": "c56ac1f2-41e9-4d8a-a335-b130bfa06b37"}
        }
    })
    .to_string()
}

/// The body of a recorded timer invocation.
fn tick(is_past_due: bool) -> String {
    json!({
        "Data": {"timer": {
            "Schedule": {"AdjustForDST": true},
            "ScheduleStatus": {"Last": "0001-01-01T00:00:00+00:00",
                               "Next": "2026-11-22T02:00:00+00:00",
                               "LastUpdated": "0001-01-01T00:00:00+00:00"},
            "IsPastDue": is_past_due
        }},
        "Metadata": {"sys": {"MethodName": "expire-records", "UtcNow": "2026-11-22T02:00:00.0162392Z",
                             "RandGuid": "9dbe5d0d-107c-4317-b269-4f6556a9a6fd"}}
    })
    .to_string()
}

fn functions() -> Vec<Function<Seen>> {
    vec![
        Function::queue("dispatch-sms", "sms", |seen: Seen, message: QueueMessage| async move {
            seen.begin();
            match message.text.as_str() {
                "retry" => Err(Failure::retry("store is busy")),
                "broken" => Err(Failure::broken("no such request")),
                "refused" => Err(Problem::new(StatusCode::NOT_FOUND, "gone", "Gone").into()),
                "panic" => panic!("SECRET"),
                text if message.dequeue_count == 2 => {
                    assert_eq!(text, "{\"request\":\"r1\"}");
                    Ok(())
                }
                _ => Err(Failure::broken("the count is wrong")),
            }
        }),
        Function::timer("expire-records", "0 0 2 * * *", |seen: Seen, timer: Timer| async move {
            seen.begin();
            if timer.is_past_due { Err(Failure::retry("late")) } else { Ok(()) }
        }),
    ]
}

async fn running() -> (Seen, Running) {
    let seen = Seen::default();
    let running = Running::start(&seen, functions()).await;
    (seen, running)
}

/// As the host posts: chunked, never with a length.
async fn deliver(running: &Running, path: &str, headers: &str, body: &str) -> Answer {
    let mut client = running.connect().await;
    let head = format!(
        "POST {path} HTTP/1.1\r\n{headers}Transfer-Encoding: chunked\r\n\
         Content-Type: application/json; charset=utf-8\r\n\r\n"
    );
    client.write(head.as_bytes()).await;
    client.write(&chunked(body.as_bytes(), 501)).await;
    client.answer().await
}

// An empty answer or `null` would hang the host until its time-out, and then it kills the handler.
#[tokio::test]
async fn a_success_is_the_whole_envelope_as_json() {
    let (seen, running) = running().await;

    for (path, body) in
        [("/dispatch-sms", message("{\"request\":\"r1\"}")), ("/expire-records", tick(false))]
    {
        let answer = deliver(&running, path, HOST, &body).await;
        assert_eq!((answer.status, answer.text()), (200, SUCCESS), "{path}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
    }
    assert_eq!(seen.begun(), 2);
}

#[tokio::test]
async fn a_body_with_its_length_is_read_as_well() {
    let (_, running) = running().await;
    let body = message("{\"request\":\"r1\"}");

    let length = body.len();
    let request =
        format!("POST /dispatch-sms HTTP/1.1\r\n{HOST}Content-Length: {length}\r\n\r\n{body}");
    assert_eq!(running.send(&request).await.text(), SUCCESS);
}

// Rule f and rule c: every failure is a 500 that says nothing of the inside, a panic's too.
#[tokio::test]
async fn a_failure_is_a_500_of_json_and_counted() {
    let (seen, running) = running().await;

    for (text, kind) in
        [("retry", "try-again"), ("broken", "broken"), ("refused", "gone"), ("panic", "broken")]
    {
        let before = failures();
        let answer = deliver(&running, "/dispatch-sms", HOST, &message(text)).await;
        assert_eq!(answer.status, 500, "{text}");
        assert_eq!(answer.text(), format!(r#"{{"error":"{kind}"}}"#));
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert!(failures() > before, "{text}");
    }
    assert_eq!(deliver(&running, "/expire-records", HOST, &tick(true)).await.status, 500);
    assert_eq!(seen.begun(), 5);
}

#[tokio::test]
async fn a_wrong_envelope_fails_and_runs_nothing() {
    let (seen, running) = running().await;
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));

    for body in ["", "null", "{}", "{\"Data\":{\"msg\":\"x\"},\"Metadata\":{}}", "\u{feff}", &deep]
    {
        let answer = deliver(&running, "/dispatch-sms", HOST, body).await;
        assert_eq!((answer.status, answer.text()), (500, r#"{"error":"broken"}"#));
        assert_eq!(deliver(&running, "/expire-records", HOST, body).await.status, 500);
    }
    assert_eq!(seen.begun(), 0);
}

#[tokio::test]
async fn an_envelope_above_the_limit_fails_and_runs_nothing() {
    let (seen, running) = running().await;

    let answer = deliver(&running, "/dispatch-sms", HOST, &message(&"x".repeat(1024 * 1024))).await;
    assert_eq!((answer.status, answer.text()), (500, r#"{"error":"too-large"}"#));
    assert_eq!(seen.begun(), 0);
}

// Rules a and b: the host's own events run event functions, at exactly one path, and nothing else.
#[tokio::test]
async fn nothing_but_the_hosts_event_at_the_exact_path_runs_an_event_function() {
    let (seen, running) = running().await;
    let body = message("{\"request\":\"r1\"}");
    let one_mark = format!("{HOST}x-ms-invocation-id: bec11693\r\n");
    let empty_mark = format!("{HOST}x-ms-invocation-id:\r\n");
    let the_other = format!("{HOST}X-Forwarded-For: 127.0.0.1\r\n");
    let nobody = "Host: 127.0.0.1:39197\r\n";

    for headers in [PROXY, &one_mark, &empty_mark, &the_other, nobody] {
        let answer = deliver(&running, "/dispatch-sms", headers, &body).await;
        assert_eq!((answer.status, answer.problem().as_str()), (404, "not-found"), "{headers}");
    }
    for path in [
        "/dispatch-sms/",
        "//dispatch-sms",
        "/Dispatch-Sms",
        "/DISPATCH-SMS",
        "/dispatch%2Dsms",
        "/dispatch-sms%20",
        "/dispatch-sms%3F",
        "/dispatch-sms?",
        "/dispatch-sms?/identity",
        "/./dispatch-sms",
        "/x/../dispatch-sms",
        "/dispatch-sms;a=b",
        "/api/dispatch-sms",
        "/dispatch-sms/identity",
        "/admin/functions/dispatch-sms",
    ] {
        for headers in [HOST, PROXY] {
            assert_eq!(deliver(&running, path, headers, &body).await.status, 404, "{path}");
        }
    }
    for method in ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "post"] {
        let request = format!("{method} /dispatch-sms HTTP/1.1\r\n{HOST}\r\n");
        assert_eq!(running.send(&request).await.status, 404, "{method}");
    }
    assert_eq!(seen.begun(), 0);
}
