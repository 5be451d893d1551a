//! Killed at any moment, the store loses nothing that it acknowledged.
//!
//! This program starts itself as a child that writes documents, blobs, blocks and messages as fast
//! as it can and says each one on its standard output once the store has acknowledged it. After a
//! random number of them and a random moment more the child is killed (SIGKILL); then everything
//! it said must be there, `PRAGMA integrity_check` must say ok, and what it did not say must be
//! there wholly or not at all. `killed SEED` repeats a run.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test, though not one of the usual harness"
)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::ports::blobs::{BlobContainer, Blobs, ReadBlobs};
use domain::ports::documents::{Change, Container, Documents, Query, ReadDocuments, list_all};
use domain::ports::error::StoreError;
use domain::ports::queues::{Queue, Queues};
use embedded::{Embedded, EmbeddedOptions, SystemClock};
use serde_json::{Value, json};

const KILLS: u32 = 120;
const WRITERS: u32 = 6;
const CHILD: &str = "write-until-killed";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [CHILD, folder, round] => {
            runtime.block_on(write_until_killed(Path::new(folder), round.parse().unwrap()));
        }
        // As the usual harness does: nothing where another test is meant.
        words if !words.iter().all(|word| is_seed(word) || "killed".contains(word)) => {}
        words => {
            let seed = words.iter().find_map(|word| word.parse().ok()).unwrap_or(20_261_122);
            runtime.block_on(kill_again_and_again(seed));
        }
    }
}

fn is_seed(word: &str) -> bool {
    word.parse::<u64>().is_ok() || word == "--nocapture"
}

fn open(folder: &Path) -> Embedded {
    Embedded::open(EmbeddedOptions {
        dir: folder.to_owned(),
        outbox_dir: folder.join("outbox"),
        storage_origin: "http://127.0.0.1:7072".to_owned(),
        clock: Arc::new(SystemClock::default()),
    })
    .unwrap()
}

/// The bytes of a blob, different for each and long enough to be written in pieces.
fn bytes_of(name: &str) -> Bytes {
    name.repeat(3000).into()
}

async fn write_until_killed(folder: &Path, round: u32) {
    let store = open(folder);
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let store = store.clone();
        writers.spawn(async move {
            for number in 0_u32.. {
                let id = format!("{round}-{writer}-{number}");
                let said = match number % 4 {
                    0 => write_documents(&store, writer, &id).await,
                    1 => write_blob(&store, BlobContainer::Records, &id).await,
                    2 => write_blob(&store, BlobContainer::Incoming, &id).await,
                    _ => send_and_erase(&store, &id).await,
                };
                // One write call a line: a kill leaves no half of one in the pipe.
                std::io::stdout().write_all(format!("{}\n", said.unwrap()).as_bytes()).unwrap();
            }
        });
    }
    while writers.join_next().await.is_some() {}
}

/// Two rows and a counter in one batch: together or not at all.
async fn write_documents(store: &Embedded, writer: u32, id: &str) -> Result<String, StoreError> {
    let counter = format!("count-{writer}");
    let read = ReadDocuments::get(store, Container::Patients, "p", &counter).await?;
    let n = read.as_ref().and_then(|stored| stored.body["n"].as_u64()).unwrap_or(0) + 1;
    let body = json!({ "n": n });
    let mut batch = vec![
        Change::Create { id: format!("a-{id}"), body: json!({"filler": "x".repeat(2000)}) },
        Change::Create { id: format!("b-{id}"), body: json!({}) },
    ];
    batch.push(match read {
        Some(stored) => Change::Replace { id: stored.id, etag: stored.etag, body },
        None => Change::Create { id: counter.clone(), body },
    });
    store.commit(Container::Patients, "p", batch).await?;
    Ok(format!("documents {id} {counter} {n}"))
}

async fn write_blob(
    store: &Embedded,
    container: BlobContainer,
    id: &str,
) -> Result<String, StoreError> {
    store.put(container, id, "image/jpeg", bytes_of(id)).await?;
    Ok(format!("{} {id}", container.name()))
}

async fn send_and_erase(store: &Embedded, id: &str) -> Result<String, StoreError> {
    Queues::send(store, Queue::Erasures, &json!({ "id": id }), Duration::ZERO).await?;
    store.put(BlobContainer::Records, &format!("gone-{id}"), "image/jpeg", bytes_of(id)).await?;
    store.erase(BlobContainer::Records, &format!("gone-{id}")).await?;
    Ok(format!("erased {id}"))
}

/// A small generator, so that a seed repeats a run (Numerical Recipes' constants).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % below
    }
}

