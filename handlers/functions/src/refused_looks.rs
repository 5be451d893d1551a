//! Refused looks are bounded as searches are (`domain::search_limit`), and by the same settings: each is
//! counted together with its event. Above the limit nothing is looked at for this person before the
//! window ends, and one event says so.

use custom_handler::Failure;
use domain::ports::documents::{Change, Container};
use domain::search_limit::{Limit, SearchVerdict, Searches};
use domain::seen_day::REFUSALS;
use jiff::Timestamp;

use crate::app::{App, stored};
use crate::looks::Looks;
use crate::operation::Operation;
use crate::problems;
use crate::record::{DECISIONS, NewEvent, Versioned, step_aside, too_busy, versioned};
use crate::sign_in::staff::SignedIn;

/// Today's refused looks of one person.
pub struct RefusedLooks<'a> {
    app: &'a App,
    looks: Looks<'a>,
    operation: &'a Operation,
    now: Timestamp,
}

impl<'a> RefusedLooks<'a> {
    pub fn of(
        app: &'a App,
        signed_in: &'a SignedIn,
        operation: &'a Operation,
        now: Timestamp,
    ) -> Self {
        Self { app, looks: Looks::of(app, signed_in, now), operation, now }
    }

    /// 429 where this person was refused too often.
    pub async fn must_not_be_too_many(&self) -> Result<(), Failure> {
        for _ in 0..DECISIONS {
            let found = self.counted().await?;
            match self.one_more(found.as_ref()) {
                SearchVerdict::Counted(_) => return Ok(()),
                SearchVerdict::TooMany { limit, until, untold } => {
                    if self.say_once(found.as_ref(), limit, untold).await? {
                        return Err(problems::too_many_refused(until, self.now).into());
                    }
                }
            }
        }
        Err(too_busy())
    }

    /// Tells of one more and counts it; 429 where that is one too many. `fact` makes telling it twice
    /// telling it once.
    pub async fn tell(&self, event: NewEvent<'_>, fact: &str) -> Result<(), Failure> {
        for _ in 0..DECISIONS {
            let record = self.looks.open().await?;
            let found = self.counted().await?;
            let SearchVerdict::Counted(next) = self.one_more(found.as_ref()) else {
                return self.must_not_be_too_many().await;
            };
            let change = vec![written(found.as_ref(), &next)?];
            if self.looks.commit(&record, event, change, Some(fact)).await?.settled() {
                return Ok(());
            }
            step_aside(self.app).await;
        }
        Err(too_busy())
    }

    async fn counted(&self) -> Result<Option<Versioned<Searches>>, Failure> {
        let partition = self.looks.partition();
        let found = self.app.documents.get(Container::Register, partition, REFUSALS).await;
        stored(found)?.map(versioned).transpose()
    }

    fn one_more(&self, found: Option<&Versioned<Searches>>) -> SearchVerdict {
        let before = found.map(|found| found.value.clone()).unwrap_or_default();
        before.count(self.now, self.app.settings.searches)
    }

    /// The event about the limit, once a window; false where somebody was faster.
    async fn say_once(
        &self,
        found: Option<&Versioned<Searches>>,
        limit: Limit,
        untold: Option<Searches>,
    ) -> Result<bool, Failure> {
        let Some(next) = untold else { return Ok(true) };
        let about = [("window", limit.as_str())];
        let event = NewEvent { operation: self.operation, what: "refusals-limited", about: &about };
        let record = self.looks.open().await?;
        let change = vec![written(found, &next)?];
        Ok(self.looks.commit(&record, event, change, None).await?.settled())
    }
}

fn written(before: Option<&Versioned<Searches>>, next: &Searches) -> Result<Change, Failure> {
    match before {
        Some(before) => before.replace(next),
        None => stored(Change::create(REFUSALS, next)),
    }
}

#[cfg(test)]
mod tests {
    use custom_handler::Reply;
    use jiff::SignedDuration;
    use serde_json::json;

    use super::*;
    use crate::testing::{ASHA, DEV, TestApp, status};

    async fn look(test: &TestApp, who: &str, patient: &str) -> Result<Reply, Failure> {
        let call = TestApp::staff_at(who, &[("patient", patient)], &json!({}));
        crate::show_patient::show_patient(test.app.clone(), call).await
    }

    #[tokio::test]
    async fn above_its_limits_nothing_is_looked_at_and_one_event_a_window_says_so() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let (theirs, own) =
            (test.add_patient().await, test.add_patient_as(DEV, &json!({})).await.unwrap());
        for number in 0..60 {
            let patient = if number % 2 == 0 { theirs.as_str() } else { "0nothing" };
            assert_eq!(status(&look(&test, DEV, patient).await.unwrap_err()), 404);
        }
        test.pass(SignedDuration::from_secs(20));
        let before = test.events(&own).await;
        for patient in [theirs.as_str(), "0nothing", own.as_str()] {
            let refused = look(&test, DEV, patient).await.unwrap_err();
            let reply = Reply::from(refused.as_problem());
            assert_eq!((status(&refused), reply.header_value("retry-after")), (429, Some("40")));
            let words = crate::patient_page::problem(&refused);
            assert!(words["detail"].as_str().unwrap().contains("Wait 40 seconds"), "{words}");
        }
        assert_eq!(test.events(&own).await, before);
        look(&test, ASHA, &theirs).await.expect("another person's looks are theirs");
        let looks = test.looks(DEV).await;
        let told = |name: &str| looks.iter().filter(|look| *look == name).count();
        assert_eq!((told("look-refused"), told("refusals-limited")), (60, 1));

        test.set("2026-11-22T10:01:00Z");
        look(&test, DEV, &own).await.unwrap();
        assert_eq!(status(&look(&test, DEV, &theirs).await.unwrap_err()), 404);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn refused_looks_at_once_do_not_slip_past_the_count() {
        let mut test = TestApp::at("2026-11-22T10:00:00Z").await;
        let mut settings = (*test.app.settings).clone();
        settings.searches.a_minute = 5;
        test.app.settings = std::sync::Arc::new(settings);
        let looks: Vec<_> = (0..12)
            .map(|_| {
                let call = TestApp::staff_at(DEV, &[("patient", "0nothing")], &json!({}));
                tokio::spawn(crate::show_patient::show_patient(test.app.clone(), call))
            })
            .collect();
        for look in looks {
            let refused = status(&look.await.unwrap().unwrap_err());
            assert!(matches!(refused, 404 | 429 | 503), "{refused}");
        }
        let looks = test.looks(DEV).await;
        assert!(looks.iter().filter(|look| *look == "look-refused").count() <= 5, "{looks:?}");
    }
}
