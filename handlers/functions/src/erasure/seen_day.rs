//! Erasing a day of looks: all of it goes, and nothing stays. A tombstone would have to name whose day
//! it was.

use custom_handler::Failure;
use domain::ledger_row::LedgerRow;
use domain::ports::documents::{Change, Container, MOST_CHANGES, Query, list_all};
use domain::seen_day::{LastDays, SeenDay};
use jiff::Timestamp;

use crate::app::{App, stored};
use crate::ledger::{day, write_down};
use crate::looks::{last_days_id, looks_due};
use crate::record::{DECISIONS, too_busy, versioned};
use crate::sign_in::staff::controller;

/// Erases the day where it is due; otherwise its later row is written. True where it is gone.
pub async fn erase_seen_day(app: &App, seen: &SeenDay, now: Timestamp) -> Result<bool, Failure> {
    let due = looks_due(&controller(app, &seen.controller).await?, seen.day)?;
    let partition = seen.partition();
    if day(now) < due {
        write_down(app, &LedgerRow { patient: partition, document: None, due }, now).await?;
        return Ok(false);
    }
    for _ in 0..DECISIONS {
        let all = list_all(&*app.documents, Container::Register, &partition, Query::prefix(""));
        let all = stored(all.await)?;
        let mut raced = false;
        for batch in all.chunks(MOST_CHANGES) {
            let changes = batch.iter().map(Change::delete).collect();
            match app.documents.commit(Container::Register, &partition, changes).await {
                Ok(_) => {}
                Err(error) if error.is_race() => raced = true,
                Err(error) => return stored(Err(error)),
            }
        }
        if !raced && forget_last_days(app, seen).await? {
            return Ok(true);
        }
    }
    Err(too_busy())
}

/// The document that led to this day goes with it where it leads to no later one. False: it changed
/// meanwhile.
async fn forget_last_days(app: &App, seen: &SeenDay) -> Result<bool, Failure> {
    let (id, own) = (last_days_id(seen), &seen.controller);
    let found = stored(app.documents.get(Container::Register, own, &id).await)?;
    let Some(found) = found.map(versioned::<LastDays>).transpose()? else { return Ok(true) };
    if found.value.days.iter().any(|day| *day > seen.day) {
        return Ok(true);
    }
    match app.documents.commit(Container::Register, own, vec![found.delete()]).await {
        Ok(_) => Ok(true),
        Err(error) if error.is_race() => Ok(false),
        Err(error) => stored(Err(error)),
    }
}
