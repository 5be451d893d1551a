//! One function: function.json checked as the host checks it, with the host's messages.

use custom_handler::declaration::{Binding, Direction, FunctionJson};
use serde_json::Value;

use super::host_json::HostJson;
use super::names;
use super::retry::RetryPolicy;
use super::settings::Settings;
use crate::front::route::RouteTemplate;
use crate::ordered_json::Json;
use crate::timer::schedule::Schedule;

#[derive(Clone, Debug)]
pub(crate) struct FunctionSpec {
    pub name: String,
    /// function.json as it was read, its order kept, for `/admin/functions`.
    pub config: Json,
    pub queue_outputs: Vec<QueueOutput>,
    /// The member of `Data`.
    pub binding: String,
    pub trigger: Trigger,
    /// Off: no route and no listener. `/admin` still runs it, as on the real host.
    pub disabled: bool,
    pub retry: Option<RetryPolicy>,
}

/// A queue output binding.
#[derive(Clone, Debug)]
pub(crate) struct QueueOutput {
    /// The member of `Outputs`, or `$return`.
    pub binding: String,
    pub queue: String,
    /// `dataType: binary`: text is never taken for base64.
    pub binary: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Trigger {
    Http(HttpTrigger),
    Timer(TimerTrigger),
    Queue(QueueTrigger),
}

#[derive(Clone, Debug)]
pub(crate) struct HttpTrigger {
    /// As in function.json; the function's name where that is empty.
    pub declared_route: String,
    /// With host.json's prefix.
    pub route: String,
    pub template: RouteTemplate,
    /// In upper case. `None`: all.
    pub methods: Option<Vec<String>>,
    pub access: AuthLevel,
    /// One input and one output, both HTTP: such a function is proxied when host.json says so.
    pub simple: bool,
    /// The http output's name, when there is one.
    pub output: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthLevel {
    Anonymous,
    Function,
    Admin,
}

#[derive(Clone, Debug)]
pub(crate) struct TimerTrigger {
    pub schedule: Schedule,
    /// Whether the last run is kept, so that a missed one is caught up.
    pub use_monitor: bool,
    pub run_on_startup: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct QueueTrigger {
    pub queue: String,
    /// `dataType: binary`: the message goes as base64 and is not merged into the metadata.
    pub binary: bool,
}

impl FunctionSpec {
    /// Reads one function.json. The error is the reason for which the host skips the function.
    pub fn read(
        name: &str,
        text: &str,
        host: &HostJson,
        settings: &Settings,
    ) -> Result<Self, String> {
        if !names::is_function_name(name) {
            return Err(format!("'{name}' is not a valid function name."));
        }
        let text = super::json_comments::strip(text);
        let config = Json::parse(text.as_bytes()).map_err(|error| error.to_string())?;
        let values: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let file: FunctionJson =
            serde_json::from_value(values.clone()).map_err(|error| error.to_string())?;
        let trigger = check_bindings(&file.bindings)?;
        let retry = match values.get("retry").filter(|retry| !retry.is_null()) {
            Some(retry) => Some(RetryPolicy::read(retry)?),
            None => host.retry.clone(),
        };
        Ok(Self {
            name: name.to_owned(),
            binding: trigger.name.clone(),
            trigger: read_trigger(name, trigger, &file.bindings, host, settings)?,
            disabled: is_disabled(name, &file, settings),
            retry,
            queue_outputs: queue_outputs(&file.bindings, settings)?,
            config,
        })
    }

