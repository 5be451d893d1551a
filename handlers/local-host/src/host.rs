//! Starts the parts of the host, holds them together and stops them.

use std::net::SocketAddr;

use tokio::sync::broadcast;

use crate::{HostOptions, Outcome};

#[derive(Debug, thiserror::Error)]
pub enum HostError {
    #[error("the front cannot listen on 127.0.0.1:{port}: {cause}")]
    Listen { port: u16, cause: std::io::Error },
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
    outcomes: broadcast::Sender<Outcome>,
}

pub async fn start(options: HostOptions) -> Result<RunningHost, HostError> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", options.port))
        .await
        .map_err(|cause| HostError::Listen { port: options.port, cause })?;
    let front = listener
        .local_addr()
        .map_err(|cause| HostError::Listen { port: options.port, cause })?;
    Ok(RunningHost { front, outcomes: broadcast::Sender::new(1024) })
}

impl RunningHost {
    pub fn front(&self) -> SocketAddr {
        self.front
    }

    /// The handler process of this moment, if one runs.
    pub fn handler_pid(&self) -> Option<u32> {
        None
    }

    /// Returns when the host has stopped itself; never after nothing went wrong.
    pub async fn stopped(&self) -> StopReason {
        std::future::pending().await
    }

    /// Stops the listeners, then kills the handler (SIGKILL, as the real host).
    pub async fn stop(self) {}

    pub fn outcomes(&self) -> broadcast::Receiver<Outcome> {
        self.outcomes.subscribe()
    }

    /// Runs a timer function now, as if its moment had come, and returns when that run ended.
    /// `None`: there is no such timer.
    pub async fn fire_timer(&self, _name: &str) -> Option<Outcome> {
        None
    }

    /// Ends the pause of every queue listener.
    pub async fn poll_queues_now(&self) {}
}
