//! Queue calls by the account's key: those that queue triggers and producers make (Azure Queue
//! Storage REST API: Create Queue, Get Queue Metadata, and the operations on messages).

use std::fmt::Write as _;
use std::time::Duration;

use http::{HeaderValue, Method, Response, StatusCode};
use hyper::body::Incoming;
use jiff::Timestamp;

use super::call::Call;
use super::receive;
use super::refusal::Refusal;
use super::reply::{Reply, empty, http_date, xml_reply};
use super::target::Target;
use super::xml::{Piece, escape, pieces};
use crate::Embedded;
use crate::messages::Message;
use crate::queues::{LONGEST_HIDING, QueueStore};

/// Most bytes of a message's text.
const MOST_TEXT: usize = 64 << 10;
/// Its document: every character of it may be escaped.
const MOST_DOCUMENT: usize = 8 * MOST_TEXT;
/// Most messages handed out at once.
const MOST_AT_ONCE: u32 = 32;
/// How long a message is hidden, and kept, where the caller does not say.
const HIDDEN: u32 = 30;
const KEPT: Duration = LONGEST_HIDING;
/// The end of time of a message that never expires.
const NEVER: &str = "Fri, 31 Dec 9999 23:59:59 GMT";

/// Carries out a `call` that is signed.
pub(crate) async fn answer(
    store: &Embedded,
    call: &Call,
    target: Target,
    body: &mut Incoming,
) -> Result<Response<Reply>, Refusal> {
    let queues = store.queues();
    match (&call.method, target) {
        (&Method::PUT, Target::Queue(queue)) => create(queues, call, queue).await,
        (&Method::GET | &Method::HEAD, Target::Queue(queue)) => metadata(queues, call, queue).await,
        (&Method::POST, Target::Messages(queue)) => put(queues, call, queue, body).await,
        (&Method::GET, Target::Messages(queue)) => get_or_peek(queues, call, queue).await,
        (&Method::PUT, Target::Message(queue, id)) => update(queues, call, queue, id, body).await,
        (&Method::DELETE, Target::Message(queue, id)) => {
            let receipt = receipt(call)?;
            queues.delete(queue, (id, receipt)).await??;
            Ok(empty(StatusCode::NO_CONTENT))
        }
        _ => Err(Refusal::UnsupportedVerb),
    }
}

async fn create(
    queues: &QueueStore,
    call: &Call,
    queue: String,
) -> Result<Response<Reply>, Refusal> {
    if call.parameter("comp").is_some() {
        return Err(Refusal::InvalidParameter("comp"));
    }
    call.refuse_headers(&["x-ms-meta-"])?;
    let made = queues.create(queue).await?;
    Ok(empty(if made { StatusCode::CREATED } else { StatusCode::NO_CONTENT }))
}

async fn metadata(
    queues: &QueueStore,
    call: &Call,
    queue: String,
) -> Result<Response<Reply>, Refusal> {
    if call.parameter("comp") != Some("metadata") {
        return Err(Refusal::InvalidParameter("comp"));
    }
    let count = queues.count(queue).await??;
    let mut reply = empty(StatusCode::OK);
    reply.headers_mut().insert("x-ms-approximate-messages-count", count.into());
    Ok(reply)
}

/// A time in the query, in seconds, of at least `least` and at most a week.
fn seconds(call: &Call, least: u32) -> Result<Option<Duration>, Refusal> {
    let most = u32::try_from(LONGEST_HIDING.as_secs()).unwrap_or(u32::MAX);
    let seconds = call.number("visibilitytimeout", least..=most)?;
    Ok(seconds.map(|seconds| Duration::from_secs(seconds.into())))
}

async fn put(
    queues: &QueueStore,
    call: &Call,
    queue: String,
    body: &mut Incoming,
) -> Result<Response<Reply>, Refusal> {
    let hidden_for = seconds(call, 0)?.unwrap_or_default();
    let kept_for = match call.parameter("messagettl") {
        None => Some(KEPT),
        Some("-1") => None,
        Some(_) => {
            let seconds = call.number("messagettl", 1..=u32::MAX)?;
            seconds.map(|seconds| Duration::from_secs(seconds.into()))
        }
    };
    if kept_for.is_some_and(|kept_for| kept_for <= hidden_for) {
        return Err(Refusal::OutOfRange("visibilitytimeout"));
    }
    let text = message_text(&receive::to_text(body, MOST_DOCUMENT).await?)?;
    let new = queues.put(queue, text, hidden_for, kept_for).await??;
    let message = Message {
        id: new.id,
        text: new.text,
        inserted_at: new.inserted_at,
        expires_at: new.expires_at,
        visible_at: new.visible_at,
        dequeue_count: 0,
        pop_receipt: new.pop_receipt,
    };
    Ok(xml_reply(StatusCode::CREATED, &list(&[message], &Shown::PUT)))
}

async fn get_or_peek(
    queues: &QueueStore,
    call: &Call,
    queue: String,
) -> Result<Response<Reply>, Refusal> {
    let most = call.number("numofmessages", 1..=MOST_AT_ONCE)?.unwrap_or(1);
    let (messages, shown) = if call.parameter("peekonly") == Some("true") {
        (queues.peek(queue, most).await??, &Shown::PEEKED)
    } else {
        let hidden_for = seconds(call, 1)?.unwrap_or(Duration::from_secs(HIDDEN.into()));
        (queues.get(queue, most, hidden_for).await??, &Shown::GOT)
    };
    Ok(xml_reply(StatusCode::OK, &list(&messages, shown)))
}

