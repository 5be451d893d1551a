//! One request, from its head to its reply: whose it is, who asks, what for.

use std::sync::Arc;

use domain::ports::blobs::BlobContainer;
use domain::ports::free_space::FreeSpace;
use domain::upload_bounds::has_room;
use http::{HeaderMap, HeaderValue, Method, Response, header};
use hyper::body::Incoming;
use tracing::debug;

use super::call::Call;
use super::cors::Cors;
use super::hosts::Hosts;
use super::refusal::Refusal;
use super::reply::{Reply, http_date};
use super::room::{Seat, Signed};
use super::target::Target;
use super::{StorageOptions, blob_calls, queue_calls, shared_key};
use crate::{Embedded, random};

/// The version of the REST API whose answers these are.
const API_VERSION: &str = "2021-12-02";
/// A client's own request id is given back up to here ("x-ms-client-request-id").
const LONGEST_CLIENT_ID: usize = 1024;

/// What is behind a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// Blobs, for browsers.
    Blobs,
    /// Queues, for triggers.
    Queues,
}

/// The store, and who may call.
pub(crate) struct Face {
    pub(crate) store: Embedded,
    door: Door,
    hosts: Hosts,
    cors: Cors,
    disk: Arc<dyn FreeSpace>,
    keep_free: u64,
}

/// What a call gave; where it showed a signature, its place comes along.
pub(crate) type Answered = (Response<Reply>, Option<Signed>);

impl Face {
    pub(crate) fn new(store: Embedded, door: Door, port: u16, options: StorageOptions) -> Self {
        let hosts = Hosts::new(port, store.storage_origin());
        let StorageOptions { allowed_origins, disk, keep_free } = options;
        Self { store, door, hosts, cors: Cors::new(allowed_origins), disk, keep_free }
    }

    /// Always a reply; what went wrong inside stands in the log. The body of a refused call is not
    /// read.
    pub(crate) async fn answer(
        &self,
        head: http::request::Parts,
        body: &mut Incoming,
        seat: &Arc<Seat>,
    ) -> Answered {
        let request_id = random::uuid(self.store.random());
        let (method, headers) = (head.method.clone(), head.headers.clone());
        let mut signed = None;
        let outcome = self.carry_out(head, body, seat, &mut signed, &request_id).await;
        let mut reply = outcome.unwrap_or_else(|refusal| {
            let mut reply = refusal.reply(&request_id, self.store.now());
            if method == Method::HEAD {
                *reply.body_mut() = Reply::default();
            }
            reply
        });
        // Neither path nor query: the one names a blob, the other opens it.
        debug!(%method, status = reply.status().as_u16(), request_id, "storage call");
        self.dress(&mut reply, &headers, &request_id);
        (reply, signed)
    }

    async fn carry_out(
        &self,
        head: http::request::Parts,
        body: &mut Incoming,
        seat: &Arc<Seat>,
        signed: &mut Option<Signed>,
        request_id: &str,
    ) -> Result<Response<Reply>, Refusal> {
        self.hosts.check(&head)?;
        if head.method == Method::OPTIONS && self.door == Door::Blobs {
            return self.cors.preflight(&head);
        }
        let call = Call::new(head, request_id.to_owned())?;
        match (self.door, Target::parse(&call.path)?) {
            (Door::Blobs, Target::Blob(place)) => {
                let permitted = blob_calls::verify(&self.store, &call, &place)?;
                // What is sent is sent for a patient: the first part of the name.
                let is_sent = place.container == BlobContainer::Incoming;
                let sender = place.name.split('/').next().filter(|_| is_sent);
                *signed = Some(seat.shows_signature(sender).await?);
                blob_calls::answer(self, &call, &place, &permitted, body).await
            }
            (
                Door::Queues,
                target @ (Target::Queue(_) | Target::Messages(_) | Target::Message(..)),
            ) => {
                shared_key::verify(&call, self.store.storage_key(), self.store.now())?;
                *signed = Some(seat.shows_signature(None).await?);
                queue_calls::answer(&self.store, &call, target, body).await
            }
            // The other half of it is behind the other door.
            _ => Err(Refusal::ResourceNotFound),
        }
    }

    /// Refuses bytes that would take what must stay free for everything else.
    pub(crate) async fn has_room_for(&self, bytes: u64) -> Result<(), Refusal> {
        let free = self.disk.free_bytes().await?;
        if has_room(free, self.keep_free, bytes) { Ok(()) } else { Err(Refusal::NoRoom) }
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
