//! What an invocation leaves in the log: one line, and nothing of what was said in it.

use std::io;
use std::sync::{Arc, Mutex};

use http::Method;
use serde_json::Value;

use super::wire::{HOST, PROXY, Running, Seen};
use crate::log::lines;
use crate::{Failure, Function, Problem, QueueMessage, Reply, Request, StatusCode, name_caller};

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Written {
    fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        assert!(!text.contains("SECRET"), "{text}");
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn functions() -> Vec<Function<Seen>> {
    vec![
        Function::http(
            "add-patient",
            &[Method::POST],
            "api/patients",
            |_: Seen, _: Request| async { Ok(Reply::no_content()) },
        ),
        Function::queue("dispatch-sms", "sms", |_: Seen, message: QueueMessage| async move {
            match message.text.as_str() {
                "SECRET retry" => Err(Failure::retry("store is busy")),
                _ => message.json::<Value>().map(|_| ()),
            }
        }),
        Function::http("panic", &[Method::POST], "api/panic", |_: Seen, _: Request| async {
            tokio::task::yield_now().await;
            panic!("SECRET")
        }),
        Function::http("show-mine", &[Method::GET], "api/mine", |_: Seen, _: Request| async {
            tokio::task::yield_now().await;
            name_caller("a-row");
            tracing::info!("looked up");
            Err(Problem::new(StatusCode::NOT_FOUND, "none", "None").into())
        }),
        Function::http("show", &[Method::GET], "api/show/{id}", |_: Seen, _: Request| async {
            Err(Problem::new(StatusCode::GONE, "expired", "Expired").detail("SECRET").into())
        }),
    ]
}

/// The lines that one request leaves.
async fn told_of(request: &str) -> Vec<Value> {
    let written = Written::default();
    let writer = written.clone();
    let subscriber = lines(move || writer.clone());
    let _default = tracing::subscriber::set_default(subscriber);
    let running = Running::start(&Seen::default(), functions()).await;
    running.send(request).await;
    running.stop().await;
    written.lines()
}

fn event(text: &str) -> String {
    let body = serde_json::json!({
        "Data": {"message": Value::from(text).to_string()}, "Metadata": {"Id": "\"SECRET\""}
    })
    .to_string();
    let length = body.len();
    format!(
        "POST /dispatch-sms HTTP/1.1\r\n{HOST}X-Name: SECRET\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

#[tokio::test]
async fn a_success_is_one_line_with_function_status_and_duration() {
    let lines = told_of(&format!(
        "POST /api/patients?name=SECRET HTTP/1.1\r\n{PROXY}Cookie: a=SECRET\r\nContent-Length: 6\r\n\r\nSECRET"
    ))
    .await;

    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((&line["level"], &line["status"]), (&"INFO".into(), &204.into()));
    assert!(line["duration_ms"].is_u64());
    assert_eq!(line["function"], "add-patient");
    assert_eq!(line["invocation"], "bec11693-c2cc-48cb-88aa-0f70d2112a63");
}

#[tokio::test]
async fn a_refusal_is_one_line_that_names_its_kind() {
    let lines = told_of(&format!("GET /api/show/SECRET HTTP/1.1\r\n{PROXY}\r\n")).await;

    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((&line["level"], &line["status"]), (&"INFO".into(), &410.into()));
    assert_eq!(line["because"], "expired");
}

#[tokio::test]
async fn every_line_says_who_called_once_that_is_known() {
    let lines = told_of(&format!("GET /api/mine HTTP/1.1\r\n{PROXY}\r\n")).await;

    let told: Vec<_> = lines.iter().map(|line| (&line["message"], &line["caller"])).collect();
    let caller = Value::from("a-row");
    assert_eq!(told, [(&"looked up".into(), &caller), (&"refused".into(), &caller)]);
    assert_eq!(lines[1]["function"], "show-mine");

    let nobody = told_of(&format!("GET /api/show/1 HTTP/1.1\r\n{PROXY}\r\n")).await;
    assert_eq!(nobody[0].get("caller"), None);
}

#[tokio::test]
async fn a_failure_is_one_line_that_says_why() {
    let lines = told_of(&event("SECRET retry")).await;

    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((&line["level"], &line["status"]), (&"WARN".into(), &500.into()));
    assert_eq!(line["because"], "store is busy");
    assert_eq!(line["function"], "dispatch-sms");

    let lines = told_of(&event("{SECRET")).await;
    assert_eq!((lines.len(), &lines[0]["level"]), (1, &"ERROR".into()));
}

#[tokio::test]
async fn a_panic_is_one_line_without_what_it_said() {
    let lines =
        told_of(&format!("POST /api/panic HTTP/1.1\r\n{PROXY}Content-Length: 0\r\n\r\n")).await;

    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((&line["level"], &line["status"]), (&"ERROR".into(), &500.into()));
    assert_eq!(line["function"], "panic");
}

#[tokio::test]
async fn a_request_for_nobody_and_the_probe_leave_no_line() {
    assert!(told_of(&format!("GET /api/SECRET HTTP/1.1\r\n{PROXY}\r\n")).await.is_empty());
    assert!(told_of("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").await.is_empty());
}
