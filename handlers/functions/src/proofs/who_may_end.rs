//! Each cell of the table of who may end what, played: something happens, then each secret that was
//! made before it is tried on the functions themselves.

use custom_handler::{Failure, Method, Reply, Request};
use domain::who_may_end::{Ending, Fate, Secret};
use embedded::storage::{Listeners, StorageOptions, serve};
use jiff::{SignedDuration, Timestamp};
use media::testing::camera_jpeg;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::whole_life::approve_erasure;
use crate::app::App;
use crate::patient_page::{PatientPage, problem};
use crate::signed_views::VIEW;
use crate::testing::{ASHA, TestApp, body};

const A_MINUTE: SignedDuration = SignedDuration::from_secs(61);
/// Soon midnight: a night may come while everything lives.
const EVENING: &str = "2026-11-22T23:55:00Z";

/// In an order in which trying one changes nothing for the next: filing a photo and a day's wait
/// come last.
const TRIED: [Secret; 6] = [
    Secret::Session,
    Secret::StaffToken,
    Secret::ViewAddress,
    Secret::LinkCode,
    Secret::UploadAddress,
    Secret::DeadCode,
];

/// A patient's request with all its secrets, and a picture of theirs that is being looked at. What
/// an ending cannot meet is left out: nobody declines by code who has said who they are.
struct Stage<'a> {
    test: &'a TestApp,
    page: PatientPage<'a>,
    dead_code: Option<String>,
    upload: Option<String>,
    view: (String, Timestamp),
}

impl<'a> Stage<'a> {
    async fn set(test: &'a TestApp, ending: Ending) -> Self {
        let earlier = PatientPage::agreed(test, 1).await;
        let item = earlier.sent(&camera_jpeg(64, 48)).await;
        earlier.file(&item).await;
        let (mut page, mut dead_code) =
            (PatientPage::given_here_to(test, &earlier.patient, 3).await, None);
        if ending != Ending::NumberChangedBesideRoom {
            page = PatientPage::asked_again(test, &earlier.patient, 3).await;
            dead_code = Some(page.code.clone());
            test.pass(A_MINUTE);
            staff(crate::resend_link::resend_link, &page).await;
            page.code = test.code(&page.patient, &page.request).await;
            test.pass(A_MINUTE);
        }
        if matches!(ending, Ending::LinkExpired | Ending::LinkRenewed) {
            let three = SignedDuration::from_mins(3);
            test.pass(page.opens_for().await.checked_sub(three).unwrap());
        }
        let mut upload = None;
        if ending != Ending::DeclinedByCode {
            page.identify().await;
            if ending != Ending::ConsentRefused {
                page.agree().await;
                upload = Some(page.granted(&camera_jpeg(32, 32)).await);
            }
        }
        let at = [("patient", page.patient.as_str()), ("item", item.as_str())];
        let look = TestApp::staff_at(ASHA, &at, &json!({}));
        let view = body(&crate::view_item::view_item(test.app.clone(), look).await.unwrap());
        let view = (view["url"].as_str().unwrap().to_owned(), test.now() + VIEW);
        Self { test, page, dead_code, upload, view }
    }

    /// What happens; false where it is not for the functions to play.
    async fn play(&mut self, ending: Ending) -> bool {
        let (test, page) = (self.test, &mut self.page);
        match ending {
            Ending::IdentityConfirmed => drop(page.answer("Bell", "1980-02-29").await.unwrap()),
            Ending::TenWrongAnswers => {
                for _ in 0..5 {
                    page.answer_wrong().await;
                }
                test.pass(SignedDuration::from_mins(29));
                let more = page.call(&json!({}));
                crate::extend_session::extend_session(test.app.clone(), more).await.unwrap();
                test.pass(A_MINUTE);
                for _ in 0..5 {
                    page.answer_wrong().await;
                }
            }
            Ending::LinkExpired => test.pass(SignedDuration::from_mins(4)),
            Ending::SessionExpired => test.pass(SignedDuration::from_mins(30)),
            Ending::LinkRenewed => {
                test.pass(SignedDuration::from_mins(4));
                page.renew().await.unwrap();
            }
            Ending::LinkSentBeside => {
                let dead = self.dead_code.clone().unwrap();
                let code = std::mem::replace(&mut page.code, dead);
                page.renew().await.unwrap();
                page.code = code;
            }
            Ending::LinkResent => staff(crate::resend_link::resend_link, page).await,
            Ending::NumberChanged | Ending::NumberChangedBesideRoom => {
                let form = json!({ "version": 1, "reason": "A new phone", "givenName": "Ada",
                    "familyName": "Bell", "dateOfBirth": "1980-02-29", "mobile": "07700 900456" });
                let call = TestApp::staff_at(ASHA, &[("patient", &page.patient)], &form);
                crate::correct_patient::correct_patient(test.app.clone(), call).await.unwrap();
            }
            Ending::DeclinedByCode => drop(page.decline().await.unwrap()),
            Ending::DeclineRefused => drop(page.decline().await.unwrap_err()),
            Ending::ConsentRefused => {
                page.choose(&json!({ "version": "2026-12", "given": false })).await.unwrap();
            }
            Ending::ConsentWithdrawn => drop(page.withdraw().await.unwrap()),
            Ending::PhotoTakenOut => {
                page.remove(self.upload.as_ref().unwrap()).await.unwrap();
            }
            Ending::Submitted => {
                page.sent(&camera_jpeg(48, 32)).await;
                page.submit().await.unwrap();
            }
            Ending::RequestCancelled => staff(crate::cancel_request::cancel_request, page).await,
            Ending::RecordErased => {
                approve_erasure(test, &page.patient).await;
                test.set("2026-11-23T00:01:00Z");
                test.night().await;
            }
            Ending::StaffRemoved => {
                let others = json!([{ "subject": "demo-ben", "name": "Ben Marlow",
                    "email": "ben.marlow@riverside.example.net", "teams": ["plastics"],
                    "roles": ["care-team"] }]);
                test.apply_with("/controllers/0/staff", others).await;
            }
            Ending::StaffSignedOut | Ending::StaffLocked => return false,
        }
        true
    }

