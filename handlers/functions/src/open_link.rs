//! `open-link`: whoever holds the phone sees who asks, and nothing that tells on the patient.
//!
//! Trigger: HTTP POST /api/links/open. Touches: `links` (the opener), with the first opening of a
//! link its request. Opening twice shows the same; the event is told once a generation.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::attempts::AttemptRefused;
use domain::capture_session::{OPENER, OPENER_COOKIE, opener_ends_at, seconds_left};
use domain::link_life::last_day;
use domain::link_row::LinkRow;
use domain::ports::documents::Container;
use domain::record::request::CaptureRequest;
use domain::record::{TOLD, document_id};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::{App, stored};
use crate::links::{Link, find_link, opener_token};
use crate::record::{DECISIONS, too_busy};
use crate::request_uploads::asked_for;
use crate::session::{CAPTURE_PURPOSE, token_row, with_cookie, write_row};
use crate::visit::Visit;

/// By how much an opener may fall short of its 30 minutes.
const FRESH: SignedDuration = SignedDuration::from_secs(30);

pub fn function() -> Function<App> {
    Function::http("open-link", &[Method::POST], "api/links/open", open_link)
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkCall {
    /// What stands after the `#` of the link; without it the cookie of the last opening counts.
    #[serde(default)]
    pub code: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkOpened {
    /// The organisation that asks.
    pub controller: String,
    /// Its notice stands at `/privacy/{controllerId}`.
    #[schema(example = "riverside")]
    pub controller_id: String,
    /// Ring here to ask "is this really you?".
    pub phone: String,
    /// The first name, which the text told, and of the surname one letter and always three dots:
    /// `Ada B•••`. Of a person with one name `M•••`.
    pub masked_name: String,
    /// Only where the team's public name tells nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// How many pictures are asked for now.
    pub photos: u32,
    #[schema(value_type = String)]
    pub expires_at: Timestamp,
    /// The last day on which it opens, in London; missing where its hour counts.
    #[schema(value_type = Option<String>, example = "2026-12-10")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_day: Option<Date>,
    /// Until `expiresAt`.
    pub seconds_left: u64,
    /// For the header `Aftersight-Request`.
    pub request: String,
    /// While no answer is looked at after too many wrong ones: until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_seconds_left: Option<u64>,
}

#[utoipa::path(post, path = "/api/links/open", tag = "patient", request_body = LinkCall, responses(
    (status = 200, body = LinkOpened, description = "Sets the opener cookie for 30 minutes"),
    (status = 401, description = "No code, and no opener cookie that still works"),
    (status = 404, description = "No such link"),
    (status = 410, description = "Expired (`renewable`) or closed (`reason`)"),
))]
pub async fn open_link(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let call: LinkCall = request.json()?;
    let link = find_link(&app, &request, call.code.as_deref(), now).await?;
    for _ in 0..DECISIONS {
        let visit = Visit::by_link(&app, &link, now).await?;
        visit.must_open(&link)?;
        if note_opening(&visit, &link, now).await? {
            let reply = Reply::ok(&opened(&visit, now));
            if call.code.is_none() {
                // What the cookie shows does not make it live longer.
                return Ok(reply);
            }
            let key_version = visit.capture.value.key_version;
            return keep_place(&app, reply, &link, key_version, now).await;
        }
    }
    Err(too_busy())
}

fn opened(visit: &Visit<'_>, now: Timestamp) -> LinkOpened {
    let capture = &visit.capture.value;
    let details = &visit.patient.value.details;
    let team = visit.controller.team(&capture.team).filter(|team| team.public_name_tells_nothing);
    let paused = match capture.attempts.take(now) {
        Err(AttemptRefused::Paused { until }) => Some(seconds_left(until, now)),
        _ => None,
    };
    LinkOpened {
        controller: visit.controller.name.clone(),
        controller_id: visit.controller.controller.clone(),
        phone: visit.controller.phone.clone(),
        masked_name: details.masked_name(),
        team: team.map(|team| team.name.clone()),
        photos: asked_for(capture),
        expires_at: capture.expires_at,
        last_day: last_day(capture.expires_at),
        seconds_left: seconds_left(capture.expires_at, now),
        request: capture.request.clone(),
        paused_seconds_left: paused,
    }
}

/// The first opening of each link is an event; false where the record changed meanwhile.
async fn note_opening(visit: &Visit<'_>, link: &Link, now: Timestamp) -> Result<bool, Failure> {
    let operation = visit.operation(CAPTURE_PURPOSE)?;
    let fact = format!("opened-{}-{}", link.request, link.generation);
    if visit.record.read::<Value>(&document_id(TOLD, &fact)).await?.is_some() {
        return Ok(true);
    }
    let before = &visit.capture.value;
    let opened_at = before.opened_at.or(Some(now));
    let changes = vec![visit.capture.replace(&CaptureRequest { opened_at, ..before.clone() })?];
    let about = [("request", link.request.as_str())];
    let told = visit.record.commit(&operation, "link-opened", &about, changes, Some(&fact)).await?;
    Ok(told.settled())
}

