//! The app folders that recordings ran in.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

use local_host::Json;
use serde_json::{Value, json};

/// An app as `apps.json` holds it: a host.json, and each function's bindings by its name.
#[derive(Clone, Debug, PartialEq)]
pub struct App {
    pub host: Value,
    pub functions: BTreeMap<String, Value>,
    /// function.json in the order of its members, where that is known: the host shows it.
    texts: BTreeMap<String, String>,
}

/// The apps of a folder of recordings, in the file's order.
#[derive(Clone, Debug, Default)]
pub struct Apps {
    named: Vec<(String, App)>,
}

impl Apps {
    /// Reads `apps.json`, an object of apps.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let apps: BTreeMap<String, Value> =
            serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        let ordered = Json::parse(text.as_bytes()).map_err(|e| e.to_string())?;
        let app = |name: &str, value: Value| App {
            host: value["host.json"].clone(),
            functions: value["functions"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, declared)| (name.clone(), function_json(declared)))
                .collect(),
            texts: ordered.get(name).and_then(|app| app.get("functions")).map_or_else(
                BTreeMap::new,
                |functions| match functions {
                    Json::Object(functions) => functions.iter().map(function_text).collect(),
                    _ => BTreeMap::new(),
                },
            ),
        };
        let named = apps.into_iter().map(|(name, value)| (name.clone(), app(&name, value)));
        Ok(Self { named: named.collect() })
    }

    /// These apps, then those of `others` that have other names.
    pub fn or(mut self, others: Self) -> Self {
        for (name, app) in others.named {
            if self.get(&name).is_none() {
                self.named.push((name, app));
            }
        }
        self
    }

    pub fn get(&self, name: &str) -> Option<&App> {
        self.named.iter().find(|(known, _)| known == name).map(|(_, app)| app)
    }

    /// The app with all these functions; `plain` where that fits, as recordings say.
    pub fn with_functions(&self, functions: &[String]) -> Option<&App> {
        let fits =
            |app: &&App| functions.iter().all(|function| app.functions.contains_key(function));
        self.get("plain").filter(fits).or_else(|| self.named.iter().map(|(_, a)| a).find(fits))
    }
}

/// apps.json lists bindings; a function.json holds them as a member.
fn function_json(declared: &Value) -> Value {
    if declared.is_array() { json!({ "bindings": declared }) } else { declared.clone() }
}

fn function_text((name, declared): &(String, Json)) -> (String, String) {
    let declared = match declared {
        Json::Array(_) => Json::object([("bindings", declared.clone())]),
        other => other.clone(),
    };
    (name.clone(), declared.to_compact())
}

impl App {
    pub fn of(functions: impl IntoIterator<Item = (String, Value)>) -> Self {
        Self {
            host: json!({
                "version": "2.0",
                "functionTimeout": "00:05:00",
                // A message that failed is not tried again while its case is looked at.
                "extensions": { "queues": { "visibilityTimeout": "01:00:00" } },
                "customHandler": {},
            }),
            functions: functions.into_iter().collect(),
            texts: BTreeMap::new(),
        }
    }

    /// The proxy alone: every request reaches one function.
    pub fn behind_the_proxy() -> Self {
        let function = json!({ "bindings": [
            { "type": "httpTrigger", "direction": "in", "name": "req", "authLevel": "anonymous", "route": "{*path}" },
            { "type": "http", "direction": "out", "name": "res" },
        ]});
        let mut app = Self::of([("any".to_owned(), function)]);
        app.host["extensions"]["http"] = json!({ "routePrefix": "" });
        app.host["customHandler"]["enableProxyingHttpRequest"] = json!(true);
        app
    }

    pub fn function_timeout(mut self, timeout: Duration) -> Self {
        self.host["functionTimeout"] = json!(time_span(timeout));
        self
    }

    pub fn initialization_timeout(mut self, timeout: Duration) -> Self {
        self.host["customHandler"]["initializationTimeout"] = json!(time_span(timeout));
        self
    }

    /// The queue whose messages run `function`.
    pub fn input_queue(&self, function: &str) -> Option<&str> {
        self.binding(function, "queueTrigger")?["queueName"].as_str()
    }

    pub fn is_timer(&self, function: &str) -> bool {
        self.binding(function, "timerTrigger").is_some()
    }

    fn binding(&self, function: &str, kind: &str) -> Option<&Value> {
        let bindings = self.functions.get(function)?["bindings"].as_array()?;
        bindings.iter().find(|binding| binding["type"] == kind)
    }

    /// The queues that outputs write to.
    pub fn output_queues(&self) -> Vec<String> {
        let bindings = self.functions.values().filter_map(|f| f["bindings"].as_array()).flatten();
        let names: BTreeSet<String> = bindings
            .filter(|binding| binding["type"] == "queue" && binding["direction"] == "out")
            .filter_map(|binding| binding["queueName"].as_str().map(str::to_owned))
            .collect();
        names.into_iter().collect()
    }

