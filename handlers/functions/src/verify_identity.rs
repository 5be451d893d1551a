//! `verify-identity`: surname and date of birth open the request for half an hour (R24).
//!
//! Trigger: HTTP POST /api/links/identity. Touches: the request's attempts, `links` (the session),
//! with the fifth and tenth wrong answer the inbox. Each answer is counted in a commit of its own
//! before it is compared; a right one gives back what it took together with its event. Sent again,
//! a wrong answer costs another try and a right one makes another session in place of the first.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::attempts::{Alarm, AttemptRefused, Attempts};
use domain::capture_session::{SESSION, SESSION_COOKIE, session_ends_at};
use domain::date_of_birth::DateOfBirth;
use domain::identity_check::{IdentityAnswer, is_same_person, typed_name};
use domain::link_life::DeadReason;
use domain::link_row::LinkRow;
use domain::london::day_of;
use domain::look_again::Pointer;
use domain::purpose::Purpose;
use domain::record::request::CaptureRequest;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::attempt_alarm::{alarmed, tell};
use crate::capture_problems::{
    link_dead, paused, wrong_answer, wrong_answer_then_dead, wrong_answer_then_pause,
};
use crate::details_form::field;
use crate::ledger::look_again;
use crate::links::{Link, find_link};
use crate::problems;
use crate::record::{DECISIONS, too_busy};
use crate::session::{delete_row, new_token, with_cookie, write_row};
use crate::visit::Visit;

/// Characters of a whole name with its titles; no name on a record is longer.
const LONGEST_NAME: usize = 250;

pub fn function() -> Function<App> {
    Function::http("verify-identity", &[Method::POST], "api/links/identity", verify_identity)
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WhoIAm {
    /// What stands after the `#` of the link; without it the opener cookie counts.
    #[serde(default)]
    pub code: Option<String>,
    /// Or the only name; the whole name is taken too.
    #[schema(example = "Bell")]
    pub family_name: String,
    /// The patient's own, `YYYY-MM-DD`.
    #[schema(example = "1980-02-29")]
    pub date_of_birth: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Identified {
    /// For the header `Aftersight-Request`.
    pub request: String,
    /// Until the session ends; `extend-session` makes it longer.
    pub seconds_left: u64,
}

#[utoipa::path(post, path = "/api/links/identity", tag = "patient", request_body = WhoIAm,
    responses(
    (status = 200, body = Identified, description = "Sets the session cookie for 30 minutes"),
    (status = 401, description = "Wrong: `triesLeft`; never says which field"),
    (status = 404, description = "No such link"),
    (status = 410, description = "Expired, closed, or stopped after ten wrong answers"),
    (status = 422, description = "Not an answer: costs no try"),
    (status = 429, description = "Paused after five wrong answers: `until`, `secondsLeft`"),
))]
pub async fn verify_identity(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let form: WhoIAm = request.json()?;
    let answer = parse(&form, day_of(now))?;
    let link = find_link(&app, &request, form.code.as_deref(), now).await?;
    let (visit, taken) = count(&app, &link, now).await?;
    let details = &visit.patient.value.details;
    if is_same_person(&answer, details.who_it_is()) {
        return let_in(&app, &link, taken, now).await;
    }
    let controller = &visit.controller;
    let Some(alarm) = taken.alarm() else {
        return Err(wrong_answer(controller, taken.left()).into());
    };
    tell(&app, &link, now).await?;
    Err(match alarm {
        Alarm::Paused => {
            wrong_answer_then_pause(controller, taken.paused_until.unwrap_or(now), now)
        }
        Alarm::Dead => wrong_answer_then_dead(controller),
    }
    .into())
}

fn parse(form: &WhoIAm, today: Date) -> Result<IdentityAnswer, Failure> {
    let mut wrong = Vec::new();
    let typed = typed_name(&form.family_name);
    if typed.is_empty() || typed.chars().count() > LONGEST_NAME {
        wrong.push(("familyName".into(), "Enter the patient's last name".into()));
    }
    let born = field(&mut wrong, "dateOfBirth", DateOfBirth::parse(&form.date_of_birth, today));
    match born {
        Some(born) if wrong.is_empty() => {
            Ok(IdentityAnswer { family_name: typed, date_of_birth: born.date() })
        }
        _ => Err(problems::wrong_fields(wrong).into()),
    }
}

/// Counts one answer, in a commit of its own. What cannot be counted is not compared.
async fn count<'a>(
    app: &'a App,
    link: &'a Link,
    now: Timestamp,
) -> Result<(Visit<'a>, Attempts), Failure> {
    for _ in 0..DECISIONS {
        let visit = Visit::by_link(app, link, now).await?;
        let operation = visit.operation(Purpose::Identify)?;
        let attempts = match may_answer(&visit, link, now) {
            Ok(attempts) => attempts,
            Err(refused) => {
                if visit.capture.value.attempts.alarm().is_some() {
                    tell(app, link, now).await?;
                }
                return Err(refused);
            }
        };
        let counted = CaptureRequest { attempts, ..visit.capture.value.clone() };
        let changes = vec![visit.capture.replace(&counted)?];
        let about = [("request", link.request.as_str())];
        let counted = "identity-answer-counted";
        if visit.record.commit(&operation, counted, &about, changes, None).await?.settled() {
            return Ok((visit, attempts));
        }
    }
    Err(too_busy())
}

