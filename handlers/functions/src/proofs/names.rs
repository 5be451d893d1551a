//! A person's names from the form to the answer: what is kept, what the text and the first page tell
//! before identity, and what opens the request. R22, R24, R43.

use serde_json::{Value, json};

use crate::patient_page::{BORN, PatientPage, problem};
use crate::testing::{ASHA, TestApp, body, status};

const NOW: &str = "2026-11-22T09:00:00Z";

async fn asked<'a>(test: &'a TestApp, names: &Value) -> PatientPage<'a> {
    let patient = test.add_patient_as(ASHA, names).await.unwrap();
    PatientPage::asked_again(test, &patient, 1).await
}

async fn kept(page: &PatientPage<'_>) -> Value {
    page.test.document(&page.patient, domain::record::PATIENT).await.unwrap()
}

async fn text_of(page: &PatientPage<'_>) -> String {
    let at = [("patient", page.patient.as_str())];
    let call = TestApp::staff_at(ASHA, &at, &json!({}));
    let shown = crate::show_patient::show_patient(page.test.app.clone(), call).await.unwrap();
    body(&shown)["textMessage"]["text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_only_name_is_the_family_name_whichever_box_it_was_typed_in() {
    let test = TestApp::at(NOW).await;
    for names in [
        json!({ "givenName": "", "familyName": "Madonna" }),
        json!({ "givenName": "Madonna", "familyName": " " }),
        json!({ "givenName": "\u{200b}", "familyName": "\u{feff}Madonna" }),
    ] {
        let page = asked(&test, &names).await;
        let stored = kept(&page).await;
        assert_eq!((&stored["familyName"], stored.get("givenName")), (&json!("Madonna"), None));
        assert_eq!(body(&page.open().await.unwrap())["maskedName"], "M•••");
        assert!(text_of(&page).await.starts_with("Hello, your care team"));
        assert_eq!(status(&page.answer("Bellow", BORN).await.unwrap_err()), 401);
        page.answer("madonna", BORN).await.unwrap();
    }
    let nobody = json!({ "givenName": "", "familyName": "" });
    let refused = test.add_patient_as(ASHA, &nobody).await.unwrap_err();
    assert_eq!(status(&refused), 422);
    assert_eq!(problem(&refused)["errors"][0]["field"], "familyName");
}

#[tokio::test]
async fn neither_text_nor_first_page_tells_a_surname_that_is_the_first_name_too() {
    let test = TestApp::at(NOW).await;
    let page = asked(&test, &json!({ "givenName": "James", "familyName": "JAMES" })).await;
    assert_eq!(body(&page.open().await.unwrap())["maskedName"], "J•••");
    assert!(text_of(&page).await.starts_with("Hello, "));
    page.answer("James", BORN).await.unwrap();
}

#[tokio::test]
async fn what_a_phone_pasted_is_dropped_from_what_is_kept() {
    let test = TestApp::at(NOW).await;
    let pasted = json!({ "givenName": "\u{202a}Ada\u{202c}", "familyName": "Be\u{200b}ll\u{a0} " });
    let page = asked(&test, &pasted).await;
    let stored = kept(&page).await;
    assert_eq!((&stored["givenName"], &stored["familyName"]), (&json!("Ada"), &json!("Bell")));
    assert_eq!(test.find("Bell").await, [page.patient.as_str()]);
}

#[tokio::test]
async fn answers_are_counted_as_before_however_kindly_they_are_compared() {
    let test = TestApp::at(NOW).await;
    let page = asked(&test, &json!({ "givenName": "Ada Mary", "familyName": "Müller-Bell" })).await;
    let mut counted = 0;
    for wrong in ["Ada", "Bell", "Eve Müller-Bell", "Mrs"] {
        assert_eq!(status(&page.answer(wrong, BORN).await.unwrap_err()), 401, "{wrong}");
        counted += 1;
        assert_eq!(page.stored().await["attempts"]["counted"], counted, "{wrong}");
    }
    for right in
        ["mueller bell", "Mrs Ada Müller-Bell", "MULLER‐BELL, Mary", "Müller-Bell née Smith"]
    {
        page.answer(right, BORN).await.unwrap();
        assert_eq!(page.stored().await["attempts"]["counted"], counted, "{right} costs nothing");
    }
    for nothing in ["", " ", "\u{200b}\u{feff}", &"x".repeat(251)] {
        assert_eq!(status(&page.answer(nothing, BORN).await.unwrap_err()), 422, "{nothing:?}");
        assert_eq!(page.stored().await["attempts"]["counted"], counted, "no answer costs no try");
    }
    assert_eq!(status(&page.answer("Ada", BORN).await.unwrap_err()), 401);
    assert_eq!(
        status(&page.answer("Müller-Bell", BORN).await.unwrap_err()),
        429,
        "the fifth paused"
    );
}

#[tokio::test]
async fn a_record_that_was_written_with_two_names_is_read_and_one_name_can_be_corrected() {
    let test = TestApp::at(NOW).await;
    let page = asked(&test, &json!({})).await;
    let correction = json!({ "version": 1, "reason": "One name", "givenName": "",
        "familyName": "Bell", "dateOfBirth": BORN, "mobile": "07700 900123" });
    let call = TestApp::staff_at(ASHA, &[("patient", &page.patient)], &correction);
    crate::correct_patient::correct_patient(test.app.clone(), call).await.unwrap();
    assert_eq!(kept(&page).await.get("givenName"), None);
    let history = test.document(&page.patient, "history-000001").await.unwrap();
    assert_eq!(history["details"]["givenName"], "Ada");
    assert_eq!(body(&page.open().await.unwrap())["maskedName"], "B•••");
}
