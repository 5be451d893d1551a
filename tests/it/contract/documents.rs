//! What every store of documents promises.

use std::collections::BTreeSet;

use domain::ports::documents::{Change, Container, Documents, Page, Query, Stored, list_all};
use domain::ports::error::{Etag, StoreError};
use serde_json::{Value, json};

use super::Opened;

macro_rules! documents_contract {
    ($open:path) => {
        $crate::contract::keeps!(
            $open,
            documents: a_document_comes_back_as_it_was_written,
            an_absent_document_is_none,
            a_create_meets_what_is_there,
            an_old_version_is_stale,
            a_put_creates_and_overwrites,
            a_batch_of_a_hundred_is_one_commit,
            a_batch_whose_hundredth_change_fails_changes_nothing,
            the_error_names_the_first_change_that_failed,
            partitions_and_containers_do_not_see_each_other,
            pages_come_in_the_order_of_ids,
            a_prefix_is_no_pattern,
            a_property_finds_its_documents_and_no_others,
            odd_names_are_names_like_others,
            an_id_that_no_url_can_carry_is_refused,
        );
    };
}
pub(crate) use documents_contract;

pub(crate) const PATIENTS: Container = Container::Patients;

pub(crate) fn create(id: &str, body: Value) -> Change {
    Change::Create { id: id.to_owned(), body }
}

fn put(id: &str, body: Value) -> Change {
    Change::Put { id: id.to_owned(), body }
}

pub(crate) fn replace(id: &str, etag: &Etag, body: Value) -> Change {
    Change::Replace { id: id.to_owned(), etag: etag.clone(), body }
}

pub(crate) fn delete(id: &str, etag: &Etag) -> Change {
    Change::Delete { id: id.to_owned(), etag: etag.clone() }
}

pub(crate) fn ids(page: &Page) -> Vec<&str> {
    page.documents.iter().map(|document| document.id.as_str()).collect()
}

pub(crate) async fn commit_one(documents: &dyn Documents, partition: &str, change: Change) -> Etag {
    let mut etags = documents.commit(PATIENTS, partition, vec![change]).await.unwrap();
    assert_eq!(etags.len(), 1);
    etags.remove(0)
}

pub(crate) async fn get(documents: &dyn Documents, partition: &str, id: &str) -> Option<Stored> {
    documents.get(PATIENTS, partition, id).await.unwrap()
}

pub(crate) async fn a_document_comes_back_as_it_was_written(opened: &Opened) {
    let documents = &*opened.documents;
    let body = json!({
        // Names that an adapter may need for itself on the wire.
        "id": "its own", "patient": "its own", "_etag": "its own",
        "text": "O’Brien \"Ünï\" \\ \u{0}\u{1f600} %_*' ; --", "empty": "", "null": null,
        "number": -0.5, "large": 9_007_199_254_740_991_i64, "yes": true,
        "nested": {"list": [1, [2, {"three": []}]]},
    });
    let etag = commit_one(documents, "p", create("d", body.clone())).await;
    let expected = Stored { id: "d".to_owned(), etag, body };
    assert_eq!(get(documents, "p", "d").await, Some(expected.clone()));
    let page = documents.list(PATIENTS, "p", &Query::prefix("")).await.unwrap();
    assert_eq!(page, Page { documents: vec![expected], next: None });
}

pub(crate) async fn an_absent_document_is_none(opened: &Opened) {
    assert_eq!(get(&*opened.documents, "p", "d").await, None);
    let page = opened.documents.list(PATIENTS, "p", &Query::prefix("")).await.unwrap();
    assert_eq!(page, Page { documents: vec![], next: None });
}