fn may_answer(visit: &Visit<'_>, link: &Link, now: Timestamp) -> Result<Attempts, Failure> {
    visit.must_open(link)?;
    visit.capture.value.attempts.take(now).map_err(|refused| match refused {
        AttemptRefused::Paused { until } => paused(&visit.controller, until, now).into(),
        AttemptRefused::Dead => {
            link_dead(&visit.controller, DeadReason::TooManyWrongAnswers).into()
        }
    })
}

/// A right answer: the session's row first, then the request says that it is the one, and gives
/// back what was counted.
async fn let_in(app: &App, link: &Link, taken: Attempts, now: Timestamp) -> Result<Reply, Failure> {
    let (token, row) = new_token(app);
    let session = LinkRow::Session {
        patient: link.patient.clone(),
        request: link.request.clone(),
        expires_at: session_ends_at(now),
    };
    look_again(app, &link.patient, &row, vec![Pointer::link(&row)], now).await?;
    write_row(app, &row, &session).await?;
    match confirm(app, link, taken, &row, now).await {
        Ok(()) => {
            let reply = Reply::ok(&Identified {
                request: link.request.clone(),
                seconds_left: SESSION.as_secs().unsigned_abs(),
            });
            Ok(with_cookie(app, reply, SESSION_COOKIE, &token, SESSION))
        }
        Err(failure) => {
            delete_row(app, &row).await?;
            Err(failure)
        }
    }
}

