//! One HTTP function's invocation: body, time limit, proxy or envelope, the answer.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::answer::{self, FrontAnswer, FrontBody};
use crate::Outcome;
use crate::app::function::FunctionSpec;
use crate::app::time_span;
use crate::invoke::Invoker;
use crate::invoke::failure::Failure;
use crate::proxy::{self, Proxied, ProxyRequest};
use crate::random;
use crate::wire::AnswerBody;

/// From the time-out to the handler's death.
const KILL_AFTER: Duration = Duration::from_secs(2);
/// How long the hung request may still be sent to the next handler.
const AFTERMATH: Duration = Duration::from_millis(300);

/// An invocation whose outcome is told once, when its last byte is out or its client has gone.
pub(super) struct HttpInvocation {
    invoker: Arc<Invoker>,
    function: String,
    pub id: String,
    began: Instant,
    state: Arc<State>,
    limit: Option<AbortHandle>,
    over: watch::Receiver<bool>,
}

#[derive(Default)]
struct State {
    told: AtomicBool,
    timed_out: AtomicBool,
}

impl HttpInvocation {
    pub fn begin(invoker: &Arc<Invoker>, function: &FunctionSpec) -> Self {
        let id = random::guid();
        Self {
            invoker: invoker.clone(),
            function: function.name.clone(),
            id,
            began: Instant::now(),
            state: Arc::default(),
            limit: None,
            over: watch::channel(false).1,
        }
    }

    /// Starts the clock: after functionTimeout the invocation has failed, and two seconds later
    /// the handler is killed.
    fn limit(&mut self, generation: u32) {
        let Some(limit) = self.invoker.app.host.function_timeout else { return };
        let (is_over, over) = watch::channel(false);
        self.over = over;
        let told = self.teller();
        let (invoker, state) = (self.invoker.clone(), self.state.clone());
        let function = self.function.clone();
        let watching = tokio::spawn(async move {
            tokio::time::sleep(limit).await;
            state.timed_out.store(true, Ordering::Release);
            tracing::error!(
                "Timeout value of {} exceeded by function 'Functions.{function}'. Initiating \
                 cancellation.",
                time_span::show(limit)
            );
            told(Err(Failure::Timeout(limit)));
            tokio::time::sleep(KILL_AFTER).await;
            if invoker.worker.replace(generation).await {
                let ready = tokio::time::timeout(KILL_AFTER, invoker.worker.ready());
                let _ready_or_late = ready.await;
            }
            tokio::time::sleep(AFTERMATH).await;
            is_over.send_replace(true);
        });
        self.limit = Some(watching.abort_handle());
    }

    /// Tells the outcome, unless it is told.
    fn teller(&self) -> impl FnOnce(Result<(), Failure>) + Send + 'static {
        let (invoker, state, began) = (self.invoker.clone(), self.state.clone(), self.began);
        let (function, invocation_id) = (self.function.clone(), self.id.clone());
        move |result| {
            if state.told.swap(true, Ordering::AcqRel) {
                return;
            }
            invoker.tell(&Outcome {
                result: result.map_err(|failure| failure.describe(&function)),
                function,
                invocation_id,
                messages_written: Vec::new(),
                would_hang: false,
                elapsed: began.elapsed(),
            });
        }
    }

    /// Leaves the outcome to somebody else.
    pub fn hand_over(self) {
        self.state.told.store(true, Ordering::Release);
    }

    pub fn fail(&self, failure: Failure) -> FrontAnswer {
        self.teller()(Err(failure));
        answer::status(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Sends the request through the proxy.
    pub async fn proxy(mut self, request: ProxyRequest, returns: bool) -> FrontAnswer {
        let Ok(generation) = self.invoker.worker.ready().await else {
            return self.fail(Failure::NoHandler);
        };
        tracing::info!("Executing 'Functions.{}' (Id={})", self.function, self.id);
        self.limit(generation);
        let port = self.invoker.worker.port;
        let id = self.id.clone();
        let mut over = self.over.clone();
        let proxied = tokio::select! {
            proxied = proxy::forward(port, &id, request) => proxied,
            Ok(_) = over.wait_for(|over| *over) => {
                return answer::status(StatusCode::INTERNAL_SERVER_ERROR);
            }
        };
        match proxied {
            Ok(proxied) => self.pass_on(proxied, returns),
            Err(failure) => self.fail(failure),
        }
    }

    fn pass_on(self, proxied: Proxied, returns: bool) -> FrontAnswer {
        let Proxied { answer, first } = proxied;
        if returns {
            // The answer went out, but `$return` finds no value to bind.
            self.teller()(Err(Failure::Output("$return has no value when proxying".to_owned())));
        }
        let mut response = Response::new(streamed(first, answer.body, self));
        let Ok(status) = StatusCode::from_u16(answer.status) else {
            return answer::status(StatusCode::INTERNAL_SERVER_ERROR);
        };
        *response.status_mut() = status;
        let standard = status.canonical_reason() == Some(&answer.reason);
        if !standard && let Ok(reason) = hyper::ext::ReasonPhrase::try_from(answer.reason) {
            response.extensions_mut().insert(reason);
        }
        for (name, value) in answer.headers {
            let name = HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(&value)) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}

impl Drop for HttpInvocation {
    fn drop(&mut self) {
        // A time-out that has struck goes on to kill the handler, whoever is still there.
        if let Some(limit) = &self.limit
            && !self.state.timed_out.load(Ordering::Acquire)
        {
            limit.abort();
        }
        // A client that went away is only logged: the invocation counts as a success.
        self.teller()(Ok(()));
    }
}

/// The answer's body, one piece at a time; the invocation ends with it.
fn streamed(first: Option<Bytes>, rest: AnswerBody, invocation: HttpInvocation) -> FrontBody {
    let pieces = stream::unfold(Some((first, rest, invocation)), |state| async move {
        let (first, mut rest, invocation) = state?;
        let piece = match first {
            Some(first) => Ok(Some(first)),
            None => rest.next().await,
        };
        match piece {
            Ok(Some(piece)) => Some((Ok(Frame::data(piece)), Some((None, rest, invocation)))),
            Ok(None) => None,
            Err(cause) => {
                let error = io::Error::other(cause.to_string());
                invocation.fail(Failure::Forwarding { stage: "ResponseBodyDestination", cause });
                // The connection is cut: the client must not take a part for the whole.
                Some((Err(error), None))
            }
        }
    });
    StreamBody::new(pieces).boxed_unsync()
}
