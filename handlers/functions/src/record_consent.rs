//! `record-consent`: the patient's choice, with the exact wording it was made on (R29, R30).
//!
//! Trigger: HTTP PUT /api/capture/consent. Touches: the record; after a no the inbox and the
//! session. The same yes sent twice is one consent. A no after a yes takes the yes back.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::consent_wording::ConsentWording;
use domain::inbox_row::InboxKind;
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
    #[schema(example = "2026-11")]
    pub version: String,
    /// Yes or no; nothing is chosen before the patient chooses.
    pub given: bool,
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
        let said = Consent {
            consent: id.clone(),
            request: session.request.clone(),
            version: wording.version.to_owned(),
            wording_hash: wording.hash(),
            wording: wording.text.to_owned(),
            locale: wording.locale.to_owned(),
            scopes: wording.scope_names(),
            given: choice.given,
            at: now,
            method: "patient-page".to_owned(),
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
            let relation = given(&by.relation);
            let length = relation.chars().count();
            if !(1..=LONGEST_RELATION).contains(&length) || relation.chars().any(char::is_control) {
                let words = "Say who you are to the patient, like mother or carer";
                wrong.push(("by.relation".into(), words.into()));
            } else if let Some(name) = name {
                return Ok(ConsentBy::ParentOrCarer { name: name.as_str().to_owned(), relation });
            }
        }
        _ => wrong.push(("by.who".into(), "Choose patient or parent-or-carer".into())),
    }
    Err(problems::wrong_fields(wrong).into())
}
