//! One host under test, with everything around it: app folder, scripted handler, queues.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use local_host::{AdminAccess, HostClock, HostOptions, Outcome, RunningHost, StopReason};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch;

use super::apps::App;
use super::conduct::Life;
use super::queue_double::QueueDouble;
use super::stage::{Script, Stage};

/// The master key of every host under test. Recordings say `<master key>`.
pub const MASTER_KEY: &str = "conformance-master-key==";

/// What a host is put up with.
pub struct RigSpec {
    pub app: App,
    /// What the host's clock shows when the host starts; it runs on from there.
    pub now: Option<Timestamp>,
    /// What each timer is known to have done before: function, `{Last, Next, LastUpdated}`.
    pub timer_statuses: Vec<(String, Value)>,
    pub life: Life,
    pub probe: Script,
    /// For a host whose first invocation comes with its start.
    pub script: Option<Script>,
}

impl RigSpec {
    /// A host whose handler starts at once and answers the probe.
    pub fn ordinary(app: App) -> Self {
        Self {
            app,
            now: None,
            timer_statuses: Vec::new(),
            life: Life::ordinary(),
            probe: Arc::new(|head, _| super::response::Response::Usual.conduct(head)),
            script: None,
        }
    }
}

pub struct Rig {
    pub app: App,
    pub stage: Stage,
    pub queues: QueueDouble,
    pub clock: HostClock,
    host: RunningHost,
    outcomes: Arc<Mutex<Vec<Outcome>>>,
    news: watch::Receiver<usize>,
    state_dir: PathBuf,
    /// Deleted with the rig.
    _dir: TempDir,
}

impl Rig {
    pub async fn put_up(spec: RigSpec) -> Result<Self, String> {
        let stage = Stage::open(spec.life, spec.probe).await.map_err(|e| e.to_string())?;
        if let Some(script) = spec.script {
            stage.set_script(script);
        }
        let clock = match spec.now {
            Some(now) => HostClock::with_offset(now.duration_since(HostClock::real().now())),
            None => HostClock::real(),
        };
        let queues = QueueDouble::open(clock.clone()).await.map_err(|e| e.to_string())?;
        let dir = TempDir::new().map_err(|e| e.to_string())?;
        let (app_dir, state_dir) = (dir.path().join("app"), dir.path().join("state"));
        let program = std::env::current_exe().map_err(|e| e.to_string())?;
        let arguments = [super::SCRIPTED_HANDLER.to_owned(), stage.address().to_string()];
        std::fs::create_dir_all(&app_dir).map_err(|e| e.to_string())?;
        spec.app.write(&app_dir, &program, &arguments).map_err(|e| e.to_string())?;
        write_statuses(&state_dir, &spec.timer_statuses)?;
        let host = local_host::start(HostOptions {
            app_dir,
            port: 0,
            clock: clock.clone(),
            queue: Some(queues.access()),
            state_dir: state_dir.clone(),
            admin: AdminAccess::Key(MASTER_KEY.to_owned()),
            handler_env: Vec::new(),
            echo_console: false,
            handler_stop_after_deaths: true,
            // A recorded minute that tells nothing.
            probe_patience_beyond_timeout: Duration::ZERO,
            extra: Vec::new(),
        })
        .await
        .map_err(|e| e.to_string())?;
        let (outcomes, news) = collect(&host);
        Ok(Self { app: spec.app, stage, queues, clock, host, outcomes, news, state_dir, _dir: dir })
    }

    pub fn front(&self) -> SocketAddr {
        self.host.front()
    }

    pub fn outcomes(&self) -> Vec<Outcome> {
        self.outcomes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn forget_outcomes(&self) {
        self.outcomes.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Waits until this many invocations ended, at most for `patience`.
    pub async fn wait_for_outcomes(&self, count: usize, patience: Duration) {
        let mut news = self.news.clone();
        let enough = async {
            while self.outcomes().len() < count {
                if news.changed().await.is_err() {
                    return;
                }
            }
        };
        // What did not come in time is missing in what is compared.
        let _ = tokio::time::timeout(patience, enough).await;
    }

    /// Puts a message on the queue that runs `function`.
    pub async fn send_message(&self, function: &str, message: &[u8]) -> Result<(), String> {
        let queue = self.app.input_queue(function);
        let queue = queue.ok_or_else(|| format!("{function} is no queue function"))?;
        self.queues.put(queue, message);
        self.host.poll_queues_now().await;
        Ok(())
    }

    /// Why the host stopped itself, if it does within `patience`.
    pub async fn stopped(&self, patience: Duration) -> Option<StopReason> {
        tokio::time::timeout(patience, self.host.stopped()).await.ok()
    }

    /// Lets the clock jump so that `moment` is `before` away.
    pub fn jump_to(&self, moment: Timestamp, before: SignedDuration) {
        let by = moment.duration_since(self.clock.now()) - before;
        if by.is_positive() {
            self.clock.advance(by);
        }
    }

    /// What is on record of a timer's runs.
    pub fn timer_status(&self, function: &str) -> Option<Value> {
        let text = std::fs::read_to_string(status_file(&self.state_dir, function)).ok()?;
        serde_json::from_str(&text).ok()
    }

    pub async fn take_down(self) {
        self.host.stop().await;
    }

    /// Stops the host; the stage stays, to see the handler end.
    pub async fn take_down_but_the_stage(self) -> Stage {
        self.host.stop().await;
        self.stage
    }
}

fn collect(host: &RunningHost) -> (Arc<Mutex<Vec<Outcome>>>, watch::Receiver<usize>) {
    let outcomes = Arc::<Mutex<Vec<Outcome>>>::default();
    let (tell, news) = watch::channel(0);
    let mut coming = host.outcomes();
    let list = Arc::clone(&outcomes);
    tokio::spawn(async move {
        while let Ok(outcome) = coming.recv().await {
            list.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
            tell.send_modify(|count| *count += 1);
        }
    });
    (outcomes, news)
}

/// Where local-host keeps when a timer ran.
fn status_file(state_dir: &Path, function: &str) -> PathBuf {
    state_dir.join("timers").join(format!("{function}.json"))
}

fn write_statuses(state_dir: &Path, statuses: &[(String, Value)]) -> Result<(), String> {
    for (function, status) in statuses {
        let path = status_file(state_dir, function);
        let folder = path.parent().ok_or("a status file without a folder")?;
        std::fs::create_dir_all(folder).map_err(|e| e.to_string())?;
        std::fs::write(&path, status.to_string()).map_err(|e| e.to_string())?;
    }
    Ok(())
}
