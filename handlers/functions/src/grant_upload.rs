//! `grant-upload`: a place for one photo, and a signed URL to send it straight to storage (R55).
//!
//! Trigger: HTTP POST /api/capture/uploads. Touches: the record; signs for one blob of `incoming`.
//! The same photo (SHA-256) asked for twice is one upload with a fresh signature: a lost reply
//! burns no place. How many addresses a request gets, at once and ever, is bounded. No pointer is written first: `reconcile-uploads` and erasure find bytes without
//! a filed item in `incoming` itself.

use std::collections::BTreeMap;

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::ports::documents::Change;
use domain::record::request::CaptureRequest;
use domain::record::upload::{Source, Upload};
use domain::record::{UPLOAD, document_id};
use domain::sha256_hex::Sha256Hex;
use domain::upload_bounds::{TooMany, has_room, may_be_given};
use domain::upload_state::{Again, GRANT, PictureRefused, PictureType, UploadState, parse_bytes};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::{App, stored};
use crate::capture_problems::{
    no_place_left, no_room, not_a_picture_type, picture_too_large, refused_before, request_closed,
    too_many_at_once, too_many_ever,
};
use crate::details_form::field;
use crate::problems;
use crate::record::{DECISIONS, Versioned, too_busy};
use crate::request_uploads::{asked_for, places_left, uploads_of};
use crate::session::{CAPTURE_PURPOSE, Session};
use crate::visit::Visit;

pub fn function() -> Function<App> {
    Function::http("grant-upload", &[Method::POST], "api/capture/uploads", grant_upload)
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewUpload {
    /// `image/jpeg` or `image/png`.
    #[schema(example = "image/jpeg")]
    pub content_type: String,
    /// 1 byte to 25 MiB.
    pub bytes: u64,
    /// Of the bytes that will be sent, 64 hex digits.
    pub sha256: String,
    /// `camera` (just now, on the page) or `file`, which is meant where left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub source: Option<Source>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UploadGranted {
    pub upload: String,
    /// `PUT` the bytes here, whole or in blocks.
    pub url: String,
    /// To be sent with the `PUT`.
    pub headers: BTreeMap<String, String>,
    #[schema(value_type = String)]
    pub expires_at: Timestamp,
    /// Until `expiresAt`.
    pub seconds_left: i64,
}

#[derive(Serialize, ToSchema)]
pub struct UploadStands {
    pub upload: String,
    /// `granted`, `arrived`, `filed`, `refused` or `removed`.
    #[schema(value_type = String)]
    pub state: UploadState,
}

/// The parsed form.
struct Picture {
    kind: PictureType,
    bytes: u64,
    sha256: Sha256Hex,
    source: Source,
}

#[utoipa::path(post, path = "/api/capture/uploads", tag = "patient", request_body = NewUpload,
    responses(
    (status = 200, body = UploadStands, description = "This photo is in the record already"),
    (status = 201, body = UploadGranted, description = "Works for 15 minutes"),
    (status = 401, description = "The session has ended"),
    (status = 409, description = "No consent, no place left, request closed, or refused before"),
    (status = 413, description = "Over 25 MiB"),
    (status = 415, description = "Not a JPEG or PNG"),
    (status = 422, description = "`errors` names each wrong field"),
    (status = 429, description = "Too many photos were begun; `Retry-After` says how long"),
    (status = 507, description = "The disk has no room for photos now"),
))]
pub async fn grant_upload(app: App, request: Request) -> Result<Reply, Failure> {
    let now = app.now();
    let new: NewUpload = request.json()?;
    let session = Session::changing(&app, &request, now).await?;
    let picture = parse(&new)?;
    let until = now.checked_add(GRANT).unwrap_or(now);
    let id = app.id(now);
    let free = stored(app.disk.free_bytes().await)?;
    let room = has_room(free, app.settings.keep_free, picture.bytes);
    for _ in 0..DECISIONS {
        let visit = Visit::by_session(&app, &session, now).await?;
        let operation = visit.operation(CAPTURE_PURPOSE)?;
        let consent = visit.standing_consent().await?.ok_or_else(problems::consent_first)?;
        let capture = &visit.capture.value;
        let uploads = uploads_of(&app, &session.patient, &session.request).await?;
        let (upload, change, event) = match known(&uploads, &picture, now) {
            Some((known, Again::AlreadyFiled)) => {
                let (upload, state) = (known.value.upload.clone(), known.value.state);
                return Ok(Reply::ok(&UploadStands { upload, state }));
            }
            Some((known, Again::RefusedBefore)) => {
                let (reason, words) = (&known.value.refusal, &known.value.refusal_words);
                return Err(refused_before(reason.as_deref(), words.as_deref()).into());
            }
            Some((known, Again::SameUploadNewSignature)) => {
                let signed_until = until.max(known.value.signed_until);
                let again = Upload { signed_until, ..known.value.clone() };
                let change = known.replace(&again)?;
                (again, change, "upload-signed-again")
            }
            Some((_, Again::NewUpload)) | None => {
                if !capture.state.is_open() {
                    let words = "The photos for this request were sent already";
                    return Err(request_closed(words).into());
                }
                if places_left(capture, &uploads, now) == 0 {
                    return Err(no_place_left(asked_for(capture)).into());
                }
                let upload = Upload {
                    upload: id.clone(),
                    request: session.request.clone(),
                    state: UploadState::Granted,
                    content_type: picture.kind.as_str().to_owned(),
                    bytes: picture.bytes,
                    sha256: picture.sha256.to_string(),
                    source: picture.source,
                    blob: format!("{}/{id}", session.patient),
                    granted_at: now,
                    signed_until: until,
                    consent: consent.value.consent.clone(),
                    arrived_at: None,
                    refusal: None,
                    refusal_words: None,
                };
                let change = stored(Change::create(document_id(UPLOAD, &id), &upload))?;
                (upload, change, "upload-granted")
            }
        };
        let others = uploads.iter().map(|other| &other.value);
        let others = others.filter(|other| other.upload != upload.upload);
        let others_until = others.map(|other| other.signed_until);
        match may_be_given(capture.photos, capture.grants, others_until, now) {
            Ok(()) => {}
            Err(TooMany::AtOnce { again_at }) => {
                return Err(too_many_at_once(&visit.controller, again_at, now).into());
            }
            Err(TooMany::Ever) => {
                return Err(too_many_ever(&visit.controller, capture.expires_at, now).into());
            }
        }
        if !room {
            return Err(no_room(&visit.controller).into());
        }
        let counted = CaptureRequest { grants: capture.grants + 1, ..capture.clone() };
        let changes = vec![change, visit.capture.replace(&counted)?];
        let about = [
            ("upload", upload.upload.as_str()),
            ("request", session.request.as_str()),
            ("consent", upload.consent.as_str()),
        ];
        if visit.record.commit(&operation, event, &about, changes, None).await?.settled() {
            return sign(&app, &upload, until).await;
        }
    }
    Err(too_busy())
}

