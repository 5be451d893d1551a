//! Starts the parts of the host, holds them together and stops them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::{Notify, broadcast, mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};

use crate::app::function::Trigger;
use crate::app::{App, AppError};
use crate::front::{self, Admin, Front};
use crate::invoke::Invoker;
use crate::queue::{self, QueueClient};
use crate::timer::status::StatusFiles;
use crate::timer::{self, FireNow};
use crate::worker::{Supervisor, Worker, WorkerOptions};
use crate::{HostOptions, Outcome};

/// How many outcomes a slow listener may fall behind.
const OUTCOMES_KEPT: usize = 4_096;

#[derive(Debug, thiserror::Error)]
pub enum HostError {
    #[error("the front cannot listen on 127.0.0.1:{port}: {cause}")]
    Listen { port: u16, cause: std::io::Error },
    #[error(transparent)]
    App(#[from] AppError),
    #[error("queues: {0}")]
    Queue(String),
    /// `Unable to bind to port {port} specified in configuration`, or no free port at all.
    #[error("no port for the handler: {0}")]
    HandlerPort(std::io::Error),
}

/// Why a host is no longer running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    Asked,
    /// `Exceeded http worker restart retry count. Shutting down Functions Host`
    HandlerDiedTooOften,
    /// Invocations waited 120 s (four times initializationTimeout) for a handler to be ready.
    HandlerNeverReady,
}

pub struct RunningHost {
    front: SocketAddr,
    invoker: Arc<Invoker>,
    refused: Vec<(String, String)>,
    timers: BTreeMap<String, mpsc::Sender<FireNow>>,
    wake_queues: Vec<Arc<Notify>>,
    listeners: Vec<AbortHandle>,
    // Last, so that dropping the host aborts what is left of it.
    tasks: JoinSet<()>,
}

/// Loads the app, starts its handler, its front and its listeners. Does not wait for the handler
/// to be ready: invocations do.
pub async fn start(options: HostOptions) -> Result<RunningHost, HostError> {
    let app = Arc::new(App::load(&options.app_dir)?);
    for (name, reason) in &app.refused {
        tracing::error!("The '{name}' function is in error: {reason}");
    }
    let queue = match &options.queue {
        Some(access) => Some(Arc::new(
            QueueClient::new(access, options.clock.clone())
                .map_err(|error| HostError::Queue(error.to_string()))?,
        )),
        None => None,
    };
    let cannot_listen = |cause| HostError::Listen { port: options.port, cause };
    let listener = TcpListener::bind(("127.0.0.1", options.port)).await.map_err(cannot_listen)?;
    let front = listener.local_addr().map_err(cannot_listen)?;

    let mut tasks = JoinSet::new();
    let (supervisor, worker) = Supervisor::new(
        WorkerOptions {
            app_dir: options.app_dir.clone(),
            settings: app.settings.clone(),
            description: app.host.handler.clone(),
            answer_within: app
                .host
                .function_timeout
                .map(|limit| limit.saturating_add(options.probe_patience_beyond_timeout)),
            extra: options.handler_env,
            echo: options.echo_console,
            stop_after_deaths: options.handler_stop_after_deaths,
        },
        handler_port(app.host.handler.port).await.map_err(HostError::HandlerPort)?,
    );
    // The host starts no process for an app without functions.
    if !app.functions.is_empty() {
        tasks.spawn(supervisor.run());
    }
    let invoker = Arc::new(Invoker {
        app: app.clone(),
        clock: options.clock,
        worker,
        queue: queue.clone(),
        outcomes: broadcast::Sender::new(OUTCOMES_KEPT),
    });
    let files = StatusFiles::new(&options.state_dir);
    let mut host = RunningHost {
        front,
        invoker: invoker.clone(),
        refused: app.refused.clone(),
        timers: BTreeMap::new(),
        wake_queues: Vec::new(),
        listeners: Vec::new(),
        tasks,
    };
    host.listen(&files, queue.as_ref());
    let admin = Admin::new(options.admin, invoker.clone(), files, host.front.port());
    let front = Front { invoker, admin, extra: options.extra };
    let served = front::serve(Arc::new(front), listener);
    host.listeners.push(host.tasks.spawn(served));
    Ok(host)
}

/// The configured port, test-bound as the host does, or a free one.
async fn handler_port(configured: Option<u16>) -> std::io::Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", configured.unwrap_or(0))).await?;
    Ok(listener.local_addr()?.port())
}

impl RunningHost {
    fn listen(&mut self, files: &StatusFiles, queue: Option<&Arc<QueueClient>>) {
        let app = self.invoker.app.clone();
        for function in app.functions.iter().filter(|function| !function.disabled) {
            let (invoker, function) = (self.invoker.clone(), function.clone());
            match (&function.trigger, queue) {
                (Trigger::Timer(trigger), _) => {
                    let (fire, asked) = mpsc::channel(8);
                    self.timers.insert(function.name.clone(), fire);
                    let (trigger, files) = (trigger.clone(), files.clone());
                    let listening = timer::listen(invoker, function, trigger, files, asked);
                    self.listeners.push(self.tasks.spawn(listening));
                }
                (Trigger::Queue(trigger), Some(client)) => {
                    let wake = Arc::new(Notify::new());
                    self.wake_queues.push(wake.clone());
                    let (trigger, client) = (trigger.clone(), client.clone());
                    let listening = queue::listen(invoker, client, function, trigger, wake);
                    self.listeners.push(self.tasks.spawn(listening));
                }
                (Trigger::Queue(_), None) | (Trigger::Http(_), _) => {}
            }
        }
    }

    pub fn front(&self) -> SocketAddr {
        self.front
    }

    /// The handler process of this moment, if one runs.
    pub fn handler_pid(&self) -> Option<u32> {
        self.invoker.worker.pid()
    }

    /// Functions that were skipped, with the host's reason.
    pub fn refused(&self) -> &[(String, String)] {
        &self.refused
    }

    /// Returns true once the handler answers its probe, false when the host has stopped instead.
    pub async fn ready(&self) -> bool {
        self.worker().ready().await.is_ok()
    }

    /// Returns when the host has stopped itself; never while nothing is wrong.
    pub async fn stopped(&self) -> StopReason {
        self.worker().stopped().await
    }

    /// Stops the listeners, then kills the handler (SIGKILL, as the real host does).
    pub async fn stop(mut self) {
        for listener in &self.listeners {
            listener.abort();
        }
        self.worker().stop().await;
        self.tasks.shutdown().await;
    }

    pub fn outcomes(&self) -> broadcast::Receiver<Outcome> {
        self.invoker.outcomes.subscribe()
    }

    /// Runs a timer function now, as if its moment had come, and returns when that run ended.
    /// `None`: there is no such timer.
    pub async fn fire_timer(&self, name: &str) -> Option<Outcome> {
        let (answer, outcome) = oneshot::channel();
        self.timers.get(name)?.send(answer).await.ok()?;
        outcome.await.ok()
    }

    /// Ends the pause of every queue listener.
    pub async fn poll_queues_now(&self) {
        for wake in &self.wake_queues {
            wake.notify_one();
        }
        // Lets the listeners take it up before the caller goes on.
        tokio::task::yield_now().await;
    }

    fn worker(&self) -> &Worker {
        &self.invoker.worker
    }
}
