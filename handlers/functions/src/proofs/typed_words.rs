//! Every field in which people type words of their own: none takes a sign that nobody sees and that
//! makes the words read as others.

use custom_handler::{Failure, Reply, Request};
use serde_json::{Value, json};

use crate::app::App;
use crate::patient_page::PatientPage;
use crate::testing::{ASHA, TestApp, body, status};

/// Right to left from here on; an isolate; a bell; an escape.
const HIDDEN: &[char] = &['\u{202e}', '\u{2067}', '\u{7}', '\u{1b}'];
/// In a name what a phone pastes is dropped before it is kept; a person's name is never a reason to
/// send somebody away.
const HIDDEN_IN_A_NAME: &[char] = &['\u{7}', '\u{1b}'];

fn details(more: &Value) -> Value {
    let mut form = json!({ "givenName": "Ada", "familyName": "Bell", "source": "the ward",
        "dateOfBirth": "1980-02-29", "mobile": "07700 900123" });
    form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    form
}

/// Sends `good` with a sign in the field of this pointer, once a sign: refused by the field's name.
async fn refuses<F>(
    run: fn(App, Request) -> F,
    app: &App,
    call: impl Fn(&Value) -> Request,
    good: &Value,
    pointer: &str,
) where
    F: Future<Output = Result<Reply, Failure>>,
{
    let is_name = pointer.to_ascii_lowercase().ends_with("name");
    for sign in if is_name { HIDDEN_IN_A_NAME } else { HIDDEN } {
        let mut body_sent = good.clone();
        let field = body_sent.pointer_mut(pointer).unwrap();
        let typed = field.as_str().unwrap().to_owned();
        let (start, end) = typed.split_at(1);
        *field = json!(format!("{start}{sign}{end}"));
        let refused = run(app.clone(), call(&body_sent)).await.unwrap_err();
        assert_eq!(status(&refused), 422, "{pointer} {sign:?}");
        let told = body(&Reply::from(refused.as_problem())).to_string();
        let name = pointer.trim_start_matches('/').replace('/', ".");
        assert!(told.contains(&format!("\"{name}\"")), "{pointer}: {told}");
    }
}

#[tokio::test]
async fn no_field_that_people_type_takes_a_hidden_sign() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let page = PatientPage::agreed(&test, 2).await;
    page.sent(b"one").await;
    let fresh = PatientPage::identified(&test, 1).await;
    let events = test.events(&page.patient).await;
    let app = &test.app;
    let staff = |fields: &Value| TestApp::staff_at(ASHA, &[("patient", &page.patient)], fields);

    for field in ["/givenName", "/familyName", "/source"] {
        refuses(crate::add_patient::add_patient, app, staff, &details(&json!({})), field).await;
    }
    let correction = details(&json!({ "version": 1, "reason": "A typing error" }));
    for field in ["/givenName", "/familyName", "/source", "/reason"] {
        refuses(crate::correct_patient::correct_patient, app, staff, &correction, field).await;
    }
    let new = json!({ "purpose": "To see how your knee heals", "bodySite": "knee",
        "laterality": "left", "photos": 1, "note": "By daylight, please." });
    for field in ["/purpose", "/note"] {
        refuses(crate::request_capture::request_capture, app, staff, &new, field).await;
    }
    let note = json!({ "text": "Heals well." });
    refuses(crate::add_note::add_note, app, staff, &note, "/text").await;
    let submission = json!({ "note": "It itches." });
    let call = |fields: &Value| page.call(fields);
    refuses(crate::submit_capture::submit_capture, app, call, &submission, "/note").await;
    let choice = json!({ "version": "2026-12", "given": true,
        "by": { "who": "parent-or-carer", "name": "Bo Bell", "relation": "mother" } });
    let call = |fields: &Value| fresh.call(fields);
    for field in ["/by/name", "/by/relation"] {
        refuses(crate::record_consent::record_consent, app, call, &choice, field).await;
    }
    assert_eq!(test.events(&page.patient).await, events, "nothing was changed");
}
