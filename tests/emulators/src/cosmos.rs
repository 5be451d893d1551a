//! Cosmos DB: the driver's own in-memory emulator behind a port, for clients in other processes.

use std::sync::Arc;

use azure_core::http::headers::{HeaderName, HeaderValue};
use azure_core::http::{Method, Request as CosmosRequest, Url};
use azure_data_cosmos_driver::in_memory_emulator::{
    ConsistencyLevel, InMemoryEmulatorHttpClient, VirtualAccountConfig, VirtualRegion,
};
use bytes::Bytes;
use http::Request;
use tokio::net::TcpListener;

use crate::Outcome;
use crate::serve::{Answer, answer, serve};

/// A running account.
#[derive(Clone)]
pub struct Cosmos {
    /// Where it is; the account tells clients the same.
    pub endpoint: Url,
    emulator: Arc<InMemoryEmulatorHttpClient>,
}

pub async fn start() -> Outcome<Cosmos> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = Url::parse(&format!("http://{}/", listener.local_addr()?))?;
    let region = VirtualRegion::new("UK South", endpoint.clone());
    let account =
        VirtualAccountConfig::new(vec![region])?.with_consistency(ConsistencyLevel::Strong);
    let emulator = Arc::new(InMemoryEmulatorHttpClient::try_new(account)?);
    let cosmos = Cosmos { endpoint, emulator };
    let served = cosmos.clone();
    tokio::spawn(serve(listener, None, move |request| {
        let cosmos = served.clone();
        async move { cosmos.answer(request).await }
    }));
    Ok(cosmos)
}

impl Cosmos {
    /// Makes a database and its containers, each with the path of its partition key.
    pub async fn create_database(&self, id: &str, containers: &[(&str, String)]) -> Outcome<()> {
        let post = async |path: &str, body: serde_json::Value| {
            let mut url = self.endpoint.clone();
            url.set_path(path);
            let mut request = CosmosRequest::new(url, Method::Post);
            request.set_body(body.to_string());
            let (status, _, _) = self.emulator.execute_request(&request).await?.deconstruct();
            if status.is_success() {
                Ok(())
            } else {
                Err(Box::<dyn std::error::Error + Send + Sync>::from(format!("{path}: {status}")))
            }
        };
        post("/dbs", serde_json::json!({ "id": id })).await?;
        for (container, partition) in containers {
            let body = serde_json::json!({
                "id": container,
                "partitionKey": { "paths": [partition], "kind": "Hash", "version": 2 },
            });
            post(&format!("/dbs/{id}/colls"), body).await?;
        }
        Ok(())
    }

    async fn answer(&self, request: Request<Bytes>) -> Answer {
        let (head, body) = request.into_parts();
        let Some(method) = method(&head.method) else { return answer(405, "text/plain", "") };
        let mut url = self.endpoint.clone();
        url.set_path(head.uri.path());
        url.set_query(head.uri.query());
        let mut asked = CosmosRequest::new(url, method);
        for (name, value) in &head.headers {
            if let Ok(value) = value.to_str() {
                let name = HeaderName::from(name.as_str().to_owned());
                asked.headers_mut().insert(name, HeaderValue::from(value.to_owned()));
            }
        }
        asked.set_body(body);
        let answered = match self.emulator.execute_request(&asked).await {
            Ok(answered) => answered,
            Err(error) => return answer(500, "text/plain", error.to_string()),
        };
        let (status, headers, body) = answered.deconstruct();
        let body = body.collect().await.unwrap_or_default();
        let mut reply = answer(u16::from(status), "application/json", body);
        for (name, value) in headers.iter() {
            let name = http::HeaderName::from_bytes(name.as_str().as_bytes());
            let value = http::HeaderValue::from_str(value.as_str());
            // The connection says how long the body is.
            if let (Ok(name), Ok(value)) = (name, value)
                && name != http::header::CONTENT_LENGTH
                && name != http::header::TRANSFER_ENCODING
            {
                reply.headers_mut().insert(name, value);
            }
        }
        reply
    }
}

fn method(method: &http::Method) -> Option<Method> {
    Some(match method.as_str() {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        _ => return None,
    })
}