    #[cfg(test)]
    pub fn simple_http(&self) -> bool {
        matches!(&self.trigger, Trigger::Http(http) if http.simple)
    }
}

fn check_bindings(bindings: &[Binding]) -> Result<&Binding, String> {
    if bindings.is_empty() {
        return Err("At least one binding must be declared.".into());
    }
    for (index, binding) in bindings.iter().enumerate() {
        if !names::is_binding_name(&binding.name) {
            return Err(format!("The binding name {} is invalid.", binding.name));
        }
        if bindings[..index].iter().any(|other| other.name.eq_ignore_ascii_case(&binding.name)) {
            return Err(format!(
                "Multiple bindings with name '{}' discovered. Binding names must be unique.",
                binding.name
            ));
        }
    }
    let known = ["httpTrigger", "timerTrigger", "queueTrigger", "http", "queue"];
    let unknown: Vec<&str> = bindings
        .iter()
        .map(|binding| binding.kind.as_str())
        .filter(|kind| !known.iter().any(|name| name.eq_ignore_ascii_case(kind)))
        .collect();
    if !unknown.is_empty() {
        return Err(format!(
            "The binding type(s) '{}' were not found in the configured extension bundle (or are \
             not played by local-host).",
            unknown.join(", ")
        ));
    }
    let mut triggers = bindings.iter().filter(|binding| binding.is_trigger());
    let trigger = triggers
        .next()
        .ok_or("No trigger binding specified. A function must have a trigger input binding.")?;
    if triggers.next().is_some() {
        return Err(
            "Multiple trigger bindings defined. A function can only have a single trigger binding."
                .into(),
        );
    }
    Ok(trigger)
}

fn read_trigger(
    name: &str,
    trigger: &Binding,
    bindings: &[Binding],
    host: &HostJson,
    settings: &Settings,
) -> Result<Trigger, String> {
    let property = |key: &str| trigger.text(key).map(|text| settings.expand(text));
    if trigger.is("httpTrigger") {
        return read_http(name, trigger, bindings, host).map(Trigger::Http);
    }
    if trigger.is("timerTrigger") {
        let schedule = property("schedule").ok_or("The 'schedule' property is required.")?;
        return Ok(Trigger::Timer(TimerTrigger {
            schedule: Schedule::parse(&schedule).ok_or_else(|| {
                format!(
                    "The schedule expression '{schedule}' was not recognized as a valid cron \
                     expression or timespan string."
                )
            })?,
            use_monitor: trigger.flag("useMonitor").unwrap_or(true),
            run_on_startup: trigger.flag("runOnStartup").unwrap_or(false),
        }));
    }
    Ok(Trigger::Queue(QueueTrigger {
        queue: queue_name(trigger, settings)?,
        binary: is_binary(trigger),
    }))
}

fn queue_outputs(bindings: &[Binding], settings: &Settings) -> Result<Vec<QueueOutput>, String> {
    let outputs = bindings.iter().filter(|binding| binding.is("queue"));
    outputs
        .map(|binding| {
            Ok(QueueOutput {
                binding: binding.name.clone(),
                queue: queue_name(binding, settings)?,
                binary: is_binary(binding),
            })
        })
        .collect()
}

fn queue_name(binding: &Binding, settings: &Settings) -> Result<String, String> {
    let name = binding.text("queueName").map(|name| settings.expand(name).to_ascii_lowercase());
    name.filter(|name| !name.is_empty()).ok_or("The 'queueName' property is required.".into())
}

fn is_binary(binding: &Binding) -> bool {
    binding.text("dataType").is_some_and(|kind| kind.eq_ignore_ascii_case("binary"))
}

fn read_http(
    name: &str,
    trigger: &Binding,
    bindings: &[Binding],
    host: &HostJson,
) -> Result<HttpTrigger, String> {
    let declared_route = match trigger.text("route") {
        Some(route) if !route.trim().is_empty() => route.to_owned(),
        _ => name.to_owned(),
    };
    let whole = format!(
        "{}/{}",
        host.route_prefix.trim_matches('/'),
        declared_route.trim_start_matches('/')
    );
    let methods = trigger.texts("methods").filter(|methods| !methods.is_empty());
    let of_direction = |direction: Direction| {
        let mut found = bindings.iter().filter(move |binding| binding.direction == direction);
        (found.next(), found.count())
    };
    let (outputs, inputs) = (of_direction(Direction::Out), of_direction(Direction::In));
    let simple =
        matches!(inputs, (Some(_), 0)) && matches!(outputs, (Some(output), 0) if output.is("http"));
    if simple && host.handler.forwarding && !host.handler.proxying {
        return Err("local-host does not play enableForwardingHttpRequest: in forwarding mode \
                    outsiders reach event functions. Set enableProxyingHttpRequest alone."
            .into());
    }
    let level = trigger.text("authLevel").unwrap_or("function").to_ascii_lowercase();
    Ok(HttpTrigger {
        template: RouteTemplate::parse(&whole)?,
        route: whole,
        declared_route,
        methods: methods
            .map(|methods| methods.iter().map(|method| method.to_ascii_uppercase()).collect()),
        access: match level.as_str() {
            "anonymous" => AuthLevel::Anonymous,
            "function" | "user" => AuthLevel::Function,
            "admin" | "system" => AuthLevel::Admin,
            other => return Err(format!("'{other}' is not an authLevel.")),
        },
        simple,
        output: bindings
            .iter()
            .find(|binding| binding.is("http"))
            .map(|binding| binding.name.clone()),
    })
}

fn is_disabled(name: &str, file: &FunctionJson, settings: &Settings) -> bool {
    let on = |value: &str| value == "1" || value.eq_ignore_ascii_case("true");
    let by_setting = ["AzureWebJobs.{}.Disabled", "AzureWebJobs_{}_Disabled"]
        .iter()
        .any(|setting| settings.get(&setting.replace("{}", name)).is_some_and(on));
    by_setting || file.is_switched_off(|setting| settings.get(setting).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str, settings: &Settings) -> Result<FunctionSpec, String> {
        let host = r#"{"version": "2.0",
            "customHandler": {"description": {"defaultExecutablePath": "x"}}}"#;
        FunctionSpec::read(name, text, &HostJson::parse(host, settings).unwrap(), settings)
    }

