//! `record-consent`: the patient's choice, with the exact wording it was made on (R29, R30).
//!
//! Trigger: HTTP PUT /api/capture/consent. Touches: the record; after a no the inbox and the
//! session. The same yes sent twice is one consent. A no after a yes takes the yes back.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::capture_request::Delivery;
use domain::consent_wording::ConsentWording;
use domain::free_text::FreeText;
use domain::inbox_row::InboxKind;
use domain::notice::NoticeShown;
use domain::person_name::PersonName;
use domain::ports::documents::Change;
use domain::record::consent::{Consent, ConsentBy};
use domain::record::request::CaptureRequest;
use domain::record::{CONSENT, document_id};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::{App, stored};
use crate::capture_problems::{request_closed, wording_changed};
use crate::details_form::field;
use crate::notices::shown_to_patients_of;
use crate::problems;
use crate::record::{DECISIONS, too_busy};
use crate::session::{CAPTURE_PURPOSE, Session, delete_row, without_cookies};
use crate::visit::Visit;
use crate::withdraw_consent::withdraw;

/// Characters of a relation: `grandmother`, `foster carer`.
const LONGEST_RELATION: usize = 50;

pub fn function() -> Function<App> {
    Function::http("record-consent", &[Method::PUT], "api/capture/consent", record_consent)
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Choice {
    /// Of the wording that was shown.
    #[schema(example = "2026-12")]
    pub version: String,
    /// Yes or no; nothing is chosen before the patient chooses.
    pub given: bool,
    /// Hashes of the notices that were shown beside it; those of today where left out.
    #[serde(default)]
    pub notices: Option<Vec<String>>,
    /// Who chooses; the patient where left out.
    #[serde(default)]
    pub by: Option<WhoChooses>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WhoChooses {
    /// `patient` or `parent-or-carer`.
    #[schema(example = "patient")]
    pub who: String,
    /// Of a parent or carer.
    #[serde(default)]
    pub name: Option<String>,
    /// Of a parent or carer: mother, foster carer, …
    #[serde(default)]
    pub relation: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Chosen {
    pub given: bool,
    /// `open`, or `declined` after a no.
    #[schema(example = "open")]
    pub state: &'static str,
    /// What happens next, in words.
    pub next: String,
    pub controller: String,
    pub phone: String,
}

#[utoipa::path(put, path = "/api/capture/consent", tag = "patient", request_body = Choice,
    responses(
    (status = 200, body = Chosen, description = "A no closes the request and ends the session"),
    (status = 401, description = "The session has ended"),
    (status = 409, description = "The wording is not the newest, or the request is closed"),
    (status = 422, description = "`errors` names each wrong field"),
))]
pub async fn record_consent(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let choice: Choice = request.json()?;
    let session = Session::changing(&app, &request, now).await?;
    let by = parse_by(choice.by.as_ref())?;
    let wording = ConsentWording::current();
    if choice.version != wording.version {
        return Err(wording_changed().into());
    }
    let id = app.id(now);
    for _ in 0..DECISIONS {
        let visit = Visit::by_session(&app, &session, now).await?;
        let standing = visit.standing_consent().await?;
        match (choice.given, standing.is_some()) {
            (true, true) => return Ok(agreed(&visit)),
            (false, true) => return withdraw(&app, &session, now).await,
            _ => {}
        }
        if !visit.capture.value.state.is_open() {
            return Err(request_closed("The photos for this request were sent already").into());
        }
        let notices = shown_to_patients_of(&visit.controller, &app.settings.operator);
        if choice.notices.as_ref().is_some_and(|shown| !are_those(shown, &notices)) {
            return Err(wording_changed().into());
        }
        let said = Consent {
            consent: id.clone(),
            request: session.request.clone(),
            version: wording.version.to_owned(),
            wording_hash: wording.hash(),
            wording: wording.text.to_owned(),
            notices,
            locale: wording.locale.to_owned(),
            scopes: wording.scope_names(),
            given: choice.given,
            at: now,
            method: method(visit.capture.value.delivery).to_owned(),
            by: by.clone(),
            withdrawn_at: None,
        };
        let said = stored(Change::create(document_id(CONSENT, &id), &said))?;
        let reply = if choice.given {
            agree(&visit, &id, said).await?
        } else {
            refuse(&app, &visit, &id, said).await?
        };
        if let Some(reply) = reply {
            return Ok(reply);
        }
    }
    Err(too_busy())
}

/// True where what the page showed is what is in force (R2).
fn are_those(shown: &[String], in_force: &[NoticeShown]) -> bool {
    shown.len() == in_force.len() && in_force.iter().all(|notice| shown.contains(&notice.hash))
}

/// `None` where the record changed meanwhile.
async fn agree(visit: &Visit<'_>, id: &str, said: Change) -> Result<Option<Reply>, Failure> {
    let operation = visit.operation(CAPTURE_PURPOSE)?;
    let about = [("consent", id), ("request", visit.capture.value.request.as_str())];
    let told = visit.record.commit(&operation, "consent-given", &about, vec![said], None).await?;
    Ok(told.settled().then(|| agreed(visit)))
}

/// The choice is kept and nothing else; the team learns that there will be no pictures.
async fn refuse(
    app: &App,
    visit: &Visit<'_>,
    id: &str,
    said: Change,
) -> Result<Option<Reply>, Failure> {
    let before = &visit.capture.value;
    let state = before.state.decline().map_err(request_closed)?;
    visit.tell_team(InboxKind::ConsentRefused, &before.request, None).await?;
    let closed = CaptureRequest { state, ..before.clone() };
    let changes = vec![said, visit.capture.replace(&closed)?];
    let about = [("consent", id), ("request", before.request.as_str())];
    let operation = visit.operation_to_end();
    let told = visit.record.commit(&operation, "consent-refused", &about, changes, None).await?;
    if !told.settled() {
        return Ok(None);
    }
    if let Some(row) = &before.session {
        delete_row(app, row).await?;
    }
    let controller = &visit.controller;
    let reply = Reply::ok(&Chosen {
        given: false,
        state: "declined",
        next: format!(
            "No photos were kept. The team will be told that you chose not to send any. You still \
             get care. If you want to talk about it, phone {} on {}.",
            controller.name, controller.phone
        ),
        controller: controller.name.clone(),
        phone: controller.phone.clone(),
    });
    Ok(Some(without_cookies(app, reply)))
}

fn agreed(visit: &Visit<'_>) -> Reply {
    Reply::ok(&Chosen {
        given: true,
        state: "open",
        next: "Thank you. You can take photos now. You can change your mind at any time.".into(),
        controller: visit.controller.name.clone(),
        phone: visit.controller.phone.clone(),
    })
}

fn parse_by(by: Option<&WhoChooses>) -> Result<ConsentBy, Failure> {
    let Some(by) = by else { return Ok(ConsentBy::Patient) };
    let mut wrong = Vec::new();
    let given = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_owned();
    match by.who.as_str() {
        "patient" => return Ok(ConsentBy::Patient),
        "parent-or-carer" => {
            let name = field(&mut wrong, "by.name", PersonName::parse(&given(&by.name)));
            match (FreeText::line(&given(&by.relation), LONGEST_RELATION), name) {
                (Err(_), _) => {
                    let words = "Say who you are to the patient, like mother or carer";
                    wrong.push(("by.relation".into(), words.into()));
                }
                (Ok(relation), Some(name)) => {
                    let name = name.as_str().to_owned();
                    return Ok(ConsentBy::ParentOrCarer { name, relation: relation.into() });
                }
                (Ok(_), None) => {}
            }
        }
        _ => wrong.push(("by.who".into(), "Choose patient or parent-or-carer".into())),
    }
    Err(problems::wrong_fields(wrong).into())
}

/// How it was asked: on the page, alone with a text or beside the member of staff who gave the link
/// and whom the request names (R28).
fn method(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Text => "patient-page",
        Delivery::Here => "patient-page-in-the-room",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::patient_page::{PatientPage, problem};
    use crate::testing::{TestApp, body, status};

    async fn consents(page: &PatientPage<'_>) -> Vec<serde_json::Value> {
        use domain::ports::documents::{Container, Query, list_all};
        let query = Query::prefix(CONSENT);
        let found =
            list_all(&page.test.store, Container::Patients, &page.patient, query).await.unwrap();
        found.into_iter().map(|found| found.body).collect()
    }

    // R29.
    #[tokio::test]
    async fn a_yes_is_kept_with_its_exact_wording() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::identified(&test, 1).await;
        page.agree().await;
        page.agree().await;
        let kept = consents(&page).await;
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0]["wording"], ConsentWording::current().text);
        assert_eq!(kept[0]["wordingHash"], ConsentWording::current().hash());
        assert_eq!(kept[0]["scopes"], json!(["capture", "processing", "sending"]));
        assert_eq!(kept[0]["by"], json!({ "who": "patient" }));
        assert_eq!(page.count_events("consent-given").await, 1);
    }

    // R2.
    #[tokio::test]
    async fn the_notices_that_were_shown_are_kept_with_the_choice() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::identified(&test, 1).await;
        let shown = crate::show_consent::show_consent(test.app.clone(), page.call(&json!({})));
        let shown = body(&shown.await.unwrap())["notices"].clone();
        let hashes = json!([shown[0]["hash"], shown[1]["hash"]]);
        assert_eq!(shown[1]["href"], "/privacy/riverside");

        for stale in [json!([]), json!([hashes[0], "0000"])] {
            let choice = json!({ "version": "2026-12", "given": true, "notices": stale });
            assert_eq!(status(&page.choose(&choice).await.unwrap_err()), 409, "{stale}");
        }
        let choice = json!({ "version": "2026-12", "given": true, "notices": hashes });
        page.choose(&choice).await.unwrap();

        let kept = &consents(&page).await[0]["notices"];
        assert_eq!(kept[0]["notice"], "platform");
        assert_eq!((&kept[1]["notice"], &kept[1]["hash"]), (&json!("riverside"), &hashes[1]));
    }

    #[tokio::test]
    async fn a_choice_on_another_wording_is_not_kept() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::identified(&test, 1).await;
        let failure = page.choose(&json!({ "version": "2020-01", "given": true })).await;
        assert_eq!(status(&failure.unwrap_err()), 409);
        assert_eq!(consents(&page).await.len(), 0);
    }

    #[tokio::test]
    async fn a_no_keeps_the_choice_closes_the_request_and_tells_the_team() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::identified(&test, 1).await;
        let reply = page.choose(&json!({ "version": "2026-12", "given": false })).await.unwrap();
        assert_eq!(body(&reply)["state"], "declined");
        assert!(reply.header_value("set-cookie").unwrap().contains("Max-Age=0"));
        assert_eq!(consents(&page).await[0]["given"], false);
        assert_eq!(page.stored().await["state"], "declined");
        assert_eq!(page.inbox().await, ["consent-refused"]);
        // The number is right: it is the patient who said no.
        assert_eq!(test.document(&page.patient, "patient").await.unwrap()["mobileConfirmed"], true);
        assert_eq!(status(&page.show().await.unwrap_err()), 401);
        assert_eq!(status(&page.open().await.unwrap_err()), 410);
    }

    #[tokio::test]
    async fn a_no_after_a_yes_takes_the_yes_back() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let reply = page.choose(&json!({ "version": "2026-12", "given": false })).await.unwrap();
        assert_eq!(body(&reply)["state"], "withdrawn");
        assert_eq!(page.inbox().await, ["withdrawn"]);
    }

    #[tokio::test]
    async fn a_parent_or_carer_says_who_they_are() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::identified(&test, 1).await;
        let choice = |by| json!({ "version": "2026-12", "given": true, "by": by });
        let nameless = choice(json!({ "who": "parent-or-carer", "relation": "" }));
        let failure = page.choose(&nameless).await.unwrap_err();
        assert_eq!(status(&failure), 422);
        assert_eq!(problem(&failure)["errors"].as_array().unwrap().len(), 2);
        assert_eq!(status(&page.choose(&choice(json!({ "who": "me" }))).await.unwrap_err()), 422);

        let by = json!({ "who": "parent-or-carer", "name": "Cy Bell", "relation": "father" });
        page.choose(&choice(by.clone())).await.unwrap();
        assert_eq!(consents(&page).await[0]["by"], by);
    }
}
