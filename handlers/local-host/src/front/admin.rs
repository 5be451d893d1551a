//! `/admin/*`: run a function now, list functions, say how the host is.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, StatusCode, header};
use serde_json::Value;
use tokio::time::Instant;

use super::access::Credentials;
use super::answer::{self, FrontAnswer};
use crate::AdminAccess;
use crate::app::function::{FunctionSpec, Trigger};
use crate::invoke::event::{Event, QueueFacts, queue_event};
use crate::invoke::failure::Failure;
use crate::invoke::{HOST_VERSION, Invoker, timer_event};
use crate::ordered_json::Json;
use crate::random;
use crate::timer::status::StatusFiles;

pub(crate) struct Admin {
    pub access: AdminAccess,
    pub invoker: Arc<Invoker>,
    pub timers: StatusFiles,
    started: Instant,
    host_key: String,
    /// The host's own address: the list of functions links there, whatever Host it was asked by.
    own_origin: String,
}

/// The administrative routes that the real host has. What it has not falls through to functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AdminRoute {
    /// Open to all.
    Ping,
    HostStatus,
    HostKeys,
    Functions,
    Function(String),
    FunctionStatus(String),
    /// Behind the key, and not played.
    Other,
    /// The app's files: as `Other`, but a refusal does not say how to come in.
    Files,
}

const OTHER_HOST_ROUTES: &[&str] = &[
    "synctriggers",
    "restart",
    "state",
    "log",
    "config",
    "drain",
    "resume",
    "systemkeys",
    "functionkeys",
    "processes",
    "extensions",
    "offline",
];

impl AdminRoute {
    pub fn of(path: &str) -> Option<Self> {
        let path = path.strip_prefix('/')?;
        let lower = path.strip_suffix('/').unwrap_or(path).to_ascii_lowercase();
        let segments: Vec<&str> = lower.split('/').collect();
        if segments.iter().any(|segment| segment.is_empty()) {
            return None;
        }
        Some(match segments.as_slice() {
            ["admin", "host", "ping"] => Self::Ping,
            ["admin", "host", "status"] => Self::HostStatus,
            ["admin", "host", "keys"] => Self::HostKeys,
            ["admin", "host", route, ..] if OTHER_HOST_ROUTES.contains(route) => Self::Other,
            ["admin", "functions"] => Self::Functions,
            ["admin", "functions", name] => Self::Function((*name).to_owned()),
            ["admin", "functions", name, "status"] => Self::FunctionStatus((*name).to_owned()),
            ["admin", "vfs", ..] => Self::Files,
            ["admin", "functions" | "instance", ..] | ["runtime", "webhooks", ..] => Self::Other,
            _ => return None,
        })
    }
}

/// A request for one of the routes.
pub(super) struct AdminRequest<'a> {
    pub method: &'a Method,
    pub credentials: &'a Credentials<'a>,
    pub content_type: Option<&'a str>,
    /// Scheme and Host, for the links in answers.
    pub origin: String,
    pub body: Bytes,
}

impl Admin {
    pub fn new(access: AdminAccess, invoker: Arc<Invoker>, timers: StatusFiles, port: u16) -> Self {
        let (host_key, own_origin) = (random::guid(), format!("https://localhost:{port}"));
        Self { access, invoker, timers, started: Instant::now(), host_key, own_origin }
    }

    pub(super) fn answer(&self, route: AdminRoute, request: &AdminRequest<'_>) -> FrontAnswer {
        if route == AdminRoute::Ping {
            let ok = answer::status(StatusCode::OK);
            let ok = answer::with_header(ok, header::CACHE_CONTROL, "no-store,no-cache");
            return answer::with_header(ok, header::PRAGMA, "no-cache");
        }
        if !self.access.admits(request.credentials) {
            let refused = answer::status(StatusCode::UNAUTHORIZED);
            if route == AdminRoute::Files {
                return refused;
            }
            return answer::with_header(refused, header::WWW_AUTHENTICATE, "Bearer");
        }
        let not_found = || answer::status(StatusCode::NOT_FOUND);
        let known = |name: &str| self.invoker.app.function(name).cloned();
        let json = |value: Json| answer::json(value.to_compact());
        match (route, request.method) {
            (AdminRoute::HostStatus, &Method::GET) => json(self.host_status()),
            (AdminRoute::HostKeys, &Method::GET) => json(self.host_keys(&request.origin)),
            (AdminRoute::Functions, &Method::GET) => {
                let functions = self.invoker.app.functions.iter();
                let described = functions.map(|function| self.describe(function, &self.own_origin));
                json(Json::Array(described.collect()))
            }
            (AdminRoute::Function(name), &Method::GET) => match known(&name) {
                Some(function) => json(self.describe(&function, &request.origin)),
                None => not_found(),
            },
            (AdminRoute::FunctionStatus(name), &Method::GET) if known(&name).is_some() => {
                json(Json::object([]))
            }
            (AdminRoute::Function(name), &Method::POST) => self.invoke(known(&name), request),
            _ => not_found(),
        }
    }

