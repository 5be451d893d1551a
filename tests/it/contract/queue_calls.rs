//! What every queue promises to the trigger that listens to it: Azure Queue Storage's REST API.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ports::clock::Clock as _;
use domain::ports::queues::Queue;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::Opened;
use super::wire::{Reply, element, send, signed, signed_at};

macro_rules! queue_calls_contract {
    ($open:path) => {
        $crate::contract::keeps!(
            $open,
            queue_calls: a_message_arrives_as_base64_of_its_json,
            a_hidden_message_is_seen_in_the_end_and_not_at_once,
            a_message_that_fails_five_times_goes_to_the_poison_queue,
            a_peek_changes_nothing,
            messages_are_counted_hidden_ones_included,
            texts_come_back_as_they_were_put,
            of_many_who_listen_each_message_has_one,
        );
    };
}
pub(crate) use queue_calls_contract;

macro_rules! queue_calls_on_a_set_clock_contract {
    ($open:path) => {
        $crate::contract::keeps!(
            $open,
            queue_calls_on_a_set_clock of queue_calls: a_hidden_message_is_seen_from_its_moment_on,
            a_message_that_is_not_deleted_comes_back_counted,
            only_the_newest_receipt_moves_a_message,
            messages_expire_where_they_are_told_to,
            what_azure_refuses_is_refused,
            only_who_has_the_key_may_call_and_only_now,
        );
    };
}
pub(crate) use queue_calls_on_a_set_clock_contract;

/// A message as a call answered it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Message {
    id: String,
    receipt: String,
    dequeued: u32,
    text: String,
}

fn messages(reply: &Reply) -> Vec<Message> {
    assert_eq!(reply.status, 200, "{reply:?}");
    let body = reply.text();
    let empty = body.contains("<QueueMessagesList/>") || body.contains("<QueueMessagesList />");
    assert!(empty || body.contains("<QueueMessagesList>"), "{body}");
    body.split("<QueueMessage>")
        .skip(1)
        .map(|xml| Message {
            id: element(xml, "MessageId").unwrap(),
            receipt: element(xml, "PopReceipt").unwrap_or_default(),
            dequeued: element(xml, "DequeueCount").unwrap().parse().unwrap(),
            // Empty, it may be one closed tag.
            text: element(xml, "MessageText").unwrap_or_default(),
        })
        .collect()
}

async fn get(opened: &Opened, queue: &str) -> Vec<Message> {
    let path = format!("/{queue}/messages?numofmessages=32&visibilitytimeout=600");
    messages(&signed(opened, "GET", &path, "").await)
}

