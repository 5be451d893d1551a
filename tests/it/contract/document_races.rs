//! What every store of documents promises to many who write at once.

use std::sync::Arc;

use domain::ports::documents::Query;
use domain::ports::error::StoreError;
use serde_json::json;

use super::Opened;
use super::documents::{PATIENTS, commit_one, create, delete, get, ids, replace};

macro_rules! document_races_contract {
    ($open:path) => {
        $crate::contract::keeps!(
            $open,
            document_races: documents_that_stay_put_come_exactly_once,
            of_fifty_who_replace_one_version_one_wins,
            fifty_counters_lose_no_count,
        );
    };
}
pub(crate) use document_races_contract;

pub(crate) async fn documents_that_stay_put_come_exactly_once(opened: &Opened) {
    let documents = Arc::clone(&opened.documents);
    let staying: Vec<_> = (0..200).map(|n| format!("{:04}-stays", n * 5)).collect();
    for ids in staying.chunks(100) {
        let batch = ids.iter().map(|id| create(id, json!({}))).collect();
        documents.commit(PATIENTS, "p", batch).await.unwrap();
    }
    // Others come, change and go between them, while pages are read.
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let restless = {
        let documents = Arc::clone(&documents);
        tokio::spawn(async move {
            let mut n = 0_usize;
            while !*stopped.borrow() {
                let id = format!("{:04}-moves", n * 37 % 1000);
                let change = match get(&*documents, "p", &id).await {
                    None => create(&id, json!({})),
                    Some(stored) if n.is_multiple_of(2) => delete(&id, &stored.etag),
                    Some(stored) => replace(&id, &stored.etag, json!({"n": n})),
                };
                commit_one(&*documents, "p", change).await;
                n += 1;
            }
            n
        })
    };
    for newest_first in [false, true] {
        let mut query = Query::prefix("").limit(7);
        query.newest_first = newest_first;
        let mut seen = Vec::new();
        loop {
            let page = documents.list(PATIENTS, "p", &query).await.unwrap();
            seen.extend(page.documents.into_iter().map(|document| document.id));
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        let ordered = seen.is_sorted_by(|a, b| if newest_first { a > b } else { a < b });
        assert!(ordered, "out of order, or twice");
        let mut stayed: Vec<_> = seen.into_iter().filter(|id| id.ends_with("-stays")).collect();
        stayed.sort();
        assert_eq!(stayed, staying);
    }
    stop.send(true).unwrap();
    assert!(restless.await.unwrap() > 0);
}

pub(crate) async fn of_fifty_who_replace_one_version_one_wins(opened: &Opened) {
    let read = commit_one(&*opened.documents, "p", create("d", json!({}))).await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..50 {
        let (documents, read) = (Arc::clone(&opened.documents), read.clone());
        writers.spawn(async move {
            let batch = vec![
                replace("d", &read, json!({"writer": writer})),
                create(&format!("won-{writer}"), json!({})),
            ];
            (writer, documents.commit(PATIENTS, "p", batch).await)
        });
    }
    let mut winners = Vec::new();
    while let Some(outcome) = writers.join_next().await {
        match outcome.unwrap() {
            (writer, Ok(_)) => winners.push(writer),
            (_, Err(StoreError::Stale { id })) => assert_eq!(id, "d"),
            (_, Err(other)) => panic!("{other}"),
        }
    }
    let [winner] = winners[..] else { panic!("{winners:?}") };
    let stored = get(&*opened.documents, "p", "d").await.unwrap();
    assert_eq!(stored.body, json!({"writer": winner}));
    let won = opened.documents.list(PATIENTS, "p", &Query::prefix("won-")).await.unwrap();
    assert_eq!(ids(&won), [format!("won-{winner}")]);
}

pub(crate) async fn fifty_counters_lose_no_count(opened: &Opened) {
    const EACH: u64 = 4;
    commit_one(&*opened.documents, "p", create("count", json!({"n": 0}))).await;
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let documents = Arc::clone(&opened.documents);
        writers.spawn(async move {
            for _ in 0..EACH {
                loop {
                    let read = get(&*documents, "p", "count").await.unwrap();
                    let n = read.body["n"].as_u64().unwrap();
                    let change = replace("count", &read.etag, json!({"n": n + 1}));
                    match documents.commit(PATIENTS, "p", vec![change]).await {
                        Ok(_) => break,
                        Err(error) => assert!(error.is_race(), "{error}"),
                    }
                }
            }
        });
    }
    while let Some(outcome) = writers.join_next().await {
        outcome.unwrap();
    }
    let count = get(&*opened.documents, "p", "count").await.unwrap();
    assert_eq!(count.body, json!({"n": 50 * EACH}));
}
