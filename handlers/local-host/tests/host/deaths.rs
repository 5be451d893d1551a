//! The handler dies: restarts, the count of deaths, the end of the host.

use local_host::StopReason;

use crate::app::{TestApp, next};
use crate::wait::{get, send, status, until};

fn app() -> TestApp {
    TestApp::new().http("www", "{*path}", &["get"]).queue("q", "in")
}

#[tokio::test]
async fn a_killed_handler_is_started_again_and_a_get_only_waits() {
    let app = app();
    let host = app.start().await;
    let pid = host.handler_pid().unwrap();
    kill(pid);
    let answer = get(host.front(), "/x").await;
    assert_eq!(status(&answer), "200");
    assert_ne!(host.handler_pid(), Some(pid));
}

#[tokio::test]
async fn the_third_death_stops_the_host() {
    let app = app();
    let host = app.start().await;
    let mut outcomes = host.outcomes();
    for _ in 0..3 {
        let pid = host.handler_pid();
        send(host.front(), "POST /admin/functions/q", r#"{"input": "exit"}"#).await;
        assert!(next(&mut outcomes).await.result.unwrap_err().contains("(ResponseEnded)"));
        // A dying process still takes connections: the next message must not go to this one.
        until("the host's notice", || (host.handler_pid() != pid).then_some(())).await;
    }
    assert_eq!(host.stopped().await, StopReason::HandlerDiedTooOften);
}

#[tokio::test]
async fn a_handler_that_dies_at_every_start_stops_the_host() {
    let app = app();
    let mut options = app.options();
    options.handler_env.push(("DIE".to_owned(), "1".to_owned()));
    let host = local_host::start(options).await.unwrap();
    assert_eq!(host.stopped().await, StopReason::HandlerDiedTooOften);
    assert!(!host.ready().await);
}

#[tokio::test]
async fn a_request_that_kills_is_sent_again_until_the_host_stops() {
    let app = app();
    let host = app.start().await;
    assert_eq!(status(&get(host.front(), "/exit-1").await), "500");
    assert_eq!(host.stopped().await, StopReason::HandlerDiedTooOften);
    assert_eq!(app.received().len(), 3);
}

#[tokio::test]
async fn an_exit_with_200_is_not_counted() {
    let app = TestApp::new().http("add", "{*path}", &["post"]);
    let host = app.start().await;
    for _ in 0..4 {
        let pid = host.handler_pid();
        // With a body it is delivered once.
        assert_eq!(status(&send(host.front(), "POST /exit-200", "{}").await), "500");
        until("the next handler", || (host.handler_pid() != pid).then_some(())).await;
    }
    assert!(host.ready().await);
}

#[tokio::test]
async fn after_an_exit_with_0_the_host_does_nothing() {
    let app = app();
    let host = app.start().await;
    let pid = host.handler_pid();
    assert_eq!(status(&get(host.front(), "/exit-0").await), "500");
    assert_eq!(host.handler_pid(), pid);
    let mut outcomes = host.outcomes();
    send(host.front(), "POST /admin/functions/q", "{}").await;
    assert!(next(&mut outcomes).await.result.unwrap_err().contains("Connection refused"));
}

#[tokio::test]
async fn a_hung_request_is_sent_once_more_and_then_fails() {
    let app = app().function_timeout("00:00:01");
    let host = app.start().await;
    let pid = host.handler_pid();
    let mut outcomes = host.outcomes();
    let answer = get(host.front(), "/hang").await;
    assert_eq!(status(&answer), "500");
    let outcome = next(&mut outcomes).await;
    assert!(outcome.result.unwrap_err().contains("FunctionTimeoutException"));
    assert_eq!(app.received().len(), 2);
    assert_ne!(host.handler_pid(), pid);
}

#[tokio::test]
async fn stopping_the_host_kills_the_handler() {
    let app = app();
    let host = app.start().await;
    let pid = host.handler_pid().unwrap();
    host.stop().await;
    until("the handler is gone", || (!is_alive(pid)).then_some(())).await;
}

pub fn is_alive(pid: u32) -> bool {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::test_kill_process(pid).is_ok()
}

pub fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}
