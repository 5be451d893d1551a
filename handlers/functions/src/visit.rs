//! A visit: a patient comes by link or with a session, and this is all that decides what they may
//! do: the request, whose it is, and the organisation that asks.

use custom_handler::Failure;
use domain::consent_wording::in_force;
use domain::event_chain::Actor;
use domain::inbox_row::{InboxKind, InboxRow, row_id};
use domain::link_life::{LinkAnswer, RequestFacts, link_answer};
use domain::purpose::Purpose;
use domain::record::consent::Consent;
use domain::record::patient::{Keeping, Patient};
use domain::record::request::CaptureRequest;
use domain::record::{CONSENT, PATIENT};
use domain::register::controller::Controller;
use jiff::Timestamp;

use crate::app::App;
use crate::capture_problems::{link_dead, link_expired, service_paused};
use crate::inbox::{take_away, tell_team_early};
use crate::links::Link;
use crate::operation::Operation;
use crate::problems;
use crate::record::{Record, Versioned};
use crate::session::{CAPTURE_PURPOSE, Session};
use crate::sign_in::staff::controller;

/// See the module. Read again for each decision.
pub struct Visit<'a> {
    pub record: Record<'a>,
    pub capture: Versioned<CaptureRequest>,
    pub patient: Versioned<Patient>,
    pub controller: Controller,
    app: &'a App,
    now: Timestamp,
}

impl<'a> Visit<'a> {
    /// Where a link leads; 404 where the request never came or is being erased.
    pub async fn by_link(app: &'a App, link: &'a Link, now: Timestamp) -> Result<Self, Failure> {
        let record = Record::open(app, &link.patient, now).await?;
        let capture = link.capture(&record).await?;
        let patient = kept(&record).await?.ok_or_else(problems::unknown_link)?;
        let controller = controller(app, &capture.value.controller).await?;
        Ok(Self { record, capture, patient, controller, app, now })
    }

    /// Where a session leads; 401 where it has ended.
    pub async fn by_session(
        app: &'a App,
        session: &'a Session,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let record = Record::open(app, &session.patient, now).await?;
        let capture = session.capture(&record).await?;
        let patient = kept(&record).await?.ok_or_else(problems::session_ended)?;
        let controller = controller(app, &capture.value.controller).await?;
        Ok(Self { record, capture, patient, controller, app, now })
    }

    /// 410 in the words of its reason unless a link of this generation opens.
    pub fn must_open(&self, link: &Link) -> Result<(), Failure> {
        self.would_open(link, &self.capture.value)
    }

    /// The same for a request as it would be.
    pub fn would_open(&self, link: &Link, capture: &CaptureRequest) -> Result<(), Failure> {
        let facts = RequestFacts::of(capture, self.patient.value.mobile_confirmed);
        match link_answer(&facts, link.generation, self.now) {
            LinkAnswer::Opens => Ok(()),
            LinkAnswer::Expired { renewable } => {
                Err(link_expired(&self.controller, renewable).into())
            }
            LinkAnswer::Dead(reason) => Err(link_dead(&self.controller, reason).into()),
        }
    }

    /// What the patient does now, under `purpose`; 403 where the organisation has switched it off.
    pub fn operation(&self, purpose: Purpose) -> Result<Operation, Failure> {
        Operation::under(&self.controller, purpose, Actor::Patient)
            .map_err(|why| Failure::from(service_paused(&self.controller)).with_log(why))
    }

    /// Saying no and taking back go on whatever is switched off: that must never keep data alive.
    pub fn operation_to_end(&self) -> Operation {
        Operation {
            actor: Actor::Patient,
            controller: self.controller.controller.clone(),
            purpose: CAPTURE_PURPOSE,
            instruction: self.controller.instruction.id.clone(),
        }
    }

    /// What was said to the consent question of this request, oldest first.
    pub async fn consents(&self) -> Result<Vec<Versioned<Consent>>, Failure> {
        let said = self.record.list::<Consent>(CONSENT).await?;
        let own =
            |consent: &Versioned<Consent>| consent.value.request == self.capture.value.request;
        Ok(said.into_iter().filter(own).collect())
    }

    /// The consent that stands now, if one does.
    pub async fn standing_consent(&self) -> Result<Option<Versioned<Consent>>, Failure> {
        let said = self.consents().await?;
        let values: Vec<Consent> = said.iter().map(|consent| consent.value.clone()).collect();
        let standing = in_force(&values, self.now).map(|consent| consent.consent.clone());
        Ok(said.into_iter().find(|consent| Some(&consent.value.consent) == standing.as_ref()))
    }

    /// Id of the row of a task. One cause is one row, however often and from however many calls it
    /// is told: the id hangs on the last text, not on now.
    pub fn task_id(&self, kind: InboxKind, about: &str) -> String {
        row_id(kind, self.capture.value.last_sent_at, about)
    }

    /// Puts a task into the team's inbox, before the fact (invariant 2).
    pub async fn tell_team(
        &self,
        kind: InboxKind,
        about: &str,
        detail: Option<&str>,
    ) -> Result<String, Failure> {
        let capture = &self.capture.value;
        let row = InboxRow {
            kind,
            at: self.now,
            controller: capture.controller.clone(),
            patient: Some(self.patient.value.patient.clone()),
            request: Some(capture.request.clone()),
            item: None,
            detail: detail.map(str::to_owned),
        };
        let id = self.task_id(kind, about);
        tell_team_early(self.app, &capture.team, &id, &row, self.now).await?;
        Ok(id)
    }

