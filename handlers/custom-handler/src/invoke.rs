//! Invoking a function: to its end, within its deadline, whatever becomes of the connection.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use tokio::time::{Instant, timeout};
use tracing::field::Empty;
use tracing::{Instrument as _, Span, info_span};

use crate::body::Unread;
use crate::envelope::SUCCESS;
use crate::function::Run;
use crate::log::{End, catch, tell};
use crate::{Failure, Function, InvocationId, Problem, QueueMessage, Reply, Request, Timer};

/// What goes back to the host.
pub(crate) type Answer = Response<Bytes>;

/// Runs a function and tells of it in one line of the log.
///
/// `within` bounds the run (rule d): the host's own time-out would kill everything in flight.
pub(crate) async fn invoke<A: Clone>(
    function: &Function<A>,
    app: &A,
    request: Request,
    within: Duration,
) -> Answer {
    let span = span(function, &request.invocation);
    let invocation = async {
        let started = Instant::now();
        let work = pin!(act(function, app, request));
        let ended = timeout(within, Guarded(work)).await;
        let took = started.elapsed();
        match ended {
            Ok(Ok(Ok(reply))) => succeed(reply, took),
            Ok(Ok(Err(failure))) => fail(function, &failure, took),
            Ok(Err(place)) => {
                let answer = answer(function, Failure::broken("").as_problem());
                tell(End::Panicked(&place), answer.status(), took);
                answer
            }
            Err(_) => {
                let answer = answer(function, &took_too_long());
                tell(End::Late, answer.status(), took);
                answer
            }
        }
    };
    invocation.instrument(span).await
}

/// Answers for a function whose request could not be read, and tells of it.
pub(crate) fn refuse_unread<A>(
    function: &Function<A>,
    invocation: &InvocationId,
    unread: Unread,
    took: Duration,
) -> Answer {
    let problem = match unread {
        Unread::TooLarge => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "This is too large to be sent")
        }
        Unread::Late => Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "sent-too-slowly",
            "The request took too long to arrive",
        )
        .detail("Please send it again."),
        Unread::Broken => {
            Problem::new(StatusCode::BAD_REQUEST, "broke-off", "The request broke off")
        }
    };
    span(function, invocation).in_scope(|| fail(function, &problem.into(), took))
}

/// Carries a job to its end, even if nobody waits for it any more (rule c): a closed connection must
/// not leave half of the effects. What is done at once needs no task of its own. `None` when the
/// runtime is shutting down.
pub(crate) async fn carry_through<F>(job: F) -> Option<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let mut job = Box::pin(job);
    match poll_fn(|cx| Poll::Ready(job.as_mut().poll(cx))).await {
        Poll::Ready(output) => Some(output),
        Poll::Pending => tokio::spawn(job).await.ok(),
    }
}

/// `None` is the success of an event.
async fn act<A: Clone>(
    function: &Function<A>,
    app: &A,
    request: Request,
) -> Result<Option<Reply>, Failure> {
    let no_envelope = || Failure::broken("the request holds no envelope of this trigger");
    match &function.run {
        Run::Http(run) => run(app.clone(), request).await.map(Some),
        Run::Queue(run) => {
            let message = QueueMessage::read(&request.body, request.invocation);
            run(app.clone(), message.ok_or_else(no_envelope)?).await?;
            Ok(None)
        }
        Run::Timer(run) => {
            let timer = Timer::read(&request.body, request.invocation);
            run(app.clone(), timer.ok_or_else(no_envelope)?).await?;
            Ok(None)
        }
    }
}

fn succeed(reply: Option<Reply>, took: Duration) -> Answer {
    let answer = reply.map_or_else(
        || event_answer(StatusCode::OK, Bytes::from_static(SUCCESS.as_bytes())),
        Reply::into_response,
    );
    let end = if answer.status().is_server_error() {
        End::Broken("the function answered so")
    } else {
        End::Done
    };
    tell(end, answer.status(), took);
    answer
}

fn fail<A>(function: &Function<A>, failure: &Failure, took: Duration) -> Answer {
    let problem = failure.as_problem();
    let answer = answer(function, problem);
    let because = failure.log().unwrap_or(problem.kind());
    let end = if !answer.status().is_server_error() {
        End::Refused(because)
    } else if problem.status() == StatusCode::SERVICE_UNAVAILABLE {
        End::Again(because)
    } else {
        End::Broken(because)
    };
    tell(end, answer.status(), took);
    answer
}

fn answer<A>(function: &Function<A>, problem: &Problem) -> Answer {
    match &function.run {
        Run::Http(_) => Reply::from(problem).into_response(),
        // Any status but 2xx fails the invocation, and the host throws the words away.
        Run::Queue(_) | Run::Timer(_) => {
            let body = format!(r#"{{"error":"{}"}}"#, problem.kind());
            event_answer(StatusCode::INTERNAL_SERVER_ERROR, body.into())
        }
    }
}

/// Never empty and always of a JSON type: anything else fails the invocation or hangs the host.
fn event_answer(status: StatusCode, body: Bytes) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

fn took_too_long() -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too-slow", "This took too long")
        .detail("Please try again in a few seconds.")
        .header("Retry-After", "2")
}

fn span<A>(function: &Function<A>, invocation: &InvocationId) -> Span {
    info_span!("invocation", %invocation, function = function.name(), caller = Empty)
}

/// A future whose panic is its result: the place where it happened.
struct Guarded<'f, F>(Pin<&'f mut F>);

impl<F: Future> Future for Guarded<'_, F> {
    type Output = Result<F::Output, String>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match catch(|| self.0.as_mut().poll(cx)) {
            Ok(poll) => poll.map(Ok),
            Err(place) => Poll::Ready(Err(place)),
        }
    }
}