pub(crate) async fn a_create_meets_what_is_there(opened: &Opened) {
    let documents = &*opened.documents;
    let etag = commit_one(documents, "p", create("d", json!({"first": true}))).await;
    let again = documents.commit(PATIENTS, "p", vec![create("d", json!({}))]).await;
    assert!(matches!(again, Err(StoreError::Conflict { id }) if id == "d"));
    let kept = get(documents, "p", "d").await.unwrap();
    assert_eq!((kept.etag.clone(), kept.body), (etag, json!({"first": true})));

    // Deleted, its id is free again.
    commit_one(documents, "p", delete("d", &kept.etag)).await;
    let fresh = commit_one(documents, "p", create("d", json!({}))).await;
    assert_ne!(fresh, kept.etag);
}

pub(crate) async fn an_old_version_is_stale(opened: &Opened) {
    let documents = &*opened.documents;
    let old = commit_one(documents, "p", create("d", json!({"n": 1}))).await;
    // The same body is a new version all the same.
    let new = commit_one(documents, "p", replace("d", &old, json!({"n": 1}))).await;
    assert_ne!(old, new);
    for change in [
        replace("d", &old, json!({"n": 3})),
        delete("d", &old),
        replace("absent", &new, json!({})),
        delete("absent", &new),
    ] {
        let id = change.id().to_owned();
        let outcome = documents.commit(PATIENTS, "p", vec![change]).await;
        assert!(matches!(outcome, Err(StoreError::Stale { id: named }) if named == id));
    }
    assert_eq!(get(documents, "p", "d").await.unwrap().etag, new);
}

pub(crate) async fn a_put_creates_and_overwrites(opened: &Opened) {
    let documents = &*opened.documents;
    let first = commit_one(documents, "p", put("d", json!({"n": 1}))).await;
    let second = commit_one(documents, "p", put("d", json!({"n": 2}))).await;
    assert_ne!(first, second);
    let stored = get(documents, "p", "d").await.unwrap();
    assert_eq!((stored.etag, stored.body), (second, json!({"n": 2})));
}

pub(crate) async fn a_batch_of_a_hundred_is_one_commit(opened: &Opened) {
    let documents = &*opened.documents;
    let kept = commit_one(documents, "p", create("kept", json!({"n": 0}))).await;
    let gone = commit_one(documents, "p", create("gone", json!({}))).await;
    let mut batch = vec![replace("kept", &kept, json!({"n": 1})), delete("gone", &gone)];
    batch.extend((0..98).map(|n| create(&format!("new-{n:02}"), json!({"n": n}))));

    let etags = documents.commit(PATIENTS, "p", batch).await.unwrap();

    assert_eq!(etags.len(), 100);
    assert_eq!(get(documents, "p", "kept").await.unwrap().etag, etags[0]);
    assert_eq!(etags[1].0, "");
    assert_eq!(get(documents, "p", "gone").await, None);
    let last = get(documents, "p", "new-97").await.unwrap();
    assert_eq!((last.etag, last.body), (etags[99].clone(), json!({"n": 97})));
    let distinct: BTreeSet<_> = etags.iter().map(|etag| &etag.0).collect();
    assert_eq!(distinct.len(), 100);
}

pub(crate) async fn a_batch_whose_hundredth_change_fails_changes_nothing(opened: &Opened) {
    let documents = &*opened.documents;
    let there = commit_one(documents, "p", create("there", json!({"n": 0}))).await;
    let before = list_all(documents, PATIENTS, "p", Query::prefix("")).await.unwrap();
    let mut batch: Vec<_> = (0..97).map(|n| create(&format!("new-{n:02}"), json!({}))).collect();
    batch.push(replace("there", &there, json!({"n": 1})));
    batch.push(put("put", json!({})));
    for last in [create("new-00", json!({})), delete("absent", &there)] {
        let mut batch = batch.clone();
        batch.push(last);
        assert_eq!(batch.len(), 100);
        assert!(documents.commit(PATIENTS, "p", batch).await.unwrap_err().is_race());
        let after = list_all(documents, PATIENTS, "p", Query::prefix("")).await.unwrap();
        assert_eq!(after, before);
    }
}