async fn update(
    queues: &QueueStore,
    call: &Call,
    queue: String,
    id: String,
    body: &mut Incoming,
) -> Result<Response<Reply>, Refusal> {
    let receipt = receipt(call)?;
    let hidden_for = seconds(call, 0)?.ok_or(Refusal::MissingParameter("visibilitytimeout"))?;
    let document = receive::to_text(body, MOST_DOCUMENT).await?;
    let text = if document.is_empty() { None } else { Some(message_text(&document)?) };
    let (receipt, visible_at) = queues.update(queue, (id, receipt), hidden_for, text).await??;
    let mut reply = empty(StatusCode::NO_CONTENT);
    for (name, value) in
        [("x-ms-popreceipt", receipt), ("x-ms-time-next-visible", http_date(visible_at))]
    {
        // Both are ASCII of our own making.
        if let Ok(value) = HeaderValue::from_str(&value) {
            reply.headers_mut().insert(name, value);
        }
    }
    Ok(reply)
}

fn receipt(call: &Call) -> Result<String, Refusal> {
    let receipt = call.parameter("popreceipt").ok_or(Refusal::MissingParameter("popreceipt"))?;
    Ok(receipt.to_owned())
}

/// `<QueueMessage><MessageText>…</MessageText></QueueMessage>`
fn message_text(document: &str) -> Result<String, Refusal> {
    let pieces = pieces(document).ok_or(Refusal::InvalidXml)?;
    let text = match pieces.as_slice() {
        [
            Piece::Open("QueueMessage"),
            Piece::Open("MessageText"),
            Piece::Text(text),
            Piece::Close(_),
            Piece::Close(_),
        ] => text.clone(),
        [
            Piece::Open("QueueMessage"),
            Piece::Open("MessageText"),
            Piece::Close(_),
            Piece::Close(_),
        ] => String::new(),
        _ => return Err(Refusal::InvalidXml),
    };
    if text.len() > MOST_TEXT { Err(Refusal::MessageTooLarge) } else { Ok(text) }
}

/// Which facts of a message a call answers with.
struct Shown {
    receipt: bool,
    text: bool,
}

impl Shown {
    const PUT: Self = Self { receipt: true, text: false };
    const GOT: Self = Self { receipt: true, text: true };
    const PEEKED: Self = Self { receipt: false, text: true };
}

fn list(messages: &[Message], shown: &Shown) -> String {
    let mut xml = "<QueueMessagesList>".to_owned();
    for message in messages {
        // Writing to a string does not fail.
        let _ = write_message(&mut xml, message, shown);
    }
    xml.push_str("</QueueMessagesList>");
    xml
}

fn write_message(xml: &mut String, message: &Message, shown: &Shown) -> std::fmt::Result {
    write!(
        xml,
        "<QueueMessage><MessageId>{}</MessageId><InsertionTime>{}</InsertionTime>\
         <ExpirationTime>{}</ExpirationTime>",
        escape(&message.id),
        http_date(message.inserted_at),
        expiry(message.expires_at),
    )?;
    if shown.receipt {
        write!(
            xml,
            "<PopReceipt>{}</PopReceipt><TimeNextVisible>{}</TimeNextVisible>",
            escape(&message.pop_receipt),
            http_date(message.visible_at),
        )?;
    }
    if shown.text {
        write!(
            xml,
            "<DequeueCount>{}</DequeueCount><MessageText>{}</MessageText>",
            message.dequeue_count,
            escape(&message.text),
        )?;
    }
    xml.write_str("</QueueMessage>")
}

fn expiry(at: Timestamp) -> String {
    if at >= crate::messages::NEVER { NEVER.to_owned() } else { http_date(at) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_out_of_its_document() {
        let document =
            |text: &str| format!("<QueueMessage><MessageText>{text}</MessageText></QueueMessage>");
        assert_eq!(message_text(&document("eyJhIjoxfQ==")).unwrap(), "eyJhIjoxfQ==");
        assert_eq!(message_text(&document("a &lt; b")).unwrap(), "a < b");
        assert_eq!(message_text(&document("")).unwrap(), "");
        let long = document(&"x".repeat(MOST_TEXT + 1));
        assert!(matches!(message_text(&long), Err(Refusal::MessageTooLarge)));
        for broken in ["", "<QueueMessage/>", "<MessageText>x</MessageText>"] {
            assert!(matches!(message_text(broken), Err(Refusal::InvalidXml)), "{broken}");
        }
    }

    #[test]
    fn messages_are_written_as_azure_writes_them() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let message = Message {
            id: "m-1".to_owned(),
            text: "a<b".to_owned(),
            inserted_at: at("2026-11-22T09:00:00Z"),
            expires_at: crate::messages::NEVER,
            visible_at: at("2026-11-22T09:10:00Z"),
            dequeue_count: 2,
            pop_receipt: "r+1=".to_owned(),
        };
        assert_eq!(
            list(&[message], &Shown::GOT),
            "<QueueMessagesList><QueueMessage><MessageId>m-1</MessageId>\
             <InsertionTime>Sun, 22 Nov 2026 09:00:00 GMT</InsertionTime>\
             <ExpirationTime>Fri, 31 Dec 9999 23:59:59 GMT</ExpirationTime>\
             <PopReceipt>r+1=</PopReceipt>\
             <TimeNextVisible>Sun, 22 Nov 2026 09:10:00 GMT</TimeNextVisible>\
             <DequeueCount>2</DequeueCount><MessageText>a&lt;b</MessageText>\
             </QueueMessage></QueueMessagesList>"
        );
        assert_eq!(list(&[], &Shown::GOT), "<QueueMessagesList></QueueMessagesList>");
    }
}
