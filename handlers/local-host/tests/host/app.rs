//! Apps for the tests: a folder with host.json and functions, and a host that plays it.

use std::path::PathBuf;
use std::time::Duration;

use local_host::{HostOptions, Outcome, RunningHost};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::broadcast;

pub struct TestApp {
    folder: TempDir,
    host_json: Value,
    functions: Vec<(String, Value)>,
    settings: Value,
}

impl TestApp {
    /// An app whose handler is this test binary.
    pub fn new() -> Self {
        let this = std::env::current_exe().unwrap();
        Self {
            folder: tempfile::tempdir().unwrap(),
            host_json: json!({
                "version": "2.0",
                "functionTimeout": "00:00:20",
                "extensions": {
                    "http": {"routePrefix": ""},
                    "queues": {"maxPollingInterval": "00:00:00.2"},
                },
                "customHandler": {
                    "enableProxyingHttpRequest": true,
                    "description": {
                        "defaultExecutablePath": this.to_str().unwrap(),
                        "arguments": ["--exact", "handler::scripted_handler", "--nocapture"],
                    },
                },
            }),
            functions: Vec::new(),
            settings: json!({}),
        }
    }

    pub fn function_timeout(mut self, limit: &str) -> Self {
        self.host_json["functionTimeout"] = json!(limit);
        self
    }

    pub fn http(self, name: &str, route: &str, methods: &[&str]) -> Self {
        self.function(
            name,
            &json!([
                {"type": "httpTrigger", "direction": "in", "name": "req", "authLevel": "anonymous",
                 "route": route, "methods": methods},
                {"type": "http", "direction": "out", "name": "res"},
            ]),
        )
    }

    pub fn queue(self, name: &str, queue: &str) -> Self {
        self.function(
            name,
            &json!([
                {"type": "queueTrigger", "direction": "in", "name": "message", "queueName": queue},
                {"type": "queue", "direction": "out", "name": "outq", "queueName": "out"},
            ]),
        )
    }

    pub fn timer(self, name: &str, schedule: &str) -> Self {
        self.function(
            name,
            &json!([
                {"type": "timerTrigger", "direction": "in", "name": "timer", "schedule": schedule},
            ]),
        )
    }

    pub fn function(mut self, name: &str, bindings: &Value) -> Self {
        self.functions.push((name.to_owned(), json!({ "bindings": bindings })));
        self
    }

    /// A value in local.settings.json.
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings[name] = json!(value);
        self
    }

    /// Writes the folder.
    pub fn options(&self) -> HostOptions {
        let dir = self.dir();
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("host.json"), self.host_json.to_string()).unwrap();
        let settings = json!({"IsEncrypted": false, "Values": self.settings});
        std::fs::write(dir.join("local.settings.json"), settings.to_string()).unwrap();
        for (name, file) in &self.functions {
            std::fs::create_dir_all(dir.join(name)).unwrap();
            std::fs::write(dir.join(name).join("function.json"), file.to_string()).unwrap();
        }
        let mut options = HostOptions::new(dir, self.state_dir());
        let record = self.record().to_str().unwrap().to_owned();
        options.handler_env.push(("RECORD".to_owned(), record));
        options
    }

    pub async fn start(&self) -> RunningHost {
        self.start_with(self.options()).await
    }

    pub async fn start_with(&self, options: HostOptions) -> RunningHost {
        let host = local_host::start(options).await.unwrap();
        assert!(host.ready().await);
        host
    }

    pub fn dir(&self) -> PathBuf {
        self.folder.path().join("app")
    }

    pub fn state_dir(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn record(&self) -> PathBuf {
        self.folder.path().join("record")
    }

    /// What the handler has received so far.
    pub fn received(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.record()).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// The next outcome, within a bound.
pub async fn next(outcomes: &mut broadcast::Receiver<Outcome>) -> Outcome {
    tokio::time::timeout(Duration::from_secs(20), outcomes.recv()).await.unwrap().unwrap()
}