pub(crate) async fn the_error_names_the_first_change_that_failed(opened: &Opened) {
    let documents = &*opened.documents;
    commit_one(documents, "p", create("there", json!({}))).await;
    let old = Etag("0x0".to_owned());
    let batch = vec![
        create("new", json!({})),
        replace("there", &old, json!({})),
        create("there", json!({})),
        delete("absent", &old),
    ];
    let outcome = documents.commit(PATIENTS, "p", batch).await;
    assert!(matches!(outcome, Err(StoreError::Stale { id }) if id == "there"));
    let batch = vec![create("there", json!({})), replace("absent", &old, json!({}))];
    let outcome = documents.commit(PATIENTS, "p", batch).await;
    assert!(matches!(outcome, Err(StoreError::Conflict { id }) if id == "there"));
}

pub(crate) async fn partitions_and_containers_do_not_see_each_other(opened: &Opened) {
    let documents = &*opened.documents;
    for container in Container::ALL {
        // In `links` the partition is the id itself, so every adapter must take this one.
        for partition in ["d", "other"] {
            let id = if container == Container::Links { partition } else { "d" };
            let body = json!({"in": format!("{}/{partition}", container.name())});
            documents.commit(container, partition, vec![create(id, body)]).await.unwrap();
        }
    }
    for container in Container::ALL {
        let page = documents.list(container, "d", &Query::prefix("")).await.unwrap();
        assert_eq!(page.documents.len(), 1);
        assert_eq!(page.documents[0].body, json!({"in": format!("{}/d", container.name())}));
    }
    let gone = get(documents, "d", "d").await.unwrap();
    commit_one(documents, "d", delete("d", &gone.etag)).await;
    assert!(get(documents, "other", "d").await.is_some());
    assert!(documents.get(Container::Register, "d", "d").await.unwrap().is_some());
}

pub(crate) async fn pages_come_in_the_order_of_ids(opened: &Opened) {
    let documents = &*opened.documents;
    let written = ["a-2", "b", "a-10", "a", "a-1", "A-1", "a-1-x", "a.", "a-3"];
    let batch = written.iter().map(|id| create(id, json!({}))).collect();
    documents.commit(PATIENTS, "p", batch).await.unwrap();
    let list = async |query: Query| documents.list(PATIENTS, "p", &query).await.unwrap();

    let expected = ["a-1", "a-1-x", "a-10", "a-2", "a-3"];
    let all = list(Query::prefix("a-")).await;
    assert_eq!((ids(&all), all.next.as_deref()), (expected.to_vec(), None));
    let exact = list(Query::prefix("a-").limit(5)).await;
    assert_eq!((ids(&exact).len(), exact.next), (5, None));

    for (newest_first, expected) in
        [(false, expected.to_vec()), (true, expected.iter().rev().copied().collect())]
    {
        let mut query = Query::prefix("a-").limit(2);
        query.newest_first = newest_first;
        let mut seen = Vec::new();
        loop {
            let page = list(query.clone()).await;
            assert!(page.documents.len() <= 2);
            seen.extend(page.documents.into_iter().map(|document| document.id));
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, expected);
    }
    // Behind an id that is no longer there, the page goes on where it would be.
    let behind = list(Query::prefix("a-").after(Some("a-11".to_owned()))).await;
    assert_eq!(ids(&behind), ["a-2", "a-3"]);
    let everything = list(Query::prefix("")).await;
    assert_eq!(ids(&everything), ["A-1", "a", "a-1", "a-1-x", "a-10", "a-2", "a-3", "a.", "b"]);
}

pub(crate) async fn a_prefix_is_no_pattern(opened: &Opened) {
    let documents = &*opened.documents;
    let written = ["a%b", "a_b", "a*b", "axb", "a'b", "é-1", "e-1"];
    let batch = written.iter().map(|id| create(id, json!({}))).collect();
    documents.commit(PATIENTS, "p", batch).await.unwrap();
    for (prefix, found) in
        [("a%", "a%b"), ("a_", "a_b"), ("a*", "a*b"), ("a'", "a'b"), ("é", "é-1"), ("e", "e-1")]
    {
        let page = documents.list(PATIENTS, "p", &Query::prefix(prefix)).await.unwrap();
        assert_eq!(ids(&page), [found]);
    }
}

