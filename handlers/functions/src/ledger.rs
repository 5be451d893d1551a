//! Writing down that something will be due: the day's bucket is opened, the row is written, and
//! only then may the fact be (invariant 2).

use std::time::Duration;

use custom_handler::Failure;
use domain::ledger_bucket::{Bucket, bucket_for};
use domain::ledger_row::{LedgerRow, OPEN_DAYS, OPEN_DAYS_PARTITION, OpenDays};
use domain::look_again::{AGAIN, LookAgain, Place, Pointer};
use domain::ports::documents::{Change, Container};
use domain::ports::queues::Queue;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::app::{App, stored};
use crate::record::{DECISIONS, too_busy, versioned};
use crate::reserve_number::FUNCTION_TIMEOUT;

/// The UTC day of an instant: of nights, buckets and chains. The day on which a person is seen, is
/// born or ages is `domain::london::day_of`.
pub fn day(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

/// Where a ledger row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenDown {
    /// Partition in `ledger`.
    pub bucket: String,
    /// Document id there.
    pub id: String,
}

/// Writes the row. What is due today or earlier goes into tomorrow's bucket and gets an
/// `erasures` message too.
pub async fn write_down(
    app: &App,
    row: &LedgerRow,
    now: Timestamp,
) -> Result<WrittenDown, Failure> {
    let today = day(now);
    let bucket = bucket_for(row.due, &row.patient, today);
    open_day(app, bucket.day).await?;
    let written = WrittenDown { bucket: bucket.to_string(), id: row.id() };
    let change = vec![stored(Change::put(&written.id, row))?];
    stored(app.documents.commit(Container::Ledger, &written.bucket, change).await)?;
    if row.due <= today {
        let message = json!({ "bucket": written.bucket, "rows": [written.id] });
        // The fact is written after this row: give it a moment (invariant 2).
        stored(app.queues.send(Queue::Erasures, &message, Duration::from_secs(2)).await)?;
    }
    Ok(written)
}

/// Writes down, before them, that tomorrow's night looks again at these pointers. `name` is one for
/// one set of them: told twice it is one row.
pub async fn look_again(
    app: &App,
    patient: &str,
    name: &str,
    pointers: Vec<Pointer>,
    now: Timestamp,
) -> Result<(), Failure> {
    let today = day(now);
    let bucket = bucket_for(today, patient, today);
    open_day(app, bucket.day).await?;
    let document = format!("{AGAIN}{name}");
    let row = LookAgain { patient: patient.to_owned(), document, due: bucket.day, pointers };
    let change = vec![stored(Change::create(row.id(), &row))?];
    match app.documents.commit(Container::Ledger, &bucket.to_string(), change).await {
        Err(error) if !error.is_race() => stored(Err(error)),
        _ => Ok(()),
    }
}

/// True while somebody may be alive who wrote a row of this bucket the day before, and has yet to
/// write the fact: up to the longest an invocation lives, counted from midnight.
pub fn is_early(bucket: Bucket, now: Timestamp) -> bool {
    day(now.saturating_sub(FUNCTION_TIMEOUT).unwrap_or(now)) < bucket.day
}

/// Where the night looks for a row of this day.
pub fn pointer_to(row: &LedgerRow, now: Timestamp) -> Pointer {
    let bucket = bucket_for(row.due, &row.patient, day(now));
    Pointer::new(Place::Ledger, bucket.to_string(), row.id())
}

/// Makes sure that the night will look at this day.
async fn open_day(app: &App, day: Date) -> Result<(), Failure> {
    for _ in 0..DECISIONS {
        let found = app.documents.get(Container::Ledger, OPEN_DAYS_PARTITION, OPEN_DAYS).await;
        let change = match stored(found)? {
            None => stored(Change::create(OPEN_DAYS, &OpenDays { days: vec![day] }))?,
            Some(found) => {
                let mut open = versioned::<OpenDays>(found)?;
                let Err(place) = open.value.days.binary_search(&day) else { return Ok(()) };
                open.value.days.insert(place, day);
                open.replace(&open.value)?
            }
        };
        match app.documents.commit(Container::Ledger, OPEN_DAYS_PARTITION, vec![change]).await {
            Ok(_) => return Ok(()),
            Err(error) if error.is_race() => {}
            Err(error) => return stored(Err(error)),
        }
    }
    Err(too_busy())
}