/// A refresh must not lose the patient: the page has taken the code out of the address bar. The
/// cookie is the same for every opening of one link, so that its row is one and erasure finds it.
async fn keep_place(
    app: &App,
    reply: Reply,
    link: &Link,
    key_version: u32,
    now: Timestamp,
) -> Result<Reply, Failure> {
    let Some(key) = stored(app.keys.link_key(key_version).await)? else { return Ok(reply) };
    let token = opener_token(&key, &link.request, link.generation);
    let row = token_row(&token);
    let expires_at = opener_ends_at(now);
    if !is_fresh(app, &row, expires_at).await? {
        let opener = LinkRow::Opener {
            patient: link.patient.clone(),
            request: link.request.clone(),
            generation: link.generation,
            expires_at,
        };
        write_row(app, &row, &opener).await?;
    }
    Ok(with_cookie(app, reply, OPENER_COOKIE, &token, OPENER))
}

/// True where the row lasts nearly as long as a new one would: many openings in a row are one write.
async fn is_fresh(app: &App, row: &str, expires_at: Timestamp) -> Result<bool, Failure> {
    let found = stored(app.documents.get(Container::Links, row, row).await)?;
    let found = stored(found.map(|found| found.read::<LinkRow>()).transpose())?;
    Ok(match found {
        Some(LinkRow::Opener { expires_at: ends, .. }) => expires_at.duration_since(ends) < FRESH,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use custom_handler::Request;
    use serde_json::{Value, json};

    use super::*;
    use crate::patient_page::{PatientPage, change_controller, cookie, problem};
    use crate::testing::{TestApp, body, status};

    async fn by_cookie(page: &PatientPage<'_>, header: (&str, &str)) -> Result<Reply, Failure> {
        let call = Request::for_test(Method::POST, "/")
            .header("cookie", &page.opener)
            .header(header.0, header.1)
            .json(&json!({}))
            .build();
        open_link(page.test.app.clone(), call).await
    }

    // R42 and pages.md: whoever holds the phone may be someone else.
    #[tokio::test]
    async fn a_link_shows_who_asks_and_nothing_that_tells_on_the_patient() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::asked_for(&test, 3).await;

        let shown = body(&page.open().await.unwrap());

        let mut members: Vec<&String> = shown.as_object().unwrap().keys().collect();
        members.sort();
        let expected = [
            "controller",
            "controllerId",
            "expiresAt",
            "lastDay",
            "maskedName",
            "phone",
            "photos",
            "request",
            "secondsLeft",
        ];
        assert_eq!(members, expected);
        assert_eq!(shown["maskedName"], "Ada B•••");
        assert_eq!(shown["controller"], "Riverside Hospital");
        assert_eq!(shown["photos"], 3);
        assert_eq!(shown["lastDay"], "2026-12-02");
        assert_eq!(shown["secondsLeft"], (10 * 24 + 15) * 3600);
    }

    #[tokio::test]
    async fn the_team_is_named_only_where_its_name_tells_nothing() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        change_controller(&test, |controller| {
            controller["teams"][0]["publicNameTellsNothing"] = json!(true);
        })
        .await;
        let page = PatientPage::asked_for(&test, 1).await;
        assert_eq!(body(&page.open().await.unwrap())["team"], "Wound Care Team");
    }

    #[tokio::test]
    async fn the_first_opening_of_each_link_is_one_event() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let mut page = PatientPage::asked_for(&test, 1).await;
        for _ in 0..3 {
            page.open().await.unwrap();
        }
        assert_eq!(page.count_events("link-opened").await, 1);
        assert_eq!(page.stored().await["openedAt"], "2026-11-22T09:00:00Z");

        test.pass(SignedDuration::from_hours(11 * 24));
        page.renew().await.unwrap();
        page.code = test.code(&page.patient, &page.request).await;
        page.open().await.unwrap();
        page.open().await.unwrap();
        assert_eq!(page.count_events("link-opened").await, 2);
    }

    // DESIGN, "The link": a resend by staff kills the old code; "Attempts": it clears them.
    #[tokio::test]
    async fn a_resend_kills_the_old_code_and_forgives_and_leaves_who_is_inside() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let mut page = PatientPage::asked_for(&test, 1).await;
        page.identify().await;
        page.answer_wrong().await;
        test.pass(SignedDuration::from_secs(61));
        let at = [("patient", page.patient.as_str()), ("request", page.request.as_str())];
        let call = TestApp::staff_at(crate::testing::ASHA, &at, &json!({}));
        crate::resend_link::resend_link(test.app.clone(), call).await.unwrap();

        let old = page.open().await.unwrap_err();
        assert_eq!((status(&old), &problem(&old)["reason"]), (410, &json!("replaced")));
        assert_eq!(page.answer_wrong().await, 410);
        page.show().await.unwrap();
        page.code = test.code(&page.patient, &page.request).await;
        page.open().await.unwrap();
        assert_eq!(
            problem(&page.answer("Bellow", "1980-02-29").await.unwrap_err())["triesLeft"],
            4
        );
    }

    // DESIGN, "The session": a refresh does not lose the patient.
    #[tokio::test]
    async fn without_a_code_the_opener_cookie_shows_the_page_again_for_half_an_hour() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let mut page = PatientPage::asked_for(&test, 1).await;
        let first = page.open().await.unwrap();
        assert!(first.header_value("set-cookie").unwrap().contains("Max-Age=1800"));
        page.opener = cookie(&first);

        test.pass(SignedDuration::from_mins(29));
        let again = by_cookie(&page, ("origin", "http://127.0.0.1:7071")).await.unwrap();
        assert_eq!(body(&again)["maskedName"], "Ada B•••");
        assert_eq!(again.header_value("set-cookie"), None);

        test.pass(SignedDuration::from_mins(1));
        let ended = by_cookie(&page, ("origin", "http://127.0.0.1:7071")).await.unwrap_err();
        assert_eq!(status(&ended), 401);
    }

    #[tokio::test]
    async fn opening_by_code_again_starts_the_half_hour_anew() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let mut page = PatientPage::asked_for(&test, 1).await;
        let first = cookie(&page.open().await.unwrap());
        test.pass(SignedDuration::from_mins(20));
        page.opener = cookie(&page.open().await.unwrap());
        assert_eq!(page.opener, first);
        test.pass(SignedDuration::from_mins(29));
        by_cookie(&page, ("origin", "http://127.0.0.1:7071")).await.unwrap();
    }

    #[tokio::test]
    async fn the_opener_cookie_is_no_session_and_no_other_pages() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let mut page = PatientPage::asked_for(&test, 1).await;
        page.opener = cookie(&page.open().await.unwrap());

        let foreign = by_cookie(&page, ("origin", "https://elsewhere.example.org")).await;
        assert_eq!(status(&foreign.unwrap_err()), 403);
        let other = by_cookie(&page, ("aftersight-request", "another")).await;
        assert_eq!(status(&other.unwrap_err()), 409);
        let value = page.opener.split_once('=').unwrap().1;
        page.session = format!("capture={value}");
        assert_eq!(status(&page.show().await.unwrap_err()), 401);
    }

    #[tokio::test]
    async fn an_expired_link_says_so_and_can_be_renewed() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::asked_for(&test, 1).await;
        test.pass(SignedDuration::from_hours(11 * 24));
        let failure = page.open().await.unwrap_err();
        let told = problem(&failure);
        assert_eq!((status(&failure), &told["renewable"]), (410, &json!(true)));
        assert!(told["detail"].as_str().unwrap().contains("020 7946 0018"));
    }

    #[tokio::test]
    async fn a_closed_request_says_why_its_link_is_dead() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let sent = PatientPage::agreed(&test, 1).await;
        sent.sent(b"one").await;
        sent.submit().await.unwrap();
        let withdrawn = PatientPage::agreed(&test, 1).await;
        withdrawn.withdraw().await.unwrap();
        let declined = PatientPage::asked_for(&test, 1).await;
        declined.decline().await.unwrap();

        for (page, reason) in
            [(&sent, "submitted"), (&withdrawn, "withdrawn"), (&declined, "declined")]
        {
            let failure = page.open().await.unwrap_err();
            let told = problem(&failure);
            assert_eq!((status(&failure), &told["reason"]), (410, &json!(reason)));
        }
    }

    #[tokio::test]
    async fn a_code_that_no_link_has_is_a_404() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let mut page = PatientPage::asked_for(&test, 1).await;
        for code in ["00000-00000-00000-00000-000000", "short", ""] {
            page.code = code.to_owned();
            assert_eq!(status(&page.open().await.unwrap_err()), 404, "{code}");
        }
    }

    #[tokio::test]
    async fn guessed_codes_are_counted_and_told_and_never_blocked() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let mut page = PatientPage::asked_for(&test, 1).await;
        let right = std::mem::take(&mut page.code);
        let guess = |number: u32| format!("00000-00000-00000-00000-{number:06}");
        for number in 0..600 {
            page.code = guess(number);
            assert_eq!(status(&page.open().await.unwrap_err()), 404);
            assert_eq!(test.operator_list().await.is_empty(), number < 19, "{number}");
        }
        assert_eq!(test.operator_list().await, ["guessed-codes"], "one row a day");
        page.code = right;
        page.open().await.unwrap();
    }

    // R10: nothing runs without an active instruction; a patient learns whom to ring.
    #[tokio::test]
    async fn a_paused_agreement_opens_nothing() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::asked_for(&test, 1).await;
        change_controller(&test, |controller| controller["instruction"]["active"] = json!(false))
            .await;
        let failure = page.open().await.unwrap_err();
        assert_eq!(status(&failure), 403);
        assert_ne!(problem(&failure)["phone"], Value::Null);
    }
}
