//! Queue triggers: delete, retry, poison, leases, a service that is away.

use jiff::SignedDuration;
use local_host::{HostClock, RunningHost};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::app::{TestApp, next};
use crate::queue_service::QueueService;
use crate::wait::until;

async fn start(app: &TestApp, service: &QueueService, clock: &HostClock) -> RunningHost {
    let mut options = app.options();
    options.clock = clock.clone();
    options.queue = Some(service.access());
    app.start_with(options).await
}

#[tokio::test]
async fn a_message_that_succeeds_is_deleted_and_its_outputs_are_written() {
    let clock = HostClock::real();
    let service = QueueService::start(clock.clone()).await;
    service.put("in", "out");
    let app = TestApp::new().queue("q", "in");
    let host = start(&app, &service, &clock).await;
    let mut outcomes = host.outcomes();
    until("the message is gone", || service.texts("in").is_empty().then_some(())).await;
    assert_eq!(service.texts("out"), ["one", "two"]);
    service.put("in", "again");
    host.poll_queues_now().await;
    assert_eq!(next(&mut outcomes).await.result, Ok(()));
    let body = app.received()[0]["body"].as_str().unwrap().to_owned();
    let envelope: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(envelope["Metadata"]["DequeueCount"], "1");
}

#[tokio::test]
async fn a_message_that_fails_five_times_goes_to_the_poison_queue() {
    let clock = HostClock::real();
    let service = QueueService::start(clock.clone()).await;
    service.put("in", "fail");
    let app = TestApp::new().queue("q", "in");
    let host = start(&app, &service, &clock).await;
    until("the poison queue", || (service.texts("in-poison") == ["fail"]).then_some(())).await;
    until("the message is gone", || service.texts("in").is_empty().then_some(())).await;
    assert_eq!(app.received().len(), 5);
    drop(host);
}

#[tokio::test]
async fn a_message_that_is_no_base64_goes_there_at_once() {
    let clock = HostClock::real();
    let service = QueueService::start(clock.clone()).await;
    service.put_raw("in", "not base64!");
    let app = TestApp::new().queue("q", "in");
    let _host = start(&app, &service, &clock).await;
    until("the poison queue", || (service.texts("in-poison") == ["not base64!"]).then_some(()))
        .await;
    assert!(app.received().is_empty());
}

#[tokio::test]
async fn a_lease_is_renewed_at_half_time() {
    let clock = HostClock::real();
    let service = QueueService::start(clock.clone()).await;
    service.put("in", "hang");
    let app = TestApp::new().queue("q", "in");
    let _host = start(&app, &service, &clock).await;
    until("the message arrives", || (!app.received().is_empty()).then_some(())).await;
    for round in 1..=3 {
        clock.advance(SignedDuration::from_mins(6));
        until("the renewal", || (service.updates() >= round).then_some(())).await;
    }
    assert_eq!(app.received().len(), 1, "nobody else got it in 18 minutes");
}

#[tokio::test]
async fn a_service_that_comes_late_is_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let clock = HostClock::real();
    let app = TestApp::new().queue("q", "in");
    let mut options = app.options();
    options.queue = Some(local_host::QueueAccess {
        endpoint: format!("http://{address}/acct"),
        account: "acct".into(),
        key_base64: "a2V5".into(),
    });
    let host = app.start_with(options).await;
    let mut outcomes = host.outcomes();
    let listener = TcpListener::bind(address).await.unwrap();
    let service = QueueService::serve_on(listener, clock);
    service.put("in", "late");
    assert_eq!(next(&mut outcomes).await.result, Ok(()));
    until("the message is gone", || service.texts("in").is_empty().then_some(())).await;
}

#[tokio::test]
async fn messages_run_in_parallel() {
    let clock = HostClock::real();
    let service = QueueService::start(clock.clone()).await;
    for _ in 0..8 {
        service.put("in", "hang");
    }
    let app = TestApp::new().queue("q", "in");
    let _host = start(&app, &service, &clock).await;
    until("all eight at once", || (app.received().len() == 8).then_some(())).await;
}
