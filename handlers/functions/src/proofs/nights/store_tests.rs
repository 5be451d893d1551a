//! The store in memory behaves as the real one: what was proved over it holds there.

use std::collections::BTreeSet;

use bytes::Bytes;
use domain::ports::blobs::BlobContainer;
use domain::ports::documents::{Change, Container, Page, Query, Stored};
use domain::ports::error::{Etag, StoreError};
use serde_json::json;

use super::dice::Dice;
use super::world::World;
use crate::testing::TestApp;

const IDS: [&str; 5] = ["item-1", "item-2", "note-1", "patient", "head"];

/// What a batch did, without the versions, which each store names in its own way.
fn outcome<T>(result: Result<T, StoreError>) -> String {
    match result {
        Ok(_) => "done".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// One to four changes of different documents; the same for both stores, each with its own etags.
fn batches(dice: &mut Dice, stored: &[Option<[Stored; 2]>]) -> [Vec<Change>; 2] {
    let mut both = [Vec::new(), Vec::new()];
    let first = dice.below(IDS.len());
    for place in (0..=dice.below(4)).map(|more| (first + more) % IDS.len()) {
        let (id, body) = (IDS[place].to_owned(), json!({ "n": dice.number() % 3, "team": "t" }));
        let kind = dice.below(5);
        for (changes, store) in both.iter_mut().zip(0..) {
            let found = stored[place].as_ref().map(|both| &both[store]);
            changes.push(match (kind, found) {
                (0, _) => Change::Create { id: id.clone(), body: body.clone() },
                (1, _) | (2 | 3, None) => Change::Put { id: id.clone(), body: body.clone() },
                (2, Some(found)) => Change::replace(found, &body).unwrap(),
                (3, Some(found)) => Change::delete(found),
                _ => Change::Replace {
                    id: id.clone(),
                    etag: Etag("another".into()),
                    body: body.clone(),
                },
            });
        }
    }
    both
}

#[tokio::test]
async fn documents_change_and_are_found_as_in_the_real_store() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let (real, container, partition) = (&test.app.documents, Container::Patients, "p");
    let (mut world, mut dice) = (World::default(), Dice::of(7));
    let mut outcomes = BTreeSet::new();
    for _ in 0..200 {
        let mut stored = Vec::new();
        for id in IDS {
            let ours = world.get(container, partition, id);
            let theirs = real.get(container, partition, id).await.unwrap();
            assert_eq!(ours.as_ref().map(|o| &o.body), theirs.as_ref().map(|t| &t.body));
            stored.push(ours.zip(theirs).map(|(ours, theirs)| [ours, theirs]));
        }
        let [ours, theirs] = batches(&mut dice, &stored);
        let ours = outcome(world.commit(container, partition, &ours, test.now()));
        assert_eq!(ours, outcome(real.commit(container, partition, theirs).await));
        outcomes.insert(ours.split('`').next_back().unwrap().to_owned());

        let mut query = Query::prefix(["", "item-", "x"][dice.below(3)]).limit(1 + dice.below(3));
        query.newest_first = dice.once_in(2);
        query.after = dice.once_in(2).then(|| IDS[dice.below(IDS.len())].to_owned());
        let ours = world.list(container, partition, &query);
        let theirs = real.list(container, partition, &query).await.unwrap();
        let ids =
            |page: &Page| page.documents.iter().map(|found| found.id.clone()).collect::<Vec<_>>();
        assert_eq!((ids(&ours), &ours.next), (ids(&theirs), &theirs.next), "{query:?}");
    }
    let all = [" changed since it was read", " exists already", "done"];
    assert_eq!(outcomes.iter().map(String::as_str).collect::<Vec<_>>(), all);
}

#[tokio::test]
async fn blobs_come_and_go_as_in_the_real_store() {
    let test = TestApp::at("2026-11-22T10:00:00Z").await;
    let (mut world, mut dice) = (World::default(), Dice::of(7));
    let records = BlobContainer::Records;
    for _ in 0..60 {
        let name = ["p/1/picture", "p/1/thumbnail", "p/2/picture"][dice.below(3)];
        if dice.once_in(2) {
            world.put_blob(records, name, "image/jpeg", Bytes::from_static(b"b"), test.now());
            test.app
                .blobs
                .put(records, name, "image/jpeg", Bytes::from_static(b"b"))
                .await
                .unwrap();
        } else {
            world.blobs.remove(&(records.name(), name.to_owned()));
            test.app.blobs.erase(records, name).await.unwrap();
        }
        let prefix = ["p/", "p/1/", "q"][dice.below(3)];
        let theirs = test.app.blobs.list(records, prefix, None, 10).await.unwrap();
        assert_eq!(world.names(records, prefix), theirs);
        let theirs = test.app.blobs.head(records, name).await.unwrap().is_some();
        assert_eq!(world.blobs.contains_key(&(records.name(), name.to_owned())), theirs);
    }
}
