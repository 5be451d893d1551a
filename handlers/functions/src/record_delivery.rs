//! `record-delivery`: GOV.UK Notify says what became of a text.
//!
//! Trigger: HTTP POST /api/deliveries/notify/{controller}, with the token that the controller gave
//! Notify. Touches: the record, on failure the inbox. Notify repeats what was not answered, for half
//! an hour; a 4xx it never repeats. What it says of the number is not read.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::ports::documents::Container;
use domain::record::request::TextStatus;
use domain::register::CONTROLLER;
use domain::register::controller::Controller;
use domain::register::text_provider::TextProvider;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use crate::app::{App, stored};
use crate::delivery::report;
use crate::problems;

pub fn function() -> Function<App> {
    let route = "api/deliveries/notify/{controller}";
    Function::http("record-delivery", &[Method::POST], route, record_delivery)
}

/// The part of Notify's report that we need.
#[derive(Deserialize, ToSchema)]
pub struct NotifyReport {
    /// Ours, of the text.
    reference: Option<String>,
    /// What became of it, in Notify's words.
    status: String,
}

#[utoipa::path(post, path = "/api/deliveries/notify/{controller}", tag = "provider",
    params(("controller" = String, Path)), request_body = NotifyReport, responses(
    (status = 204, description = "Written down, or about no text of ours"),
    (status = 401, description = "Not the token that this controller gave to GOV.UK Notify"),
))]
pub async fn record_delivery(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let said = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let (Some(notify), Some(said)) = (&app.texts.notify, said) else {
        return Err(problems::sign_in_first().into());
    };
    let controller = request.param("controller");
    if !domain::ids::is_id(controller) {
        return Err(problems::sign_in_first().into());
    }
    // The register first: the vault is not asked for names that somebody made up.
    let token = if uses_notify(&app, controller).await? {
        stored(notify.callback_token(controller).await)?
    } else {
        None
    };
    // Compared by hash, so that the time it takes says nothing of the token.
    let is_told = |token: &String| {
        !token.is_empty() && Sha256::digest(said) == Sha256::digest(token.as_str())
    };
    if !token.as_ref().is_some_and(is_told) {
        return Err(problems::sign_in_first().into());
    }
    let told: NotifyReport = request.json()?;
    if let (Some(reference), Some(status)) = (told.reference, of_notify(&told.status)) {
        report(&app, Some(controller), &reference, status, "record-delivery", now).await?;
    }
    Ok(Reply::no_content())
}

/// True for a controller that we serve and whose texts go through Notify.
async fn uses_notify(app: &App, controller: &str) -> Result<bool, Failure> {
    let found = app.documents.get(Container::Register, controller, CONTROLLER).await;
    let Some(found) = stored(found)? else { return Ok(false) };
    let controller: Controller = stored(found.read())?;
    Ok(matches!(controller.texts, TextProvider::GovUkNotify { .. }))
}

