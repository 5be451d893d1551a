//! Invocations: one firing of a trigger, with its attempts, its time limit and its outputs.

mod delivery;
pub(crate) mod event;
pub(crate) mod failure;
pub(crate) mod http_event;
mod metadata;
pub(crate) mod reply;
mod retry_context;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::time::Instant;

use crate::app::App;
use crate::app::function::FunctionSpec;
use crate::ordered_json::Json;
use crate::output::queue_messages;
use crate::queue::QueueClient;
use crate::worker::Worker;
use crate::{HostClock, Outcome, dotnet_time, random};
use event::Event;
pub(crate) use event::timer_event;
use failure::Failure;
use reply::Reply;

/// The version that the recorded host had; handlers see it in every request.
pub(crate) const HOST_VERSION: &str = "4.1037.0.0";

/// From the time-out to the handler's death.
const KILL_AFTER: Duration = Duration::from_secs(2);

/// Runs invocations and tells what came of them.
pub(crate) struct Invoker {
    pub app: Arc<App>,
    pub clock: HostClock,
    pub worker: Worker,
    /// Where queue outputs go. Without it they are only told.
    pub queue: Option<Arc<QueueClient>>,
    pub outcomes: broadcast::Sender<Outcome>,
}

/// A finished invocation.
pub(crate) struct Run {
    pub outcome: Outcome,
    /// The reply of a success.
    pub reply: Option<Reply>,
}

impl Invoker {
    /// Runs one firing to its end, all attempts of a retry policy included. An event that could
    /// not be built fails without reaching the handler.
    pub async fn run(&self, function: &FunctionSpec, event: Result<Event, Failure>) -> Run {
        let id = random::guid();
        let began = Instant::now();
        let would_hang = AtomicBool::new(false);
        tracing::info!("Executing 'Functions.{}' (Id={id})", function.name);
        let mut result = match event {
            Ok(event) => self.attempts(function, &id, &event, &would_hang).await,
            Err(failure) => Err(failure),
        };
        let mut written = Vec::new();
        if let Ok(reply) = &result {
            for line in &reply.logs {
                tracing::info!(target: "Function.User", function = function.name, "{line}");
            }
            written = outputs(function, reply);
            if let Err(cause) = self.write(&written).await {
                result = Err(Failure::Output(cause));
            }
        }
        let outcome = Outcome {
            function: function.name.clone(),
            invocation_id: id,
            result: result.as_ref().map(drop).map_err(|failure| failure.describe(&function.name)),
            messages_written: written,
            would_hang: would_hang.into_inner(),
            elapsed: began.elapsed(),
        };
        self.tell(&outcome);
        Run { outcome, reply: result.ok() }
    }

    /// Logs an outcome and hands it to whoever listens.
    pub fn tell(&self, outcome: &Outcome) {
        let Outcome { function, invocation_id, elapsed, .. } = outcome;
        let took = elapsed.as_millis();
        match &outcome.result {
            Ok(()) => tracing::info!(
                "Executed 'Functions.{function}' (Succeeded, Id={invocation_id}, Duration={took}ms)"
            ),
            Err(exception) => tracing::error!(
                "Executed 'Functions.{function}' (Failed, Id={invocation_id}, Duration={took}ms): \
                 {exception}"
            ),
        }
        let _nobody_listens = self.outcomes.send(outcome.clone());
    }

    async fn attempts(
        &self,
        function: &FunctionSpec,
        id: &str,
        event: &Event,
        would_hang: &AtomicBool,
    ) -> Result<Reply, Failure> {
        let mut failed: Option<Failure> = None;
        for count in 0.. {
            let context = function.retry.as_ref().map(|policy| {
                retry_context::build(count, policy.most, failed.as_ref(), id, &function.name)
            });
            let failure = match self.attempt(function, id, event, context, would_hang).await {
                Ok(reply) => return Ok(reply),
                Err(failure) => failure,
            };
            let pause = function.retry.as_ref().and_then(|policy| policy.pause_before(count + 1));
            let Some(pause) = pause else { return Err(failure) };
            tracing::info!("'Functions.{}' waits {pause:?} to try again", function.name);
            failed = Some(failure);
            tokio::time::sleep(pause).await;
        }
        Err(failed.unwrap_or(Failure::NoHandler))
    }

