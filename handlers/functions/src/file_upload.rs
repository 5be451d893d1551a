//! `file-upload`: an arrived picture is checked, cleaned and filed, or visibly refused.
//!
//! Trigger: queue `uploads`. Touches: `incoming`, `records`, ledger, inbox, the record.
//! Order: bytes into `records`, ledger row, inbox row, then item and event in one batch, then the
//! incoming blob goes. Twice is once: the item's id is the upload's, and the batch creates it.

use bytes::Bytes;
use custom_handler::{Failure, Function, QueueMessage};
use domain::inbox_row::{InboxKind, InboxRow, row_id};
use domain::ledger_row::LedgerRow;
use domain::london::day_of;
use domain::look_again::{Place, Pointer};
use domain::ports::blobs::{BlobContainer, BlobFacts};
use domain::ports::documents::Change;
use domain::ports::error::StoreError;
use domain::record::consent::Consent;
use domain::record::item::{Item, ItemKind, picture_blob, thumbnail_blob};
use domain::record::patient::{Keeping, Patient};
use domain::record::request::CaptureRequest;
use domain::record::upload::{Source, Upload};
use domain::record::{CONSENT, ITEM, PATIENT, REQUEST, UPLOAD, document_id};
use domain::register::controller::Controller;
use domain::upload_state::{LARGEST, UploadState};
use jiff::Timestamp;
use media::Limits;
use tracing::info;

use crate::app::{App, stored};
use crate::arrived_blob::ArrivedBlob;
use crate::clean_picture::{CleanPicture, Refused, clean_picture, refused_as};
use crate::inbox::{self, take_away_unfiled, tell_team, tell_team_early};
use crate::ledger::{self, look_again, write_down};
use crate::missing_record::may_go;
use crate::operation::Operation;
use crate::picture_room::room_for;
use crate::record::{Committed, DECISIONS, Record, Versioned, too_busy};
use crate::request_uploads::places;
use crate::scanning::{Scanned, scanned};
use crate::seen::{due, note_contact};
use crate::session::CAPTURE_PURPOSE;
use crate::sign_in::staff::controller;

pub fn function() -> Function<App> {
    Function::queue("file-upload", "uploads", file_upload)
}

/// A blob up to this length is read at once. Of a longer one, its start says whether it is worth it.
const TAKEN_WHOLE: u64 = 8 << 20;

/// The documents that decide about one upload.
struct Facts<'a> {
    app: &'a App,
    record: Record<'a>,
    blob: &'a ArrivedBlob,
    patient: Versioned<Patient>,
    capture: Versioned<CaptureRequest>,
    upload: Versioned<Upload>,
    controller: Controller,
    operation: Operation,
    now: Timestamp,
}

pub async fn file_upload(app: App, message: QueueMessage) -> Result<(), Failure> {
    let now = app.now();
    let Some(blob) = ArrivedBlob::read(&message.json()?) else {
        info!("an event about no upload of ours");
        return Ok(());
    };
    for _ in 0..DECISIONS {
        let Some(facts) = Facts::read(&app, &blob, now).await? else {
            if is_leaving(&app, &blob, now).await? {
                leave_nothing(&app, &blob).await?;
            }
            return Ok(());
        };
        if facts.upload.value.state.is_settled() {
            // What comes late is not kept.
            take_away_unfiled(&app, &facts.capture.value, &facts.upload.value).await?;
            return if facts.upload.value.state == UploadState::Filed {
                stored(app.blobs.erase(BlobContainer::Incoming, &blob.name()).await)
            } else {
                leave_nothing(&app, &blob).await
            };
        }
        let head = stored(app.blobs.head(BlobContainer::Incoming, &blob.name()).await)?;
        let Some(head) = head else { return Ok(()) };
        let (is_filed, committed) = if !facts.consent_stands().await? {
            (false, facts.remove().await?)
        } else if let Some(refused) = facts.too_long(&head).await? {
            (false, facts.refuse(refused).await?)
        } else {
            match scanned(&app, &blob, &head, now).await? {
                Scanned::Clean => match facts.file_what_was_scanned(&head).await? {
                    Some(outcome) => outcome,
                    None => continue,
                },
                Scanned::NotYet => return Ok(()),
                Scanned::Refused(refused) => {
                    facts.tell_of_refusal(&refused).await?;
                    (false, facts.refuse(refused).await?)
                }
            }
        };
        if committed.settled() {
            take_away_unfiled(&app, &facts.capture.value, &facts.upload.value).await?;
            return if is_filed {
                stored(app.blobs.erase(BlobContainer::Incoming, &blob.name()).await)
            } else {
                leave_nothing(&app, &blob).await
            };
        }
    }
    Err(too_busy())
}

