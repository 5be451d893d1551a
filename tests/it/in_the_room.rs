//! Photos taken in the room: the link is given, not texted; all the rest is the patient's road.
//! R27, R28.

use domain::sha256_hex::Sha256Hex;
use serde_json::{Value, json};

use crate::journey::{Page, new_patient};
use crate::running_app::{ASHA, RunningApp, on_every_store};

on_every_store!(a_picture_is_taken_in_the_room_and_nothing_is_texted);

async fn a_picture_is_taken_in_the_room_and_nothing_is_texted(app: RunningApp) {
    let asha = app.sign_in(ASHA).await;
    let (form, mobile) = new_patient();
    let (_, added) = asha.post("/api/patients", &form).await;
    let requests = format!("/api/patients/{}/requests", added["patient"].as_str().unwrap());
    let here = json!({ "purpose": "To see how your knee heals", "bodySite": "knee",
                       "laterality": "left", "photos": 1, "here": true });
    let (status, given) = asha.post(&requests, &here).await;
    assert_eq!(status, 201, "{given}");
    let code = code_of(&app, &given);

    let page = Page::identify(&app, &code).await;
    let photo = media::testing::camera_jpeg(64, 48);
    let (status, refused) = page.grant(&photo, "image/jpeg", Sha256Hex::of(&photo).as_str()).await;
    assert_eq!((status, refused.get("url")), (409, None), "R28: no consent, no upload URL");
    page.consent().await;
    let upload = page.send(&photo).await;
    page.submit().await;
    assert_eq!(page.settled(&upload).await["state"], "filed");

    let (_, shown) = asha.get(&requests.replace("/requests", "")).await;
    assert_eq!(shown["requests"][0]["delivery"], "here");
    assert_eq!(shown["requests"][0].get("text"), None);
    assert_eq!(shown["items"].as_array().unwrap().len(), 1);
    let (_, inbox) = asha.get("/api/inbox").await;
    let kinds: Vec<&Value> = inbox["rows"].as_array().unwrap().iter().map(|r| &r["kind"]).collect();
    assert_eq!(kinds, [&json!("item")]);

    // Messages are handled in turn: when the second request's text is there, the message of the
    // first had its chance.
    let (_, given) = asha.post(&requests, &here).await;
    let code = code_of(&app, &given);
    let resend = format!("{requests}/{}/resend", given["request"].as_str().unwrap());
    let (status, resent) = asha.post(&resend, &json!({})).await;
    assert_eq!((status, resent.get("link")), (200, None), "{resent}");
    let texted = app.code_on_phone(&mobile).await;
    assert_ne!(texted, code);
    let outbox = std::fs::read_dir(app.data().join("outbox")).unwrap();
    assert_eq!(outbox.count(), 1, "one text, and that was asked for");
}

fn code_of(app: &RunningApp, given: &Value) -> String {
    let link = given["link"].as_str().unwrap();
    link.strip_prefix(&format!("{}/r#", app.front)).unwrap().to_owned()
}