fn encoded(receipt: &str) -> String {
    receipt.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

async fn delete(opened: &Opened, queue: &str, message: &Message) -> Reply {
    let receipt = encoded(&message.receipt);
    let path = format!("/{queue}/messages/{}?popreceipt={receipt}", message.id);
    signed(opened, "DELETE", &path, "").await
}

async fn put(opened: &Opened, queue: &str, parameters: &str, text: &str) -> Reply {
    let body = format!("<QueueMessage><MessageText>{text}</MessageText></QueueMessage>");
    signed(opened, "POST", &format!("/{queue}/messages{parameters}"), &body).await
}

async fn count(opened: &Opened, queue: &str) -> String {
    let reply = signed(opened, "GET", &format!("/{queue}?comp=metadata"), "").await;
    assert_eq!(reply.status, 200);
    reply.header("x-ms-approximate-messages-count").unwrap().to_owned()
}

pub(crate) async fn a_message_arrives_as_base64_of_its_json(opened: &Opened) {
    let sent = json!({"text": "t-1", "patient": "ünï"});
    opened.queues.send(Queue::Sms, &sent, Duration::ZERO).await.unwrap();
    let [message] = get(opened, "sms").await.try_into().unwrap();
    let arrived: Value = serde_json::from_slice(&STANDARD.decode(message.text).unwrap()).unwrap();
    assert_eq!(arrived, sent);
    assert!(get(opened, "uploads").await.is_empty() && get(opened, "erasures").await.is_empty());
}

pub(crate) async fn a_hidden_message_is_seen_from_its_moment_on(opened: &Opened) {
    opened.clock.set("2026-11-22T09:00:00Z");
    opened.queues.send(Queue::Sms, &json!({}), Duration::from_secs(2)).await.unwrap();
    let reply = put(opened, "sms", "?visibilitytimeout=3", "bGF0ZXI=").await;
    assert_eq!(reply.status, 201);
    let seen = element(&reply.text(), "TimeNextVisible").unwrap();
    assert_eq!(seen, "Sun, 22 Nov 2026 09:00:03 GMT");
    assert!(get(opened, "sms").await.is_empty());
    assert_eq!(count(opened, "sms").await, "2");
    opened.clock.set("2026-11-22T09:00:02Z");
    assert_eq!(get(opened, "sms").await.len(), 1);
    opened.clock.set("2026-11-22T09:00:03Z");
    assert_eq!(get(opened, "sms").await[0].text, "bGF0ZXI=");
}

pub(crate) async fn a_hidden_message_is_seen_in_the_end_and_not_at_once(opened: &Opened) {
    let hidden_for = Duration::from_secs(2);
    opened.queues.send(Queue::Sms, &json!({"n": 1}), hidden_for).await.unwrap();
    assert!(get(opened, "sms").await.is_empty());
    assert_eq!(count(opened, "sms").await, "1");
    // On a clock that is set, its moment is now; on the machine's, it comes.
    let later = opened.clock.now() + SignedDuration::try_from(hidden_for).unwrap();
    opened.clock.set(&later.to_string());
    for _ in 0..200 {
        if let [message] = get(opened, "sms").await.as_slice() {
            assert_eq!(message.dequeued, 1);
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the message was never seen");
}

pub(crate) async fn a_message_that_is_not_deleted_comes_back_counted(opened: &Opened) {
    opened.clock.set("2026-11-22T09:00:00Z");
    opened.queues.send(Queue::Sms, &json!({}), Duration::ZERO).await.unwrap();
    let mut first = None;
    for (minute, dequeued) in [(0, 1), (10, 2), (20, 3)] {
        opened.clock.set(&format!("2026-11-22T09:{minute:02}:00Z"));
        let [message] = get(opened, "sms").await.try_into().unwrap();
        assert_eq!(message.dequeued, dequeued);
        assert!(get(opened, "sms").await.is_empty());
        assert_eq!(first.get_or_insert(message.id.clone()), &message.id);
    }
}

pub(crate) async fn only_the_newest_receipt_moves_a_message(opened: &Opened) {
    opened.clock.set("2026-11-22T09:00:00Z");
    opened.queues.send(Queue::Sms, &json!({}), Duration::ZERO).await.unwrap();
    let [old] = get(opened, "sms").await.try_into().unwrap();
    opened.clock.set("2026-11-22T09:10:00Z");
    let [new] = get(opened, "sms").await.try_into().unwrap();
    let late = delete(opened, "sms", &old).await;
    assert_eq!((late.status, late.code()), (400, "PopReceiptMismatch"));

    // The lease is renewed, as a trigger does while it works.
    let update = |receipt: &str| {
        let receipt = encoded(receipt);
        format!("/sms/messages/{}?popreceipt={receipt}&visibilitytimeout=600", new.id)
    };
    let late = signed(opened, "PUT", &update(&old.receipt), "").await;
    assert_eq!((late.status, late.code()), (400, "PopReceiptMismatch"));
    opened.clock.set("2026-11-22T09:15:00Z");
    let renewed = signed(opened, "PUT", &update(&new.receipt), "").await;
    assert_eq!(renewed.status, 204);
    let until = renewed.header("x-ms-time-next-visible");
    assert_eq!(until, Some("Sun, 22 Nov 2026 09:25:00 GMT"));
    opened.clock.set("2026-11-22T09:24:59Z");
    assert!(get(opened, "sms").await.is_empty());
    let late = delete(opened, "sms", &new).await;
    assert_eq!((late.status, late.code()), (400, "PopReceiptMismatch"));

    let receipt = renewed.header("x-ms-popreceipt").unwrap().to_owned();
    let held = Message { receipt, ..new };
    assert_eq!(delete(opened, "sms", &held).await.status, 204);
    let gone = delete(opened, "sms", &held).await;
    assert_eq!((gone.status, gone.code()), (404, "MessageNotFound"));
    assert_eq!(count(opened, "sms").await, "0");
}

pub(crate) async fn messages_are_counted_hidden_ones_included(opened: &Opened) {
    let count = || opened.counts.count(Queue::Erasures.name());
    assert_eq!(count().await.unwrap(), 0);
    for hidden_for in [Duration::ZERO, Duration::from_mins(5)] {
        opened.queues.send(Queue::Erasures, &json!({}), hidden_for).await.unwrap();
    }
    assert_eq!(count().await.unwrap(), 2);
    opened.counts.count("no-such-queue").await.unwrap_err();
}

pub(crate) async fn a_message_that_fails_five_times_goes_to_the_poison_queue(opened: &Opened) {
    opened.queues.send(Queue::Sms, &json!({"text": "bad"}), Duration::ZERO).await.unwrap();
    for failure in 1..=5 {
        let [message] = get(opened, "sms").await.try_into().unwrap();
        assert_eq!(message.dequeued, failure);
        if failure < 5 {
            // Failed: seen again at once (visibilityTimeout 0 of host.json).
            let receipt = encoded(&message.receipt);
            let path =
                format!("/sms/messages/{}?popreceipt={receipt}&visibilitytimeout=0", message.id);
            assert_eq!(signed(opened, "PUT", &path, "").await.status, 204);
        } else {
            let made = signed(opened, "PUT", "/sms-poison", "").await;
            assert!([201, 204].contains(&made.status));
            assert_eq!(put(opened, "sms-poison", "", &message.text).await.status, 201);
            assert_eq!(delete(opened, "sms", &message).await.status, 204);
        }
    }
    assert!(get(opened, "sms").await.is_empty());
    let [poisoned] = get(opened, "sms-poison").await.try_into().unwrap();
    assert_eq!(STANDARD.decode(poisoned.text).unwrap(), br#"{"text":"bad"}"#);
}

pub(crate) async fn messages_expire_where_they_are_told_to(opened: &Opened) {
    opened.clock.set("2026-11-22T09:00:00Z");
    assert_eq!(put(opened, "sms", "?messagettl=60", "c2hvcnQ=").await.status, 201);
    assert_eq!(put(opened, "sms", "", "d2Vlaw==").await.status, 201);
    assert_eq!(put(opened, "sms", "?messagettl=-1", "bmV2ZXI=").await.status, 201);
    for (now, left) in [
        ("2026-11-22T09:00:59Z", "3"),
        ("2026-11-22T09:01:00Z", "2"),
        ("2026-11-29T08:59:59Z", "2"),
        ("2026-11-29T09:00:00Z", "1"),
        ("2036-11-22T09:00:00Z", "1"),
    ] {
        opened.clock.set(now);
        assert_eq!(count(opened, "sms").await, left, "{now}");
    }
    assert_eq!(get(opened, "sms").await[0].text, "bmV2ZXI=");
}

pub(crate) async fn a_peek_changes_nothing(opened: &Opened) {
    opened.queues.send(Queue::Sms, &json!({}), Duration::ZERO).await.unwrap();
    for _ in 0..2 {
        let reply = signed(opened, "GET", "/sms/messages?peekonly=true", "").await;
        let [message] = messages(&reply).try_into().unwrap();
        assert_eq!((message.dequeued, message.receipt.as_str()), (0, ""));
    }
    assert_eq!(get(opened, "sms").await[0].dequeued, 1);
}

pub(crate) async fn texts_come_back_as_they_were_put(opened: &Opened) {
    for (written, read) in [
        ("a &lt;b&gt; &amp; &#233;", "a &lt;b&gt; &amp; é"),
        ("plain \u{1f600}", "plain \u{1f600}"),
        ("", ""),
    ] {
        assert_eq!(put(opened, "sms", "", written).await.status, 201);
        let [message] = get(opened, "sms").await.try_into().unwrap();
        assert_eq!(message.text, read);
        assert_eq!(delete(opened, "sms", &message).await.status, 204);
    }
    // An update may change the text, too.
    assert_eq!(put(opened, "sms", "", "old").await.status, 201);
    let [message] = get(opened, "sms").await.try_into().unwrap();
    let receipt = encoded(&message.receipt);
    let path = format!("/sms/messages/{}?popreceipt={receipt}&visibilitytimeout=0", message.id);
    let body = "<QueueMessage><MessageText>new</MessageText></QueueMessage>";
    assert_eq!(signed(opened, "PUT", &path, body).await.status, 204);
    assert_eq!(get(opened, "sms").await[0].text, "new");
}

pub(crate) async fn of_many_who_listen_each_message_has_one(opened: &Opened) {
    for number in 0..60 {
        opened.queues.send(Queue::Sms, &json!({"n": number}), Duration::ZERO).await.unwrap();
    }
    let listen = async || {
        let mut heard = Vec::new();
        loop {
            let path = "/sms/messages?numofmessages=3&visibilitytimeout=600";
            let batch = messages(&signed(opened, "GET", path, "").await);
            if batch.is_empty() {
                return heard;
            }
            heard.extend(batch);
        }
    };
    let heard = tokio::join!(listen(), listen(), listen(), listen(), listen(), listen());
    let mut times = BTreeMap::new();
    for message in [heard.0, heard.1, heard.2, heard.3, heard.4, heard.5].concat() {
        assert_eq!(message.dequeued, 1);
        *times.entry(message.id).or_insert(0) += 1;
    }
    assert_eq!(times.len(), 60);
    assert!(times.values().all(|times| *times == 1));
}

pub(crate) async fn what_azure_refuses_is_refused(opened: &Opened) {
    let created = signed(opened, "PUT", "/fresh-queue", "").await;
    assert_eq!(created.status, 201);
    assert_eq!(signed(opened, "PUT", "/fresh-queue", "").await.status, 204);
    assert_eq!(count(opened, "fresh-queue").await, "0");
    let long = "x".repeat((64 << 10) + 1);
    assert_eq!(put(opened, "sms", "", &long).await.code(), "MessageTooLarge");
    let text = "<QueueMessage><MessageText>x</MessageText></QueueMessage>";
    for (method, path, body, status, code) in [
        ("GET", "/absent/messages", "", 404, "QueueNotFound"),
        ("POST", "/absent/messages", text, 404, "QueueNotFound"),
        ("GET", "/absent?comp=metadata", "", 404, "QueueNotFound"),
        ("PUT", "/Not-A-Name", "", 400, "InvalidResourceName"),
        ("GET", "/sms/messages?numofmessages=0", "", 400, "OutOfRangeQueryParameterValue"),
        ("GET", "/sms/messages?numofmessages=33", "", 400, "OutOfRangeQueryParameterValue"),
        ("GET", "/sms/messages?numofmessages=x", "", 400, "InvalidQueryParameterValue"),
        ("GET", "/sms/messages?visibilitytimeout=0", "", 400, "OutOfRangeQueryParameterValue"),
        ("GET", "/sms/messages?visibilitytimeout=604801", "", 400, "OutOfRangeQueryParameterValue"),
        ("POST", "/sms/messages?messagettl=0", text, 400, "OutOfRangeQueryParameterValue"),
        ("POST", "/sms/messages", "<QueueMessage>", 400, "InvalidXmlDocument"),
        ("DELETE", "/sms/messages/m", "", 400, "MissingRequiredQueryParameter"),
        ("PUT", "/sms/messages/m?popreceipt=r", "", 400, "MissingRequiredQueryParameter"),
        ("DELETE", "/sms/messages/m?popreceipt=r", "", 404, "MessageNotFound"),
        ("POST", "/sms", "", 405, "UnsupportedHttpVerb"),
    ] {
        let reply = signed(opened, method, path, body).await;
        assert_eq!((reply.status, reply.code()), (status, code), "{method} {path}");
    }
}

pub(crate) async fn only_who_has_the_key_may_call_and_only_now(opened: &Opened) {
    opened.clock.set("2026-11-22T09:00:00Z");
    opened.queues.send(Queue::Sms, &json!({}), Duration::ZERO).await.unwrap();
    let path = "/sms/messages?peekonly=true";
    let url = format!("{}{path}", opened.queue_endpoint);
    let bare = send("GET", &url, &[], b"").await;
    assert_eq!((bare.status, bare.code()), (403, "AuthorizationFailure"));
    for authorization in
        ["SharedKey aftersight:AAAA", "SharedKey other:AAAA", "Bearer x", "SharedKey", ""]
    {
        let reply = send("GET", &url, &[("Authorization", authorization)], b"").await;
        assert_eq!(reply.status, 403, "{authorization}");
    }
    for (date, status) in [
        ("Sun, 22 Nov 2026 09:14:59 GMT", 200),
        ("Sun, 22 Nov 2026 08:45:01 GMT", 200),
        ("Sun, 22 Nov 2026 09:15:01 GMT", 403),
        ("Sun, 22 Nov 2026 08:44:59 GMT", 403),
    ] {
        let reply = signed_at(opened, "GET", path, "", date).await;
        assert_eq!(reply.status, status, "{date}");
    }
}
