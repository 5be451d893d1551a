//! Declarations: `function.json` as it is written, and as a host has to read it.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// One `function.json`. Reading is tolerant, as the host's is: what is not known is kept in `rest`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionJson {
    /// Exactly one of them is a trigger.
    #[serde(default)]
    pub bindings: Vec<Binding>,
    /// How often and when the host repeats a failed invocation by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// `true`, or the name of a setting that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<Value>,
    /// The same under the name that some tools write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_disabled: Option<Value>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// One binding: an event coming in, or a value going out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Binding {
    /// `httpTrigger`, `queueTrigger`, `timerTrigger`, `http`, …, in any case.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// Which way the value goes.
    #[serde(default)]
    pub direction: Direction,
    /// The member of `Data` or `Outputs`.
    #[serde(default)]
    pub name: String,
    /// What this kind of binding needs, under the names of the host: `route`, `queueName`,
    /// `schedule`, `dataType`, ….
    #[serde(flatten)]
    pub properties: Map<String, Value>,
}

/// Which way a binding's value goes. Read in any case; missing means `in`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// To the function.
    #[default]
    In,
    /// From the function.
    Out,
    /// Both.
    InOut,
}

/// The host's own repeats, all with the same invocation id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Retry {
    /// `fixedDelay` or `exponentialBackoff`.
    pub strategy: String,
    /// -1 for ever.
    pub max_retry_count: i64,
    /// `hh:mm:ss`, for `fixedDelay`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_interval: Option<String>,
    /// `hh:mm:ss`, for `exponentialBackoff`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_interval: Option<String>,
    /// `hh:mm:ss`, for `exponentialBackoff`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_interval: Option<String>,
}

impl FunctionJson {
    /// The first binding whose type ends in `Trigger`.
    pub fn trigger(&self) -> Option<&Binding> {
        self.bindings.iter().find(|binding| binding.is_trigger())
    }

    /// Whether the file switches the function off. `setting` looks a setting up by its name.
    pub fn is_switched_off(&self, setting: impl Fn(&str) -> Option<String>) -> bool {
        let says_so = |switch: &Value| match switch {
            Value::Bool(off) => *off,
            Value::String(name) => setting(name)
                .is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true")),
            _ => false,
        };
        self.disabled.iter().chain(&self.is_disabled).any(says_so)
    }
}

impl Binding {
    /// Whether this binding starts the function.
    pub fn is_trigger(&self) -> bool {
        self.kind.to_ascii_lowercase().ends_with("trigger")
    }

    /// Whether this is a binding of that type, in any case.
    pub fn is(&self, kind: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind)
    }

    /// A property that is text.
    pub fn text(&self, property: &str) -> Option<&str> {
        self.properties.get(property).and_then(Value::as_str)
    }

    /// A property that is a switch, also when written as text.
    pub fn flag(&self, property: &str) -> Option<bool> {
        match self.properties.get(property)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// A property that is a list of texts, `methods` for one.
    pub fn texts(&self, property: &str) -> Option<Vec<&str>> {
        let list = self.properties.get(property)?.as_array()?;
        Some(list.iter().filter_map(Value::as_str).collect())
    }
}

impl<'de> Deserialize<'de> for Direction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.to_ascii_lowercase().as_str() {
            "in" => Ok(Self::In),
            "out" => Ok(Self::Out),
            "inout" => Ok(Self::InOut),
            _ => Err(serde::de::Error::custom("a direction is in, out or inout")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_known_is_kept() {
        let file = json!({
            "bindings": [{"type": "queueTrigger", "direction": "in", "name": "message",
                          "queueName": "sms", "extra": [1]}],
            "scriptFile": "x", "generatedBy": "hand"
        });
        let read: FunctionJson = serde_json::from_value(file.clone()).unwrap();

        assert_eq!(read.rest["generatedBy"], "hand");
        assert_eq!(read.bindings[0].properties["extra"], json!([1]));
        assert_eq!(serde_json::to_value(&read).unwrap(), file);
    }

    #[test]
    fn a_missing_direction_means_in_and_case_does_not_matter() {
        let read: FunctionJson = serde_json::from_value(json!({"bindings": [
            {"type": "TimerTrigger", "name": "timer", "schedule": "0 0 2 * * *"},
            {"type": "HTTP", "direction": "OUT", "name": "res"}
        ]}))
        .unwrap();

        assert_eq!(read.bindings[0].direction, Direction::In);
        assert_eq!(read.bindings[1].direction, Direction::Out);
        assert!(read.trigger().unwrap().is("timertrigger"));
    }

    #[test]
    fn a_retry_policy_is_read() {
        let read: FunctionJson = serde_json::from_value(json!({
            "bindings": [],
            "retry": {"strategy": "fixedDelay", "maxRetryCount": 2, "delayInterval": "00:00:01"}
        }))
        .unwrap();

        let retry = read.retry.unwrap();
        assert_eq!((retry.max_retry_count, retry.delay_interval.as_deref()), (2, Some("00:00:01")));
    }

    #[test]
    fn a_function_is_switched_off_by_the_file_or_by_the_setting_it_names() {
        let off = |file: Value| {
            let read: FunctionJson = serde_json::from_value(file).unwrap();
            read.is_switched_off(|name| (name == "OFF").then(|| "True".to_owned()))
        };

        assert!(off(json!({"disabled": true})));
        assert!(off(json!({"isDisabled": true})));
        assert!(off(json!({"disabled": "OFF"})));
        assert!(!off(json!({"disabled": "OTHER"})));
        assert!(!off(json!({"disabled": false})));
        assert!(!off(json!({})));
    }

    #[test]
    fn properties_are_read_in_the_forms_people_write() {
        let binding: Binding = serde_json::from_value(json!({
            "type": "httpTrigger", "name": "req", "methods": ["get", "post"], "useMonitor": "False"
        }))
        .unwrap();

        assert_eq!(binding.texts("methods").unwrap(), ["get", "post"]);
        assert_eq!(binding.flag("useMonitor"), Some(false));
        assert_eq!(binding.flag("runOnStartup"), None);
        assert_eq!(binding.text("route"), None);
    }
}