async fn kill_again_and_again(seed: u64) {
    println!("killing the store {KILLS} times, seed {seed}");
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut dice = Dice(seed);
    let mut said = Vec::new();
    for round in 0..KILLS {
        // Some die while they open the folder, some after much work.
        let lines = if round % 10 == 0 { 0 } else { dice.roll(60) };
        let spins = dice.roll(2_000_000);
        let fresh = one_life(&data, round, lines, spins);
        check(&data, &fresh).await;
        said.extend(fresh);
    }
    check(&data, &said).await;
    check_halves(&data).await;
    println!("{KILLS} kills, {} acknowledged, all there", said.len());
    assert!(said.len() > 1000, "too little was written to prove anything");
}

/// Starts a child, kills it, and gives back what it said.
fn one_life(folder: &Path, round: u32, lines: u64, spins: u64) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([CHILD, folder.to_str().unwrap(), &round.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said: Vec<_> = (0..lines).map(|_| output.next().unwrap().unwrap()).collect();
    for spin in 0..spins {
        std::hint::black_box(spin);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    said.extend(output.map(Result::unwrap));
    said
}

/// What was said is there, and the database is whole.
async fn check(folder: &Path, said: &[String]) {
    let store = open(folder);
    // What a writer finished and nobody was told of lies aside, and nothing else does.
    store.move_aside().await.unwrap();
    for line in said {
        let words: Vec<_> = line.split(' ').collect();
        match words.as_slice() {
            ["documents", id, counter, n] => {
                assert!(document(&store, &format!("a-{id}")).await.is_some(), "{line}");
                let counted = document(&store, counter).await.unwrap()["n"].as_u64().unwrap();
                assert!(counted >= n.parse().unwrap(), "{line}");
            }
            ["records", id] => check_blob(&store, BlobContainer::Records, id).await,
            ["incoming", id] => check_blob(&store, BlobContainer::Incoming, id).await,
            ["erased", id] => {
                let name = format!("gone-{id}");
                let head = store.head(BlobContainer::Records, &name).await.unwrap();
                assert_eq!(head, None, "{line}");
            }
            _ => panic!("{line}"),
        }
    }
    drop(store);
    check_tables(folder, said);
}

async fn document(store: &Embedded, id: &str) -> Option<Value> {
    let stored = ReadDocuments::get(store, Container::Patients, "p", id).await.unwrap();
    stored.map(|stored| stored.body)
}

/// What was not said is there wholly or not at all.
async fn check_halves(folder: &Path) {
    let store = open(folder);
    let documents = list_all(&store, Container::Patients, "p", Query::prefix("")).await.unwrap();
    let documents: BTreeMap<_, _> =
        documents.into_iter().map(|stored| (stored.id, stored.body)).collect();
    let pairs: Vec<_> = documents.keys().filter_map(|id| id.strip_prefix("a-")).collect();
    for id in &pairs {
        assert!(documents.contains_key(&format!("b-{id}")), "half a batch: {id}");
    }
    let counted: u64 =
        (0..WRITERS).filter_map(|n| documents.get(&format!("count-{n}"))?["n"].as_u64()).sum();
    assert_eq!(counted, pairs.len() as u64, "a batch was split");
    for container in [BlobContainer::Incoming, BlobContainer::Records] {
        for name in ReadBlobs::list(&store, container, "", None, usize::MAX).await.unwrap() {
            check_blob(&store, container, &name).await;
        }
    }
}

async fn check_blob(store: &Embedded, container: BlobContainer, name: &str) {
    let facts = store.head(container, name).await.unwrap();
    let facts = facts.unwrap_or_else(|| panic!("{} {name} is lost", container.name()));
    let bytes = ReadBlobs::read(store, container, name, &facts.etag).await.unwrap();
    let id = name.strip_prefix("gone-").unwrap_or(name);
    assert_eq!(bytes, bytes_of(id), "{} {name}", container.name());
}

/// Integrity, and that nothing came without its message.
fn check_tables(folder: &Path, said: &[String]) {
    let database = rusqlite::Connection::open(folder.join("store.sqlite")).unwrap();
    let verdict: String =
        database.pragma_query_value(None, "integrity_check", |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let events = count("SELECT count(*) FROM messages WHERE queue = 'uploads'");
    let arrived = count("SELECT count(*) FROM blobs WHERE container = 'incoming'");
    assert_eq!(events, arrived, "a blob without its event, or the other way round");
    let rows = arrived + count("SELECT count(*) FROM blobs WHERE container = 'records'");
    let files = std::fs::read_dir(folder.join("blobs")).unwrap().count();
    assert_eq!(
        i64::try_from(files).unwrap(),
        rows,
        "files without a row are left, or files with one are gone"
    );
    let sent = count("SELECT count(*) FROM messages WHERE queue = 'erasures'");
    let acknowledged = said.iter().filter(|line| line.starts_with("erased")).count();
    assert!(sent >= i64::try_from(acknowledged).unwrap(), "{sent} messages of {acknowledged}");
}