    /// Takes such a row away again.
    pub async fn untell_team(&self, row: &str) -> Result<(), Failure> {
        let capture = &self.capture.value;
        take_away(self.app, &capture.controller, &capture.team, row).await
    }

    /// Public name of the team that asks; for nobody's eyes before identity, unless it is marked as
    /// telling nothing.
    pub fn team_name(&self) -> &str {
        let team = self.controller.team(&self.capture.value.team);
        team.map_or(self.controller.name.as_str(), |team| team.name.as_str())
    }
}

async fn kept(record: &Record<'_>) -> Result<Option<Versioned<Patient>>, Failure> {
    let patient = record.read::<Patient>(PATIENT).await?;
    Ok(patient.filter(|patient| patient.value.keeping == Keeping::Kept))
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;

    use custom_handler::{Method, Reply, Request};
    use serde_json::{Value, json};

    use super::*;
    use crate::patient_page::PatientPage;
    use crate::testing::{TestApp, status};

    type Answer = Pin<Box<dyn Future<Output = Result<Reply, Failure>>>>;

    /// A call behind identity, with a body that would do.
    struct Call {
        name: &'static str,
        run: Box<dyn Fn(App, Request) -> Answer>,
        fields: Value,
    }

    fn call<F>(name: &'static str, run: fn(App, Request) -> F, fields: Value) -> Call
    where
        F: Future<Output = Result<Reply, Failure>> + 'static,
    {
        Call { name, run: Box::new(move |app, request| Box::pin(run(app, request))), fields }
    }

    /// Every one.
    fn calls() -> Vec<Call> {
        let picture = json!({ "contentType": "image/jpeg", "bytes": 1, "sha256": "0".repeat(64) });
        vec![
            call("show_consent", crate::show_consent::show_consent, json!({})),
            call(
                "record_consent",
                crate::record_consent::record_consent,
                json!({ "version": "2026-12", "given": true }),
            ),
            call("withdraw_consent", crate::withdraw_consent::withdraw_consent, json!({})),
            call("show_capture", crate::show_capture::show_capture, json!({})),
            call("extend_session", crate::extend_session::extend_session, json!({})),
            call("grant_upload", crate::grant_upload::grant_upload, picture),
            call("remove_upload", crate::remove_upload::remove_upload, json!({})),
            call("finish_upload", crate::finish_upload::finish_upload, json!({})),
            call("submit_capture", crate::submit_capture::submit_capture, json!({})),
        ]
    }

    // Proof 6 of the issue; DESIGN, "The session": two children, one phone, two tabs.
    #[tokio::test]
    async fn the_session_of_one_request_opens_nothing_of_another() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let own = PatientPage::agreed(&test, 1).await;
        // The same patient's, so that nothing but the request keeps them apart.
        let mut other = PatientPage::asked_again(&test, &own.patient, 1).await;
        other.identify().await;
        other.agree().await;
        let photo = other.sent(b"one").await;
        let before = (own.stored().await, other.stored().await);
        let with = |headers: &[(&str, &str)], fields: &Value| {
            let start = Request::for_test(Method::POST, "/").param("upload", &photo).json(fields);
            let add = |call: custom_handler::RequestBuilder, header: &(&str, &str)| {
                call.header(header.0, header.1)
            };
            headers.iter().fold(start, add).build()
        };
        let cookie = ("cookie", own.session.as_str());
        for Call { name, run, fields } in calls() {
            for (expected, headers) in [
                (401, &[][..]),
                (401, &[("cookie", "capture=0000")][..]),
                (409, &[cookie, ("aftersight-request", other.request.as_str())][..]),
                (403, &[cookie, ("origin", "https://elsewhere.example.org")][..]),
            ] {
                let refused = run(test.app.clone(), with(headers, &fields)).await.unwrap_err();
                assert_eq!(status(&refused), expected, "{name} {headers:?}");
            }
            if matches!(name, "remove_upload" | "finish_upload") {
                // A guessed id of the other request's photo is as good as none.
                let refused = run(test.app.clone(), with(&[cookie], &fields)).await.unwrap_err();
                assert_eq!(status(&refused), 404, "{name}");
            }
        }
        assert_eq!((own.stored().await, other.stored().await), before);
        assert_eq!(other.upload_state(&photo).await, "arrived");
    }

    // Invariant 10: a record on its way out takes nothing more.
    #[tokio::test]
    async fn a_record_that_is_being_erased_takes_nothing_more() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let mut patient = test.document(&page.patient, PATIENT).await.unwrap();
        patient["keeping"] = json!({ "erasing": { "rule": "cap", "due": "2034-11-22" } });
        let put = domain::ports::documents::Change::put(PATIENT, &patient).unwrap();
        let container = domain::ports::documents::Container::Patients;
        test.app.documents.commit(container, &page.patient, vec![put]).await.unwrap();
        for Call { name, run, fields } in calls() {
            let refused = run(test.app.clone(), page.call(&fields)).await.unwrap_err();
            assert_eq!(status(&refused), 401, "{name}");
        }
        assert_eq!(status(&page.open().await.unwrap_err()), 404);
    }
}
