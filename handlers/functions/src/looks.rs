//! Looks: what a member of staff searched for and what was refused to them, as events in a day of their
//! own ([`SeenDay`]). What they did see is told in the patient's record instead, by the function that
//! shows it.
//!
//! Pointers come first (invariant 2): the ledger row by which the day is erased, then the document that
//! leads from the next day to this one, then the day's first event.

use custom_handler::{Failure, InvocationId};
use domain::event_chain::Head;
use domain::ledger_row::LedgerRow;
use domain::ports::documents::{Change, Container, Stored};
use domain::record::HEAD;
use domain::register::controller::Controller;
use domain::seen_day::{LastDays, SEEN, SeenDay};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use crate::app::{App, stored};
use crate::ledger::{day, write_down};
use crate::record::{Committed, DECISIONS, NewEvent, Record, too_busy, versioned};
use crate::seen::due;
use crate::sign_in::staff::SignedIn;

/// The fact of one look: the host sends a broken request again up to 40 times under the same id.
pub fn look_of(invocation: &InvocationId) -> String {
    format!("look-{invocation}")
}

/// From which day on a day of looks is erased: kept as long as a visual record, and never less than to
/// its own end, because it is still being written.
pub fn looks_due(controller: &Controller, seen: Date) -> Result<Date, Failure> {
    let tomorrow = seen.checked_add(1.day()).unwrap_or(Date::MAX);
    Ok(due(controller, seen, None)?.max(tomorrow))
}

/// The document that leads to a person's last days.
pub fn last_days_id(seen: &SeenDay) -> String {
    format!("{SEEN}{}", seen.staff)
}

/// Today's looks of one person.
pub struct Looks<'a> {
    app: &'a App,
    controller: &'a Controller,
    seen: SeenDay,
    partition: String,
    now: Timestamp,
}

/// A day that holds something, and where its chain ends so far.
struct DayBefore {
    day: Date,
    head: Head,
}

impl<'a> Looks<'a> {
    pub fn of(app: &'a App, signed_in: &'a SignedIn, now: Timestamp) -> Self {
        let controller = &signed_in.controller;
        let seen = SeenDay {
            controller: controller.controller.clone(),
            day: day(now),
            staff: signed_in.row.clone(),
        };
        Self { app, controller, partition: seen.partition(), seen, now }
    }

    /// The partition in `register`.
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// One event. `fact` makes telling it twice telling it once.
    pub async fn tell(&self, event: NewEvent<'_>, fact: &str) -> Result<(), Failure> {
        for _ in 0..DECISIONS {
            let record = self.open().await?;
            if self.commit(&record, event, Vec::new(), Some(fact)).await?.settled() {
                return Ok(());
            }
        }
        Err(too_busy())
    }

