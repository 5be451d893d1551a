//! The calls of the queue service that a trigger and an output binding make.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::messages::{self, StoredMessage};
use super::shared_key::{SharedKey, Signed};
use crate::{HostClock, QueueAccess, percent};

const VERSION: &str = "2021-12-02";
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, thiserror::Error)]
pub(crate) enum QueueError {
    #[error("the queue service cannot be reached: {0}")]
    Unreachable(String),
    #[error("the queue service answered {0}")]
    Status(StatusCode),
    #[error("the queue endpoint or its key cannot be used: {0}")]
    Access(String),
}

impl QueueError {
    fn is(&self, status: StatusCode) -> bool {
        matches!(self, Self::Status(found) if *found == status)
    }
}

/// One storage account's queues.
pub(crate) struct QueueClient {
    http: Client<HttpConnector, Full<Bytes>>,
    /// Scheme and authority.
    origin: String,
    /// The path that stands before every queue's name; empty on Azure itself.
    base_path: String,
    key: SharedKey,
    clock: HostClock,
}

impl QueueClient {
    pub fn new(access: &QueueAccess, clock: HostClock) -> Result<Self, QueueError> {
        let wrong = |message: &str| QueueError::Access(message.to_owned());
        let (origin, path) = match access.endpoint.trim_end_matches('/').strip_prefix("http://") {
            Some(rest) => match rest.split_once('/') {
                Some((authority, path)) => (format!("http://{authority}"), format!("/{path}")),
                None => (format!("http://{rest}"), String::new()),
            },
            None => return Err(wrong("the endpoint must begin with http://")),
        };
        let key = SharedKey::new(&access.account, &access.key_base64);
        Ok(Self {
            http: Client::builder(TokioExecutor::new()).build_http(),
            origin,
            base_path: path,
            key: key.ok_or_else(|| wrong("the key is not base64"))?,
            clock,
        })
    }

    /// Makes sure that a queue exists.
    pub async fn create(&self, queue: &str) -> Result<(), QueueError> {
        match self.call(Method::PUT, &format!("/{queue}"), &[], None).await {
            Err(error) if error.is(StatusCode::CONFLICT) => Ok(()),
            other => other.map(drop),
        }
    }

    /// Takes up to `most` messages and hides them for `hidden`. A queue that is not there is empty.
    pub async fn get(
        &self,
        queue: &str,
        most: u32,
        hidden: Duration,
    ) -> Result<Vec<StoredMessage>, QueueError> {
        let query = [
            ("numofmessages", most.to_string()),
            ("visibilitytimeout", hidden.as_secs().to_string()),
        ];
        match self.call(Method::GET, &format!("/{queue}/messages"), &query, None).await {
            Ok(answer) => Ok(messages::parse_list(&String::from_utf8_lossy(&answer.body))),
            Err(error) if error.is(StatusCode::NOT_FOUND) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Puts a message as it shall be stored.
    pub async fn put(&self, queue: &str, text: &str) -> Result<(), QueueError> {
        let body = messages::show_message(text);
        self.call(Method::POST, &format!("/{queue}/messages"), &[], Some(body)).await.map(drop)
    }

    /// Puts bytes, base64-encoded when the host says so, and creates the queue if need be.
    pub async fn put_creating(
        &self,
        queue: &str,
        bytes: &[u8],
        base64: bool,
    ) -> Result<(), QueueError> {
        let text = if base64 {
            STANDARD.encode(bytes)
        } else {
            String::from_utf8_lossy(bytes).into_owned()
        };
        self.put_text_creating(queue, &text).await
    }

    pub async fn put_text_creating(&self, queue: &str, text: &str) -> Result<(), QueueError> {
        match self.put(queue, text).await {
            Err(error) if error.is(StatusCode::NOT_FOUND) => {
                self.create(queue).await?;
                self.put(queue, text).await
            }
            other => other,
        }
    }

    /// Hides a message for `hidden` from now on; gives its new pop receipt.
    pub async fn update(
        &self,
        queue: &str,
        id: &str,
        pop_receipt: &str,
        hidden: Duration,
    ) -> Result<String, QueueError> {
        let query = [
            ("popreceipt", pop_receipt.to_owned()),
            ("visibilitytimeout", hidden.as_secs().to_string()),
        ];
        let path = format!("/{queue}/messages/{id}");
        let answer = self.call(Method::PUT, &path, &query, None).await?;
        Ok(answer.pop_receipt.unwrap_or_else(|| pop_receipt.to_owned()))
    }

    /// Deletes a message. One that is gone, or was handed out again, is not ours to delete.
    pub async fn delete(&self, queue: &str, id: &str, pop_receipt: &str) -> Result<(), QueueError> {
        let query = [("popreceipt", pop_receipt.to_owned())];
        let path = format!("/{queue}/messages/{id}");
        match self.call(Method::DELETE, &path, &query, None).await {
            Err(error) if error.is(StatusCode::NOT_FOUND) || error.is(StatusCode::BAD_REQUEST) => {
                tracing::warn!(queue, id, "the message was no longer ours to delete");
                Ok(())
            }
            other => other.map(drop),
        }
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, String)],
        body: Option<String>,
    ) -> Result<Answer, QueueError> {
        let path = format!("{}{path}", self.base_path);
        let encoded: Vec<String> =
            query.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let mark = if encoded.is_empty() { "" } else { "?" };
        let url = format!("{}{path}{mark}{}", self.origin, encoded.join("&"));
        let content_type = if body.is_some() { "application/xml" } else { "" };
        let body = Bytes::from(body.unwrap_or_default());
        let headers = [
            ("x-ms-date", messages::show_date(self.clock.now())),
            ("x-ms-version", VERSION.to_owned()),
        ];
        let authorization = self.key.authorization(&Signed {
            method: method.as_str(),
            path: &path,
            query,
            content_length: body.len(),
            content_type,
            headers: &headers,
        });
        let mut request =
            Request::builder().method(method).uri(url).header("authorization", authorization);
        for (name, value) in &headers {
            request = request.header(*name, value);
        }
        if !content_type.is_empty() {
            request = request.header("content-type", content_type);
        }
        let request =
            request.body(Full::new(body)).map_err(|cause| QueueError::Access(cause.to_string()))?;
        let unreachable =
            |cause: &dyn std::fmt::Display| QueueError::Unreachable(cause.to_string());
        let answered = tokio::time::timeout(PATIENCE, async {
            let answer = self.http.request(request).await.map_err(|cause| unreachable(&cause))?;
            let (head, body) = answer.into_parts();
            let body = body.collect().await.map_err(|cause| unreachable(&cause))?.to_bytes();
            Ok((head, body))
        });
        let (head, body) = answered.await.map_err(|elapsed| unreachable(&elapsed))??;
        if !head.status.is_success() {
            return Err(QueueError::Status(head.status));
        }
        let receipt = head.headers.get("x-ms-popreceipt").and_then(|value| value.to_str().ok());
        Ok(Answer { body, pop_receipt: receipt.map(str::to_owned) })
    }
}

struct Answer {
    body: Bytes,
    pop_receipt: Option<String>,
}

fn encode(value: &str) -> String {
    percent::encode(value, |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}
