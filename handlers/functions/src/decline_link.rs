//! `decline-link`: "this is not for me" closes the request and tells the team; the number is not
//! texted again before staff have confirmed it. Once somebody has said who they are, a code alone
//! ends nothing.
//!
//! Trigger: HTTP POST /api/links/decline. Touches: inbox, `incoming` (a look), the declined number, the patient's record. Declining twice is declining once: the row in the inbox has one fixed id.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::capture_request::{Delivery, RequestState};
use domain::inbox_row::InboxKind;
use domain::record::patient::Patient;
use domain::record::request::CaptureRequest;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::capture_problems::somebody_is_known;
use crate::declined_numbers::remember;
use crate::links::{Link, find_link};
use crate::open_link::LinkCall;
use crate::record::{DECISIONS, too_busy};
use crate::request_uploads::{end_addresses, uploads_of};
use crate::visit::Visit;

pub fn function() -> Function<App> {
    Function::http("decline-link", &[Method::POST], "api/links/decline", decline_link)
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Declined {
    #[schema(example = "declined")]
    pub state: &'static str,
    pub controller: String,
    pub phone: String,
    /// No text goes to the number on the record until staff have confirmed it. False where the link
    /// was given in the room: that says nothing of the number.
    pub texts_stopped: bool,
}

#[utoipa::path(post, path = "/api/links/decline", tag = "patient", request_body = LinkCall,
    responses(
    (status = 200, body = Declined, description = "Closed; a number that was texted is not texted again"),
    (status = 404, description = "No such link"),
    (status = 409, description = "Somebody has said who they are by this link"),
    (status = 410, description = "It was closed for another `reason` before"),
))]
pub async fn decline_link(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let call: LinkCall = request.json()?;
    let link = find_link(&app, &request, call.code.as_deref(), now).await?;
    for _ in 0..DECISIONS {
        let visit = Visit::by_link(&app, &link, now).await?;
        let before = &visit.capture.value;
        if before.state == RequestState::Declined {
            return Ok(declined(&visit));
        }
        let state = may_decline(&visit, &link)?;
        visit.tell_team(InboxKind::Declined, &before.request, None).await?;
        let uploads = uploads_of(&app, &link.patient, &link.request).await?;
        let mut changes = end_addresses(&app, &uploads, now).await?;
        changes.push(visit.capture.replace(&CaptureRequest { state, ..before.clone() })?);
        if before.delivery == Delivery::Text {
            let before = &visit.patient.value;
            remember(&app, before, &link.request, now).await?;
            let patient =
                Patient { mobile_confirmed: false, number_checked: false, ..before.clone() };
            changes.push(visit.patient.replace(&patient)?);
        }
        let operation = visit.operation_to_end();
        let about = [("request", link.request.as_str())];
        let told = visit.record.commit(&operation, "link-declined", &about, changes, None).await?;
        if told.settled() {
            return Ok(declined(&visit));
        }
    }
    Err(too_busy())
}

/// Cookies stay: on a shared phone they may be another request's, and this one's lead nowhere now.
fn declined(visit: &Visit<'_>) -> Reply {
    Reply::ok(&Declined {
        state: "declined",
        controller: visit.controller.name.clone(),
        phone: visit.controller.phone.clone(),
        texts_stopped: visit.capture.value.delivery == Delivery::Text,
    })
}

