//! The HTTP front: what a request becomes, in the order in which the real host decides it.

mod access;
mod admin;
mod answer;
mod constraint;
mod header_order;
mod http_function;
mod http_output;
mod limits;
pub(crate) mod route;
mod spelling;
mod target;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioTimer;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::FrontService;
use crate::app::function::{FunctionSpec, HttpTrigger, Trigger};
use crate::invoke::Invoker;
use crate::invoke::failure::Failure;
use crate::invoke::http_event::{HttpRequest, http_event};
use crate::proxy::{ProxyBody, ProxyRequest};
use crate::wire::{BODY_LIMIT, Headers, Upload, UploadError};
use access::Credentials;
pub(crate) use admin::Admin;
use admin::{AdminRequest, AdminRoute};
use answer::FrontAnswer;
use http_function::HttpInvocation;
use limits::Announced;
use route::Parameters;
use spelling::{Copied, Spelling};

/// How long a connection may be without a request, as with the web server under the host.
const IDLE_CONNECTION: Duration = Duration::from_secs(130);

pub(crate) struct Front {
    pub invoker: Arc<Invoker>,
    pub admin: Admin,
    /// Answered by prefix before any routing.
    pub extra: Vec<(&'static str, Arc<dyn FrontService>)>,
}

/// Serves until the task is dropped, and with it every connection.
pub(crate) async fn serve(front: Arc<Front>, listener: TcpListener) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, peer)) => {
                connections.spawn(connection(front.clone(), stream, peer));
            }
            Err(cause) => {
                // Out of descriptors, most likely: let some connections end.
                tracing::warn!(%cause, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn connection(front: Arc<Front>, stream: TcpStream, peer: SocketAddr) {
    let _slower_at_worst = stream.set_nodelay(true);
    let spelling = Spelling::default();
    let io = Copied::new(stream, spelling.clone());
    let service = service_fn(move |request| {
        let (front, spelling) = (front.clone(), spelling.clone());
        async move { Ok::<_, Infallible>(front.answer(request, peer, &spelling).await) }
    });
    let mut served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE_CONNECTION)
        .serve_connection(io, service);
    if let Err(cause) = (&mut served).await {
        tracing::debug!(%cause, "a client's connection broke");
        // An answer that ends before its end must not look like one that is whole.
        if cause.is_user() {
            served.into_parts().io.reset();
        }
    }
}

/// A request as far as the web server has read it.
struct Received {
    method: Method,
    /// Decoded, without dot segments.
    path: String,
    query: String,
    /// Path and query as they came.
    raw: String,
    /// In the server's order.
    headers: Headers,
    peer: SocketAddr,
}

impl Front {
    async fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
        spelling: &Spelling,
    ) -> FrontAnswer {
        let (head, body) = request.into_parts();
        let headers = spelling.headers(&head.method, &head.uri.to_string(), &head.headers);
        let refusal =
            limits::refusal(&head.method, &head.uri, head.version, &head.headers, &headers);
        if let Some(status) = refusal {
            return answer::closing(status);
        }
        if head.uri.path() == "*" {
            if head.method == Method::OPTIONS {
                return answer::status(StatusCode::NOT_FOUND);
            }
            let refused = answer::closing(StatusCode::METHOD_NOT_ALLOWED);
            return answer::with_header(refused, header::ALLOW, "OPTIONS");
        }
        let Some(path) = target::decode_path(head.uri.path()) else {
            return answer::closing(StatusCode::BAD_REQUEST);
        };
        if let Some((_, service)) = self.extra.iter().find(|(prefix, _)| path.starts_with(prefix)) {
            return self.extra_answer(service.as_ref(), Request::from_parts(head, body)).await;
        }
        let received = Received {
            method: head.method,
            path,
            query: head.uri.query().unwrap_or_default().to_owned(),
            raw: head.uri.path_and_query().map_or("/", |raw| raw.as_str()).to_owned(),
            headers: header_order::arrange(headers),
            peer,
        };
        if let Some(route) = AdminRoute::of(&received.path) {
            return self.admin_answer(route, &received, body).await;
        }
        let Some((function, http, parameters)) = self.find(&received) else {
            return match received.path.as_str() {
                "/" => answer::home_page(),
                _ => answer::status(StatusCode::NOT_FOUND),
            };
        };
        let credentials = Credentials { headers: &received.headers, query: &received.query };
        if !self.admin.access.admits_to(http.access, &credentials) {
            return answer::status(StatusCode::UNAUTHORIZED);
        }
        self.call(function, http, parameters, received, body).await
    }

    /// Routes are tried in alphabetical order of function name; a method that is not listed is a
    /// route that does not match.
    fn find(&self, received: &Received) -> Option<(&FunctionSpec, &HttpTrigger, Parameters)> {
        let method = received.method.as_str().to_ascii_uppercase();
        self.invoker.app.functions.iter().filter(|function| !function.disabled).find_map(
            |function| {
                let Trigger::Http(http) = &function.trigger else { return None };
                let listed = http.methods.as_ref().is_none_or(|methods| methods.contains(&method));
                let parameters = listed.then(|| http.template.matches(&received.path)).flatten()?;
                Some((function.as_ref(), http, parameters))
            },
        )
    }

    async fn call(
        &self,
        function: &FunctionSpec,
        http: &HttpTrigger,
        parameters: Parameters,
        received: Received,
        body: Incoming,
    ) -> FrontAnswer {
        let invocation = HttpInvocation::begin(&self.invoker, function);
        let body = match Announced::of(&received.headers) {
            Announced::Chunked => ProxyBody::Chunked(Upload::new(body)),
            Announced::Nothing | Announced::Length(0) => ProxyBody::Nothing,
            Announced::Length(length) => match read_whole(length, body).await {
                Ok(bytes) => ProxyBody::Whole(bytes),
                Err(cause) => {
                    let cause = format!(
                        "Microsoft.AspNetCore.Server.Kestrel.Core.BadHttpRequestException: {cause}"
                    );
                    let parameter = function.binding.clone();
                    let failed = invocation.fail(Failure::Binding { parameter, cause });
                    return answer::with_header(failed, header::CONNECTION, "close");
                }
            },
        };
        if http.simple && self.invoker.app.host.handler.proxying {
            let mut target = target::encode_path(&received.path);
            if let Some((_, query)) = received.raw.split_once('?') {
                target = format!("{target}?{}", target::encode_query(query));
            }
            let request = ProxyRequest {
                method: received.method.to_string(),
                target,
                headers: received.headers,
                peer: received.peer.ip(),
                body,
            };
            return invocation.proxy(request, http.output.as_deref() == Some("$return")).await;
        }
        invocation.hand_over();
        self.envelope(function, http, parameters, &received, &body).await
    }

    /// A function that is not simply HTTP in, HTTP out.
    async fn envelope(
        &self,
        function: &FunctionSpec,
        http: &HttpTrigger,
        parameters: Parameters,
        received: &Received,
        body: &ProxyBody,
    ) -> FrontAnswer {
        let filled = |name: &&str| parameters.iter().any(|(given, _)| given == name);
        let names = http.template.parameter_names();
        let event = http_event(&HttpRequest {
            method: received.method.as_str(),
            url: format!("{}{}", received.origin(), received.raw),
            query: &received.query,
            headers: &received.headers,
            absent: names.filter(|name| !filled(name)).map(str::to_owned).collect(),
            parameters,
            body: match body {
                ProxyBody::Whole(bytes) => Some(bytes),
                _ => None,
            },
        });
        // The real host goes on when the client has gone: so does this task.
        let (invoker, function) = (self.invoker.clone(), function.clone());
        let run = tokio::spawn(async move { invoker.run(&function, Ok(event)).await });
        match run.await.ok().and_then(|run| run.reply) {
            Some(reply) => http_output::answer(&reply, http.output.as_deref().unwrap_or("$return")),
            None => answer::status(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    async fn admin_answer(
        &self,
        route: AdminRoute,
        received: &Received,
        body: Incoming,
    ) -> FrontAnswer {
        let credentials = Credentials { headers: &received.headers, query: &received.query };
        let Ok(body) = Upload::new(body).whole().await else {
            return answer::closing(StatusCode::BAD_REQUEST);
        };
        self.admin.answer(
            route,
            &AdminRequest {
                method: &received.method,
                credentials: &credentials,
                content_type: received.header("content-type"),
                origin: received.origin(),
                body,
            },
        )
    }

    async fn extra_answer(
        &self,
        service: &dyn FrontService,
        request: Request<Incoming>,
    ) -> FrontAnswer {
        let (head, body) = request.into_parts();
        let Ok(body) = Upload::new(body).whole().await else {
            return answer::closing(StatusCode::BAD_REQUEST);
        };
        let (head, body) = service.answer(Request::from_parts(head, body)).await.into_parts();
        FrontAnswer::from_parts(head, answer::whole(body))
    }
}

impl Received {
    fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
        std::str::from_utf8(&found?.1).ok()
    }

    fn origin(&self) -> String {
        format!("http://{}", self.header("host").unwrap_or_default())
    }
}

async fn read_whole(length: u64, body: Incoming) -> Result<Bytes, UploadError> {
    if length > BODY_LIMIT {
        return Err(UploadError::TooLarge);
    }
    Upload::new(body).whole().await
}
