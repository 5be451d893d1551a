//! One request, from its head to its reply: whose it is, who asks, what for.

use http::{HeaderMap, HeaderValue, Method, Request, Response, header};
use hyper::body::Incoming;
use tracing::debug;

use super::call::Call;
use super::cors::Cors;
use super::hosts::Hosts;
use super::refusal::Refusal;
use super::reply::{Reply, http_date};
use super::target::Target;
use super::{blob_calls, queue_calls, receive};
use crate::{Embedded, random};

/// The version of the REST API whose answers these are.
const API_VERSION: &str = "2021-12-02";
/// A client's own request id is given back up to here ("x-ms-client-request-id").
const LONGEST_CLIENT_ID: usize = 1024;

/// The store, and who may call.
pub(crate) struct Face {
    store: Embedded,
    hosts: Hosts,
    cors: Cors,
}

impl Face {
    pub(crate) fn new(store: Embedded, port: u16, origins: Vec<String>) -> Self {
        let hosts = Hosts::new(port, store.storage_origin());
        Self { store, hosts, cors: Cors::new(origins) }
    }

    /// Always a reply; what went wrong inside stands in the log.
    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Response<Reply> {
        let request_id = random::uuid(self.store.random());
        let (head, mut body) = request.into_parts();
        let (method, headers) = (head.method.clone(), head.headers.clone());
        let mut reply = match self.carry_out(head, &mut body, &request_id).await {
            Ok(reply) => reply,
            Err(refusal) => {
                // Who waits for leave to send its body has not sent it.
                if !headers.contains_key(header::EXPECT) {
                    receive::drain(&mut body).await;
                }
                let mut reply = refusal.reply(&request_id, self.store.now());
                if method == Method::HEAD {
                    *reply.body_mut() = Reply::default();
                }
                reply
            }
        };
        // Neither path nor query: the one names a blob, the other opens it.
        debug!(%method, status = reply.status().as_u16(), request_id, "storage call");
        self.dress(&mut reply, &headers, &request_id);
        reply
    }

    async fn carry_out(
        &self,
        head: http::request::Parts,
        body: &mut Incoming,
        request_id: &str,
    ) -> Result<Response<Reply>, Refusal> {
        self.hosts.check(&head)?;
        if head.method == Method::OPTIONS {
            return self.cors.preflight(&head);
        }
        let call = Call::new(head, request_id.to_owned())?;
        match Target::parse(&call.path)? {
            Target::Blob(place) => blob_calls::answer(&self.store, &call, &place, body).await,
            target => queue_calls::answer(&self.store, &call, target, body).await,
        }
    }

    /// The headers that every reply has.
    fn dress(&self, reply: &mut Response<Reply>, request: &HeaderMap, request_id: &str) {
        let headers = reply.headers_mut();
        headers.insert("x-ms-version", HeaderValue::from_static(API_VERSION));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert("x-ms-request-id", id);
        }
        // Else the server would put the machine's clock there, which is not ours.
        if let Ok(date) = HeaderValue::from_str(&http_date(self.store.now())) {
            headers.insert(header::DATE, date);
        }
        if let Some(id) = request.get("x-ms-client-request-id")
            && id.len() <= LONGEST_CLIENT_ID
        {
            headers.insert("x-ms-client-request-id", id.clone());
        }
        self.cors.open(request, headers);
    }
}
