//! The main job through the local host: R4, R24, R30, R42, R55.

use domain::sha256_hex::Sha256Hex;
use serde_json::json;

use crate::journey::Journey;
use crate::running_app::{ASHA, RunningApp, on_every_store};

on_every_store!(a_picture_travels_the_whole_road);

async fn a_picture_travels_the_whole_road(app: RunningApp) {
    let asha = app.sign_in(ASHA).await;
    let journey = Journey::begin(&asha, 1).await;
    let page = journey.arrive(&app).await;
    let picture = media::testing::camera_jpeg(640, 480);
    let upload = page.send(&picture).await;
    page.submit().await;
    assert_eq!(page.settled(&upload).await["state"], "filed");

    let (_, inbox) = asha.get("/api/inbox").await;
    let row = &inbox["rows"][0];
    assert_eq!((row["kind"].as_str(), row["item"].as_str()), (Some("item"), Some(&*upload)));
    let (status, shown) = asha.get(&format!("/api/patients/{}", journey.patient)).await;
    assert_eq!(status, 200);
    assert_eq!(shown["items"][0]["item"], *upload);

    let path = format!("/api/patients/{}/items/{upload}/view", journey.patient);
    let (status, view) = asha.post(&path, &json!({})).await;
    assert_eq!(status, 200, "{view}");
    let served = app.http.get(view["url"].as_str().unwrap()).send().await.unwrap();
    let served = served.bytes().await.unwrap();
    let clean = media::clean(&picture, &media::Limits::default()).unwrap().bytes;
    assert_eq!(served, clean, "what is served is the clean picture, to the byte");
    assert_eq!(view["sha256"], Sha256Hex::of(&clean).as_str());
    for sentinel in media::testing::SENTINELS {
        let found = served.windows(sentinel.len()).any(|bytes| bytes == sentinel.as_bytes());
        assert!(!found, "`{sentinel}` is still in the picture");
    }
    let (_, inbox) = asha.get("/api/inbox").await;
    assert!(inbox["rows"].as_array().unwrap().is_empty(), "the first look takes the row away");
}