    pub async fn open(&self) -> Result<Record<'_>, Failure> {
        Record::open_in(self.app, Container::Register, &self.partition, self.now).await
    }

    /// An event and the changes that belong to it. The day's first event names the day before and the
    /// hash of its last event, so that no day can be taken out unseen.
    pub async fn commit(
        &self,
        record: &Record<'_>,
        event: NewEvent<'_>,
        changes: Vec<Change>,
        fact: Option<&str>,
    ) -> Result<Committed, Failure> {
        let before = if record.is_empty() { self.begin().await? } else { None };
        let Some(DayBefore { day, head }) = before else {
            return record.commit_all(&[event], changes, fact).await;
        };
        let day = day.to_string();
        let mut about = event.about.to_vec();
        about.extend([("dayBefore", day.as_str()), ("dayBeforeHash", head.hash.as_str())]);
        record.commit_all(&[NewEvent { about: &about, ..event }], changes, fact).await
    }

    /// Writes down when this day is erased: before anything stands in it.
    pub async fn write_down(&self) -> Result<(), Failure> {
        let due = looks_due(self.controller, self.seen.day)?;
        let row = LedgerRow { patient: self.partition.clone(), document: None, due };
        write_down(self.app, &row, self.now).await.map(drop)
    }

    async fn begin(&self) -> Result<Option<DayBefore>, Failure> {
        self.write_down().await?;
        let (id, own) = (last_days_id(&self.seen), &self.seen.controller);
        for _ in 0..DECISIONS {
            let found = stored(self.app.documents.get(Container::Register, own, &id).await)?;
            let found = found.map(versioned::<LastDays>).transpose()?;
            let kept = found.as_ref().map(|found| found.value.clone()).unwrap_or_default();
            let before = self.day_before(&kept).await?;
            let next = kept.with(self.seen.day, before.as_ref().map(|before| before.day));
            if next == kept {
                return Ok(before);
            }
            let change = match &found {
                Some(found) => found.replace(&next)?,
                None => stored(Change::create(&id, &next))?,
            };
            match self.app.documents.commit(Container::Register, own, vec![change]).await {
                Ok(_) => return Ok(before),
                Err(error) if error.is_race() => {}
                Err(error) => return stored(Err(error)),
            }
        }
        Err(too_busy())
    }

    /// The newest of the kept days before this one that holds something: a day is named before its
    /// first event, which may never have come.
    async fn day_before(&self, kept: &LastDays) -> Result<Option<DayBefore>, Failure> {
        for day in kept.before(self.seen.day) {
            let partition = SeenDay { day, ..self.seen.clone() }.partition();
            let head = self.app.documents.get(Container::Register, &partition, HEAD).await;
            let head: Option<Head> = stored(stored(head)?.as_ref().map(Stored::read).transpose())?;
            if let Some(head) = head {
                return Ok(Some(DayBefore { day, head }));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use custom_handler::Request;
    use domain::event_chain::{Event, verify};
    use domain::ports::documents::{Query, ReadDocuments as _, list_all};
    use domain::record::EVENT;
    use domain::register::staff::staff_id;
    use domain::sha256_hex::Sha256Hex;
    use serde_json::{Value, json};

    use super::*;
    use crate::erasure::seen_day::erase_seen_day;
    use crate::testing::{ASHA, BEN, TestApp, status};

    fn row(test: &TestApp, who: &str) -> Sha256Hex {
        staff_id(&test.app.settings.staff_issuer, who)
    }

    /// The partition of that person's day.
    fn partition(test: &TestApp, who: &str, day: &str) -> String {
        let day = day.parse().unwrap();
        SeenDay { controller: "riverside".into(), day, staff: row(test, who) }.partition()
    }

    async fn documents(test: &TestApp, partition: &str, prefix: &str) -> Vec<Value> {
        let query = Query::prefix(prefix);
        let found = list_all(&test.store, Container::Register, partition, query).await.unwrap();
        found.into_iter().map(|found| found.body).collect()
    }

    /// The whole chain of a day, which is whole.
    async fn chain(test: &TestApp, partition: &str) -> Vec<Event> {
        let events = documents(test, partition, EVENT).await.into_iter();
        let events: Vec<Event> =
            events.map(|event| serde_json::from_value(event).unwrap()).collect();
        let head = test.store.get(Container::Register, partition, HEAD).await.unwrap().unwrap();
        assert_eq!(verify(&events), Ok(head.read().unwrap()));
        events
    }

    fn nobody(who: &str) -> Request {
        TestApp::staff_at(who, &[("patient", "0nobody")], &json!({}))
    }

    /// A look that is refused.
    async fn look(test: &TestApp, who: &str) {
        let refused = crate::show_patient::show_patient(test.app.clone(), nobody(who)).await;
        assert_eq!(status(&refused.unwrap_err()), 404);
    }

    #[tokio::test]
    async fn a_day_s_first_event_carries_the_hash_of_the_day_before() {
        let test = TestApp::at("2026-11-20T10:00:00Z").await;
        look(&test, ASHA).await;
        look(&test, ASHA).await;
        let friday = chain(&test, &partition(&test, ASHA, "2026-11-20")).await;
        assert_eq!(friday.len(), 2);
        assert_eq!(friday[0].body.details.get("dayBefore"), None);
        test.set("2026-11-23T08:00:00Z");
        look(&test, ASHA).await;
        look(&test, ASHA).await;
        let monday = chain(&test, &partition(&test, ASHA, "2026-11-23")).await;
        let first = &monday[0].body.details;
        assert_eq!(first["dayBefore"], "2026-11-20");
        assert_eq!(first["dayBeforeHash"], friday[1].hash);
        assert_eq!(monday[1].body.details.get("dayBefore"), None);
    }

    /// Killed after the pointer and before the event: the day that never came hides none before it.
    #[tokio::test]
    async fn a_day_that_was_promised_and_never_came_breaks_no_chain_of_days() {
        let test = TestApp::at("2026-11-20T10:00:00Z").await;
        look(&test, ASHA).await;
        let friday = chain(&test, &partition(&test, ASHA, "2026-11-20")).await;
        test.set("2026-11-21T10:00:00Z");
        let signed_in = crate::sign_in::staff::sign_in(&test.app, &nobody(ASHA)).await.unwrap();
        Looks::of(&test.app, &signed_in, test.now()).begin().await.unwrap();
        assert!(documents(&test, &partition(&test, ASHA, "2026-11-21"), "").await.is_empty());
        test.set("2026-11-22T10:00:00Z");
        look(&test, ASHA).await;
        let sunday = chain(&test, &partition(&test, ASHA, "2026-11-22")).await;
        assert_eq!(sunday[0].body.details["dayBeforeHash"], friday[0].hash);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn looks_at_once_are_all_told_and_no_two_people_share_a_head() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let looks: Vec<_> = (0..8)
            .flat_map(|_| [ASHA, BEN])
            .map(|who| {
                tokio::spawn(crate::show_patient::show_patient(test.app.clone(), nobody(who)))
            })
            .collect();
        for look in looks {
            assert_eq!(status(&look.await.unwrap().unwrap_err()), 404);
        }
        for who in [ASHA, BEN] {
            let events = chain(&test, &partition(&test, who, "2026-11-22")).await;
            assert_eq!(events.len(), 8);
            let json = serde_json::to_value(&events).unwrap();
            assert!(json.as_array().unwrap().iter().all(|event| event["actor"]["subject"] == who));
        }
    }

    // Kept as long as a visual record, and gone for good in the night after.
    #[tokio::test]
    async fn a_day_of_looks_is_kept_for_eight_years_and_goes_whole() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        test.find("Bell").await;
        look(&test, ASHA).await;
        let day = partition(&test, ASHA, "2026-11-22");
        let leading = format!("seen-{}", row(&test, ASHA));
        let leads = async || documents(&test, "riverside", &leading).await.len();
        test.set("2034-11-21T02:00:00Z");
        test.night().await;
        assert_eq!(chain(&test, &day).await.len(), 2);
        assert_eq!(leads().await, 1);
        test.set("2034-11-22T02:00:00Z");
        test.night().await;
        assert!(documents(&test, &day, "").await.is_empty());
        assert_eq!(leads().await, 0);
    }

    #[tokio::test]
    async fn a_later_day_keeps_what_leads_to_it() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        look(&test, ASHA).await;
        test.set("2034-11-20T10:00:00Z");
        look(&test, ASHA).await;
        test.set("2034-11-22T02:00:00Z");
        test.night().await;
        assert!(documents(&test, &partition(&test, ASHA, "2026-11-22"), "").await.is_empty());
        look(&test, ASHA).await;
        let today = chain(&test, &partition(&test, ASHA, "2034-11-22")).await;
        assert_eq!(today[0].body.details["dayBefore"], "2034-11-20");
    }

    // The contract ended long ago: what is looked at today is erased when its day is over, not before.
    #[tokio::test]
    async fn a_day_is_never_erased_while_it_is_written() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        crate::patient_page::change_controller(&test, |controller| {
            controller["contractEnded"] = json!("2020-01-01");
        })
        .await;
        look(&test, ASHA).await;
        let day = partition(&test, ASHA, "2026-11-22");
        test.set("2026-11-22T23:59:00Z");
        let seen = SeenDay::parse(&day).unwrap();
        assert!(!erase_seen_day(&test.app, &seen, test.now()).await.unwrap());
        assert_eq!(chain(&test, &day).await.len(), 1);
        test.set("2026-11-23T02:00:00Z");
        test.night().await;
        assert!(documents(&test, &day, "").await.is_empty());
    }
}
