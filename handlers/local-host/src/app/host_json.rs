//! host.json: what of it local-host plays, with the defaults of the real host.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::retry::RetryPolicy;
use super::section::{self, Section};
use super::settings::Settings;
use super::{AppError, json_comments};

#[derive(Clone, Debug)]
pub(crate) struct HostJson {
    /// `None`: unbounded (`-1`).
    pub function_timeout: Option<Duration>,
    pub handler: HandlerDescription,
    pub route_prefix: String,
    pub queues: QueueOptions,
    pub retry: Option<RetryPolicy>,
}

/// `customHandler`: the program and how it is spoken to.
#[derive(Clone, Debug)]
pub(crate) struct HandlerDescription {
    pub executable: String,
    pub worker_path: Option<String>,
    pub worker_directory: Option<String>,
    pub working_directory: Option<String>,
    pub arguments: Vec<String>,
    pub worker_arguments: Vec<String>,
    /// stderr lines are errors; when false they are Information like stdout.
    pub stderr_is_error: bool,
    /// Wins over forwarding when both flags stand.
    pub proxying: bool,
    pub forwarding: bool,
    pub initialization_timeout: Duration,
    pub port: Option<u16>,
}

/// `extensions.queues`.
#[derive(Clone, Debug)]
pub(crate) struct QueueOptions {
    pub batch_size: u32,
    pub new_batch_threshold: u32,
    pub max_polling_interval: Duration,
    /// How long a failed message stays hidden.
    pub visibility_timeout: Duration,
    pub max_dequeue_count: u32,
    pub base64: bool,
}

impl HostJson {
    pub fn load(app_dir: &Path, settings: &Settings) -> Result<Self, AppError> {
        let path = app_dir.join("host.json");
        let text =
            std::fs::read_to_string(&path).map_err(|cause| AppError::Unreadable { path, cause })?;
        Self::parse(&text, settings)
    }

    pub fn parse(text: &str, settings: &Settings) -> Result<Self, AppError> {
        let mut value: Value = serde_json::from_str(&json_comments::strip(text))
            .map_err(|cause| AppError::HostJson(cause.to_string()))?;
        section::overlay(&mut value, settings.all());
        let root = Section::root(&value);
        if root.section("version").text().as_deref() != Some("2.0") {
            return Err(AppError::HostJson(
                "The host.json file is missing the required 'version' property (\"2.0\")".into(),
            ));
        }
        let http = root.section("extensions").section("http");
        Ok(Self {
            function_timeout: function_timeout(&root.section("functionTimeout"))?,
            handler: HandlerDescription::read(&root.section("customHandler"))?,
            route_prefix: http.section("routePrefix").text().unwrap_or_else(|| "api".into()),
            queues: QueueOptions::read(&root.section("extensions").section("queues"))?,
            retry: root
                .section("retry")
                .value()
                .map(RetryPolicy::read)
                .transpose()
                .map_err(AppError::HostJson)?,
        })
    }
}

fn function_timeout(section: &Section<'_>) -> Result<Option<Duration>, AppError> {
    if section.text().is_some_and(|text| text.trim() == "-1") {
        return Ok(None);
    }
    let span = section.span()?.unwrap_or(Duration::from_mins(30));
    if span < Duration::from_secs(1) {
        return Err(section.wrong("at least 00:00:01"));
    }
    Ok(Some(span))
}

impl HandlerDescription {
    fn read(section: &Section<'_>) -> Result<Self, AppError> {
        let description = section.section("description");
        if !description.exists() {
            return Err(AppError::HostJson("Missing worker Description.".into()));
        }
        let executable = description.section("defaultExecutablePath").text().unwrap_or_default();
        if executable.is_empty() {
            return Err(AppError::HostJson(
                "WorkerDescription DefaultExecutablePath cannot be empty".into(),
            ));
        }
        let given = |name: &str| description.section(name).text().filter(|text| !text.is_empty());
        Ok(Self {
            executable,
            worker_path: given("defaultWorkerPath"),
            worker_directory: given("workerDirectory"),
            working_directory: given("workingDirectory"),
            arguments: description.section("arguments").texts()?,
            worker_arguments: description.section("workerArguments").texts()?,
            stderr_is_error: description
                .section("useStdErrorStreamForErrorsOnly")
                .flag()?
                .unwrap_or(true),
            proxying: section.section("enableProxyingHttpRequest").flag()?.unwrap_or(false),
            forwarding: section.section("enableForwardingHttpRequest").flag()?.unwrap_or(false),
            initialization_timeout: section
                .section("initializationTimeout")
                .span()?
                .unwrap_or(Duration::from_secs(30)),
            port: section.section("port").number()?,
        })
    }
}

impl QueueOptions {
    fn read(section: &Section<'_>) -> Result<Self, AppError> {
        let batch_size = section.section("batchSize").number()?.unwrap_or(16);
        if !(1..=32).contains(&batch_size) {
            return Err(section.section("batchSize").wrong("1 to 32"));
        }
        let encoding = section.section("messageEncoding").text();
        let base64 = match encoding.as_deref().map(str::to_ascii_lowercase).as_deref() {
            None | Some("base64") => true,
            Some("none") => false,
            Some(_) => return Err(section.section("messageEncoding").wrong("base64 or none")),
        };
        let polling = section.section("maxPollingInterval").span()?;
        Ok(Self {
            batch_size,
            new_batch_threshold: section
                .section("newBatchThreshold")
                .number()?
                .unwrap_or(batch_size / 2),
            max_polling_interval: polling
                .unwrap_or(Duration::from_mins(1))
                .max(Duration::from_millis(100)),
            visibility_timeout: section
                .section("visibilityTimeout")
                .span()?
                .unwrap_or(Duration::ZERO),
            max_dequeue_count: section.section("maxDequeueCount").number()?.unwrap_or(5),
            base64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<HostJson, String> {
        HostJson::parse(text, &Settings::default()).map_err(|error| error.to_string())
    }

    const LEAST: &str = r#"{"version": "2.0", // the only one
        "customHandler": {"description": {"defaultExecutablePath": "handlers"}}}"#;

    #[test]
    fn what_is_not_said_is_as_on_the_real_host() {
        let host = parse(LEAST).unwrap();
        assert_eq!(host.function_timeout, Some(Duration::from_mins(30)));
        assert_eq!(host.route_prefix, "api");
        assert_eq!(host.handler.initialization_timeout, Duration::from_secs(30));
        assert!(!host.handler.proxying && host.handler.stderr_is_error);
        assert_eq!((host.queues.batch_size, host.queues.new_batch_threshold), (16, 8));
        assert_eq!(host.queues.max_dequeue_count, 5);
    }

    #[test]
    fn a_handler_without_description_or_program_stops_the_host() {
        let error = parse(r#"{"version": "2.0", "customHandler": {}}"#).unwrap_err();
        assert!(error.contains("Missing worker Description."), "{error}");
        let error = parse(r#"{"version": "2.0", "customHandler": {"description": {}}}"#);
        let error = error.unwrap_err();
        assert!(error.contains("DefaultExecutablePath cannot be empty"), "{error}");
    }

    #[test]
    fn minus_one_is_no_time_limit() {
        let text = LEAST.replacen('{', r#"{"functionTimeout": "-1","#, 1);
        assert_eq!(parse(&text).unwrap().function_timeout, None);
    }
}
