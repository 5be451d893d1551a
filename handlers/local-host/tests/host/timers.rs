//! Timers on a clock that the test moves.

use jiff::{SignedDuration, Timestamp};
use local_host::{HostClock, HostOptions};
use serde_json::Value;

use crate::app::{TestApp, next};
use crate::wait::until;

/// A clock that stands at this moment now.
fn clock_at(moment: &str) -> HostClock {
    let moment: Timestamp = moment.parse().unwrap();
    let clock = HostClock::real();
    let offset = moment.duration_since(clock.now());
    HostClock::with_offset(offset)
}

fn options_at(app: &TestApp, clock: &HostClock) -> HostOptions {
    let mut options = app.options();
    options.clock = clock.clone();
    options
}

fn data(app: &TestApp, index: usize) -> Value {
    let body: Value =
        serde_json::from_str(app.received()[index]["body"].as_str().unwrap()).unwrap();
    body["Data"]["timer"].clone()
}

#[tokio::test]
async fn a_timer_fires_when_its_moment_comes_and_once() {
    let app = TestApp::new().timer("night", "0 0 2 * * *");
    let clock = clock_at("2034-11-21T22:00:00Z");
    let host = app.start_with(options_at(&app, &clock)).await;
    let mut outcomes = host.outcomes();
    clock.advance(SignedDuration::from_hours(4));
    assert_eq!(next(&mut outcomes).await.result, Ok(()));
    let first = data(&app, 0);
    assert_eq!(first["IsPastDue"], false);
    assert_eq!(first["ScheduleStatus"]["Last"], "0001-01-01T00:00:00+00:00");
    assert_eq!(first["ScheduleStatus"]["Next"], "2034-11-22T02:00:00+00:00");
    clock.advance(SignedDuration::from_hours(24));
    assert_eq!(next(&mut outcomes).await.result, Ok(()));
    let second = data(&app, 1);
    assert_eq!(second["ScheduleStatus"]["Next"], "2034-11-23T02:00:00+00:00");
    assert_eq!(app.received().len(), 2);
}

#[tokio::test]
async fn missed_nights_are_caught_up_by_one_run() {
    let app = TestApp::new().timer("night", "0 0 2 * * *");
    let clock = clock_at("2026-11-22T00:00:00Z");
    let host = app.start_with(options_at(&app, &clock)).await;
    until("the status is written", || {
        app.state_dir().join("timers/night.json").exists().then_some(())
    })
    .await;
    host.stop().await;
    clock.advance(SignedDuration::from_hours(24 * 5));
    let host = local_host::start(options_at(&app, &clock)).await.unwrap();
    let mut outcomes = host.outcomes();
    assert_eq!(next(&mut outcomes).await.result, Ok(()));
    assert_eq!(data(&app, 0)["IsPastDue"], true);
    host.stop().await;
    let host = app.start_with(options_at(&app, &clock)).await;
    assert!(host.fire_timer("night").await.is_some());
    assert_eq!(app.received().len(), 2, "only the run that was asked for came on top");
}

#[tokio::test]
async fn a_failed_run_keeps_the_schedule() {
    let app = TestApp::new().timer("failing-night", "0 0 2 * * *");
    let clock = clock_at("2026-11-22T00:00:00Z");
    let host = app.start_with(options_at(&app, &clock)).await;
    let mut outcomes = host.outcomes();
    for hours in [3, 24] {
        clock.advance(SignedDuration::from_hours(hours));
        assert!(next(&mut outcomes).await.result.is_err());
    }
    let second = data(&app, 1);
    assert_eq!(second["ScheduleStatus"]["Next"], "2026-11-23T02:00:00+00:00");
}

#[tokio::test]
async fn a_timer_that_is_asked_to_fires_at_once() {
    let app = TestApp::new().timer("night", "0 0 2 * * *");
    let host = app.start().await;
    assert_eq!(host.fire_timer("night").await.unwrap().result, Ok(()));
    assert!(host.fire_timer("day").await.is_none());
}