/// The newest upload of the same photo, and what asking for it again gives.
fn known<'u>(
    uploads: &'u [Versioned<Upload>],
    picture: &Picture,
    now: Timestamp,
) -> Option<(&'u Versioned<Upload>, Again)> {
    let same = |upload: &&Versioned<Upload>| upload.value.sha256 == picture.sha256.as_str();
    let known = uploads.iter().rfind(same)?;
    Some((known, known.value.state.again(known.value.signed_until, now)))
}

async fn sign(app: &App, upload: &Upload, until: Timestamp) -> Result<Reply, Failure> {
    let kind = &upload.content_type;
    let signed = app.urls.sign_upload(&upload.blob, kind, upload.bytes, until).await;
    let signed = stored(signed)?;
    Ok(Reply::created(&UploadGranted {
        upload: upload.upload.clone(),
        url: signed.url,
        headers: signed.headers.into_iter().collect(),
        expires_at: until,
        seconds_left: GRANT.as_secs(),
    }))
}

fn parse(new: &NewUpload) -> Result<Picture, Failure> {
    let kind = PictureType::parse(&new.content_type).map_err(not_a_picture_type)?;
    let mut wrong = Vec::new();
    let bytes = match parse_bytes(new.bytes) {
        Err(refused @ PictureRefused::TooLarge) => return Err(picture_too_large(refused).into()),
        bytes => field(&mut wrong, "bytes", bytes),
    };
    let sha256 = field(&mut wrong, "sha256", Sha256Hex::parse(&new.sha256));
    match (bytes, sha256) {
        (Some(bytes), Some(sha256)) => {
            let source = new.source.unwrap_or(Source::File);
            Ok(Picture { kind, bytes, sha256, source })
        }
        _ => Err(problems::wrong_fields(wrong).into()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::json;

    use super::*;
    use crate::patient_page::{PatientPage, problem, sha256};
    use crate::proofs::watched::Watch;
    use crate::testing::{TestApp, body, status};

    const A_QUARTER: SignedDuration = SignedDuration::from_mins(15);

    // R24, R28, R30: no upload URL before identity and a yes, nor after a no or a yes taken back.
    #[tokio::test]
    async fn without_a_standing_yes_nobody_gets_a_url() {
        let mut test = TestApp::at("2026-11-22T09:00:00Z").await;
        let watch = Watch::over(&mut test.app);
        let stranger = PatientPage::asked_for(&test, 1).await;
        assert_eq!(status(&stranger.grant(b"one").await.unwrap_err()), 401);

        let asked = PatientPage::identified(&test, 1).await;
        let failure = asked.grant(b"one").await.unwrap_err();
        assert_eq!(
            (status(&failure), &problem(&failure)["type"]),
            (409, &json!("/problems/consent"))
        );
        asked.choose(&json!({ "version": "2026-12", "given": false })).await.unwrap();
        assert_eq!(status(&asked.grant(b"one").await.unwrap_err()), 401);

        let changed_mind = PatientPage::agreed(&test, 1).await;
        changed_mind.withdraw().await.unwrap();
        assert_eq!(status(&changed_mind.grant(b"one").await.unwrap_err()), 401);

        assert_eq!(watch.signed_uploads(), Vec::<String>::new());
        let agreed = PatientPage::agreed(&test, 1).await;
        let upload = agreed.granted(b"one").await;
        assert_eq!(watch.signed_uploads(), [agreed.blob(&upload)]);
    }

    // R50, R55: one blob, 15 minutes, straight to storage.
    #[tokio::test]
    async fn a_grant_signs_for_one_blob_and_is_bound_to_the_consent() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let reply = page.grant(b"one").await.unwrap();
        let granted = body(&reply);
        assert_eq!(reply.status(), 201);
        let upload = granted["upload"].as_str().unwrap();
        let url = granted["url"].as_str().unwrap();
        assert!(url.contains(&page.patient) && url.contains(upload), "{url}");
        assert_eq!(granted["expiresAt"], "2026-11-22T09:15:00Z");
        assert_eq!(granted["headers"]["x-ms-blob-type"], "BlockBlob");
        let stored = test.document(&page.patient, &document_id(UPLOAD, upload)).await.unwrap();
        assert_eq!((&stored["state"], &stored["source"]), (&json!("granted"), &json!("camera")));
        assert_ne!(stored["consent"], json!(null));
    }

    #[tokio::test]
    async fn a_lost_reply_burns_no_place() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let first = page.granted(b"one").await;
        test.pass(SignedDuration::from_mins(5));
        let again = page.grant(b"one").await.unwrap();
        assert_eq!((again.status().as_u16(), &body(&again)["upload"]), (201, &json!(first)));
        assert_eq!(body(&again)["expiresAt"], "2026-11-22T09:20:00Z");
        let stored = test.document(&page.patient, &document_id(UPLOAD, &first)).await.unwrap();
        assert_eq!(stored["signedUntil"], "2026-11-22T09:20:00Z");
        assert_eq!(stored["grantedAt"], "2026-11-22T09:00:00Z");
    }

    #[tokio::test]
    async fn two_grants_at_once_do_not_pass_the_number_that_was_asked_for() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let (one, two) = tokio::join!(page.grant(b"one"), page.grant(b"two"));
        let refused = [one, two].into_iter().find_map(Result::err).unwrap();
        assert_eq!((status(&refused), &problem(&refused)["photos"]), (409, &json!(1)));
    }

    #[tokio::test]
    async fn a_grant_that_ran_out_frees_its_place_and_its_name() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let first = page.granted(b"one").await;
        assert_eq!(status(&page.grant(b"two").await.unwrap_err()), 409);
        test.pass(A_QUARTER);
        let again = page.granted(b"one").await;
        assert_ne!(first, again);
    }

    #[tokio::test]
    async fn a_photo_that_was_taken_out_comes_back_under_a_new_name() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let first = page.sent(b"one").await;
        page.remove(&first).await.unwrap();
        assert_ne!(page.granted(b"one").await, first);
    }

    #[tokio::test]
    async fn a_filed_photo_needs_no_url_and_a_refused_one_gets_its_reason() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 2).await;
        let good = media::testing::camera_jpeg(64, 48);
        let filed = page.sent(&good).await;
        page.file(&filed).await;
        let again = page.grant(&good).await.unwrap();
        assert_eq!(again.status(), 200);
        assert_eq!(body(&again), json!({ "upload": filed, "state": "filed" }));

        let refused = page.sent(b"not a picture").await;
        page.file(&refused).await;
        let failure = page.grant(b"not a picture").await.unwrap_err();
        assert_eq!(status(&failure), 409);
        assert_eq!(problem(&failure)["type"], "/problems/refused-before");
    }

    #[tokio::test]
    async fn taking_out_and_asking_again_ends_at_six_living_addresses() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        for n in 0..6_u8 {
            let upload = page.granted(&[n]).await;
            page.remove(&upload).await.unwrap();
            test.pass(SignedDuration::from_secs(10));
        }
        let failure = page.grant(b"seventh").await.unwrap_err();
        assert_eq!(status(&failure), 429);
        assert_eq!(problem(&failure)["secondsLeft"], 15 * 60 - 60);
        let reply = Reply::from(failure.as_problem());
        assert_eq!(reply.header_value("retry-after"), Some("840"));
        test.pass(SignedDuration::from_secs(840));
        page.granted(b"seventh").await;
    }

    #[tokio::test]
    async fn a_request_gets_sixty_signatures_and_no_more() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        for _ in 0..60 {
            page.granted(b"one").await;
        }
        let failure = page.grant(b"one").await.unwrap_err();
        assert_eq!(
            (status(&failure), problem(&failure)["type"].clone()),
            (429, json!("/problems/too-many-uploads"))
        );
        assert_eq!(page.count_events("upload-granted").await, 1);
        assert_eq!(page.count_events("upload-signed-again").await, 59);
    }

    struct FullDisk;

    #[async_trait::async_trait]
    impl domain::ports::free_space::FreeSpace for FullDisk {
        async fn free_bytes(&self) -> Result<Option<u64>, domain::ports::error::StoreError> {
            Ok(Some(2 << 30))
        }
    }

    #[tokio::test]
    async fn on_a_full_disk_no_photo_is_taken_and_consent_is_withdrawn_all_the_same() {
        let mut test = TestApp::at("2026-11-22T09:00:00Z").await;
        let room = std::mem::replace(&mut test.app.disk, std::sync::Arc::new(FullDisk));
        {
            let page = PatientPage::agreed(&test, 1).await;
            let failure = page.grant(b"one").await.unwrap_err();
            assert_eq!(
                (status(&failure), problem(&failure)["type"].clone()),
                (507, json!("/problems/no-room"))
            );
            assert!(problem(&failure)["detail"].as_str().unwrap().contains("not kept"));
            assert_eq!(page.count_events("upload-granted").await, 0);
            page.withdraw().await.unwrap();
        }
        test.app.disk = room;
        let page = PatientPage::agreed(&test, 1).await;
        page.granted(b"one").await;
    }

    #[tokio::test]
    async fn a_bad_form_gets_its_own_status_and_no_place() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let good = json!({ "contentType": "image/png", "bytes": 3, "sha256": sha256(b"one") });
        for (field, value, expected) in [
            ("contentType", json!("image/heic"), 415),
            ("contentType", json!("text/html"), 415),
            ("bytes", json!(25 * 1024 * 1024 + 1), 413),
            ("bytes", json!(0), 422),
            ("bytes", json!(-1), 422),
            ("sha256", json!("abc"), 422),
            ("source", json!("drawer"), 422),
            ("more", json!(1), 422),
        ] {
            let mut form = good.clone();
            form[field] = value;
            let refused = grant_upload(test.app.clone(), page.call(&form)).await.unwrap_err();
            assert_eq!(status(&refused), expected, "{form}");
        }
        let reply = grant_upload(test.app.clone(), page.call(&good)).await.unwrap();
        assert_eq!(reply.status(), 201);
    }
}
