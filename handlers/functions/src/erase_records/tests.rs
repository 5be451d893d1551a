//! A message of many rows, and a clock that goes on while they are decided.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::ledger_bucket::Bucket;
use domain::ledger_row::LedgerRow;
use domain::ports::clock::Clock;
use domain::ports::documents::{Change, Documents as _, ReadDocuments as _};
use serde_json::json;

use super::*;
use crate::proofs::watched::WatchedQueues;
use crate::testing::TestApp;

/// A clock that goes on by so many seconds whenever somebody looks at it.
struct Ticking {
    start: Timestamp,
    step: i64,
    looks: AtomicI64,
}

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        let looks = self.looks.fetch_add(1, Ordering::Relaxed);
        self.start + SignedDuration::from_secs(looks * self.step)
    }
}

/// Rows of one bucket of today whose patients never came: each goes when it is decided.
async fn rows_to_nothing(test: &TestApp, count: usize) -> (String, Vec<String>) {
    let day = crate::ledger::day(test.now());
    let bucket = Bucket { day, shard: 7 }.to_string();
    let mut rows = Vec::new();
    for number in 0..count {
        let row = LedgerRow { patient: format!("p{number}"), document: None, due: day };
        let change = vec![Change::put(row.id(), &row).unwrap()];
        test.store.commit(Container::Ledger, &bucket, change).await.unwrap();
        rows.push(row.id());
    }
    (bucket, rows)
}

/// Like one that a patient has, but it does not parse: it can never be decided.
async fn spoil(test: &TestApp, bucket: &str, row: &str) {
    let change = vec![Change::put(row, &json!({ "patient": 1 })).unwrap()];
    test.store.commit(Container::Ledger, bucket, change).await.unwrap();
}

fn message(bucket: &str, rows: &[String]) -> QueueMessage {
    QueueMessage::for_test(&json!({ "bucket": bucket, "rows": rows }).to_string())
}

#[tokio::test]
async fn a_message_that_cannot_be_done_within_its_run_sends_the_rest_on() {
    let mut test = TestApp::at("2026-11-22T02:00:00Z").await;
    let (bucket, rows) = rows_to_nothing(&test, 256).await;
    let queues = WatchedQueues::over(&mut test.app);
    let mut next = message(&bucket, &rows);
    let mut runs = 0;
    loop {
        runs += 1;
        let start = test.now();
        test.app.clock = Arc::new(Ticking { start, step: 1, looks: AtomicI64::new(0) });
        erase_records(test.app.clone(), next).await.unwrap();
        let looks = test.app.now().duration_since(start).as_secs();
        assert!(looks <= 45, "a run went on for {looks} seconds");
        let mut sent = queues.take();
        assert!(sent.len() <= 1);
        let Some((queue, rest, hidden_for)) = sent.pop() else { break };
        assert_eq!((queue, hidden_for), (Queue::Erasures, Duration::ZERO));
        next = QueueMessage::for_test(&rest.to_string());
    }
    assert_eq!(runs, 7, "40 rows a run");
    for row in rows {
        assert_eq!(test.store.get(Container::Ledger, &bucket, &row).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_row_that_is_stuck_fails_apart_from_the_rest() {
    let mut test = TestApp::at("2026-11-22T02:00:00Z").await;
    let (bucket, rows) = rows_to_nothing(&test, 60).await;
    spoil(&test, &bucket, &rows[3]).await;
    let queues = WatchedQueues::over(&mut test.app);
    let start = test.now();
    test.app.clock = Arc::new(Ticking { start, step: 1, looks: AtomicI64::new(0) });
    erase_records(test.app.clone(), message(&bucket, &rows)).await.unwrap();
    let sent = queues.take();
    let [(_, rest, _), (_, stuck, _)] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!(rest["rows"].as_array().unwrap().len(), 20);
    assert_eq!(stuck["rows"], json!([rows[3]]));
    // By itself it fails, so that the host counts and a person is told in the end.
    let stuck = QueueMessage::for_test(&stuck.to_string());
    erase_records(test.app.clone(), stuck).await.unwrap_err();
    assert!(queues.take().is_empty());
}

#[tokio::test]
async fn one_row_is_always_decided_however_slow_the_clock_says_it_was() {
    let mut test = TestApp::at("2026-11-22T02:00:00Z").await;
    let (bucket, rows) = rows_to_nothing(&test, 3).await;
    let queues = WatchedQueues::over(&mut test.app);
    let start = test.now();
    test.app.clock = Arc::new(Ticking { start, step: 50, looks: AtomicI64::new(0) });
    erase_records(test.app.clone(), message(&bucket, &rows)).await.unwrap();
    let sent = queues.take();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].1["rows"], json!(rows[1..]));
}