/// A blob without a living fact: an erased patient, or a picture that was refused or taken out while
/// it was being filed. Nothing may stay, the clean copies least of all.
async fn leave_nothing(app: &App, blob: &ArrivedBlob) -> Result<(), Failure> {
    stored(app.blobs.erase(BlobContainer::Incoming, &blob.name()).await)?;
    for copy in
        [picture_blob(&blob.patient, &blob.upload), thumbnail_blob(&blob.patient, &blob.upload)]
    {
        stored(app.blobs.erase(BlobContainer::Records, &copy).await)?;
    }
    Ok(())
}

/// True where the record is on its way out or was erased. One that is missing after a restore is
/// neither: its picture waits for it.
async fn is_leaving(app: &App, blob: &ArrivedBlob, now: Timestamp) -> Result<bool, Failure> {
    let record = Record::open(app, &blob.patient, now).await?;
    let patient = record.read::<Patient>(PATIENT).await?;
    if patient.is_some_and(|patient| patient.value.keeping != Keeping::Kept) {
        return Ok(true);
    }
    may_go(app, &blob.patient, Some(&blob.upload), now).await
}

/// What reading the incoming blob gave.
enum Read {
    Bytes(Bytes),
    Refused(Refused),
    Raced,
}

impl<'a> Facts<'a> {
    async fn read(
        app: &'a App,
        blob: &'a ArrivedBlob,
        now: Timestamp,
    ) -> Result<Option<Self>, Failure> {
        let record = Record::open(app, &blob.patient, now).await?;
        let kept = |patient: &Versioned<Patient>| patient.value.keeping == Keeping::Kept;
        let Some(patient) = record.read::<Patient>(PATIENT).await?.filter(kept) else {
            return Ok(None);
        };
        let Some(upload) = record.read::<Upload>(&document_id(UPLOAD, &blob.upload)).await? else {
            return Ok(None);
        };
        let request = document_id(REQUEST, &upload.value.request);
        let Some(capture) = record.read::<CaptureRequest>(&request).await? else {
            return Ok(None);
        };
        let controller = controller(app, &patient.value.controller).await?;
        let operation = Operation::by_function(&controller, CAPTURE_PURPOSE, "file-upload");
        Ok(Some(Self { app, record, blob, patient, capture, upload, controller, operation, now }))
    }

    /// The consent of the grant, asked again now (R34): taken back meanwhile, nothing is filed.
    async fn consent_stands(&self) -> Result<bool, Failure> {
        let id = document_id(CONSENT, &self.upload.value.consent);
        let consent = self.record.read::<Consent>(&id).await?;
        Ok(consent.is_some_and(|consent| consent.value.stands_at(self.now)))
    }

    /// A signature cannot cap the size on Azure, so it is checked here, before anybody waits for a
    /// scan of it or reads it: longer than any photo may be, or than this one was said to be. What
    /// it is comes before how large it is, and that its first bytes tell.
    async fn too_long(&self, head: &BlobFacts) -> Result<Option<Refused>, Failure> {
        let max = LARGEST.min(self.upload.value.bytes);
        if head.bytes <= max {
            return Ok(None);
        }
        let (name, container) = (self.blob.name(), BlobContainer::Incoming);
        let start = self.app.blobs.read_part(container, &name, &head.etag, 0..media::START).await;
        let start = match start {
            Ok(start) => start,
            // Another version came between: it is refused for its length all the same.
            Err(StoreError::Stale { .. }) => Bytes::new(),
            Err(error) => return stored(Err(error)),
        };
        let limits = Limits { max_bytes: max, ..Limits::default() };
        let too_large = media::Refusal::TooLarge { bytes: head.bytes, max };
        let refusal = match media::refused_by_start(&start, head.bytes, &limits) {
            Some(refusal) if !start.is_empty() => refusal,
            _ => too_large,
        };
        Ok(Some(refused_as(refusal)))
    }

