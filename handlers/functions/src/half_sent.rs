//! Uploads that were begun and never finished: blocks in `incoming` that no block list made a blob.
//! No list of blobs shows them and no event tells of them, so they are looked for.

use custom_handler::Failure;
use domain::ports::blobs::BlobContainer;
use domain::ports::documents::Container;
use domain::record::upload::Upload;
use domain::record::{PATIENT, TOMBSTONE, UPLOAD, document_id};
use domain::upload_state::may_still_be_sent;
use jiff::Timestamp;
use serde_json::json;
use tracing::info;

use crate::app::{App, stored};
use crate::arrived_blob::ArrivedBlob;

/// Names asked for at once.
const PAGE: usize = 500;

/// Erases what nobody can finish any more, and says how much that was.
pub async fn sweep_half_sent(app: &App, now: Timestamp) -> Result<usize, Failure> {
    let (mut found, mut swept) = (0_usize, 0_usize);
    let mut after: Option<String> = None;
    loop {
        let (container, after_this) = (BlobContainer::Incoming, after.as_deref());
        let names = app.blobs.list_uncommitted(container, "", after_this, PAGE).await;
        let names = stored(names)?;
        let is_last = names.len() < PAGE;
        for name in &names {
            found += 1;
            if is_over(app, name, now).await? {
                stored(app.blobs.erase(BlobContainer::Incoming, name).await)?;
                swept += 1;
            }
        }
        after = names.into_iter().next_back();
        if is_last || after.is_none() {
            break;
        }
    }
    info!(found, swept, "{found} uploads were half sent, {swept} of them for good");
    Ok(swept)
}

/// True where no signature is good any more and no blob came of it after all. Of an upload that
/// nobody knows that is certain only where a tombstone says so; the store's own week ends others.
async fn is_over(app: &App, name: &str, now: Timestamp) -> Result<bool, Failure> {
    let Some(blob) = ArrivedBlob::read(&json!({ "blob": name })) else { return Ok(false) };
    let get = async |prefix: &str, id: &str| {
        let id = document_id(prefix, id);
        stored(app.documents.get(Container::Patients, &blob.patient, &id).await)
    };
    let Some(upload) = get(UPLOAD, &blob.upload).await? else {
        return Ok(get(TOMBSTONE, PATIENT).await?.is_some());
    };
    let upload: Upload = stored(upload.read())?;
    let is_over = !may_still_be_sent(upload.signed_until, now);
    Ok(is_over && stored(app.blobs.head(BlobContainer::Incoming, name).await)?.is_none())
}

#[cfg(test)]
mod tests {
    use domain::ports::blobs::{Blobs as _, ReadBlobs as _, SignUrls as _};
    use embedded::storage::{Listeners, StorageOptions, serve};
    use jiff::SignedDuration;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::patient_page::PatientPage;
    use crate::testing::TestApp;

    /// Stages one block of an upload through the store's own face, and commits none.
    async fn stage_block(test: &TestApp, blob: &str) {
        let until = test.now() + SignedDuration::from_mins(10);
        let signed = test.store.sign_upload(blob, "image/jpeg", 1000, until).await.unwrap();
        let target = signed.url.strip_prefix(&test.app.settings.storage_origin).unwrap();
        let listen = || TcpListener::bind("127.0.0.1:0");
        let listeners =
            Listeners { blobs: listen().await.unwrap(), queues: listen().await.unwrap() };
        let address = listeners.blobs.local_addr().unwrap();
        let face =
            serve(test.store.clone(), listeners, StorageOptions::default(), std::future::pending());
        let call = async {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let head = format!(
                "PUT {target}&comp=block&blockid=YWE%3D HTTP/1.1\r\nHost: {address}\r\n\
                 Content-Length: 5\r\nConnection: close\r\n\r\nblock"
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            let mut reply = String::new();
            stream.read_to_string(&mut reply).await.unwrap();
            assert!(reply.starts_with("HTTP/1.1 201"), "{reply}");
        };
        tokio::select! {
            () = call => {}
            served = face => panic!("{served:?}"),
        }
    }

    async fn uncommitted(test: &TestApp) -> usize {
        let found = test.store.list_uncommitted(BlobContainer::Incoming, "", None, 10).await;
        found.unwrap().len()
    }

    #[tokio::test]
    async fn what_nobody_can_finish_any_more_goes_on_every_night() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 2).await;
        let upload = page.granted(b"half of it").await;
        stage_block(&test, &page.blob(&upload)).await;
        assert_eq!(uncommitted(&test).await, 1);
        assert_eq!(sweep_half_sent(&test.app, test.now()).await.unwrap(), 0, "it may still come");
        test.pass(SignedDuration::from_mins(17));
        let timer = custom_handler::Timer::for_test();
        crate::reconcile_uploads::reconcile_uploads(test.app.clone(), timer).await.unwrap();
        assert_eq!(uncommitted(&test).await, 0);
        assert!(
            !test.app.night.settle().await.unwrap(),
            "nothing is due, and it is swept all the same"
        );
    }

    #[tokio::test]
    async fn blocks_of_an_erased_patient_go_too() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PatientPage::agreed(&test, 1).await;
        let upload = page.granted(b"half of it").await;
        let blob = page.blob(&upload);
        stage_block(&test, &blob).await;
        test.set("2034-11-22T02:00:00Z");
        test.night().await;
        assert_eq!(uncommitted(&test).await, 0, "with the record");
        // Somebody was slow: the block came behind the erasure.
        stage_block(&test, &blob).await;
        assert_eq!(uncommitted(&test).await, 1);
        assert_eq!(sweep_half_sent(&test.app, test.now()).await.unwrap(), 1);
        test.store.erase(BlobContainer::Incoming, &blob).await.unwrap();
    }
}
