//! A search is counted before anything is looked up (`domain::search_limit`); above the limit nothing
//! is, and one event says so.

use custom_handler::Failure;
use domain::ports::documents::{Change, Container};
use domain::search_limit::{SearchVerdict, Searches};
use domain::seen_day::SEARCHES;
use jiff::Timestamp;

use crate::app::{App, stored};
use crate::looks::Looks;
use crate::operation::Operation;
use crate::problems;
use crate::record::{DECISIONS, NewEvent, step_aside, too_busy, versioned};
use crate::sign_in::staff::SignedIn;

/// Counts one search of this person, or 429.
pub async fn count_search(
    app: &App,
    signed_in: &SignedIn,
    operation: &Operation,
    now: Timestamp,
) -> Result<(), Failure> {
    let looks = Looks::of(app, signed_in, now);
    for _ in 0..DECISIONS {
        let found = app.documents.get(Container::Register, looks.partition(), SEARCHES).await;
        let found = stored(found)?.map(versioned::<Searches>).transpose()?;
        let before = found.as_ref().map(|found| found.value.clone()).unwrap_or_default();
        let replace = |next: &Searches| match &found {
            Some(found) => found.replace(next),
            None => stored(Change::create(SEARCHES, next)),
        };
        match before.count(now, app.settings.searches) {
            SearchVerdict::Counted(next) => {
                if found.is_none() {
                    looks.write_down().await?;
                }
                let change = vec![replace(&next)?];
                match app.documents.commit(Container::Register, looks.partition(), change).await {
                    Ok(_) => return Ok(()),
                    Err(error) if error.is_race() => step_aside(app).await,
                    Err(error) => return stored(Err(error)),
                }
            }
            SearchVerdict::TooMany { limit, until, untold } => {
                if let Some(next) = untold {
                    let about = [("window", limit.as_str())];
                    let event = NewEvent { operation, what: "searches-limited", about: &about };
                    let record = looks.open().await?;
                    let change = vec![replace(&next)?];
                    if !looks.commit(&record, event, change, None).await?.settled() {
                        continue;
                    }
                }
                return Err(problems::too_many_searches(until, now).into());
            }
        }
    }
    Err(too_busy())
}