    /// One attempt within functionTimeout. When that is over the handler has two more seconds;
    /// then it is killed, with everything else that is in flight.
    async fn attempt(
        &self,
        function: &FunctionSpec,
        id: &str,
        event: &Event,
        context: Option<Json>,
        would_hang: &AtomicBool,
    ) -> Result<Reply, Failure> {
        let generation = self.worker.ready().await.map_err(|_stopping| Failure::NoHandler)?;
        let body = self.envelope(function, event, context);
        let delivered = async {
            let redirects = !self.app.host.handler.forwarding;
            let answer =
                delivery::deliver(self.worker.port, &function.name, id, &body, redirects).await?;
            if let Some(reply) = answer {
                return Ok(reply);
            }
            would_hang.store(true, Ordering::Relaxed);
            tracing::error!(function = function.name, "the real host would hang here: empty reply");
            std::future::pending().await
        };
        let Some(limit) = self.app.host.function_timeout else { return delivered.await };
        let mut delivered = std::pin::pin!(delivered);
        // The request stays open while the handler has its grace: only its death closes it.
        tokio::select! {
            result = &mut delivered => return result,
            () = tokio::time::sleep(limit) => {}
        }
        tracing::error!(
            "Timeout value of {} exceeded by function 'Functions.{}' (Id: '{id}'). Initiating \
             cancellation.",
            crate::app::time_span::show(limit),
            function.name
        );
        tokio::time::sleep(KILL_AFTER).await;
        if self.worker.replace(generation).await {
            Err(Failure::Timeout(limit))
        } else {
            tracing::error!("two invocations timed out together: a real queue listener stops here");
            Err(Failure::TimeoutRace)
        }
    }

    /// `{"Data": …, "Metadata": …}`, with a fresh `sys` for every attempt.
    fn envelope(
        &self,
        function: &FunctionSpec,
        event: &Event,
        context: Option<Json>,
    ) -> bytes::Bytes {
        let text = |name: &str, value: String| (name.to_owned(), Json::Text(value));
        let mut metadata = event.metadata.clone();
        metadata.set(
            "sys",
            Json::Object(vec![
                text("MethodName", function.name.clone()),
                text("UtcNow", dotnet_time::utc(self.clock.now())),
                text("RandGuid", random::guid()),
            ]),
        );
        if let Some(message) = &event.merged {
            metadata.merge(message);
        }
        if let Some(context) = context {
            metadata.set("RetryContext", context);
        }
        let data = Json::Object(vec![(function.binding.clone(), event.data.clone())]);
        let envelope = Json::Object(vec![
            ("Data".to_owned(), data),
            ("Metadata".to_owned(), metadata.into_json()),
        ]);
        envelope.to_compact().into()
    }

    async fn write(&self, messages: &[(String, Vec<u8>)]) -> Result<(), String> {
        let Some(queue) = &self.queue else { return Ok(()) };
        for (name, bytes) in messages {
            queue
                .put_creating(name, bytes, self.app.host.queues.base64)
                .await
                .map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

/// What a success puts into queues, in the order of the bindings.
fn outputs(function: &FunctionSpec, reply: &Reply) -> Vec<(String, Vec<u8>)> {
    let mut written = Vec::new();
    for output in &function.queue_outputs {
        let value = if output.binding == "$return" {
            Some(&reply.return_value)
        } else {
            reply.outputs.get(&output.binding)
        };
        for message in value.iter().flat_map(|value| queue_messages(value, output.binary)) {
            written.push((output.queue.clone(), message));
        }
    }
    written
}
