//! `expire-records`: every night, what the ledger says is due goes on its way to be erased.
//!
//! Trigger: timer, 02:00 UTC. Touches: ledger, queue `erasures`, the store's night; `records`, where
//! a record is missing. A missed night is caught up: the open days are read from the earliest on.
//! Twice is harmless: each row is decided again. Then it looks after the store itself: files that no
//! row leads to, pages that are damaged.

use std::time::Duration;

use custom_handler::{Failure, Function, Timer};
use domain::ledger_bucket::{Bucket, may_leave_list};
use domain::ledger_row::{OPEN_DAYS, OPEN_DAYS_PARTITION, OpenDays};
use domain::ports::documents::{Container, Query};
use domain::ports::queues::Queue;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tracing::{error, info, warn};

use crate::app::{App, stored};
use crate::apply::demo_only;
use crate::ledger::day;
use crate::record::{DECISIONS, too_busy, versioned};
use crate::store_health::{check_database, move_aside};
use crate::walk_records::{MOST, walk_records};

/// Rows of one message: a killed invocation repeats no more than these.
const ROWS: usize = 64;

/// A message of the queue `erasures`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Erasures {
    /// Rows of one bucket to decide about.
    Rows { bucket: String, rows: Vec<String> },
    /// What a late signature may still have let into `incoming` for an erased patient.
    Sweep { sweep: String },
}

pub fn function() -> Function<App> {
    Function::timer("expire-records", "0 0 2 * * *", expire_records)
}

pub async fn expire_records(app: App, _: Timer) -> Result<(), Failure> {
    let now = app.now();
    let today = day(now);
    // A clock that stands before the newest write is wrong, and a wrong clock erases for good.
    if let Some(newest) = stored(app.night.newest_write().await)?
        && now < newest
    {
        warn!(%now, %newest, "the clock stands before the newest write: nothing is erased tonight");
        return Ok(());
    }
    // A clock that was set belongs to made-up people; others may have come since the start.
    if app.settings.clock_offset_seconds != 0 && !stored(demo_only(&*app.documents).await)? {
        error!("the clock is set, and a controller is real: nothing is erased before a new start");
        return Ok(());
    }
    let sent = begin_night(&app, today).await;
    move_aside(&app).await;
    check_database(&app).await;
    sent
}

async fn begin_night(app: &App, today: Date) -> Result<(), Failure> {
    stored(app.night.begin().await)?;
    send_what_is_due(app, today).await?;
    if let Err(failure) = walk_records(app, MOST, app.now()).await {
        // The next night goes on where this one stopped.
        warn!(why = failure.log(), "not all pictures could be looked at");
    }
    stored(app.night.all_is_sent().await)
}

async fn send_what_is_due(app: &App, today: Date) -> Result<(), Failure> {
    let found = app.documents.get(Container::Ledger, OPEN_DAYS_PARTITION, OPEN_DAYS).await;
    let Some(found) = stored(found)? else { return Ok(()) };
    let open: OpenDays = stored(found.read())?;
    let mut closed = Vec::new();
    let mut due = 0_usize;
    for open_day in open.days.into_iter().filter(|open_day| *open_day <= today) {
        let mut rows = 0_usize;
        for bucket in Bucket::of_day(open_day) {
            rows += send_bucket(app, &bucket.to_string()).await?;
        }
        if may_leave_list(open_day, today, rows == 0) {
            closed.push(open_day);
        }
        due += rows;
    }
    close_days(app, &closed).await?;
    info!(due, closed = closed.len(), "{due} rows are due by {today}");
    Ok(())
}

/// Sends every row of the bucket on its way; answers how many there were.
async fn send_bucket(app: &App, bucket: &str) -> Result<usize, Failure> {
    let mut query = Query::prefix("").limit(ROWS);
    let mut rows = 0;
    loop {
        let page = stored(app.documents.list(Container::Ledger, bucket, &query).await)?;
        if !page.documents.is_empty() {
            rows += page.documents.len();
            let message = Erasures::Rows {
                bucket: bucket.to_owned(),
                rows: page.documents.into_iter().map(|row| row.id).collect(),
            };
            let message = serde_json::to_value(message).map_err(Failure::broken)?;
            stored(app.queues.send(Queue::Erasures, &message, Duration::ZERO).await)?;
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => return Ok(rows),
        }
    }
}

async fn close_days(app: &App, closed: &[Date]) -> Result<(), Failure> {
    if closed.is_empty() {
        return Ok(());
    }
    for _ in 0..DECISIONS {
        let found = app.documents.get(Container::Ledger, OPEN_DAYS_PARTITION, OPEN_DAYS).await;
        let Some(found) = stored(found)? else { return Ok(()) };
        let mut open = versioned::<OpenDays>(found)?;
        open.value.days.retain(|open_day| !closed.contains(open_day));
        let change = vec![open.replace(&open.value)?];
        match app.documents.commit(Container::Ledger, OPEN_DAYS_PARTITION, change).await {
            Ok(_) => return Ok(()),
            Err(error) if error.is_race() => {}
            Err(error) => return stored(Err(error)),
        }
    }
    Err(too_busy())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::settings::Settings;
    use crate::testing::TestApp;

    #[tokio::test]
    async fn a_clock_that_is_set_sends_nothing_of_real_people_to_be_erased() {
        let mut test = TestApp::at("2026-11-22T10:00:00Z").await;
        test.add_patient().await;
        let ahead = Settings { clock_offset_seconds: 1, ..(*test.app.settings).clone() };
        test.app.settings = Arc::new(ahead);
        test.set("2036-11-22T02:00:00Z");
        test.apply_with("/controllers/0/demo", json!(false)).await;
        expire_records(test.app.clone(), Timer::for_test()).await.unwrap();
        let database = test.app.settings.data_dir.join("store.sqlite");
        let database = rusqlite::Connection::open(database).unwrap();
        let sent = || -> u32 {
            let count = "SELECT count(*) FROM messages WHERE queue = 'erasures'";
            database.query_row(count, [], |row| row.get(0)).unwrap()
        };
        assert_eq!(sent(), 0);
        test.apply_with("/controllers/0/demo", json!(true)).await;
        expire_records(test.app.clone(), Timer::for_test()).await.unwrap();
        assert!(sent() > 0, "of made-up people it does");
    }

    #[test]
    fn a_message_leads_to_rows_or_to_a_sweep() {
        let rows: Erasures =
            serde_json::from_str(r#"{"bucket":"20341122-07","rows":["p.i"]}"#).unwrap();
        assert!(matches!(rows, Erasures::Rows { .. }));
        let sweep: Erasures = serde_json::from_str(r#"{"sweep":"p"}"#).unwrap();
        assert_eq!(sweep, Erasures::Sweep { sweep: "p".into() });
    }
}
