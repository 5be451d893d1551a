//! A summer night and both changes of the clocks, with the whole system's clock set there: until when
//! links open, who is born today, and who is how old. R24, R42.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::journey::{Journey, new_patient};
use crate::running_app::{ASHA, RunningApp, Staff};

/// Sets the clock of the store, the host and the handler, which starts again with it: whole seconds
/// are handed to it, so it may be one behind.
async fn set(app: &mut RunningApp, at: &str) {
    let at: Timestamp = at.parse().unwrap();
    app.clock.advance(at.duration_since(app.clock.now()));
    assert!(app.start_host().await);
}

async fn add(asha: &Staff<'_>, born: &str) -> (u16, Value) {
    let (mut form, _) = new_patient();
    form["dateOfBirth"] = json!(born);
    asha.post("/api/patients", &form).await
}

async fn age(asha: &Staff<'_>, born: &str) -> Value {
    let (_, added) = add(asha, born).await;
    let (_, shown) =
        asha.get(&format!("/api/patients/{}", added["patient"].as_str().unwrap())).await;
    shown["age"].clone()
}

/// Somebody who is asked, by a link of one day. The code and the day that page 1 names.
async fn ask_for_a_day(app: &RunningApp) -> (String, Value) {
    let asha = app.sign_in(ASHA).await;
    let (form, mobile) = new_patient();
    let (_, added) = asha.post("/api/patients", &form).await;
    let new = json!({ "purpose": "To see how your knee heals", "bodySite": "knee",
                      "laterality": "left", "photos": 1, "expiresInDays": 1 });
    let patient = added["patient"].as_str().unwrap();
    let (status, made) = asha.post(&format!("/api/patients/{patient}/requests"), &new).await;
    assert_eq!(status, 201, "{made}");
    let code = app.code_on_phone(&mobile).await;
    let (status, opened) = open(app, &code).await;
    assert_eq!((status, &opened["lastDay"]), (200, &made["lastDay"]), "{opened}");
    let (_, shown) = asha.get(&format!("/api/patients/{patient}")).await;
    assert_eq!(shown["requests"][0]["lastDay"], made["lastDay"]);
    (code, made["lastDay"].clone())
}

async fn open(app: &RunningApp, code: &str) -> (u16, Value) {
    let call = app.http.post(format!("{}/api/links/open", app.front));
    crate::running_app::answer(call.json(&json!({ "code": code }))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_to_the_end_of_its_london_day_when_the_clocks_change() {
    let mut app = RunningApp::start().await;
    for (asked, last_day, opens, ends) in [
        // The day has 23 hours, and its night is summer's.
        ("2027-03-27T12:00:00Z", "2027-03-28", "2027-03-28T22:30:00Z", "2027-03-28T23:00:01Z"),
        // In the night it is tomorrow in London already.
        ("2027-07-01T23:30:00Z", "2027-07-03", "2027-07-03T22:30:00Z", "2027-07-03T23:00:01Z"),
        // The day has 25 hours.
        ("2027-10-30T12:00:00Z", "2027-10-31", "2027-10-31T23:30:00Z", "2027-11-01T00:00:01Z"),
    ] {
        set(&mut app, asked).await;
        let (code, named) = ask_for_a_day(&app).await;
        assert_eq!(named, last_day);
        set(&mut app, opens).await;
        assert_eq!(open(&app, &code).await.0, 200, "{last_day} is not over");
        set(&mut app, ends).await;
        let (status, refused) = open(&app, &code).await;
        assert_eq!((status, &refused["renewable"]), (410, &json!(true)), "{last_day}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_summer_night_today_is_london_s() {
    let mut app = RunningApp::start().await;
    set(&mut app, "2027-07-01T23:10:00Z").await;
    let asha = app.sign_in(ASHA).await;
    assert_eq!(age(&asha, "2027-07-02").await, 0, "born a few minutes ago");
    let (status, refused) = add(&asha, "2027-07-03").await;
    assert_eq!(status, 422, "{refused}");
    assert_eq!(age(&asha, "2009-07-02").await, 18, "since midnight");
    assert_eq!(age(&asha, "2009-07-03").await, 17);
    assert_eq!(age(&asha, "2008-02-29").await, 19);
    let journey = Journey::begin(&asha, 1).await;
    let page = journey.arrive(&app).await;
    assert_eq!(page.request, journey.request);
    let stored = app.store();
    let patient = domain::ports::documents::ReadDocuments::get(
        stored,
        domain::ports::documents::Container::Patients,
        &journey.patient,
        domain::record::PATIENT,
    );
    assert_eq!(patient.await.unwrap().unwrap().body["lastSeen"], "2027-07-02");
}
