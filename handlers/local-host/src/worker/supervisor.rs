//! The task that owns the handler process.

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::command_line;
use super::exits::{self, Deaths, Verdict};
use super::process::{Process, Start};
use super::{Command, Generation, Worker, WorkerState, readiness};
use crate::app::host_json::HandlerDescription;
use crate::app::settings::Settings;
use crate::{StopReason, random};

pub(crate) struct WorkerOptions {
    pub app_dir: PathBuf,
    pub settings: Settings,
    pub description: HandlerDescription,
    /// How long a single probe may take: functionTimeout and a minute.
    pub answer_within: Option<Duration>,
    /// On top of the host's environment.
    pub extra: Vec<(String, String)>,
    pub echo: bool,
    pub stop_after_deaths: bool,
}

pub(crate) struct Supervisor {
    options: WorkerOptions,
    port: u16,
    state: watch::Sender<WorkerState>,
    commands: mpsc::Receiver<Command>,
    generation: Generation,
    deaths: Deaths,
    /// Whoever asked for the process that is started next.
    replaced: Option<oneshot::Sender<bool>>,
}

/// How one process ended.
enum End {
    Restart,
    Death,
    Stop(StopReason, Option<oneshot::Sender<()>>),
}

impl Supervisor {
    /// The port is the same for all processes of this host.
    pub fn new(options: WorkerOptions, port: u16) -> (Self, Worker) {
        let first = WorkerState::Starting { generation: 1, pid: None };
        let (state, watched) = watch::channel(first);
        let (sender, commands) = mpsc::channel(64);
        let patience = options.description.initialization_timeout.saturating_mul(4);
        let worker = Worker { port, state: watched, commands: sender, patience };
        let deaths = Deaths::default();
        (Self { options, port, state, commands, generation: 0, deaths, replaced: None }, worker)
    }

    /// Runs until it is told to stop or the handler has died once too often.
    pub async fn run(mut self) {
        loop {
            self.generation += 1;
            let (reason, done) = match self.one_process().await {
                End::Restart => continue,
                End::Death => {
                    let too_often = self.deaths.count(Instant::now());
                    if !(too_often && self.options.stop_after_deaths) {
                        tracing::info!("Restarting http invoker channel");
                        continue;
                    }
                    tracing::error!(
                        "Exceeded http worker restart retry count. Shutting down Functions Host"
                    );
                    (StopReason::HandlerDiedTooOften, None)
                }
                End::Stop(reason, done) => (reason, done),
            };
            self.state.send_replace(WorkerState::Stopped(reason));
            if let Some(done) = done {
                let _gone = done.send(());
            }
            return;
        }
    }

    async fn one_process(&mut self) -> End {
        let generation = self.generation;
        self.state.send_replace(WorkerState::Starting { generation, pid: None });
        let started = self.start();
        if let Some(done) = self.replaced.take() {
            let _gone = done.send(true);
        }
        let mut process = match started {
            Ok(process) => process,
            Err(cause) => {
                // The host forgets the task: invocations wait, and in the end stop it.
                let program = &self.options.description.executable;
                tracing::error!(%cause, "Failed to start Worker Channel. Process fileName: {program}");
                return self.idle().await;
            }
        };
        let pid = Some(process.pid());
        self.state.send_replace(WorkerState::Starting { generation, pid });
        let initialization = self.options.description.initialization_timeout;
        let probe = readiness::probe(self.port, initialization, self.options.answer_within);
        let mut probe = std::pin::pin!(probe);
        let mut ready = false;
        loop {
            tokio::select! {
                exited = process.wait() => match judge(exited, &process) {
                    Verdict::Restart => return End::Restart,
                    Verdict::Death => return End::Death,
                    Verdict::Ignore => return self.idle().await,
                },
                probed = &mut probe, if !ready => match probed {
                    Ok(()) => {
                        ready = true;
                        tracing::info!("HttpWorker is Initialized.");
                        self.state.send_replace(WorkerState::Ready { generation, pid });
                    }
                    Err(error) => {
                        tracing::error!("Failed to start http worker process. {error}");
                        let _status = process.kill().await;
                        return End::Death;
                    }
                },
                command = self.commands.recv() => {
                    if let Some(end) = self.obey(command) {
                        let _status = process.kill().await;
                        return end;
                    }
                }
            }
        }
    }

    /// Without a process: only a command moves anything.
    async fn idle(&mut self) -> End {
        loop {
            let command = self.commands.recv().await;
            if let Some(end) = self.obey(command) {
                return end;
            }
        }
    }

    fn obey(&mut self, command: Option<Command>) -> Option<End> {
        match command {
            None => Some(End::Stop(StopReason::Asked, None)),
            Some(Command::Stop { done }) => Some(End::Stop(StopReason::Asked, Some(done))),
            Some(Command::GiveUp(reason)) => Some(End::Stop(reason, None)),
            Some(Command::Replace { generation, done }) if generation == self.generation => {
                self.replaced = Some(done);
                Some(End::Restart)
            }
            Some(Command::Replace { done, .. }) => {
                let _gone = done.send(false);
                None
            }
        }
    }

    fn start(&self) -> std::io::Result<Process> {
        let options = &self.options;
        let own = self.own_variables();
        let line =
            command_line::build(&options.description, &options.app_dir, &options.settings, &own);
        let working = options.description.working_directory.as_deref().unwrap_or_default();
        let settings = options.settings.all();
        let variables: Vec<(String, String)> = settings
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .chain(options.extra.iter().cloned())
            .chain(own)
            .collect();
        let process = Process::start(&Start {
            line: &line,
            working_directory: &options.app_dir.join(options.settings.expand(working)),
            variables: &variables,
            stderr_is_error: options.description.stderr_is_error,
            echo: options.echo,
        })?;
        tracing::info!("{} process with Id={} started", line.program, process.pid());
        Ok(process)
    }

    fn own_variables(&self) -> Vec<(String, String)> {
        let (port, id) = (self.port.to_string(), random::guid());
        let root = self.options.app_dir.to_string_lossy().into_owned();
        [
            ("FUNCTIONS_CUSTOMHANDLER_PORT", port.clone()),
            ("FUNCTIONS_HTTPWORKER_PORT", port),
            ("FUNCTIONS_CUSTOMHANDLER_WORKER_ID", id.clone()),
            ("FUNCTIONS_HTTPWORKER_ID", id),
            ("FUNCTIONS_APP_ROOT_PATH", root),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }
}

fn judge(exited: std::io::Result<std::process::ExitStatus>, process: &Process) -> Verdict {
    let code = exited.map_or(-1, exits::exit_code);
    let verdict = exits::verdict(code);
    let pid = process.pid();
    tracing::info!("Process {pid} has exited with code {code}.");
    if verdict == Verdict::Death {
        let last = process.last_errors.joined();
        tracing::error!("exited with code {code} ({code:#x}) {last}");
    }
    verdict
}