pub(crate) async fn a_property_finds_its_documents_and_no_others(opened: &Opened) {
    let documents = &*opened.documents;
    let rao = |n: u32| create(&format!("patient-{n}"), json!({"familyKey": "rao", "n": n}));
    let batch = vec![
        rao(3),
        rao(1),
        rao(2),
        create("other-1", json!({"familyKey": "rao"})),
        create("patient-4", json!({"familyKey": "raos"})),
        create("patient-5", json!({"familyKey": 5})),
        create("patient-6", json!({"familyKey": ["rao"]})),
        create("patient-7", json!({"nested": {"familyKey": "rao"}})),
        create("patient-8", json!({"familyKey": "o'neill % é"})),
    ];
    documents.commit(Container::Register, "c", batch).await.unwrap();
    let elsewhere = vec![create("patient-9", json!({"familyKey": "rao"}))];
    documents.commit(Container::Register, "d", elsewhere).await.unwrap();
    let list = async |query: Query| documents.list(Container::Register, "c", &query).await.unwrap();

    let query = Query::prefix("patient-").with("familyKey", "rao");
    assert_eq!(ids(&list(query.clone()).await), ["patient-1", "patient-2", "patient-3"]);
    let first = list(query.clone().newest_first().limit(2)).await;
    assert_eq!(ids(&first), ["patient-3", "patient-2"]);
    let second = list(query.clone().newest_first().limit(2).after(first.next)).await;
    assert_eq!((ids(&second), second.next.as_deref()), (vec!["patient-1"], None));
    let odd = list(Query::prefix("patient-").with("familyKey", "o'neill % é")).await;
    assert_eq!(ids(&odd), ["patient-8"]);
    assert!(list(Query::prefix("").with("familyKey", "")).await.documents.is_empty());

    // What changed is found by what it is now.
    let moved = documents.get(Container::Register, "c", "patient-2").await.unwrap().unwrap();
    let change = replace("patient-2", &moved.etag, json!({"familyKey": "new"}));
    documents.commit(Container::Register, "c", vec![change]).await.unwrap();
    assert_eq!(ids(&list(query).await), ["patient-1", "patient-3"]);
    assert_eq!(ids(&list(Query::prefix("").with("familyKey", "new")).await), ["patient-2"]);
}

pub(crate) async fn odd_names_are_names_like_others(opened: &Opened) {
    let documents = &*opened.documents;
    let names = [
        "'; DROP TABLE documents; --",
        "\"quoted\"",
        "per%20cent%2F",
        "sp ace",
        "ünï-\u{1f600}",
        "e\u{301}",
        "é",
        "...",
        "$.x",
        "null",
        "0x1F",
        "UPPER",
        "upper",
    ];
    for partition in names {
        let batch = names.iter().map(|id| create(id, json!({"id is": id}))).collect();
        documents.commit(PATIENTS, partition, batch).await.unwrap();
    }
    for partition in names {
        for id in names {
            let stored = get(documents, partition, id).await.unwrap();
            assert_eq!((stored.id.as_str(), stored.body), (id, json!({"id is": id})));
        }
        let all = list_all(documents, PATIENTS, partition, Query::prefix("")).await.unwrap();
        assert_eq!(all.len(), names.len());
    }
}

pub(crate) async fn an_id_that_no_url_can_carry_is_refused(opened: &Opened) {
    // Clients fold these away, and would ask for something else.
    for id in [".", "..", "a/b", "a?b", "a#b", ""] {
        let outcome = opened.documents.commit(PATIENTS, "p", vec![put(id, json!({}))]).await;
        assert!(matches!(outcome, Err(StoreError::Broken(_))), "{id}");
    }
}
