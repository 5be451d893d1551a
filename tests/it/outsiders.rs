//! What an outsider tries: every recorded request against the running system runs no event function
//! and changes nothing; slow, cut and aborted clients kill nothing and double nothing. Rules a, c, d;
//! issue point 11.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::ports::documents::{Container, Query, ReadDocuments as _, list_all};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::running_app::{ASHA, RunningApp, root};

/// Functions that only the host itself may call.
const EVENT_FUNCTIONS: [&str; 8] = [
    "dispatch-sms",
    "erase-records",
    "expire-records",
    "file-upload",
    "reconcile-uploads",
    "report-poison-erasures",
    "report-poison-sms",
    "report-poison-uploads",
];

/// Sends these bytes and reads whatever comes, for a while.
async fn send_raw(front: &str, bytes: &[u8]) -> Vec<u8> {
    let address = front.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut reply = Vec::new();
    let talk = async {
        stream.write_all(bytes).await?;
        let mut buffer = [0_u8; 4_096];
        let read = stream.read(&mut buffer).await?;
        reply.extend_from_slice(&buffer[..read]);
        Ok::<(), std::io::Error>(())
    };
    // A host that says nothing within this time has nothing to say.
    let _answered = tokio::time::timeout(Duration::from_secs(3), talk).await;
    reply
}

/// The client's requests of a file of recordings, byte for byte.
fn recorded(file: &str) -> Vec<Vec<u8>> {
    let text = std::fs::read_to_string(root().join("tests/envelopes").join(file)).unwrap();
    let requests = text.lines().filter_map(|line| {
        let case: Value = serde_json::from_str(line).unwrap();
        let request = case.get("client_request")?;
        let head = request["raw_head"].as_str()?;
        let body = request["body"].as_str().unwrap_or_default();
        Some(format!("{head}\r\n\r\n{body}").into_bytes())
    });
    requests.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_recorded_trick_reaches_an_event_function_or_changes_anything() {
    let app = RunningApp::start().await;
    let mut outcomes = app.host().outcomes();
    let before = app.store().latest_written_at().await.unwrap();
    let mut tried = 0;
    for file in ["routes.jsonl", "background/forwarding-forgery.jsonl"] {
        for request in recorded(file) {
            // `/admin` is open on this machine on purpose; a deployed host asks for its key.
            let admin =
                String::from_utf8_lossy(&request).to_lowercase().contains("admin/functions");
            if !admin {
                send_raw(&app.front, &request).await;
                tried += 1;
            }
        }
    }
    // Event functions by name, with and without the proxy's own mark.
    for name in EVENT_FUNCTIONS {
        let body = r#"{"Data":{"message":"\"{}\""},"Metadata":{}}"#;
        for mark in ["", "x-ms-invocation-id: 1\r\n", "X-Azure-Functions-InvocationId: 1\r\n"] {
            let request = format!(
                "POST /{name} HTTP/1.1\r\nHost: x\r\n{mark}Content-Type: application/json\r\n\
                 Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let reply = send_raw(&app.front, request.as_bytes()).await;
            assert!(reply.starts_with(b"HTTP/1.1 404"), "{name}");
            tried += 1;
        }
    }
    assert!(tried > 150, "{tried}");
    while let Ok(outcome) = outcomes.try_recv() {
        assert!(!EVENT_FUNCTIONS.contains(&outcome.function.as_str()), "{}", outcome.function);
    }
    assert_eq!(app.store().latest_written_at().await.unwrap(), before, "something was written");
}

/// A surname that only this number has.
fn surname(number: usize) -> String {
    let letters = format!("{number:05}");
    let letters = letters.bytes().map(|digit| char::from(b'a' + (digit - b'0')));
    format!("Cut{}", letters.collect::<String>())
}

#[tokio::test(flavor = "multi_thread")]
async fn three_thousand_rude_clients_kill_nothing_and_double_nothing() {
    let app = RunningApp::start().await;
    let asha = app.sign_in(ASHA).await;
    let pid = app.host().handler_pid();
    let address = app.front.strip_prefix("http://").unwrap().to_owned();
    let mut clients = JoinSet::new();
    for number in 0..3_000_usize {
        let (address, token) = (address.clone(), asha.token().to_owned());
        clients.spawn(async move { be_rude(&address, &token, number).await });
        while clients.len() >= 100 {
            clients.join_next().await;
        }
    }
    while clients.join_next().await.is_some() {}
    assert_eq!(app.host().handler_pid(), pid, "the handler was never killed");
    // Read from the store: nobody may search as often as this asks.
    let (store, mut there) = (app.store(), BTreeMap::new());
    let rows = Query::prefix("patient-");
    for row in list_all(store, Container::Register, "riverside", rows).await.unwrap() {
        let patient = row.body["patient"].as_str().unwrap();
        if let Some(found) = store.get(Container::Patients, patient, "patient").await.unwrap() {
            *there.entry(found.body["familyName"].as_str().unwrap().to_owned()).or_insert(0) += 1;
        }
    }
    let mut came_through = 0;
    for number in (0..3_000).filter(|number| number % 5 == 0) {
        let found = there.get(&surname(number)).copied().unwrap_or(0);
        assert!(found <= 1, "a cut request was done twice");
        came_through += found;
    }
    assert!(came_through > 0, "a request that arrived whole is done, even if nobody waits");
}

async fn be_rude(address: &str, token: &str, number: usize) {
    let body = json!({ "givenName": "Ada", "familyName": surname(number),
                       "dateOfBirth": "1980-02-29", "mobile": "07700 900123" })
    .to_string();
    let head = format!(
        "POST /api/patients HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let Ok(mut stream) = TcpStream::connect(address).await else { return };
    let half = body.len() / 2;
    match number % 5 {
        // The whole request, and gone before the answer.
        0 => {
            stream.write_all(head.as_bytes()).await.ok();
            stream.write_all(body.as_bytes()).await.ok();
            // The host reads a body with a length before it calls; give it the time of one read.
            tokio::task::yield_now().await;
        }
        // Cut in the head.
        1 => drop(stream.write_all(&head.as_bytes()[..40]).await),
        // Cut in the body.
        2 => {
            stream.write_all(head.as_bytes()).await.ok();
            stream.write_all(&body.as_bytes()[..half]).await.ok();
        }
        // Chunked, one slow piece, then gone.
        3 => {
            let chunked = head
                .replace(&format!("Content-Length: {}", body.len()), "Transfer-Encoding: chunked");
            stream.write_all(chunked.as_bytes()).await.ok();
            stream.write_all(b"4\r\n{\"gi\r\n").await.ok();
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        // Reads one byte of the answer.
        _ => {
            stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.ok();
            let mut one = [0_u8];
            stream.read_exact(&mut one).await.ok();
        }
    }
}