async fn confirm(
    app: &App,
    link: &Link,
    taken: Attempts,
    row: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    for _ in 0..DECISIONS {
        let visit = Visit::by_link(app, link, now).await?;
        let operation = visit.operation(Purpose::Identify)?;
        let before = &visit.capture.value;
        let after = CaptureRequest {
            attempts: before.attempts.give_back(&taken),
            session: Some(row.to_owned()),
            identified_at: Some(now),
            ..before.clone()
        };
        // The link may have died while we compared.
        visit.would_open(link, &after)?;
        let mut changes = vec![visit.capture.replace(&after)?];
        let alarmed = alarmed(&visit, link, taken).await?;
        let told = alarmed.as_ref().and_then(|alarmed| alarmed.told.as_ref());
        changes.extend(told.map(crate::record::Versioned::delete));
        let about = [("request", link.request.as_str())];
        let event = "identity-confirmed";
        if !visit.record.commit(&operation, event, &about, changes, None).await?.settled() {
            continue;
        }
        if let Some(alarmed) = alarmed {
            visit.untell_team(&alarmed.row).await?;
        }
        if let Some(older) = &before.session {
            delete_row(app, older).await?;
        }
        return Ok(());
    }
    Err(too_busy())
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use jiff::SignedDuration;
    use serde_json::json;

    use super::*;
    use crate::patient_page::{BORN, PatientPage, cookie, problem};
    use crate::testing::{TestApp, body, status};

    const HALF_AN_HOUR: SignedDuration = SignedDuration::from_mins(30);

    fn link(page: &PatientPage<'_>) -> Link {
        Link { patient: page.patient.clone(), request: page.request.clone(), generation: 1 }
    }

    // R24.
    #[tokio::test]
    async fn a_right_answer_opens_the_request_and_costs_nothing() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let mut page = PatientPage::asked_for(&test, 1).await;
        let reply = page.answer(" BELL ", BORN).await.unwrap();
        assert_eq!(body(&reply), json!({ "request": page.request, "secondsLeft": 1800 }));
        let set = reply.header_value("set-cookie").unwrap();
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict"), "{set}");
        page.session = cookie(&reply);
        page.show().await.unwrap();
        assert_eq!(page.stored().await["attempts"]["counted"], 0);
        assert_eq!(page.count_events("identity-confirmed").await, 1);
    }

    // C4: the same words whichever field was wrong.
    #[tokio::test]
    async fn a_wrong_answer_never_says_which_field() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let name = PatientPage::asked_for(&test, 1).await;
        let date = PatientPage::asked_for(&test, 1).await;
        let wrong_name = name.answer("Bellow", BORN).await.unwrap_err();
        let wrong_date = date.answer("Bell", "1980-03-01").await.unwrap_err();
        assert_eq!(status(&wrong_name), 401);
        assert_eq!(problem(&wrong_name), problem(&wrong_date));
        assert_eq!(problem(&wrong_name)["triesLeft"], 4);
    }

    #[tokio::test]
    async fn what_is_no_answer_costs_no_try() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::asked_for(&test, 1).await;
        for (name, born) in
            [("Bell", "29/02/1980"), ("Bell", "1980-02-30"), ("Bell", "2027-01-01"), (" ", BORN)]
        {
            assert_eq!(status(&page.answer(name, born).await.unwrap_err()), 422, "{born}");
        }
        assert_eq!(page.stored().await["attempts"]["counted"], 0);
    }

    #[tokio::test]
    async fn five_wrong_answers_pause_and_ten_end_the_link() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::asked_for(&test, 1).await;
        for left in [4, 3, 2, 1, 0] {
            let failure = page.answer("Bellow", BORN).await.unwrap_err();
            assert_eq!((status(&failure), &problem(&failure)["triesLeft"]), (401, &json!(left)));
        }
        assert_eq!(page.inbox().await, ["paused"]);

        // Nothing is compared, so the right answer is as good as a wrong one.
        test.pass(SignedDuration::from_mins(29));
        let failure = page.answer("Bell", BORN).await.unwrap_err();
        assert_eq!((status(&failure), &problem(&failure)["secondsLeft"]), (429, &json!(60)));
        assert_eq!(body(&page.open().await.unwrap())["pausedSecondsLeft"], 60);
        assert_eq!(page.stored().await["attempts"]["counted"], 5);

        test.pass(SignedDuration::from_mins(1));
        for left in [4, 3, 2, 1, 0] {
            let failure = page.answer("Bellow", BORN).await.unwrap_err();
            assert_eq!((status(&failure), &problem(&failure)["triesLeft"]), (401, &json!(left)));
        }
        let failure = page.answer("Bell", BORN).await.unwrap_err();
        assert_eq!(
            (status(&failure), &problem(&failure)["reason"]),
            (410, &json!("wrong-answers"))
        );
        assert_eq!(status(&page.open().await.unwrap_err()), 410);
        assert_eq!(page.inbox().await, ["paused", "paused"]);
    }

    // Proof 6 of the issue, on a small scale.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_hundred_wrong_answers_at_once_are_counted_exactly() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::asked_for(&test, 1).await;
        let answers = join_all((0..100).map(|_| page.answer_wrong())).await;
        let count = |status| answers.iter().filter(|answer| **answer == status).count();
        assert_eq!((count(401), count(429)), (5, 95), "{answers:?}");
        assert_eq!(page.stored().await["attempts"]["counted"], 5);
        assert_eq!(page.inbox().await, ["paused"]);
        assert_eq!(page.count_events("link-paused").await, 1);
        assert_eq!(page.count_events("identity-answer-counted").await, 5);
    }

    #[tokio::test]
    async fn a_right_fifth_answer_leaves_no_pause_and_no_task() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::asked_for(&test, 1).await;
        for _ in 0..4 {
            page.answer_wrong().await;
        }
        // Counted as the fifth, and others met the pause while it was compared.
        let (_, taken) = count(&test.app, &link(&page), test.now()).await.unwrap();
        assert_eq!(page.answer_wrong().await, 429);
        assert_eq!(page.inbox().await, ["paused"]);

        let_in(&test.app, &link(&page), taken, test.now()).await.unwrap();

        assert_eq!(page.stored().await["attempts"]["counted"], 4);
        assert_eq!(page.inbox().await, Vec::<String>::new());
        // A wrong one in its place is told, though the same count was told before.
        assert_eq!(page.answer_wrong().await, 401);
        assert_eq!(page.inbox().await, ["paused"]);
        assert_eq!(page.answer_wrong().await, 429);
    }

    // Invariant 4: killed between counting and comparing.
    #[tokio::test]
    async fn an_answer_that_was_counted_and_never_compared_stays_counted() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::asked_for(&test, 1).await;
        for _ in 0..5 {
            count(&test.app, &link(&page), test.now()).await.unwrap();
        }
        assert_eq!(page.inbox().await, Vec::<String>::new());
        assert_eq!(page.answer_wrong().await, 429);
        assert_eq!(page.inbox().await, ["paused"], "whoever meets the pause tells the team");
        test.pass(HALF_AN_HOUR);
        assert_eq!(page.answer_wrong().await, 401);
    }

    #[tokio::test]
    async fn a_newer_session_ends_the_older() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let mut page = PatientPage::asked_for(&test, 1).await;
        page.identify().await;
        let older = page.session.clone();
        page.identify().await;
        page.show().await.unwrap();
        page.session = older;
        assert_eq!(status(&page.show().await.unwrap_err()), 401);
    }

    #[tokio::test]
    async fn a_link_that_died_while_we_compared_lets_nobody_in() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::asked_for(&test, 1).await;
        let (_, taken) = count(&test.app, &link(&page), test.now()).await.unwrap();
        page.decline().await.unwrap();
        let failure = let_in(&test.app, &link(&page), taken, test.now()).await.unwrap_err();
        assert_eq!(status(&failure), 410);
        assert_eq!(page.stored().await.get("session"), None);
    }

    // R23: what is typed here is compared and kept nowhere.
    #[tokio::test]
    async fn what_the_patient_types_is_kept_nowhere() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::asked_for(&test, 1).await;
        let before = test.document(&page.patient, "patient").await;
        page.answer("Someoneelse", "1999-12-31").await.unwrap_err();
        assert_eq!(test.document(&page.patient, "patient").await, before);
        let stored = page.stored().await.to_string();
        assert!(!stored.contains("Someoneelse") && !stored.contains("1999-12-31"));
    }
}