    /// Whether it was filed or refused, and what became of that; `None` where another version came
    /// between.
    async fn file_what_was_scanned(
        &self,
        head: &BlobFacts,
    ) -> Result<Option<(bool, Committed)>, Failure> {
        let _room = room_for(head.bytes).await;
        let refused = match self.read_bytes(head).await? {
            Read::Raced => return Ok(None),
            Read::Refused(refused) => refused,
            Read::Bytes(bytes) => match clean_picture(&self.upload.value, bytes).await? {
                Ok(picture) => return Ok(Some((true, self.file(picture).await?))),
                Err(refused) => refused,
            },
        };
        Ok(Some((false, self.refuse(refused).await?)))
    }

    async fn read_bytes(&self, head: &BlobFacts) -> Result<Read, Failure> {
        let (name, container) = (self.blob.name(), BlobContainer::Incoming);
        let blobs = &self.app.blobs;
        if head.bytes > TAKEN_WHOLE {
            // A signature cannot cap the size, so it is checked here (performance, §0.8).
            let start = blobs.read_part(container, &name, &head.etag, 0..media::START).await;
            let refused = match start {
                Ok(start) => media::refused_by_start(&start, head.bytes, &Limits::default()),
                Err(StoreError::Stale { .. }) => return Ok(Read::Raced),
                Err(error) => return stored(Err(error)),
            };
            if let Some(refusal) = refused {
                return Ok(Read::Refused(refused_as(refusal)));
            }
        }
        match blobs.read(container, &name, &head.etag).await {
            Ok(bytes) => Ok(Read::Bytes(bytes)),
            Err(StoreError::Stale { .. }) => Ok(Read::Raced),
            Err(error) => stored(Err(error)),
        }
    }

    async fn file(&self, picture: CleanPicture) -> Result<Committed, Failure> {
        let (app, now, upload) = (self.app, self.now, &self.upload.value);
        let (patient, item) = (&self.blob.patient, &self.blob.upload);
        let inspected = picture.clean.inspected;
        let bytes = Bytes::from(picture.clean.bytes);
        let length = bytes.len() as u64;
        let content_type = inspected.kind.content_type();
        let (name, small) = (picture_blob(patient, item), thumbnail_blob(patient, item));
        let due = due(&self.controller, day_of(now), self.patient.value.erasure_approved)?;
        let document = document_id(ITEM, item);
        let row = LedgerRow { patient: patient.clone(), document: Some(document.clone()), due };
        let task = self.task(InboxKind::Item, None);
        let pointers = vec![
            Pointer::new(Place::Copies, patient, item),
            ledger::pointer_to(&row, now),
            inbox::pointer_to(&self.capture.value.team, item, &task),
        ];
        look_again(app, patient, &format!("{item}-{due}"), pointers, now).await?;
        stored(app.blobs.put(BlobContainer::Records, &name, content_type, bytes).await)?;
        let thumbnail = Bytes::from(picture.thumbnail);
        stored(app.blobs.put(BlobContainer::Records, &small, "image/jpeg", thumbnail).await)?;

        write_down(app, &row, now).await?;
        let inbox_row = tell_team(app, &self.capture.value.team, item, &task).await?;

        let capture = &self.capture.value;
        let filed = Item {
            item: item.clone(),
            request: capture.request.clone(),
            team: capture.team.clone(),
            kind: ItemKind::Photo,
            body_site: capture.body_site,
            laterality: capture.laterality,
            captured_at: (upload.source == Source::Camera).then_some(upload.granted_at),
            file_says_taken_at: match upload.source {
                Source::File => inspected.file_says_taken_at,
                Source::Camera => None,
            },
            filed_at: now,
            source: upload.source,
            sha256: picture.sha256,
            sent_sha256: upload.sha256.clone(),
            content_type: content_type.to_owned(),
            bytes: length,
            width: inspected.width,
            height: inspected.height,
            orientation: inspected.orientation,
            removed: picture.clean.removed.names.iter().map(|name| (*name).to_owned()).collect(),
            removed_bytes: picture.clean.removed.bytes,
            blob: name,
            thumbnail: small,
            consent: upload.consent.clone(),
            inbox_row,
            first_viewed_at: None,
            due,
            keeping: Keeping::Kept,
        };
        let mut changes = vec![
            self.upload_becomes(UploadState::Filed, None)?,
            stored(Change::create(document, &filed))?,
        ];
        changes.extend(note_contact(app, &self.controller, &self.patient, now).await?);
        self.commit("item-filed", changes).await
    }