/// Also of an expired link, and of one that wrong answers have stopped; not of a replaced one:
/// whoever had the number before must not close what was sent to the right one.
fn may_decline(visit: &Visit<'_>, link: &Link) -> Result<RequestState, Failure> {
    let capture = &visit.capture.value;
    match capture.state.decline() {
        Ok(_) if capture.is_current(link.generation) && capture.is_somebodys() => {
            Err(somebody_is_known(&visit.controller).into())
        }
        Ok(state) if capture.is_current(link.generation) => Ok(state),
        _ => visit.must_open(link).map(|()| RequestState::Declined),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::json;

    use crate::patient_page::PatientPage;
    use crate::testing::{ASHA, TestApp, body, status};

    #[tokio::test]
    async fn a_link_given_here_that_is_declined_says_nothing_of_the_number() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        for (page, stopped) in [
            (PatientPage::given_here(&test, 1).await, false),
            (PatientPage::asked_for(&test, 1).await, true),
        ] {
            assert_eq!(body(&page.decline().await.unwrap())["textsStopped"], stopped);
            let patient = test.document(&page.patient, "patient").await.unwrap();
            assert_eq!(patient["mobileConfirmed"], !stopped);
        }
    }

    #[tokio::test]
    async fn declining_closes_the_request_and_tells_the_team_once() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::asked_for(&test, 1).await;
        for _ in 0..3 {
            let reply = page.decline().await.unwrap();
            assert_eq!(body(&reply)["state"], "declined");
            test.pass(SignedDuration::from_secs(1));
        }
        assert_eq!(page.stored().await["state"], "declined");
        assert_eq!(page.inbox().await, ["declined"]);
        assert_eq!(page.count_events("link-declined").await, 1);
    }

    #[tokio::test]
    async fn two_taps_at_once_are_one_task() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::asked_for(&test, 1).await;
        let (one, two) = tokio::join!(page.decline(), page.decline());
        assert!(one.is_ok() && two.is_ok());
        assert_eq!(page.inbox().await, ["declined"]);
        assert_eq!(page.count_events("link-declined").await, 1);
    }

    // DESIGN, "Attempts": a declined number is never texted until staff confirm it.
    #[tokio::test]
    async fn a_declined_number_is_not_texted_again() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::asked_for(&test, 1).await;
        let other = PatientPage::asked_again(&test, &page.patient, 1).await;
        page.decline().await.unwrap();
        let patient = test.document(&page.patient, "patient").await.unwrap();
        assert_eq!(patient["mobileConfirmed"], false);
        test.pass(SignedDuration::from_hours(11 * 24));
        assert_eq!(status(&other.renew().await.unwrap_err()), 409);
    }

    #[tokio::test]
    async fn a_declined_number_is_texted_for_no_record_of_the_controller_before_it_is_checked() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::asked_for(&test, 1).await;
        let sister = PatientPage::asked_for(&test, 1).await;
        page.decline().await.unwrap();
        let ask = async |patient: &str, here: bool| {
            let form = json!({ "purpose": "To see it", "bodySite": "back", "laterality": "none",
                "photos": 1, "here": here });
            let call = TestApp::staff_at(ASHA, &[("patient", patient)], &form);
            let asked = crate::request_capture::request_capture(test.app.clone(), call).await;
            asked.map_or_else(|refused| status(&refused), |reply| reply.status().as_u16())
        };
        let correct = async |patient: &str, version: u32, mobile: &str, checked: bool| {
            let form = json!({ "version": version, "reason": "Asked them", "givenName": "Ada",
                "familyName": "Bell", "dateOfBirth": "1980-02-29", "mobile": mobile,
                "confirmMobile": checked });
            let call = TestApp::staff_at(ASHA, &[("patient", patient)], &form);
            crate::correct_patient::correct_patient(test.app.clone(), call).await.unwrap();
        };
        assert_eq!(
            (ask(&sister.patient, false).await, ask(&sister.patient, true).await),
            (409, 201)
        );
        let later = test.add_patient().await;
        assert_eq!(ask(&later, false).await, 409, "who comes with it later too");

        // There and back does not lift it.
        correct(&sister.patient, 1, "07700 900456", false).await;
        assert_eq!(ask(&sister.patient, false).await, 201);
        correct(&sister.patient, 2, "07700 900123", false).await;
        assert_eq!(ask(&sister.patient, false).await, 409);

        correct(&sister.patient, 3, "07700 900123", true).await;
        assert_eq!(ask(&sister.patient, false).await, 201);
        for patient in [&page.patient, &later] {
            assert_eq!(ask(patient, false).await, 409, "it was checked with one patient alone");
        }
    }

    #[tokio::test]
    async fn an_expired_link_may_be_declined_and_a_replaced_one_may_not() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let mut page = PatientPage::asked_for(&test, 1).await;
        test.pass(SignedDuration::from_hours(11 * 24));
        page.renew().await.unwrap();
        assert_eq!(status(&page.decline().await.unwrap_err()), 410);
        assert_eq!(page.stored().await["state"], "open");

        page.code = test.code(&page.patient, &page.request).await;
        test.pass(SignedDuration::from_hours(11 * 24));
        page.decline().await.unwrap();
        assert_eq!(page.stored().await["state"], "declined");
    }

    #[tokio::test]
    async fn a_code_alone_ends_no_visit_of_somebody_who_said_who_they_are() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 2).await;
        let photo = page.sent(b"one").await;
        let before = page.stored().await;
        let refused = page.decline().await.unwrap_err();
        assert_eq!((status(&refused), refused.as_problem().kind()), (409, "identified"));
        assert_eq!(page.stored().await, before);
        assert_eq!(page.upload_state(&photo).await, "arrived");
        page.show().await.unwrap();
        assert!(page.inbox().await.is_empty());
        let patient = test.document(&page.patient, "patient").await.unwrap();
        assert_eq!(patient["mobileConfirmed"], true);
    }

    #[tokio::test]
    async fn what_was_sent_is_not_declined_afterwards() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        page.sent(b"one").await;
        page.submit().await.unwrap();
        assert_eq!(status(&page.decline().await.unwrap_err()), 410);
        assert_eq!(page.stored().await["state"], "submitted");
    }
}
