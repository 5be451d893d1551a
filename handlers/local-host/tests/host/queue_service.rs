//! Enough of Azure Queue Storage for a trigger, in memory.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp};
use local_host::{HostClock, QueueAccess};
use tokio::net::TcpListener;

#[derive(Clone, Debug)]
struct Message {
    id: u32,
    text: String,
    dequeue_count: u32,
    visible: Timestamp,
    receipt: u32,
}

#[derive(Default)]
struct State {
    queues: BTreeMap<String, Vec<Message>>,
    count: u32,
    updates: u32,
}

#[derive(Clone)]
pub struct QueueService {
    state: Arc<Mutex<State>>,
    clock: HostClock,
    pub address: SocketAddr,
}

impl QueueService {
    pub async fn start(clock: HostClock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::serve_on(listener, clock)
    }

    pub fn serve_on(listener: TcpListener, clock: HostClock) -> Self {
        let address = listener.local_addr().unwrap();
        let service = Self { state: Arc::default(), clock, address };
        let serving = service.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let service = serving.clone();
                let answer = service_fn(move |request| {
                    let service = service.clone();
                    async move { Ok::<_, Infallible>(service.answer(request).await) }
                });
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), answer),
                );
            }
        });
        service
    }

    pub fn access(&self) -> QueueAccess {
        QueueAccess {
            endpoint: format!("http://{}/acct", self.address),
            account: "acct".to_owned(),
            key_base64: STANDARD.encode("key"),
        }
    }

    pub fn put(&self, queue: &str, text: &str) {
        self.put_raw(queue, &STANDARD.encode(text));
    }

    pub fn put_raw(&self, queue: &str, text: &str) {
        let mut state = self.state.lock().unwrap();
        state.count += 1;
        let id = state.count;
        let visible = self.clock.now();
        let message = Message { id, text: text.to_owned(), dequeue_count: 0, visible, receipt: 0 };
        state.queues.entry(queue.to_owned()).or_default().push(message);
    }

    /// The texts in a queue, hidden or not, decoded where they are base64.
    pub fn texts(&self, queue: &str) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let messages = state.queues.get(queue).into_iter().flatten();
        messages
            .map(|message| match STANDARD.decode(&message.text) {
                Ok(bytes) => String::from_utf8(bytes).unwrap(),
                Err(_) => message.text.clone(),
            })
            .collect()
    }

    pub fn updates(&self) -> u32 {
        self.state.lock().unwrap().updates
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let authorization = head.headers.get("authorization").unwrap().to_str().unwrap();
        assert!(authorization.starts_with("SharedKey acct:"), "{authorization}");
        let path = head.uri.path().strip_prefix("/acct/").unwrap().to_owned();
        let query: BTreeMap<String, String> = head
            .uri
            .query()
            .unwrap_or_default()
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let number = |name: &str| query.get(name).map_or(0, |value| value.parse().unwrap());
        let segments: Vec<&str> = path.split('/').collect();
        let mut state = self.state.lock().unwrap();
        match (&head.method, segments.as_slice()) {
            (&Method::PUT, [queue]) => {
                state.queues.entry((*queue).to_owned()).or_default();
                reply(StatusCode::CREATED, String::new(), None)
            }
            (&Method::POST, [queue, "messages"]) => {
                if !state.queues.contains_key(*queue) {
                    return reply(StatusCode::NOT_FOUND, String::new(), None);
                }
                let xml = String::from_utf8(body.to_vec()).unwrap();
                let (_, text) = xml.split_once("<MessageText>").unwrap();
                let (text, _) = text.split_once("</MessageText>").unwrap();
                drop(state);
                self.put_raw(queue, text);
                reply(StatusCode::CREATED, String::new(), None)
            }
            (&Method::GET, [queue, "messages"]) => {
                let now = self.clock.now();
                let hidden = now + SignedDuration::from_secs(number("visibilitytimeout"));
                let messages = state.queues.entry((*queue).to_owned()).or_default();
                let mut xml = "<QueueMessagesList>".to_owned();
                for message in messages.iter_mut().filter(|message| message.visible <= now).take(32)
                {
                    message.dequeue_count += 1;
                    message.receipt += 1;
                    message.visible = hidden;
                    xml += &show(message, now);
                }
                reply(StatusCode::OK, xml + "</QueueMessagesList>", None)
            }
            (method, [queue, "messages", id]) => {
                let hidden =
                    self.clock.now() + SignedDuration::from_secs(number("visibilitytimeout"));
                let receipt = number("popreceipt");
                let messages = state.queues.entry((*queue).to_owned()).or_default();
                let found = messages.iter().position(|message| {
                    message.id.to_string() == *id && i64::from(message.receipt) == receipt
                });
                let Some(found) = found else {
                    return reply(StatusCode::NOT_FOUND, String::new(), None);
                };
                if *method == Method::DELETE {
                    messages.remove(found);
                    return reply(StatusCode::NO_CONTENT, String::new(), None);
                }
                messages[found].visible = hidden;
                messages[found].receipt += 1;
                let receipt = messages[found].receipt;
                state.updates += 1;
                reply(StatusCode::NO_CONTENT, String::new(), Some(receipt))
            }
            other => panic!("the host called {other:?}"),
        }
    }
}

fn show(message: &Message, now: Timestamp) -> String {
    let date = |moment: Timestamp| moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    format!(
        "<QueueMessage><MessageId>{}</MessageId><InsertionTime>{}</InsertionTime>\
         <ExpirationTime>{}</ExpirationTime><PopReceipt>{}</PopReceipt>\
         <TimeNextVisible>{}</TimeNextVisible><DequeueCount>{}</DequeueCount>\
         <MessageText>{}</MessageText></QueueMessage>",
        message.id,
        date(now),
        date(now),
        message.receipt,
        date(message.visible),
        message.dequeue_count,
        message.text
    )
}

fn reply(status: StatusCode, body: String, receipt: Option<u32>) -> Response<Full<Bytes>> {
    let mut reply = Response::builder().status(status);
    if let Some(receipt) = receipt {
        reply = reply.header("x-ms-popreceipt", receipt.to_string());
    }
    reply.body(Full::new(Bytes::from(body))).unwrap()
}
