//! Five hundred uploads at once, with events that are lost, doubled and shuffled: each is filed or
//! refused, none twice, and none is left standing.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use custom_handler::{QueueMessage, Timer};
use domain::ports::blobs::BlobContainer;
use domain::ports::documents::{Container, Query, list_all};
use domain::record::{EVENT, ITEM, UPLOAD};
use futures_util::{StreamExt as _, stream};
use media::testing::camera_jpeg;
use serde_json::{Value, json};

use super::crashes::{Breaks, Ended, Theatre};
use super::nights::Dice;
use crate::app::App;
use crate::file_upload::file_upload;
use crate::patient_page::PatientPage;
use crate::proofs::crashes::Seed;
use crate::reconcile_uploads::reconcile_uploads;
use crate::report_poison::report_uploads;
use crate::testing::TestApp;

const PATIENTS: usize = 50;
const PHOTOS: usize = 10;
const UPLOADS: usize = PATIENTS * PHOTOS;
/// Of so many, one event is lost and another comes twice.
const ONE_IN: usize = 100;
/// Invocations that run beside each other, as of three instances.
const AT_ONCE: usize = 36;
const MOST_DELIVERIES: usize = 5;

/// Sends every picture of every patient; every tenth is none.
pub async fn send_all(test: &TestApp) -> Vec<String> {
    let mut blobs = Vec::new();
    for _ in 0..PATIENTS {
        let page = PatientPage::agreed(test, u32::try_from(PHOTOS).unwrap()).await;
        for photo in 0..PHOTOS {
            let bytes = match u16::try_from(photo).unwrap() {
                0 => b"no picture".to_vec(),
                width => camera_jpeg(8 * width, 8),
            };
            let upload = page.granted(&bytes).await;
            test.let_arrive(&page.blob(&upload), bytes).await;
            blobs.push(page.blob(&upload));
        }
    }
    blobs
}

/// What Event Grid says of a blob, in either of its shapes.
fn event(blob: &str, dice: &mut Dice) -> Value {
    let subject = format!("/blobServices/default/containers/incoming/blobs/{blob}");
    let kind = if dice.once_in(2) { "type" } else { "eventType" };
    json!({ "subject": subject, kind: "Microsoft.Storage.BlobCreated", "data": {} })
}

/// The events as they come: some lost, some twice, in any order.
fn events(blobs: &[String]) -> Vec<Value> {
    let mut dice = Dice::of(500);
    let mut events: Vec<Value> = blobs.iter().map(|blob| event(blob, &mut dice)).collect();
    let some = events.len() / ONE_IN;
    for _ in 0..some {
        events.swap_remove(dice.below(events.len()));
    }
    for _ in 0..some {
        events.push(events[dice.below(events.len())].clone());
    }
    for place in (1..events.len()).rev() {
        events.swap(place, dice.below(place + 1));
    }
    events
}

/// What the host does with messages of `uploads`, many at once; how many failed on their way.
async fn hand_out(app: &App, breaks: &Breaks, messages: Vec<Value>) -> usize {
    let failed = AtomicUsize::new(0);
    let one = async |message: Value| {
        let text = message.to_string();
        for _ in 0..MOST_DELIVERIES {
            let work = file_upload(app.clone(), QueueMessage::for_test(&text));
            if matches!(breaks.invoke(work).await, Ended::Done) {
                return;
            }
            failed.fetch_add(1, Ordering::Relaxed);
        }
        report_uploads(app.clone(), QueueMessage::for_test(&text)).await.unwrap();
    };
    stream::iter(messages).for_each_concurrent(AT_ONCE, one).await;
    failed.into_inner()
}

/// See the module.
pub async fn none_is_lost_twice_or_stuck(theatre: &impl Theatre) {
    let (seed, blobs) = Seed::crowd().await;
    assert_eq!(blobs.len(), UPLOADS);
    let stage = theatre.stage(&seed).await;
    let (app, breaks) = (stage.app(), stage.breaks());
    let events = events(&blobs);
    let (came, first) = (events.len(), hand_out(app, breaks, events).await);
    let standing = app.blobs.list(BlobContainer::Incoming, "", None, 1000).await.unwrap().len();
    breaks.take_sent();
    reconcile_uploads(app.clone(), Timer::for_test()).await.unwrap();
    let put_again = breaks.take_sent().into_iter().map(|(_, message, _)| message).collect();
    let second = hand_out(app, breaks, put_again).await;

    let (mut filed, mut refused) = (0, 0);
    let patients: BTreeSet<&str> =
        blobs.iter().filter_map(|blob| Some(blob.split_once('/')?.0)).collect();
    for patient in patients {
        let all = list_all(&*app.documents, Container::Patients, patient, Query::prefix(""));
        let all = all.await.unwrap();
        let count = |prefix: &str, name: &str, value: &str| {
            let fits = all.iter().filter(|found| found.id.starts_with(prefix));
            fits.filter(|found| value.is_empty() || found.body[name] == value).count()
        };
        let states = (count(UPLOAD, "state", "filed"), count(UPLOAD, "state", "refused"));
        assert_eq!(states, (PHOTOS - 1, 1), "uploads of {patient}");
        assert_eq!(count(ITEM, "", ""), states.0, "items of {patient}");
        assert_eq!(count(EVENT, "name", "item-filed"), states.0, "filings told of {patient}");
        assert_eq!(count(EVENT, "name", "upload-refused"), states.1, "refusals told of {patient}");
        (filed, refused) = (filed + states.0, refused + states.1);
    }
    let inbox = crate::inbox::inbox_of("riverside", "wound-care");
    let rows =
        list_all(&*app.documents, Container::Inbox, &inbox, Query::prefix("")).await.unwrap();
    assert!(rows.iter().all(|row| row.body["kind"] == "item"), "a task is left for nothing");
    assert_eq!(rows.len(), filed, "rows of the inbox");
    let left = app.blobs.list(BlobContainer::Incoming, "", None, 1000).await.unwrap();
    assert_eq!(left, Vec::<String>::new());
    println!(
        "{UPLOADS} uploads, {came} events: {filed} filed, {refused} refused; {standing} stood \
         until the reconciler came; {} deliveries failed and came again",
        first + second
    );
}
