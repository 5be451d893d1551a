//! The calls of Azure Queue Storage's REST API that a queue trigger makes, over lists in memory.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp};
use local_host::{HostClock, QueueAccess};
use tokio::net::TcpListener;

const ACCOUNT: &str = "conformance";
/// Azure's own: a message lives for seven days.
const LIFE_OF_A_MESSAGE: SignedDuration = SignedDuration::from_hours(7 * 24);

#[derive(Clone)]
struct Message {
    id: String,
    /// As it stands in the queue: base64.
    text: String,
    inserted: Timestamp,
    visible: Timestamp,
    receipt: u64,
    dequeued: u32,
}

#[derive(Default)]
struct Store {
    queues: HashMap<String, Vec<Message>>,
    counter: u64,
}

/// A storage account of one host under test. It ends with the process.
pub struct QueueDouble {
    store: Arc<Mutex<Store>>,
    clock: HostClock,
    port: u16,
}

impl QueueDouble {
    pub async fn open(clock: HostClock) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let store = Arc::<Mutex<Store>>::default();
        let account = Account { store: Arc::downgrade(&store), clock: clock.clone() };
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let account = account.clone();
                tokio::spawn(async move {
                    let service = service_fn(move |request| {
                        let account = account.clone();
                        async move { Ok::<_, Infallible>(account.answer(request).await) }
                    });
                    // A connection that breaks is the client's to notice.
                    http1::Builder::new().serve_connection(TokioIo::new(connection), service).await
                });
            }
        });
        Ok(Self { store, clock, port })
    }

    pub fn access(&self) -> QueueAccess {
        QueueAccess {
            endpoint: format!("http://127.0.0.1:{}/{ACCOUNT}", self.port),
            account: ACCOUNT.to_owned(),
            key_base64: BASE64_STANDARD.encode([7_u8; 64]),
        }
    }

    /// Puts a message whose text is the base64 of `bytes`, as the host's default encoding wants.
    pub fn put(&self, queue: &str, bytes: &[u8]) {
        let mut store = lock(&self.store);
        store.put(queue, BASE64_STANDARD.encode(bytes), self.clock.now());
    }

    pub fn forget(&self) {
        lock(&self.store).queues.clear();
    }

    /// The bytes in the messages of `queue`, in order.
    pub fn messages(&self, queue: &str) -> Vec<Vec<u8>> {
        let store = lock(&self.store);
        let messages = store.queues.get(queue).into_iter().flatten();
        messages
            .map(|message| {
                BASE64_STANDARD
                    .decode(&message.text)
                    .unwrap_or_else(|_| message.text.clone().into_bytes())
            })
            .collect()
    }
}

impl Store {
    fn put(&mut self, queue: &str, text: String, now: Timestamp) {
        self.counter += 1;
        let message = Message {
            id: format!("00000000-0000-4000-8000-{:012x}", self.counter),
            text,
            inserted: now,
            visible: now,
            receipt: 0,
            dequeued: 0,
        };
        self.queues.entry(queue.to_owned()).or_default().push(message);
    }

    fn get(&mut self, queue: &str, most: usize, hidden_for: i64, now: Timestamp) -> Vec<Message> {
        let messages = self.queues.entry(queue.to_owned()).or_default();
        messages
            .iter_mut()
            .filter(|message| message.visible <= now)
            .take(most)
            .map(|message| {
                message.visible = now + SignedDuration::from_secs(hidden_for);
                message.receipt += 1;
                message.dequeued += 1;
                message.clone()
            })
            .collect()
    }
}

#[derive(Clone)]
struct Account {
    store: std::sync::Weak<Mutex<Store>>,
    clock: HostClock,
}

