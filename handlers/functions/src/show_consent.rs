//! `show-consent`: the exact words the patient is asked to agree to, and what they said so far.
//!
//! Trigger: HTTP GET /api/capture/consent. Touches: nothing.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::consent_wording::ConsentWording;
use domain::london::day_of;
use domain::register::controller::Controller;
use domain::retention::{CareKind, RecordClass, RetentionFacts, keeping_words};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::notices::{PLATFORM_NOTICE, path_of, shown_to_patients_of};
use crate::session::{CAPTURE_PURPOSE, Session};
use crate::settings::Operator;
use crate::visit::Visit;

pub fn function() -> Function<App> {
    Function::http("show-consent", &[Method::GET], "api/capture/consent", show_consent)
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentShown {
    /// To be sent back with the choice.
    #[schema(example = "2026-12")]
    pub version: &'static str,
    #[schema(example = "en-GB")]
    pub locale: &'static str,
    /// Paragraphs with a blank line between them; each but the first opens with its heading.
    pub text: &'static str,
    /// SHA-256 of `text`, lower-case hex.
    pub wording_hash: String,
    /// How long photos of this patient will be kept, by the rule that will be applied: one or two
    /// sentences.
    #[schema(example = "We keep them up to 8 years after the last contact.")]
    pub keeping: String,
    /// To be shown beside the wording.
    pub notices: Vec<NoticeBeside>,
    /// What a yes covers.
    pub scopes: Vec<String>,
    /// `null` before a choice was made.
    pub given: Option<bool>,
    /// Ring here to ask.
    pub phone: String,
}

/// A notice that stands beside the wording (R2).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoticeBeside {
    /// `Riverside Hospital: privacy notice`.
    pub title: String,
    /// Where it is read, without signing in.
    #[schema(example = "/privacy/riverside")]
    pub href: String,
    #[schema(example = "2026-11")]
    pub version: String,
    /// To be sent back with the choice.
    pub hash: String,
}

#[utoipa::path(get, path = "/api/capture/consent", tag = "patient", responses(
    (status = 200, body = ConsentShown), (status = 401, description = "The session has ended"),
))]
pub async fn show_consent(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let session = Session::of(&app, &request, now).await?;
    let visit = Visit::by_session(&app, &session, now).await?;
    visit.operation(CAPTURE_PURPOSE)?;
    let wording = ConsentWording::current();
    Ok(Reply::ok(&ConsentShown {
        version: wording.version,
        locale: wording.locale,
        text: wording.text,
        wording_hash: wording.hash(),
        keeping: keeping(&visit, now),
        notices: notices(&visit.controller, &app.settings.operator),
        scopes: wording.scope_names(),
        // A no closes the request and ends the session, so what is said here is a yes or nothing.
        given: visit.standing_consent().await?.map(|_| true),
        phone: visit.controller.phone.clone(),
    }))
}

/// As if the photos were sent today: then today is the day that the patient was last seen.
fn keeping(visit: &Visit<'_>, now: Timestamp) -> String {
    let (patient, controller) = (&visit.patient.value, &visit.controller);
    keeping_words(&RetentionFacts {
        class: RecordClass::VisualRecord,
        anchor: day_of(now),
        born: Some(patient.details.date_of_birth),
        care: CareKind::General,
        controller_years: controller.keep_years,
        contract_end: controller.contract_ended,
        approved_erasure: patient.erasure_approved,
        held_by: None,
        is_restricted: patient.restricted,
        is_handed_back: false,
    })
}

fn notices(controller: &Controller, operator: &Operator) -> Vec<NoticeBeside> {
    let shown = shown_to_patients_of(controller, operator);
    let beside = shown.into_iter().map(|shown| NoticeBeside {
        title: match shown.notice.as_str() {
            PLATFORM_NOTICE => "Aftersight: privacy notice".to_owned(),
            _ => format!("{}: privacy notice", controller.name),
        },
        href: path_of(&shown.notice),
        version: shown.version,
        hash: shown.hash,
    });
    beside.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::patient_page::PatientPage;
    use crate::testing::{TestApp, body};

    // R30: nothing is chosen before the patient chooses.
    #[tokio::test]
    async fn nothing_is_chosen_until_it_is() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::identified(&test, 1).await;
        let show = || show_consent(test.app.clone(), page.call(&json!({})));
        let before = body(&show().await.unwrap());
        assert_eq!((&before["given"], &before["version"]), (&Value::Null, &json!("2026-12")));
        assert_eq!(
            before["wordingHash"],
            crate::patient_page::sha256(before["text"].as_str().unwrap().as_bytes(),)
        );
        assert_eq!(before["keeping"], "We keep them up to 8 years after the last contact.");
        page.agree().await;
        assert_eq!(body(&show().await.unwrap())["given"], true);
    }
}