    /// A file that cannot be used: said to the patient, and where they have gone already, to the
    /// team. The request opens again for as many, within the bounds of its places.
    async fn refuse(&self, refused: Refused) -> Result<Committed, Failure> {
        let capture = &self.capture.value;
        let mut changes = vec![self.upload_becomes(UploadState::Refused, Some(&refused))?];
        let (places, granted_at) = (places(capture), self.upload.value.granted_at);
        if places.was_sent(granted_at) {
            self.tell_of_refusal(&refused).await?;
        }
        if places.reopens(granted_at) {
            let reopened = CaptureRequest {
                state: capture.state.reopen().unwrap_or(capture.state),
                reopened_for: capture.reopened_for + 1,
                reopenings: capture.reopenings + 1,
                ..capture.clone()
            };
            changes.push(self.capture.replace(&reopened)?);
        }
        self.commit("upload-refused", changes).await
    }

    /// Consent was taken back: the bytes go, and nothing is said against the picture.
    async fn remove(&self) -> Result<Committed, Failure> {
        let changes = vec![self.upload_becomes(UploadState::Removed, None)?];
        self.commit("upload-removed", changes).await
    }

    fn upload_becomes(
        &self,
        state: UploadState,
        refused: Option<&Refused>,
    ) -> Result<Change, Failure> {
        let before = &self.upload.value;
        self.upload.replace(&Upload {
            state,
            arrived_at: before.arrived_at.or(Some(self.now)),
            refusal: refused.map(|refused| refused.code.to_owned()),
            refusal_words: refused.map(|refused| refused.words.clone()),
            ..before.clone()
        })
    }

    /// One row a request, however many of its pictures cannot be used: whoever sends on and on
    /// fills no inbox. It says the newest refusal and names no picture: each of them makes it true.
    async fn tell_of_refusal(&self, refused: &Refused) -> Result<(), Failure> {
        let capture = &self.capture.value;
        let task = InboxRow { item: None, ..self.task(InboxKind::Refused, Some(refused.code)) };
        let id = row_id(task.kind, capture.created_at, &capture.request);
        tell_team_early(self.app, &capture.team, &id, &task, self.now).await
    }

    fn task(&self, kind: InboxKind, detail: Option<&str>) -> InboxRow {
        let capture = &self.capture.value;
        InboxRow {
            kind,
            // The moment of the grant never changes, so telling twice makes one row.
            at: self.upload.value.granted_at,
            controller: capture.controller.clone(),
            patient: Some(self.blob.patient.clone()),
            request: Some(capture.request.clone()),
            item: Some(self.blob.upload.clone()),
            detail: detail.map(str::to_owned),
        }
    }

    async fn commit(&self, what: &str, changes: Vec<Change>) -> Result<Committed, Failure> {
        let about =
            [("request", self.capture.value.request.as_str()), ("upload", &self.blob.upload)];
        self.record.commit(&self.operation, what, &about, changes, None).await
    }
}

#[cfg(test)]
mod tests {
    use domain::ports::documents::{Container, Documents as _, ReadDocuments as _};
    use serde_json::{Value, json};

    use super::*;
    use crate::patient_page::PatientPage;
    use crate::testing::TestApp;

    async fn stored(page: &PatientPage<'_>, prefix: &str, id: &Value) -> Value {
        let id = document_id(prefix, id.as_str().unwrap());
        page.test.document(&page.patient, &id).await.unwrap()
    }

