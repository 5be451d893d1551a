//! Part of the night: do the pictures in `records` belong to a record? After a restore some may be
//! younger than every record and every row of the ledger, so that nothing leads to them.
//!
//! A night looks at so many and no more. Where it stopped is one document, and the next night goes
//! on from there.

use custom_handler::Failure;
use domain::ledger_row::{RECORDS_WALK, RecordsWalk};
use domain::ports::blobs::BlobContainer;
use domain::ports::documents::{Change, Container, Stored};
use domain::record::{ITEM, UPLOAD, document_id};
use jiff::Timestamp;

use crate::app::{App, stored};
use crate::erasure::patient::erase_left;
use crate::missing_record::may_go;

/// Blobs that one night looks at: two a picture.
pub const MOST: usize = 10_000;
/// Names asked for at once.
const PAGE: usize = 500;

/// Looks at the next `most` blobs.
pub async fn walk_records(app: &App, most: usize, now: Timestamp) -> Result<(), Failure> {
    let found = app.documents.get(Container::Ledger, RECORDS_WALK, RECORDS_WALK).await;
    let before = stored(found)?;
    let stopped: Option<RecordsWalk> = stored(before.as_ref().map(Stored::read).transpose())?;
    let mut after = stopped.map(|walk| walk.after);
    let mut looked = 0;
    while looked < most {
        let page = PAGE.min(most - looked);
        let names = app.blobs.list(BlobContainer::Records, "", after.as_deref(), page).await;
        let names = stored(names)?;
        let mut last = "";
        for name in &names {
            let Some((picture, _)) = name.rsplit_once('/') else { continue };
            if picture != last
                && let Some((patient, item)) = picture.split_once('/')
            {
                look_at(app, patient, item, now).await?;
            }
            last = picture;
        }
        looked += names.len();
        let is_last = names.len() < page;
        after = names.into_iter().next_back().filter(|_| !is_last);
        if is_last {
            break;
        }
    }
    let change = match (before, after) {
        (None, None) => return Ok(()),
        (Some(before), None) => Change::delete(&before),
        (_, Some(after)) => stored(Change::put(RECORDS_WALK, &RecordsWalk { after }))?,
    };
    match app.documents.commit(Container::Ledger, RECORDS_WALK, vec![change]).await {
        Err(error) if !error.is_race() => stored(Err(error)),
        _ => Ok(()),
    }
}

async fn look_at(app: &App, patient: &str, item: &str, now: Timestamp) -> Result<(), Failure> {
    // An upload that is there says what becomes of its copies: filing and its own night see to them.
    for id in [document_id(ITEM, item), document_id(UPLOAD, item)] {
        if stored(app.documents.get(Container::Patients, patient, &id).await)?.is_some() {
            return Ok(());
        }
    }
    if may_go(app, patient, Some(item), now).await? {
        erase_left(app, patient, Some(item)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use media::testing::camera_jpeg;

    use super::*;
    use crate::patient_page::PatientPage;
    use crate::testing::TestApp;

    #[tokio::test]
    async fn a_night_goes_on_where_the_last_one_stopped_and_finds_whose_record_is_missing() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let page = PatientPage::agreed(&test, 2).await;
        for side in [8, 16] {
            let upload = page.sent(&camera_jpeg(16, side)).await;
            page.file(&upload).await;
        }
        let late = bytes::Bytes::from_static(b"clean");
        let name = "zz/item/picture";
        test.app.blobs.put(BlobContainer::Records, name, "image/jpeg", late).await.unwrap();
        for (night, told) in [(1, 0), (2, 0), (3, 1), (4, 1)] {
            walk_records(&test.app, 2, test.now()).await.unwrap();
            assert_eq!(test.operator_list().await.len(), told, "night {night}");
        }
        test.set("2026-12-22T10:00:00Z");
        // Every night goes on with it.
        test.night().await;
        test.night().await;
        let left = test.app.blobs.list(BlobContainer::Records, "", None, 10).await.unwrap();
        assert_eq!(left.len(), 4, "{left:?}");
    }
}
