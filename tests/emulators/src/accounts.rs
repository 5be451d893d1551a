//! `POST /accounts?origin=ORIGIN`: a fresh account, laid out as the deployment lays out the real ones.
//!
//! The answer is `{"environment": {…}, "plainQueues": URL, "account": NAME, "accountKey": BASE64}`:
//! what a handler is told, and what `local-host` needs to listen to the queues.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use domain::ports::blobs::BlobContainer;
use domain::ports::documents::Container;
use domain::ports::queues::Queue;
use http::{Method, Request};
use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Outcome;
use crate::azurite::{Azurite, account_name};
use crate::certificates::Certificates;
use crate::cors_rule::cors_rule;
use crate::cosmos::Cosmos;
use crate::managed_identity::{ManagedIdentity, token_for};
use crate::serve::{Answer, json as answer_json, serve as serve_http};

const VERSION: &str = "2026-04-06";

pub struct Accounts {
    http: reqwest::Client,
    authority: String,
    blob_endpoint: String,
    queue_endpoint: String,
    account_key: String,
    cosmos: Cosmos,
    identity: ManagedIdentity,
    vault: String,
    plain_queues: u16,
    taken: AtomicUsize,
}

impl Accounts {
    pub fn new(
        certificates: &Certificates,
        azurite: &Azurite,
        cosmos: Cosmos,
        identity: ManagedIdentity,
        vault: String,
        plain_queues: u16,
    ) -> Outcome<Self> {
        let authority = certificates.authority();
        let root = reqwest::Certificate::from_pem(&std::fs::read(&authority)?)?;
        Ok(Self {
            http: reqwest::Client::builder().tls_certs_only([root]).build()?,
            authority: authority.display().to_string(),
            blob_endpoint: format!("https://localhost:{}", azurite.blob_port),
            queue_endpoint: format!("https://localhost:{}", azurite.queue_port),
            account_key: azurite.account_key.clone(),
            cosmos,
            identity,
            vault,
            plain_queues,
            taken: AtomicUsize::new(0),
        })
    }

    async fn fresh(&self, origin: &str) -> Outcome<Value> {
        let account = account_name(self.taken.fetch_add(1, Ordering::Relaxed))
            .ok_or("all accounts are taken: start the emulators again")?;
        let blob_endpoint = format!("{}/{account}", self.blob_endpoint);
        let queue_endpoint = format!("{}/{account}", self.queue_endpoint);
        for container in [BlobContainer::Incoming, BlobContainer::Records] {
            let url = format!("{blob_endpoint}/{}?restype=container", container.name());
            self.put(&url, String::new()).await?;
        }
        self.put(&format!("{blob_endpoint}/?restype=service&comp=properties"), cors_rule(origin)?)
            .await?;
        for queue in Queue::ALL {
            for name in [queue.name(), queue.poison()] {
                self.put(&format!("{queue_endpoint}/{name}"), String::new()).await?;
            }
        }
        let containers = Container::ALL
            .map(|container| (container.name(), format!("/{}", container.partition_property())));
        self.cosmos.create_database(&account, &containers).await?;
        Ok(json!({
            "environment": {
                "STORES": "azure",
                "COSMOS_ENDPOINT": self.cosmos.endpoint.as_str(),
                "COSMOS_DATABASE": account,
                "BLOB_ENDPOINT": blob_endpoint,
                "QUEUE_ENDPOINT": queue_endpoint,
                "KEY_VAULT_ENDPOINT": self.vault,
                "IDENTITY_ENDPOINT": self.identity.endpoint,
                "IDENTITY_HEADER": self.identity.header,
                "SSL_CERT_FILE": self.authority,
            },
            "plainQueues": format!("http://127.0.0.1:{}/{account}", self.plain_queues),
            "account": account,
            "accountKey": self.account_key,
        }))
    }

    async fn put(&self, url: &str, body: String) -> Outcome<()> {
        let (token, _) = token_for("https://storage.azure.com");
        let answer = self
            .http
            .put(url)
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header("x-ms-version", VERSION)
            .body(body)
            .send()
            .await?;
        if answer.status().is_success() {
            return Ok(());
        }
        Err(format!("{url}: {}", answer.text().await?).into())
    }
}

pub async fn serve(listener: TcpListener, accounts: Arc<Accounts>) {
    serve_http(listener, None, move |request| {
        let accounts = Arc::clone(&accounts);
        async move { answer(&request, &accounts).await }
    })
    .await;
}

async fn answer(request: &Request<Bytes>, accounts: &Accounts) -> Answer {
    if (request.method(), request.uri().path()) != (&Method::POST, "/accounts") {
        return answer_json(404, &json!({ "error": "POST /accounts" }));
    }
    let query = request.uri().query().unwrap_or_default();
    let origin = query.strip_prefix("origin=").unwrap_or("http://127.0.0.1:7071");
    match accounts.fresh(origin).await {
        Ok(account) => answer_json(201, &account),
        Err(error) => answer_json(500, &json!({ "error": error.to_string() })),
    }
}