    #[tokio::test]
    async fn what_is_too_long_waits_for_no_scan() {
        let mut test = TestApp::at("2026-11-22T09:00:00Z").await;
        let settings =
            crate::settings::Settings { scanning_required: true, ..(*test.app.settings).clone() };
        test.app.settings = std::sync::Arc::new(settings);
        let page = PatientPage::agreed(&test, 2).await;
        let longer = page.granted(b"short").await;
        test.let_arrive(&page.blob(&longer), b"\xFF\xD8\xFF longer".to_vec()).await;
        page.file(&longer).await;
        assert_eq!(page.upload_state(&longer).await, "refused");
        assert_eq!(stored(&page, UPLOAD, &json!(longer)).await["refusal"], "too-large");
        let waits = page.granted(b"exact").await;
        test.let_arrive(&page.blob(&waits), b"exact".to_vec()).await;
        page.file(&waits).await;
        assert_eq!(page.upload_state(&waits).await, "granted", "no verdict yet");
    }

    // R34.
    #[tokio::test]
    async fn an_item_stands_on_the_consent_in_force_when_its_place_was_granted() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let upload = page.sent(&media::testing::camera_jpeg(32, 32)).await;
        page.file(&upload).await;
        let item = stored(&page, ITEM, &json!(upload)).await;
        let consent = stored(&page, CONSENT, &item["consent"]).await;
        assert_eq!((&consent["given"], &consent["request"]), (&json!(true), &json!(page.request)));
        let granted = stored(&page, UPLOAD, &json!(upload)).await;
        assert_eq!(granted["consent"], item["consent"]);
    }

    // R34: without a consent, with a no, or with a yes that was taken back, nothing is filed.
    #[tokio::test]
    async fn a_picture_without_a_standing_consent_is_not_filed_and_not_kept() {
        let changes: [fn(&mut Value); 3] = [
            |consent| *consent = Value::Null,
            |consent| consent["given"] = json!(false),
            |consent| consent["withdrawnAt"] = consent["at"].clone(),
        ];
        for change in changes {
            let test = TestApp::at("2026-11-22T09:00:00Z").await;
            let page = PatientPage::agreed(&test, 1).await;
            let upload = page.sent(&media::testing::camera_jpeg(32, 32)).await;
            let id = stored(&page, UPLOAD, &json!(upload)).await["consent"].clone();
            let id = document_id(CONSENT, id.as_str().unwrap());
            let found = test.store.get(Container::Patients, &page.patient, &id).await;
            let found = found.unwrap().unwrap();
            let mut consent = found.body.clone();
            change(&mut consent);
            let change = match &consent {
                Value::Null => Change::delete(&found),
                changed => Change::put(&id, changed).unwrap(),
            };
            test.store.commit(Container::Patients, &page.patient, vec![change]).await.unwrap();

            page.file(&upload).await;

            assert_eq!(page.upload_state(&upload).await, "removed", "{consent}");
            let item = test.document(&page.patient, &document_id(ITEM, &upload)).await;
            assert_eq!(item, None);
            for container in [BlobContainer::Incoming, BlobContainer::Records] {
                let left = test.app.blobs.list(container, &page.patient, None, 10).await.unwrap();
                assert_eq!(left, Vec::<String>::new(), "{consent}");
            }
            assert_eq!(page.inbox().await, Vec::<String>::new());
        }
    }

    // Found by `proofs/nights`: killed between the copies and the record, then taken out.
    #[tokio::test]
    async fn a_picture_taken_out_while_it_is_filed_leaves_no_copy() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let upload = page.sent(&media::testing::camera_jpeg(32, 32)).await;
        for name in [picture_blob(&page.patient, &upload), thumbnail_blob(&page.patient, &upload)] {
            let copy = Bytes::from_static(b"clean");
            test.app.blobs.put(BlobContainer::Records, &name, "image/jpeg", copy).await.unwrap();
        }
        page.remove(&upload).await.unwrap();
        page.file(&upload).await;
        let left = test.app.blobs.list(BlobContainer::Records, &page.patient, None, 10).await;
        assert_eq!(left.unwrap(), Vec::<String>::new());
    }
}
