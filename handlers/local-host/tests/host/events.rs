//! Invocations by envelope: `/admin`, time-outs, empty replies, outputs.

use serde_json::{Value, json};

use crate::app::{TestApp, next};
use crate::wait::{get, send, status};

#[tokio::test]
async fn admin_runs_a_function_with_its_input() {
    let app = TestApp::new().queue("dispatch-sms", "sms");
    let host = app.start().await;
    let mut outcomes = host.outcomes();
    let line = "POST /admin/functions/dispatch-sms";
    let answer = send(host.front(), line, r#"{"input": "{\"a\":1}"}"#).await;
    assert_eq!(status(&answer), "202");
    let outcome = next(&mut outcomes).await;
    assert_eq!(outcome.result, Ok(()));
    let received = &app.received()[0];
    assert_eq!((&received["method"], &received["path"]), (&json!("POST"), &json!("/dispatch-sms")));
    let headers: Vec<(String, String)> =
        serde_json::from_value(received["headers"].clone()).unwrap();
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Host",
            "X-Azure-Functions-HostVersion",
            "X-Azure-Functions-InvocationId",
            "User-Agent",
            "Transfer-Encoding",
            "Content-Type",
        ]
    );
    assert_eq!(headers[2].1, outcome.invocation_id);
    let envelope: Value = serde_json::from_str(received["body"].as_str().unwrap()).unwrap();
    assert_eq!(envelope["Data"], json!({"message": r#""{\"a\":1}""#}));
    assert_eq!(envelope["Metadata"]["DequeueCount"], "0");
    assert_eq!(envelope["Metadata"]["a"], r#""1""#);
    assert_eq!(envelope["Metadata"]["sys"]["MethodName"], "dispatch-sms");
}

#[tokio::test]
async fn admin_refuses_what_the_real_host_refuses() {
    let app = TestApp::new().queue("dispatch-sms", "sms").http("www", "{*path}", &["get"]);
    let host = app.start().await;
    let front = host.front();
    let line = "POST /admin/functions/dispatch-sms";
    assert_eq!(status(&send(front, line, r#"{"input": {"a": 1}}"#).await), "400");
    assert_eq!(status(&send(front, line, "").await), "400");
    assert_eq!(status(&send(front, line, "[]").await), "400");
    assert_eq!(status(&send(front, "POST /admin/functions/none", "{}").await), "404");
    let untyped = format!("{line} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert_eq!(status(&crate::wait::raw(front, untyped).await), "415");
    let mut outcomes = host.outcomes();
    assert_eq!(status(&send(front, "POST /admin/functions/www", "{}").await), "202");
    assert!(next(&mut outcomes).await.result.is_err());
    assert!(app.received().is_empty());
}

#[tokio::test]
async fn outputs_are_told_and_a_failure_writes_none() {
    let app = TestApp::new().queue("q", "in");
    let host = app.start().await;
    let mut outcomes = host.outcomes();
    send(host.front(), "POST /admin/functions/q", r#"{"input": "out"}"#).await;
    let written = next(&mut outcomes).await.messages_written;
    assert_eq!(written, [("out".to_owned(), b"one".to_vec()), ("out".to_owned(), b"two".to_vec())]);
    send(host.front(), "POST /admin/functions/q", r#"{"input": "fail"}"#).await;
    let outcome = next(&mut outcomes).await;
    assert!(outcome.messages_written.is_empty());
    assert!(outcome.result.unwrap_err().ends_with("500 (Internal Server Error)."));
}

#[tokio::test]
async fn an_empty_reply_hangs_until_the_time_is_over_and_the_handler_dies() {
    let app = TestApp::new().function_timeout("00:00:01").queue("q", "in");
    let host = app.start().await;
    let first = host.handler_pid();
    let mut outcomes = host.outcomes();
    send(host.front(), "POST /admin/functions/q", r#"{"input": "empty"}"#).await;
    let outcome = next(&mut outcomes).await;
    assert!(outcome.would_hang);
    assert_eq!(
        outcome.result.unwrap_err(),
        "Microsoft.Azure.WebJobs.Host.FunctionTimeoutException: Timeout value of 00:00:01 was \
         exceeded by function: Functions.q"
    );
    assert!(outcome.elapsed.as_secs() >= 3, "two seconds of grace before the kill");
    assert!(host.ready().await);
    assert_ne!(host.handler_pid(), first);
    send(host.front(), "POST /admin/functions/q", r#"{"input": "fine"}"#).await;
    assert_eq!(next(&mut outcomes).await.result, Ok(()));
}

#[tokio::test]
async fn a_time_out_takes_what_runs_beside_it_along() {
    let app = TestApp::new()
        .function_timeout("00:00:03")
        .http("www", "{*path}", &["get"])
        .queue("q", "in");
    let host = app.start().await;
    let mut outcomes = host.outcomes();
    let front = host.front();
    tokio::spawn(async move { get(front, "/hang").await });
    // An HTTP time-out is told when it strikes, two seconds before the handler is killed for it.
    let struck = next(&mut outcomes).await;
    assert!(struck.result.unwrap_err().contains("FunctionTimeoutException"));
    send(front, "POST /admin/functions/q", r#"{"input": "hang"}"#).await;
    let beside = next(&mut outcomes).await;
    assert_eq!(beside.function, "q");
    let exception = beside.result.unwrap_err();
    assert!(exception.ends_with("The response ended prematurely. (ResponseEnded)"), "{exception}");
}

#[tokio::test]
async fn of_two_time_outs_together_one_meets_a_dead_process() {
    let app = TestApp::new().function_timeout("00:00:01").queue("q", "in");
    let host = app.start().await;
    let mut outcomes = host.outcomes();
    let line = "POST /admin/functions/q";
    tokio::join!(
        send(host.front(), line, r#"{"input": "hang"}"#),
        send(host.front(), line, r#"{"input": "hang"}"#),
    );
    let mut exceptions = Vec::new();
    for _ in 0..2 {
        exceptions.push(next(&mut outcomes).await.result.unwrap_err());
    }
    exceptions.sort();
    assert!(exceptions[0].contains("FunctionTimeoutException"), "{exceptions:?}");
    assert!(exceptions[1].starts_with("THROWN by TryExecuteAsync"), "{exceptions:?}");
}

#[tokio::test]
async fn a_disabled_function_has_no_listener_but_admin_runs_it() {
    let app = TestApp::new()
        .http("www", "{*path}", &["get"])
        .queue("q", "in")
        .setting("AzureWebJobs_www_Disabled", "true")
        .setting("AzureWebJobs_q_Disabled", "1");
    let host = app.start().await;
    assert_eq!(status(&get(host.front(), "/x").await), "404");
    let mut outcomes = host.outcomes();
    send(host.front(), "POST /admin/functions/q", r#"{"input": "fine"}"#).await;
    assert_eq!(next(&mut outcomes).await.result, Ok(()));
}

#[tokio::test]
async fn a_retry_policy_repeats_with_the_same_id_and_says_so() {
    let app = TestApp::new().queue("q", "in");
    app.options();
    let file = json!({
        "bindings": [
            {"type": "queueTrigger", "direction": "in", "name": "message", "queueName": "in"},
        ],
        "retry": {"strategy": "fixedDelay", "maxRetryCount": 2, "delayInterval": "00:00:00.01"},
    });
    let options = app.options();
    std::fs::write(app.dir().join("q/function.json"), file.to_string()).unwrap();
    let host = app.start_with(options).await;
    let mut outcomes = host.outcomes();
    send(host.front(), "POST /admin/functions/q", r#"{"input": "fail"}"#).await;
    assert!(next(&mut outcomes).await.result.is_err());
    let received = app.received();
    let contexts: Vec<Value> = received
        .iter()
        .map(|request| {
            let body: Value = serde_json::from_str(request["body"].as_str().unwrap()).unwrap();
            body["Metadata"]["RetryContext"].clone()
        })
        .collect();
    let counts: Vec<&Value> = contexts.iter().map(|context| &context["RetryCount"]).collect();
    assert_eq!(counts, [0, 1, 2]);
    assert_eq!(contexts[0]["Exception"], Value::Null);
    assert_eq!(contexts[2]["Exception"]["InnerException"]["StatusCode"], 500);
    let ids: std::collections::BTreeSet<String> =
        received.iter().map(|request| request["headers"][2][1].to_string()).collect();
    assert_eq!(ids.len(), 1);
}