    /// Whether a secret still does what it did; `None` where the stage has none.
    async fn opens(&self, secret: Secret) -> Option<bool> {
        let (test, page) = (self.test, &self.page);
        Some(match secret {
            Secret::Session if page.session.is_empty() => return None,
            Secret::Session => page.show().await.is_ok(),
            Secret::StaffToken => {
                let me = TestApp::staff(ASHA, Method::GET, "/api/me", &json!({}));
                crate::show_me::show_me(test.app.clone(), me).await.is_ok()
            }
            // It ends by itself in five minutes.
            Secret::ViewAddress if test.now() >= self.view.1 => return None,
            Secret::ViewAddress => is_shown(test, &self.view.0).await,
            Secret::LinkCode => page.open().await.is_ok(),
            Secret::UploadAddress => {
                let upload = self.upload.as_ref()?;
                // As if its signature still held, which is the strictest case.
                test.let_arrive(&page.blob(upload), camera_jpeg(32, 32)).await;
                page.file(upload).await;
                let item = test.document(&page.patient, &format!("item-{upload}")).await;
                item.is_some()
            }
            Secret::DeadCode => {
                // A patient asks once a day.
                test.pass(SignedDuration::from_hours(24));
                let code = json!({ "code": self.dead_code.as_ref()? });
                let call = Request::for_test(Method::POST, "/").json(&code).build();
                let opened = crate::open_link::open_link(test.app.clone(), call).await;
                problem(&opened.unwrap_err())["renewable"] == true
            }
            Secret::RefreshToken => return None,
        })
    }
}

/// A call of staff about the page's request.
async fn staff<F>(run: fn(App, Request) -> F, page: &PatientPage<'_>)
where
    F: Future<Output = Result<Reply, Failure>>,
{
    let at = [("patient", page.patient.as_str()), ("request", page.request.as_str())];
    let nothing: Value = json!({});
    run(page.test.app.clone(), TestApp::staff_at(ASHA, &at, &nothing)).await.unwrap();
}

/// Whether the storage's own port serves the picture.
async fn is_shown(test: &TestApp, url: &str) -> bool {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let store = test.store.clone();
    let queues = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (listeners, options) = (Listeners { blobs: listener, queues }, StorageOptions::default());
    let serving = tokio::spawn(serve(store, listeners, options, std::future::pending()));
    let url = url.replace("127.0.0.1:7072", &format!("127.0.0.1:{port}"));
    let status = reqwest::get(&url).await.unwrap().status();
    serving.abort();
    status.is_success()
}

#[tokio::test]
async fn each_cell_that_the_functions_decide_is_as_the_table_says() {
    let (mut cells, mut not_played) = (0, Vec::new());
    for ending in Ending::ALL {
        let test = TestApp::at(EVENING).await;
        let mut stage = Stage::set(&test, ending).await;
        if !stage.play(ending).await {
            not_played.push(ending);
            continue;
        }
        for secret in TRIED {
            if let Some(opens) = stage.opens(secret).await {
                let fate = if opens { Fate::Lives } else { Fate::Dies };
                assert_eq!(fate, ending.fate(secret), "{ending:?} {secret:?}");
                cells += 1;
            }
        }
    }
    // The pages and the issuer play these: `web/tests/staff/lock.ts`, `local-host/src/issuer`.
    assert_eq!(not_played, [Ending::StaffSignedOut, Ending::StaffLocked]);
    assert!(cells >= 95, "{cells} cells were played");
}
