//! Tries at one link code under load, and what one session opens. R24; issue point 6.

use futures_util::future::join_all;
use serde_json::json;

use crate::journey::{Journey, Page};
use crate::running_app::{ASHA, RunningApp, answer, on_every_store};

on_every_store!(the_session_of_one_request_opens_nothing_of_another);

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_tries_at_one_code_are_counted_exactly() {
    let app = RunningApp::start().await;
    let asha = app.sign_in(ASHA).await;
    let journey = Journey::begin(&asha, 1).await;
    let code = app.code_on_phone(&journey.mobile).await;
    let url = format!("{}/api/links/identity", app.front);
    let wrong = json!({ "code": code, "familyName": "Bull", "dateOfBirth": "1980-02-29" });
    let tries = (0..1_000).map(|_| answer(app.http.post(&url).json(&wrong)));
    let answers = join_all(tries).await;
    let count = |wanted: u16| answers.iter().filter(|(status, _)| *status == wanted).count();
    // Five were compared. The rest met the pause, or could not be counted and so were not compared.
    assert_eq!(count(401), 5);
    assert_eq!(
        count(401) + count(429) + count(503),
        1_000,
        "{:?}",
        answers.iter().map(|a| a.0).max()
    );
    let id = format!("request-{}", journey.request);
    let stored = domain::ports::documents::ReadDocuments::get(
        app.store(),
        domain::ports::documents::Container::Patients,
        &journey.patient,
        &id,
    );
    let stored = stored.await.unwrap().unwrap();
    assert_eq!(stored.body["attempts"]["counted"], 5);
    let (_, inbox) = asha.get("/api/inbox").await;
    assert_eq!(inbox["rows"][0]["kind"], "paused", "the team is told");
}

async fn the_session_of_one_request_opens_nothing_of_another(app: RunningApp) {
    let asha = app.sign_in(ASHA).await;
    let (one, two) = (Journey::begin(&asha, 1).await, Journey::begin(&asha, 1).await);
    let mine = one.arrive(&app).await;
    let theirs = two.arrive(&app).await;
    let upload = theirs.send(&media::testing::camera_jpeg(64, 48)).await;

    // The page of one request with the cookie of another: refused before anything is looked at.
    let mixed = Page::of(&app, &mine.cookie, &theirs.request);
    assert_eq!(mixed.call("GET", "/api/capture", None).await.0, 409);
    // My own page, somebody else's upload.
    for (method, path) in [
        ("POST", format!("/api/capture/uploads/{upload}/finish")),
        ("DELETE", format!("/api/capture/uploads/{upload}")),
    ] {
        let (status, _) = mine.call(method, &path, Some(&json!({}))).await;
        assert_eq!(status, 404, "{method} {path}");
    }
    // A staff route knows no cookie.
    let (status, _) = mine.call("GET", &format!("/api/patients/{}", two.patient), None).await;
    assert_eq!(status, 401);
    assert_eq!(theirs.settled(&upload).await["state"], "filed");
}