    fn reason(bindings: &str) -> String {
        let text = format!(r#"{{"bindings": [{bindings}]}}"#);
        read("f", &text, &Settings::default()).unwrap_err()
    }

    #[test]
    fn a_function_is_skipped_with_the_hosts_own_words() {
        assert_eq!(reason(""), "At least one binding must be declared.");
        assert!(reason(r#"{"type": "queue", "name": "q"}"#).starts_with("No trigger binding"));
        assert!(reason(r#"{"type": "serviceBusTrigger", "name": "m"}"#).contains("serviceBus"));
        assert!(reason(r#"{"type": "httpTrigger", "name": "my-req"}"#).contains("my-req"));
        let dow = r#"{"type": "timerTrigger", "name": "t", "schedule": "0 0 0 * * 7"}"#;
        assert!(reason(dow).starts_with("The schedule expression '0 0 0 * * 7' was not recogn"));
    }

    #[test]
    fn an_extra_output_takes_a_function_out_of_proxying() {
        let two = r#"{"bindings": [
            {"type": "httpTrigger", "direction": "in", "name": "req"},
            {"type": "http", "direction": "out", "name": "res"},
            {"type": "queue", "direction": "out", "name": "q", "queueName": "oq"}]}"#;
        assert!(!read("f", two, &Settings::default()).unwrap().simple_http());
    }

    #[test]
    fn a_setting_switches_a_function_off_and_another_names_its_queue() {
        let text = r#"{"bindings": [{"type": "queueTrigger", "name": "m", "queueName": "%Q%"}]}"#;
        let settings = Settings::of(&[("AzureWebJobs_f_Disabled", "true"), ("Q", "sms")]);
        let spec = read("f", text, &settings).unwrap();
        assert!(spec.disabled);
        assert!(matches!(spec.trigger, Trigger::Queue(queue) if queue.queue == "sms"));
    }

    #[test]
    fn an_empty_route_is_the_functions_name() {
        let text = r#"{"bindings": [{"type": "httpTrigger", "name": "r", "route": ""}]}"#;
        let spec = read("ping", text, &Settings::default()).unwrap();
        let Trigger::Http(http) = spec.trigger else { panic!() };
        assert_eq!((http.declared_route.as_str(), http.access), ("ping", AuthLevel::Function));
    }
}
