//! Keeps one handler process alive as the real host does: start, probe, restart, count deaths.

mod command_line;
mod console;
mod exits;
mod process;
mod readiness;
mod supervisor;

use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use crate::StopReason;
pub(crate) use readiness::TRIES_WITHOUT_BODY;
pub(crate) use supervisor::{Supervisor, WorkerOptions};

/// Which start of the handler it is: 1, 2, ….
pub(crate) type Generation = u32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WorkerState {
    Starting {
        generation: Generation,
        pid: Option<u32>,
    },
    /// Work is sent. An exit with 0 leaves this state standing: the host does nothing about it.
    Ready {
        generation: Generation,
        pid: Option<u32>,
    },
    Stopped(StopReason),
}

/// Speaks to the supervisor.
#[derive(Clone)]
pub(crate) struct Worker {
    pub port: u16,
    state: watch::Receiver<WorkerState>,
    commands: mpsc::Sender<Command>,
    /// How long an invocation waits for a handler: four times initializationTimeout.
    patience: Duration,
}

pub(crate) enum Command {
    /// Kill this generation and start the next; answers false when it is already gone.
    Replace {
        generation: Generation,
        done: oneshot::Sender<bool>,
    },
    Stop {
        done: oneshot::Sender<()>,
    },
    GiveUp(StopReason),
}

/// Why there is no handler to send work to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the host is stopping")]
pub(crate) struct NoWorker;

impl Worker {
    /// Waits until the handler is ready. An app whose handler never gets there stops the host.
    pub async fn ready(&self) -> Result<Generation, NoWorker> {
        let mut state = self.state.clone();
        let settled = |state: &WorkerState| !matches!(state, WorkerState::Starting { .. });
        // The watched value is copied out at once: its lock must not be held across an await.
        let settled = async { state.wait_for(settled).await.map(|state| *state).ok() };
        match tokio::time::timeout(self.patience, settled).await {
            Ok(Some(WorkerState::Ready { generation, .. })) => Ok(generation),
            Ok(_) => Err(NoWorker),
            Err(_elapsed) => {
                tracing::error!("the handler was not ready within {:?}", self.patience);
                self.give_up(StopReason::HandlerNeverReady).await;
                Err(NoWorker)
            }
        }
    }

    pub fn state(&self) -> WorkerState {
        *self.state.borrow()
    }

    pub fn pid(&self) -> Option<u32> {
        match self.state() {
            WorkerState::Starting { pid, .. } | WorkerState::Ready { pid, .. } => pid,
            WorkerState::Stopped(_) => None,
        }
    }

    /// Kills the handler of this generation, with all that is in flight, and starts the next.
    /// False: somebody else did already.
    pub async fn replace(&self, generation: Generation) -> bool {
        let (done, answer) = oneshot::channel();
        let sent = self.commands.send(Command::Replace { generation, done }).await;
        sent.is_ok() && self.answered(answer).await.unwrap_or(false)
    }

    /// Kills the handler for good.
    pub async fn stop(&self) {
        let (done, answer) = oneshot::channel();
        if self.commands.send(Command::Stop { done }).await.is_ok() {
            let _gone = self.answered(answer).await;
        }
    }

    /// A command sent in the very moment in which the supervisor ends may lie in the channel for
    /// good, neither read nor dropped: its end is an answer too.
    async fn answered<T>(&self, answer: oneshot::Receiver<T>) -> Option<T> {
        tokio::select! {
            biased;
            answer = answer => answer.ok(),
            _ended = self.stopped() => None,
        }
    }

    async fn give_up(&self, reason: StopReason) {
        let _gone = self.commands.send(Command::GiveUp(reason)).await;
    }

    pub async fn stopped(&self) -> StopReason {
        let mut state = self.state.clone();
        let stopped = state.wait_for(|state| matches!(state, WorkerState::Stopped(_))).await;
        match stopped.map(|state| *state) {
            Ok(WorkerState::Stopped(reason)) => reason,
            _ => StopReason::Asked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_command_that_a_supervisor_at_its_end_never_reads_is_not_waited_for() {
        let (_state, watched) = watch::channel(WorkerState::Stopped(StopReason::Asked));
        let (sender, unread) = mpsc::channel(64);
        let patience = Duration::from_mins(2);
        let worker = Worker { port: 1, state: watched, commands: sender, patience };
        let most = Duration::from_secs(1);
        tokio::time::timeout(most, worker.stop()).await.expect("stop returns");
        let replaced = tokio::time::timeout(most, worker.replace(1)).await;
        assert!(!replaced.expect("replace returns"));
        drop(unread);
    }
}
