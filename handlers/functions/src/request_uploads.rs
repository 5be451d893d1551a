//! The uploads of one request: which there are, how many more it takes, and taking out those that
//! are not yet in the record.

use custom_handler::Failure;
use domain::capture_request::Places;
use domain::ports::blobs::BlobContainer;
use domain::ports::documents::{Change, Container, Query, list_all};
use domain::record::UPLOAD;
use domain::record::request::CaptureRequest;
use domain::record::upload::Upload;
use domain::upload_state::{GRANT, UploadState};
use jiff::Timestamp;

use crate::app::{App, stored};
use crate::record::{Versioned, versioned};

/// Uploads that one batch takes out. More can only be grants that ran out without bytes.
const MOST_TAKEN_OUT: usize = 80;

/// All uploads of the request, oldest first.
pub async fn uploads_of(
    app: &App,
    patient: &str,
    request: &str,
) -> Result<Vec<Versioned<Upload>>, Failure> {
    let query = Query::prefix(UPLOAD).with("request", request);
    let found = list_all(&*app.documents, Container::Patients, patient, query).await;
    stored(found)?.into_iter().map(versioned).collect()
}

/// How many more pictures the request takes.
pub fn places_left(capture: &CaptureRequest, uploads: &[Versioned<Upload>], now: Timestamp) -> u32 {
    let taken = uploads.iter().map(|upload| &upload.value);
    let taken = taken.filter(|upload| takes_a_place(upload, now));
    places(capture).left(taken.map(|upload| upload.granted_at))
}

/// True where the upload takes one of the places.
pub fn takes_a_place(upload: &Upload, now: Timestamp) -> bool {
    upload.state.counts_towards_limit(upload.signed_until, now)
}

/// How many pictures are asked for now: at first, or again after some could not be used.
pub fn asked_for(capture: &CaptureRequest) -> u32 {
    if capture.submitted_at.is_some() { capture.reopened_for } else { capture.photos }
}

/// True for a picture that came before the last submission.
pub fn was_sent(capture: &CaptureRequest, upload: &Upload) -> bool {
    capture.submitted_at.is_some_and(|sent| upload.granted_at <= sent)
}

/// What decides about them.
pub fn places(capture: &CaptureRequest) -> Places {
    Places {
        photos: capture.photos,
        reopened_for: capture.reopened_for,
        reopenings: capture.reopenings,
        submitted_at: capture.submitted_at,
    }
}

/// Ends the addresses of photos that are not there yet, for the batch that says why: what comes by
/// them later is deleted when its event is read. A photo that is there stays, whether its event has
/// been read or not.
pub async fn end_addresses(
    app: &App,
    uploads: &[Versioned<Upload>],
    now: Timestamp,
) -> Result<Vec<Change>, Failure> {
    let mut changes = Vec::new();
    let can_still_come = |upload: &&Versioned<Upload>| {
        let Upload { state, signed_until, .. } = upload.value;
        // What was begun in the last moment of its address is on its way a while longer.
        state == UploadState::Granted && now.duration_since(signed_until) < GRANT
    };
    for upload in uploads.iter().rev().filter(can_still_come).take(MOST_TAKEN_OUT) {
        let before = &upload.value;
        let blob = stored(app.blobs.head(BlobContainer::Incoming, &before.blob).await)?;
        let after = match blob {
            Some(_) => Upload {
                state: UploadState::Arrived,
                arrived_at: Some(before.arrived_at.unwrap_or(now)),
                ..before.clone()
            },
            None => Upload { state: UploadState::Removed, ..before.clone() },
        };
        changes.push(upload.replace(&after)?);
    }
    Ok(changes)
}

/// What taking out left behind.
#[derive(Default)]
pub struct TakenOut {
    /// For the batch that says so.
    pub changes: Vec<Change>,
    /// Pictures that had arrived and are gone.
    pub arrived: usize,
    /// Pictures that are in the record already, and stay there for now.
    pub filed: usize,
}

/// Erases what was sent and not yet filed, then answers the changes that say so: bytes before
/// record (invariant 2). What arrives after this is deleted when its event is read.
pub async fn take_out_unfiled(
    app: &App,
    uploads: &[Versioned<Upload>],
) -> Result<TakenOut, Failure> {
    let mut taken_out = TakenOut::default();
    let in_state = |state| uploads.iter().filter(move |upload| upload.value.state == state);
    taken_out.filed = in_state(UploadState::Filed).count();
    taken_out.arrived = in_state(UploadState::Arrived).count();
    let newest_grants = in_state(UploadState::Granted).rev();
    for upload in in_state(UploadState::Arrived).chain(newest_grants).take(MOST_TAKEN_OUT) {
        stored(app.blobs.erase(BlobContainer::Incoming, &upload.value.blob).await)?;
        let removed = Upload { state: UploadState::Removed, ..upload.value.clone() };
        taken_out.changes.push(upload.replace(&removed)?);
    }
    Ok(taken_out)
}
