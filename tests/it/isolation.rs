//! Two controllers, two teams: every staff route tried by the wrong one answers as if the thing did
//! not exist. R8, R11.

use serde_json::{Value, json};

use crate::journey::Journey;
use crate::running_app::{ASHA, BEN, DEV, RunningApp, Staff, on_every_store};

on_every_store!(another_controller_and_another_team_find_nothing);

/// A route with the ids of real things, and the same with ids of nothing.
fn routes(
    patient: &str,
    request: &str,
    item: &str,
    row: &str,
) -> Vec<(&'static str, String, Value)> {
    let correction = json!({ "version": 1, "reason": "typo", "givenName": "Eve",
        "familyName": "Bell", "dateOfBirth": "1980-02-29", "mobile": "07700 900999" });
    let new = json!({ "purpose": "To see", "bodySite": "knee", "laterality": "left", "photos": 1 });
    let at = |rest: &str| format!("/api/patients/{patient}{rest}");
    vec![
        ("GET", at(""), Value::Null),
        ("PUT", at(""), correction),
        ("POST", at("/notes"), json!({ "text": "seen" })),
        ("POST", at("/requests"), new),
        ("POST", at(&format!("/requests/{request}/resend")), json!({})),
        ("POST", at(&format!("/requests/{request}/cancel")), json!({})),
        ("POST", at(&format!("/items/{item}/view")), json!({})),
        ("POST", format!("/api/inbox/{row}/done"), json!({})),
    ]
}

async fn try_all(staff: &Staff<'_>, routes: &[(&str, String, Value)]) -> Vec<(u16, Value)> {
    let mut answers = Vec::new();
    for (method, path, body) in routes {
        answers.push(staff.call(method, path, (!body.is_null()).then_some(body)).await);
    }
    answers
}

async fn another_controller_and_another_team_find_nothing(app: RunningApp) {
    let asha = app.sign_in(ASHA).await;
    let journey = Journey::begin(&asha, 1).await;
    let page = journey.arrive(&app).await;
    let item = page.send(&media::testing::camera_jpeg(64, 48)).await;
    assert_eq!(page.settled(&item).await["state"], "filed");
    let (_, inbox) = asha.get("/api/inbox").await;
    let row = inbox["rows"][0]["row"].as_str().unwrap().to_owned();
    let own = routes(&journey.patient, &journey.request, &item, &row);
    let nothing = routes("0nobody", "0nothing", "0nothing", "0000000000000-item-0nothing");
    let before = asha.get(&format!("/api/patients/{}", journey.patient)).await.1;

    // Another controller: nothing at all, in the very words of what does not exist.
    let dev = app.sign_in(DEV).await;
    let answers = try_all(&dev, &own).await;
    assert!(answers.iter().all(|(status, _)| *status == 404), "{answers:?}");
    assert_eq!(answers, try_all(&dev, &nothing).await);
    let (_, found) = dev.post("/api/patients/find", &json!({ "q": "Bell" })).await;
    assert!(found["patients"].as_array().unwrap().is_empty());
    assert!(dev.get("/api/inbox").await.1["rows"].as_array().unwrap().is_empty());

    // Another team of the same controller: the details, but no request, item or row.
    let ben = app.sign_in(BEN).await;
    let answers = try_all(&ben, &own[4..]).await;
    assert!(answers.iter().all(|(status, _)| *status == 404), "{answers:?}");
    let words = |answers: &[(u16, Value)]| -> Vec<Value> {
        answers.iter().map(|(_, body)| body["type"].clone()).collect()
    };
    assert_eq!(words(&answers), words(&try_all(&ben, &nothing[4..]).await));
    let (status, shown) = ben.get(&format!("/api/patients/{}", journey.patient)).await;
    assert_eq!(status, 200);
    for theirs in ["requests", "items", "notes"] {
        assert!(shown[theirs].as_array().unwrap().is_empty(), "{theirs}");
    }

    let after = asha.get(&format!("/api/patients/{}", journey.patient)).await.1;
    for kept in ["version", "requests", "notes"] {
        assert_eq!(before[kept], after[kept], "nothing of it changed anything");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_staff_route_wants_a_token() {
    let app = RunningApp::start().await;
    let all = routes("0nobody", "0nothing", "0nothing", "0nothing");
    let more = [("GET", "/api/me"), ("GET", "/api/inbox"), ("POST", "/api/patients/find")];
    let all = all.iter().map(|(method, path, _)| (*method, path.as_str())).chain(more);
    for (method, path) in all {
        let url = format!("{}{path}", app.front);
        let call = app.http.request(method.parse().unwrap(), url).json(&json!({}));
        assert_eq!(crate::running_app::answer(call).await.0, 401, "{method} {path}");
    }
}