/// Notify's words; `None` for one that we do not know.
fn of_notify(status: &str) -> Option<TextStatus> {
    Some(match status {
        "created" | "sending" | "pending" | "sent" => TextStatus::Sending,
        "delivered" => TextStatus::Delivered,
        "temporary-failure" => TextStatus::TemporaryFailure,
        "permanent-failure" => TextStatus::PermanentFailure,
        "technical-failure" => TextStatus::TechnicalFailure,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use custom_handler::{Failure, Method, QueueMessage, Reply, Request};
    use domain::ports::error::StoreError;
    use domain::ports::sms::Sms;
    use domain::record::request::CaptureRequest;
    use serde_json::{Value, json};

    use crate::patient_page::change_controller_of;
    use crate::testing::{TestApp, status};
    use crate::text_providers::NotifyServices;

    /// Another controller of the demo document.
    const OTHER: &str = "hillview";

    /// Each controller's token; how often the vault was asked for one.
    #[derive(Default)]
    struct Tokens {
        asked: AtomicUsize,
    }

    #[async_trait::async_trait]
    impl NotifyServices for Tokens {
        async fn service(&self, _: &str, _: &str) -> Result<Arc<dyn Sms>, StoreError> {
            Err(StoreError::unavailable("no text is sent here"))
        }

        async fn callback_token(&self, controller: &str) -> Result<Option<String>, StoreError> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            Ok(Some(format!("token-of-{controller}")))
        }
    }

    /// A text that its provider took, and its reference.
    async fn sent(app: &mut TestApp) -> (String, String, String) {
        app.app.texts.notify = Some(Arc::new(Tokens::default()));
        let patient = app.add_patient().await;
        let request = app.request_capture(&patient).await;
        let message = json!({ "patient": patient, "request": request, "generation": 1,
                              "first": app.now() });
        let message = QueueMessage::for_test(&message.to_string());
        crate::dispatch_sms::dispatch_sms(app.app.clone(), message).await.unwrap();
        use_notify(app, "riverside").await;
        let reference = capture(app, &patient, &request).await.texts[0].reference.clone();
        (patient, request, reference)
    }

    async fn use_notify(app: &TestApp, controller: &str) {
        change_controller_of(app, controller, |controller| {
            controller["texts"] = json!({ "provider": "gov-uk-notify", "template": "t" });
        })
        .await;
    }

    async fn capture(app: &TestApp, patient: &str, request: &str) -> CaptureRequest {
        let record = crate::record::Record::open(&app.app, patient, app.now()).await.unwrap();
        let id = domain::record::document_id(domain::record::REQUEST, request);
        record.read(&id).await.unwrap().unwrap().value
    }

    async fn say(app: &TestApp, token: &str, report: &Value) -> Result<Reply, Failure> {
        say_of(app, "riverside", token, report).await
    }

    async fn say_of(
        app: &TestApp,
        controller: &str,
        token: &str,
        report: &Value,
    ) -> Result<Reply, Failure> {
        let request = Request::for_test(Method::POST, "/")
            .param("controller", controller)
            .header("authorization", &format!("Bearer {token}"))
            .json(report)
            .build();
        super::record_delivery(app.app.clone(), request).await
    }

    fn report(reference: &str, status: &str) -> Value {
        json!({ "id": "740e5834-3a29-46b4-9a6f-16142fde533a", "reference": reference,
                "to": "07700900123", "status": status, "notification_type": "sms" })
    }

    #[tokio::test]
    async fn reports_in_any_order_end_the_same_and_a_failure_is_a_task() {
        let mut app = TestApp::at("2026-11-22T10:00:00Z").await;
        let (patient, request, reference) = sent(&mut app).await;
        for status in ["temporary-failure", "sending", "temporary-failure"] {
            say(&app, "token-of-riverside", &report(&reference, status)).await.unwrap();
        }
        let failed = json!("temporary-failure");
        let text = &capture(&app, &patient, &request).await.texts[0];
        assert_eq!(serde_json::to_value(text.status).unwrap(), failed);
        let inbox = app.inbox("riverside", "wound-care").await;
        assert_eq!(
            inbox.iter().filter(|row| row.as_str() == "text-failed").count(),
            1,
            "{inbox:?}"
        );
        say(&app, "token-of-riverside", &report(&reference, "delivered")).await.unwrap();
        say(&app, "token-of-riverside", &report(&reference, "sending")).await.unwrap();
        let text = &capture(&app, &patient, &request).await.texts[0];
        assert_eq!(serde_json::to_value(text.status).unwrap(), json!("delivered"));
        let events = app.events(&patient).await;
        assert_eq!(events.iter().filter(|name| *name == "text-delivered").count(), 1);
    }

    #[tokio::test]
    async fn a_controller_reports_on_no_text_of_another_one() {
        let mut app = TestApp::at("2026-11-22T10:00:00Z").await;
        let (patient, request, reference) = sent(&mut app).await;
        use_notify(&app, OTHER).await;
        let before = capture(&app, &patient, &request).await;
        let failed = report(&reference, "permanent-failure");
        let said = say_of(&app, OTHER, &format!("token-of-{OTHER}"), &failed).await.unwrap();
        assert_eq!(said.status().as_u16(), 204, "as for a text that nobody sent");
        assert_eq!(capture(&app, &patient, &request).await, before);
        assert!(app.inbox("riverside", "wound-care").await.is_empty());
        say(&app, "token-of-riverside", &failed).await.unwrap();
        assert_ne!(capture(&app, &patient, &request).await, before);
    }

    #[tokio::test]
    async fn who_has_not_the_controllers_token_says_nothing() {
        let mut app = TestApp::at("2026-11-22T10:00:00Z").await;
        let (patient, request, reference) = sent(&mut app).await;
        for token in ["", "token-of-hillview", "token-of-riverside2"] {
            let refused = say(&app, token, &report(&reference, "delivered")).await.unwrap_err();
            assert_eq!(status(&refused), 401, "{token}");
        }
        let text = &capture(&app, &patient, &request).await.texts[0];
        assert_eq!(serde_json::to_value(text.status).unwrap(), json!("sending"));
        // A text of somebody else, or of nobody any more.
        say(&app, "token-of-riverside", &report("unknown", "delivered")).await.unwrap();
    }
    #[tokio::test]
    async fn the_vault_is_not_asked_for_a_name_that_somebody_made_up() {
        let mut app = TestApp::at("2026-11-22T10:00:00Z").await;
        let vault = Arc::new(Tokens::default());
        app.app.texts.notify = Some(vault.clone());
        let report = report("unknown", "delivered");
        for number in 0..256 {
            let made_up = format!("made-up-{number}");
            let token = format!("token-of-{made_up}");
            let refused = say_of(&app, &made_up, &token, &report).await.unwrap_err();
            assert_eq!(status(&refused), 401);
        }
        let other = say(&app, "token-of-riverside", &report).await.unwrap_err();
        assert_eq!(status(&other), 401, "its texts do not go through Notify");
        assert_eq!(vault.asked.load(Ordering::Relaxed), 0);
        use_notify(&app, "riverside").await;
        say(&app, "token-of-riverside", &report).await.unwrap();
        assert_eq!(vault.asked.load(Ordering::Relaxed), 1);
    }
}