    /// Writes host.json and each function.json under `dir`, the handler being `program` with
    /// `arguments`.
    pub fn write(&self, dir: &Path, program: &Path, arguments: &[String]) -> std::io::Result<()> {
        let mut host = self.host.clone();
        host["customHandler"]["description"] =
            json!({ "defaultExecutablePath": program, "arguments": arguments });
        fs::write(dir.join("host.json"), host.to_string())?;
        for (name, declared) in &self.functions {
            let folder = dir.join(name);
            fs::create_dir_all(&folder)?;
            let text = self.texts.get(name).cloned().unwrap_or_else(|| declared.to_string());
            fs::write(folder.join("function.json"), text)?;
        }
        Ok(())
    }
}

/// `hh:mm:ss`, with a fraction where there is one.
fn time_span(span: Duration) -> String {
    let seconds = span.as_secs();
    let whole = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    match span.subsec_millis() {
        0 => whole,
        fraction => format!("{whole}.{fraction:03}0000"),
    }
}

/// The functions of cases that name no app, as the recordings' README declares them.
pub fn well_known(name: &str) -> Option<Value> {
    let queue_trigger = |queue: &str| json!({ "type": "queueTrigger", "direction": "in", "name": "msg", "queueName": queue });
    let queue_out = |name: &str, queue: &str| json!({ "type": "queue", "direction": "out", "name": name, "queueName": queue });
    let timer = |name: &str, schedule: &str| json!({ "type": "timerTrigger", "direction": "in", "name": name, "schedule": schedule });
    let http = |route: &str| json!({ "type": "httpTrigger", "direction": "in", "name": "req", "authLevel": "anonymous", "route": route });
    let http_out = |name: &str| json!({ "type": "http", "direction": "out", "name": name });
    let bindings = match name {
        "q" => json!([queue_trigger("in1"), queue_out("outq", "out1")]),
        "qbin" => {
            let (mut trigger, mut out) = (queue_trigger("inbin"), queue_out("outq", "outbin"));
            trigger["dataType"] = json!("binary");
            out["dataType"] = json!("binary");
            json!([trigger, out])
        }
        "qret" => json!([queue_trigger("inret"), queue_out("$return", "outret")]),
        "qretry" => json!([queue_trigger("inretry")]),
        "tick" => json!([timer("myTimer", "0 * * * * *")]),
        "tickrs" => {
            let mut timer = timer("timer", "0 0 3 * * *");
            timer["runOnStartup"] = json!(true);
            json!([timer])
        }
        "hany" => json!([http("orders/{id?}"), http_out("res")]),
        "hq" => {
            let mut trigger = http("ret/{id:int?}");
            trigger["methods"] = json!(["get", "post"]);
            json!([trigger, http_out("$return")])
        }
        "hmulti" => json!([http("multi/{id?}"), http_out("res"), queue_out("outq", "out1")]),
        _ => return None,
    };
    let mut function = json!({ "bindings": bindings });
    if name == "qretry" {
        function["retry"] =
            json!({ "strategy": "fixedDelay", "maxRetryCount": 2, "delayInterval": "00:00:01" });
    }
    Some(function)
}

/// A function that nothing declares, told from an envelope that reached it.
pub fn told_by_envelope(name: &str, envelope: &Value) -> Option<Value> {
    let (binding, data) = envelope["Data"].as_object()?.iter().next()?;
    let trigger = if data.get("Schedule").is_some() {
        // Without a status the monitor is off: it runs more often than once a minute.
        let schedule =
            if data["ScheduleStatus"].is_null() { "*/15 * * * * *" } else { "0 * * * * *" };
        json!({ "type": "timerTrigger", "schedule": schedule })
    } else if data.get("Url").is_some() {
        json!({ "type": "httpTrigger", "authLevel": "anonymous" })
    } else {
        json!({ "type": "queueTrigger", "queueName": format!("in-{}", name.to_lowercase()) })
    };
    let mut bindings = vec![trigger];
    bindings[0]["direction"] = json!("in");
    bindings[0]["name"] = json!(binding);
    if data.get("Url").is_some() {
        bindings.push(json!({ "type": "http", "direction": "out", "name": "res" }));
    }
    Some(json!({ "bindings": bindings }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::fixtures;

    #[test]
    fn an_app_is_found_by_the_functions_that_ran() {
        let apps = Apps::read(&fixtures().join("apps.json")).unwrap();
        let of = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
            apps.with_functions(&names).cloned()
        };
        assert_eq!(of(&["show-page"]).as_ref(), apps.get("plain"));
        assert_eq!(of(&["make-thing"]).as_ref(), apps.get("escape"));
        assert_eq!(of(&["nobody"]), None);
    }

    #[test]
    fn an_envelope_tells_which_trigger_it_came_from() {
        let kind = |data: Value| {
            told_by_envelope("f", &json!({ "Data": data })).unwrap()["bindings"][0]["type"].clone()
        };
        assert_eq!(
            kind(json!({ "timer": { "Schedule": {}, "ScheduleStatus": null } })),
            "timerTrigger"
        );
        assert_eq!(kind(json!({ "req": { "Url": "http://a/api/f" } })), "httpTrigger");
        assert_eq!(kind(json!({ "msg": "\"m\"" })), "queueTrigger");
    }

    #[test]
    fn a_time_span_is_written_as_host_json_wants_it() {
        assert_eq!(time_span(Duration::from_secs(3725)), "01:02:05");
        assert_eq!(time_span(Duration::from_millis(1500)), "00:00:01.5000000");
    }
}
