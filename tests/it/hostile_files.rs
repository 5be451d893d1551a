//! Hostile files through the whole system: each ends as a refusal that the patient sees, never as a
//! crash or a loop. Issue point 7; R55.

use domain::sha256_hex::Sha256Hex;
use serde_json::json;

use crate::journey::Journey;
use crate::running_app::{ASHA, RunningApp, on_every_store};

on_every_store!(
    every_hostile_file_ends_clean_or_as_a_visible_refusal,
    bytes_that_are_not_what_was_promised_are_refused
);

async fn every_hostile_file_ends_clean_or_as_a_visible_refusal(app: RunningApp) {
    let asha = app.sign_in(ASHA).await;
    let pid = app.host().handler_pid();
    let mut files = media::testing::hostile_files();
    files.push(("nothing at all", Vec::new()));
    for batch in files.chunks(10) {
        let journey = Journey::begin(&asha, 10).await;
        let page = journey.arrive(&app).await;
        let mut sent = Vec::new();
        for (name, bytes) in batch {
            let sha256 = Sha256Hex::of(bytes);
            let (status, grant) = page.grant(bytes, "image/jpeg", sha256.as_str()).await;
            if status == 413 {
                continue; // said at the door
            }
            assert_eq!(status, 201, "{name}: {grant}");
            assert_eq!(page.put(&grant, bytes).await, 201, "{name}");
            let upload = grant["upload"].as_str().unwrap().to_owned();
            let path = format!("/api/capture/uploads/{upload}/finish");
            page.call("POST", &path, Some(&json!({}))).await;
            sent.push((*name, bytes, upload));
        }
        for (name, bytes, upload) in sent {
            let settled = page.settled(&upload).await;
            let limits = media::Limits::default();
            let clean = media::clean(bytes, &limits);
            let is_what_it_says = |clean: &media::Clean| {
                clean.inspected.kind == media::Kind::Jpeg
                    && media::thumbnail(&clean.bytes, &limits).is_ok()
            };
            if clean.as_ref().is_ok_and(is_what_it_says) {
                // A good picture with something foul behind its end: that is cut off.
                assert_eq!(settled["state"], "filed", "{name}");
                continue;
            }
            assert_eq!(settled["state"], "refused", "{name}");
            let words = settled["refusalWords"].as_str().unwrap_or_default();
            assert!(words.ends_with('.') && words.len() > 10, "{name}: `{words}`");
        }
    }
    assert_eq!(app.host().handler_pid(), pid, "nothing killed the handler");
}

async fn bytes_that_are_not_what_was_promised_are_refused(app: RunningApp) {
    let asha = app.sign_in(ASHA).await;
    let journey = Journey::begin(&asha, 3).await;
    let page = journey.arrive(&app).await;
    let picture = media::testing::camera_jpeg(64, 48);
    let other = Sha256Hex::of("something else");
    let right = Sha256Hex::of(&picture);
    for (content_type, sha256) in [("image/jpeg", &other), ("image/png", &right)] {
        let (status, grant) = page.grant(&picture, content_type, sha256.as_str()).await;
        assert_eq!(status, 201, "{grant}");
        page.put(&grant, &picture).await;
        let upload = grant["upload"].as_str().unwrap().to_owned();
        assert_eq!(page.settled(&upload).await["state"], "refused");
    }
    let (status, _) = page.grant(b"<svg/>", "image/svg+xml", other.as_str()).await;
    assert_eq!(status, 415);
}