    /// `{"input": "…"}` → 202 at once; the function runs behind.
    fn invoke(
        &self,
        function: Option<Arc<FunctionSpec>>,
        request: &AdminRequest<'_>,
    ) -> FrontAnswer {
        let is_json = request.content_type.is_some_and(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            matches!(kind.as_str(), "application/json" | "text/json") || kind.ends_with("+json")
        });
        if !is_json {
            return answer::status(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        let input = match serde_json::from_slice(&request.body) {
            Ok(Value::Object(mut members)) => match members.remove("input") {
                None | Some(Value::Null) => None,
                Some(Value::String(input)) => Some(input),
                Some(_) => return answer::status(StatusCode::BAD_REQUEST),
            },
            _ => return answer::status(StatusCode::BAD_REQUEST),
        };
        let Some(function) = function else { return answer::status(StatusCode::NOT_FOUND) };
        let event = self.event(&function, input);
        let invoker = self.invoker.clone();
        tokio::spawn(async move { invoker.run(&function, event).await });
        answer::status(StatusCode::ACCEPTED)
    }

    fn event(&self, function: &FunctionSpec, input: Option<String>) -> Result<Event, Failure> {
        match &function.trigger {
            Trigger::Timer(timer) => {
                let below = timer.schedule.is_below_a_minute(self.invoker.clock.now());
                let kept = timer.use_monitor && !below;
                let status = kept.then(|| self.timers.load(&function.name)).flatten();
                let mut event = timer_event(status.as_ref(), false);
                if let Some(input) = input {
                    event.metadata.set_text(&function.binding, &input);
                }
                Ok(event)
            }
            Trigger::Queue(queue) => {
                let facts = QueueFacts::made_up(random::guid(), self.invoker.clock.now());
                let input = input.unwrap_or_default();
                let bytes = input.as_bytes();
                let mut event = queue_event(&function.binding, queue.binary, bytes, &facts)?;
                event.metadata.set_text(&function.binding, &input);
                Ok(event)
            }
            Trigger::Http(_) => Err(Failure::Binding {
                parameter: function.binding.clone(),
                cause: "System.InvalidOperationException: Can't convert from type \
                        'System.String' to type 'Microsoft.AspNetCore.Http.HttpRequest'."
                    .to_owned(),
            }),
        }
    }

    fn host_status(&self) -> Json {
        let uptime = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Json::object([
            ("id", "local-host".into()),
            ("state", "Running".into()),
            ("version", HOST_VERSION.into()),
            ("versionDetails", HOST_VERSION.strip_suffix(".0").unwrap_or(HOST_VERSION).into()),
            ("platformVersion", "".into()),
            ("instanceId", "".into()),
            ("computerName", "".into()),
            ("processUptime", Json::Number(uptime.into())),
            ("functionAppContentEditingState", "Unknown".into()),
        ])
    }

    fn host_keys(&self, origin: &str) -> Json {
        let key =
            Json::object([("name", "default".into()), ("value", self.host_key.as_str().into())]);
        let link = Json::object([
            ("rel", "self".into()),
            ("href", format!("{origin}/admin/host/keys").into()),
        ]);
        Json::object([("keys", Json::Array(vec![key])), ("links", Json::Array(vec![link]))])
    }

    fn describe(&self, function: &FunctionSpec, origin: &str) -> Json {
        let name = &function.name;
        let files = format!("{origin}/admin/vfs{}/{name}", self.invoker.app.dir.display());
        let url = match &function.trigger {
            Trigger::Http(http) => format!("{origin}/{}", http.route.trim_matches('/')).into(),
            _ => Json::Null,
        };
        Json::object([
            ("name", name.as_str().into()),
            ("script_root_path_href", format!("{files}/").into()),
            ("script_href", Json::Null),
            ("config_href", format!("{files}/function.json").into()),
            ("test_data_href", format!("{origin}/admin/vfs/FunctionsData/{name}.dat").into()),
            ("href", format!("{origin}/admin/functions/{name}").into()),
            ("invoke_url_template", url),
            ("language", Json::Null),
            ("config", function.config.clone()),
            ("files", Json::Null),
            ("test_data", "".into()),
            ("isDisabled", Json::Bool(function.disabled)),
            ("isDirect", Json::Bool(false)),
            ("isProxy", Json::Bool(false)),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hosts_own_routes_are_taken_from_the_functions() {
        for free in [
            "/admin",
            "/admin/",
            "/admin/x",
            "/Admin/x",
            "/admin/warmup",
            "/runtime/x",
            "/",
            "//admin/functions",
            "/admin/host",
            "/adminfunctions",
        ] {
            assert_eq!(AdminRoute::of(free), None, "{free}");
        }
        assert_eq!(AdminRoute::of("/admin/vfs/"), Some(AdminRoute::Files));
        for taken in ["/admin/host/synctriggers", "/runtime/webhooks/x", "/admin/functions/x/keys"]
        {
            assert_eq!(AdminRoute::of(taken), Some(AdminRoute::Other), "{taken}");
        }
        assert_eq!(AdminRoute::of("/ADMIN/Host/Ping"), Some(AdminRoute::Ping));
        assert_eq!(AdminRoute::of("/admin/functions/"), Some(AdminRoute::Functions));
    }
}
