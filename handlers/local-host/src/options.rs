//! What a host is started with.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;

use crate::HostClock;

pub struct HostOptions {
    /// Folder with `host.json`, `<function>/function.json` and perhaps `local.settings.json`.
    pub app_dir: PathBuf,
    /// Port of the HTTP front on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    pub clock: HostClock,
    /// Without it queue-triggered functions run only through `/admin`.
    pub queue: Option<QueueAccess>,
    /// Where each timer keeps when it ran last: `timers/<function>.json`, as the host writes it.
    pub state_dir: PathBuf,
    pub admin: AdminAccess,
    /// Variables for the handler on top of the host's own environment.
    pub handler_env: Vec<(String, String)>,
    /// Copy the handler's console lines to our stdout.
    pub echo_console: bool,
    /// The real host stops for good at the handler's third death within 30 minutes.
    pub handler_stop_after_deaths: bool,
    /// How much longer than functionTimeout a probe waits for an answer.
    pub probe_patience_beyond_timeout: Duration,
    /// Services that the front answers by path prefix (`"/dev/"`) before any routing.
    pub extra: Vec<(&'static str, Arc<dyn FrontService>)>,
}

impl HostOptions {
    /// Any free port, real time, no queues, admin open, and everything else as on the real host.
    pub fn new(app_dir: impl Into<PathBuf>, state_dir: impl Into<PathBuf>) -> Self {
        Self {
            app_dir: app_dir.into(),
            port: 0,
            clock: HostClock::real(),
            queue: None,
            state_dir: state_dir.into(),
            admin: AdminAccess::OpenOnLoopback,
            handler_env: Vec::new(),
            echo_console: false,
            handler_stop_after_deaths: true,
            probe_patience_beyond_timeout: Duration::from_mins(1),
            extra: Vec::new(),
        }
    }
}

/// An Azure Queue Storage endpoint with a shared key.
#[derive(Clone)]
pub struct QueueAccess {
    /// For example `http://127.0.0.1:7072/devstoreaccount1`.
    pub endpoint: String,
    pub account: String,
    pub key_base64: String,
}

/// Who may call `/admin/*` and functions that want a key.
#[derive(Clone, PartialEq, Eq)]
pub enum AdminAccess {
    /// Everybody who reaches the loopback port, as with `func start`.
    OpenOnLoopback,
    /// Whoever sends this key as `x-functions-key` or `?code=`.
    Key(String),
}

/// A part of the front that local-host answers itself: sign-in, the demo phone.
pub trait FrontService: Send + Sync {
    fn answer(&self, request: http::Request<Bytes>) -> BoxFuture<'_, http::Response<Bytes>>;
}