impl Account {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let Some(store) = self.store.upgrade() else { return plain(StatusCode::GONE) };
        let body = body.collect().await.map(http_body_util::Collected::to_bytes);
        let body = body.unwrap_or_default();
        let signed = head.headers.get("authorization").and_then(|value| value.to_str().ok());
        if !signed.is_some_and(|value| value.starts_with(&format!("SharedKey {ACCOUNT}:"))) {
            return plain(StatusCode::FORBIDDEN);
        }
        let query = head.uri.query().unwrap_or_default();
        let number = |name: &str, default: i64| {
            let value = query_value(query, name).and_then(|v| v.parse().ok());
            value.unwrap_or(default)
        };
        let now = self.clock.now();
        let mut store = lock(&store);
        let segments: Vec<&str> = head.uri.path().trim_matches('/').split('/').skip(1).collect();
        match (&head.method, segments.as_slice()) {
            (&Method::PUT, [queue]) => {
                store.queues.entry((*queue).to_owned()).or_default();
                plain(StatusCode::CREATED)
            }
            (&Method::GET, [queue, "messages"]) => {
                let most = usize::try_from(number("numofmessages", 1)).unwrap_or(1);
                let hidden_for = number("visibilitytimeout", 30);
                xml(StatusCode::OK, &list(&store.get(queue, most, hidden_for, now)))
            }
            (&Method::POST, [queue, "messages"]) => {
                let text = String::from_utf8_lossy(&body);
                let text = between(&text, "<MessageText>", "</MessageText>").unwrap_or_default();
                store.put(queue, text.to_owned(), now);
                let put = store.queues.get(*queue).and_then(|messages| messages.last()).cloned();
                xml(StatusCode::CREATED, &list(put.as_slice()))
            }
            (&Method::DELETE, [queue, "messages", id]) => {
                store.queues.entry((*queue).to_owned()).or_default().retain(|m| m.id != *id);
                plain(StatusCode::NO_CONTENT)
            }
            (&Method::PUT, [queue, "messages", id]) => {
                let hidden_for = number("visibilitytimeout", 0);
                let messages = store.queues.entry((*queue).to_owned()).or_default();
                let Some(message) = messages.iter_mut().find(|m| m.id == *id) else {
                    return plain(StatusCode::NOT_FOUND);
                };
                message.visible = now + SignedDuration::from_secs(hidden_for);
                message.receipt += 1;
                let mut answer = plain(StatusCode::NO_CONTENT);
                let receipt = http::HeaderValue::from(message.receipt);
                answer.headers_mut().insert("x-ms-popreceipt", receipt);
                if let Ok(visible) = http::HeaderValue::from_str(&http_date(message.visible)) {
                    answer.headers_mut().insert("x-ms-time-next-visible", visible);
                }
                answer
            }
            _ => plain(StatusCode::BAD_REQUEST),
        }
    }
}

fn list(messages: &[Message]) -> String {
    let mut xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?><QueueMessagesList>".to_owned();
    for message in messages {
        // Writing into a String cannot fail.
        let _ = write!(
            xml,
            "<QueueMessage><MessageId>{}</MessageId><InsertionTime>{}</InsertionTime>\
             <ExpirationTime>{}</ExpirationTime><PopReceipt>{}</PopReceipt>\
             <TimeNextVisible>{}</TimeNextVisible><DequeueCount>{}</DequeueCount>\
             <MessageText>{}</MessageText></QueueMessage>",
            message.id,
            http_date(message.inserted),
            http_date(message.inserted + LIFE_OF_A_MESSAGE),
            BASE64_STANDARD.encode(message.receipt.to_le_bytes()),
            http_date(message.visible),
            message.dequeued,
            message.text,
        );
    }
    xml + "</QueueMessagesList>"
}

fn http_date(moment: Timestamp) -> String {
    moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    text.split_once(from)?.1.split_once(to).map(|(inner, _)| inner)
}

fn query_value<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query
        .split('&')
        .find_map(|pair| pair.split_once('=').filter(|(n, _)| *n == name))
        .map(|(_, value)| value)
}

fn plain(status: StatusCode) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}

fn xml(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::copy_from_slice(text.as_bytes())));
    *answer.status_mut() = status;
    answer.headers_mut().insert("content-type", http::HeaderValue::from_static("application/xml"));
    answer
}

fn lock(store: &Mutex<Store>) -> MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}
