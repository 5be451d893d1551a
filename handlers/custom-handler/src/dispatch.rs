//! Dispatch: what becomes of one request.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use futures_util::{Stream, future};
use http::header::CONTENT_TYPE;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use tokio::sync::mpsc;
use tokio::time::Instant;
use warp::filters::path::FullPath;
use warp::{Filter, Rejection};

use crate::deadlines::Deadlines;
use crate::invocation::Sender;
use crate::invoke::{Answer, carry_through, invoke, refuse_unread};
use crate::log::fault;
use crate::router::{Found, Lost, Router};
use crate::{Failure, Function, InvocationId, Problem, Reply, Request, StandingHeaders, body};

/// What every request of a process shares.
pub(crate) struct Served<A> {
    pub(crate) router: Router<A>,
    pub(crate) app: A,
    pub(crate) deadlines: Deadlines,
    pub(crate) standing: StandingHeaders,
    /// Closed when the last connection and the last invocation are gone.
    pub(crate) _alive: mpsc::Sender<Infallible>,
}

/// What a request is.
enum Purpose<A> {
    /// A function shall run.
    Run(Arc<Function<A>>, InvocationId, Vec<(String, String)>),
    /// Nothing shall.
    Refuse(Problem),
}

/// Answers what must not wait and needs no function: the readiness probe, and a target without a
/// path, as CONNECT has, over which warp 0.4.3 panics.
pub(crate) fn at_once<B>(request: &http::Request<B>) -> Option<Answer> {
    let path = request.uri().path_and_query().map(PathAndQuery::path);
    let is_probe = request.method() == Method::GET
        && path == Some("/")
        && matches!(Sender::of(request.headers()), Sender::Unnamed);
    if is_probe {
        let mut answer = Response::new(Bytes::from_static(b"ready"));
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        return Some(answer);
    }
    path.is_none().then(|| Reply::from(&no_function(&Lost::Unknown)).into_response())
}

/// Puts the headers where [`filter`] takes them from; warp itself would copy each of them.
pub(crate) fn hand_over_headers<B>(request: &mut http::Request<B>) {
    let headers = Arc::new(std::mem::take(request.headers_mut()));
    request.extensions_mut().insert(headers);
}

/// Takes every request. Routing is [`Router`]'s table and not a chain of filters.
pub(crate) fn filter<A>(
    served: Arc<Served<A>>,
) -> impl Filter<Extract = (warp::reply::Response,), Error = Rejection> + Clone
where
    A: Clone + Send + Sync + 'static,
{
    let query = warp::query::raw()
        .map(Some)
        .or_else(|_| future::ok::<(Option<String>,), Rejection>((None,)));
    warp::method()
        .and(warp::path::full())
        .and(query)
        .and(warp::ext::get::<Arc<HeaderMap>>())
        .and(warp::body::stream())
        .then(move |method, path: FullPath, query, headers, body| {
            let (served, shared) = (Arc::clone(&served), Arc::clone(&served));
            async move {
                let mut answer =
                    dispatch(served, method, path.as_str(), query, headers, body).await;
                shared.standing.guard(&mut answer);
                answer.map(Into::into)
            }
        })
}

async fn dispatch<A, S, B, E>(
    served: Arc<Served<A>>,
    method: Method,
    path: &str,
    query: Option<String>,
    headers: Arc<HeaderMap>,
    body: S,
) -> Answer
where
    A: Clone + Send + Sync + 'static,
    S: Stream<Item = Result<B, E>>,
    B: Buf,
{
    let begun = Instant::now();
    let until = begun + served.deadlines.read;
    let (function, invocation, params) =
        match purpose(&served.router, &method, path, query.is_some(), &headers) {
            Purpose::Run(function, invocation, params) => (function, invocation, params),
            Purpose::Refuse(problem) => {
                // Rule e: whatever comes of it, the body has to be out of the way first.
                let _ = body::read(body, 0, until).await;
                return Reply::from(&problem).into_response();
            }
        };
    let body = match body::read(body, function.largest_body(), until).await {
        Ok(body) => body,
        Err(unread) => return refuse_unread(&function, &invocation, unread, begun.elapsed()),
    };
    let (path, query) = (path.to_owned(), query.unwrap_or_default());
    let request = Request { method, path, invocation, headers, params, query, body };
    let job = async move {
        let Served { app, deadlines, .. } = &*served;
        invoke(&function, app, request, deadlines.run).await
    };
    carry_through(job).await.unwrap_or_else(|| {
        fault("an invocation was lost: the runtime is stopping");
        Reply::from(Failure::retry("").as_problem()).into_response()
    })
}

fn purpose<A>(
    router: &Router<A>,
    method: &Method,
    path: &str,
    has_query: bool,
    headers: &HeaderMap,
) -> Purpose<A> {
    // Rule b: nothing else than `POST /{name}`; a forged one came with what was left of its path.
    let event = || router.event(path).filter(|_| *method == Method::POST && !has_query);
    match Sender::of(headers) {
        // An event's path is not among the routes, so from outside it is a 404 like any other.
        Sender::Proxy(invocation) => match router.http(method, path) {
            Ok(Found { function, params }) => Purpose::Run(function, invocation, params),
            Err(lost) => Purpose::Refuse(no_function(&lost)),
        },
        Sender::Host(invocation) if let Some(function) = event() => {
            Purpose::Run(Arc::clone(function), invocation, Vec::new())
        }
        sender => match router.http(method, path) {
            Ok(_) => Purpose::Refuse(host_does_not_proxy()),
            Err(lost) => {
                if matches!(sender, Sender::Host(_)) {
                    fault("the host has an event for a function that is not in the table");
                }
                Purpose::Refuse(no_function(&lost))
            }
        },
    }
}

fn no_function(lost: &Lost) -> Problem {
    match lost {
        Lost::Unknown => {
            Problem::new(StatusCode::NOT_FOUND, "not-found", "There is nothing at this address")
        }
        Lost::Escaped => {
            Problem::new(StatusCode::BAD_REQUEST, "escaped-path", "This address cannot be read")
                .detail("An address below /api holds no percent sign.")
        }
    }
}

/// Rule a: a host that does not know the setting ignores it in silence and forwards instead.
fn host_does_not_proxy() -> Problem {
    fault("the host does not proxy: customHandler.enableProxyingHttpRequest is not in effect");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "host-does-not-proxy", "The host does not proxy")
        .detail(
            "Set customHandler.enableProxyingHttpRequest to true in host.json, leave \
             enableForwardingHttpRequest out, and run a host that knows the setting (4.1052 does).",
        )
}
