//! App settings: the environment of this process, and local.settings.json where it is silent.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::{AppError, json_comments};

/// The variables that host and handler see.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    values: BTreeMap<String, String>,
}

impl Settings {
    /// Reads the environment, then `local.settings.json` in `app_dir` if there is one. A variable
    /// that is already in the environment wins, as with `func start`.
    pub fn load(app_dir: &Path) -> Result<Self, AppError> {
        let mut values = environment();
        let path = app_dir.join("local.settings.json");
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                for (name, value) in local_settings(&text)? {
                    values.entry(name).or_insert(value);
                }
            }
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {}
            Err(cause) => return Err(AppError::Unreadable { path, cause }),
        }
        Ok(Self { values })
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Replaces each `%NAME%`; a name that is not set leaves nothing behind.
    pub fn expand(&self, text: &str) -> String {
        self.expand_with(text, &[])
    }

    /// Like [`Settings::expand`], with variables that win over the settings.
    pub fn expand_with(&self, text: &str, first: &[(String, String)]) -> String {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            expanded.push_str(before);
            let Some((name, behind)) = after.split_once('%') else {
                expanded.push('%');
                rest = after;
                continue;
            };
            let given = first.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
            expanded.push_str(given.or_else(|| self.get(name)).unwrap_or_default());
            rest = behind;
        }
        expanded.push_str(rest);
        expanded
    }

    #[cfg(test)]
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self { values: pairs.iter().map(owned).collect() }
    }
}

fn local_settings(text: &str) -> Result<Vec<(String, String)>, AppError> {
    let wrong = |message: &str| AppError::LocalSettings(message.to_owned());
    let file: Value = serde_json::from_str(&json_comments::strip(text))
        .map_err(|cause| AppError::LocalSettings(cause.to_string()))?;
    // Missing means encrypted to the real tools, which then read garbage out of plain values.
    if file.get("IsEncrypted").and_then(Value::as_bool) != Some(false) {
        return Err(wrong("\"IsEncrypted\": false must be written"));
    }
    let Some(values) = file.get("Values") else { return Ok(Vec::new()) };
    let values = values.as_object().ok_or_else(|| wrong("Values must be an object"))?;
    values
        .iter()
        .map(|(name, value)| match value {
            Value::String(text) => Ok((name.clone(), text.clone())),
            Value::Number(_) | Value::Bool(_) => Ok((name.clone(), value.to_string())),
            _ => Err(wrong(&format!("Values.{name} must be a string"))),
        })
        .collect()
}

/// The one place where the host reads its environment.
fn environment() -> BTreeMap<String, String> {
    // vars() would panic on a name or value that is not Unicode.
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percent_name_is_replaced_and_an_unset_one_is_removed() {
        let settings = Settings::of(&[("A", "1")]);
        assert_eq!(settings.expand("x%A%y%B%z 5%"), "x1yz 5%");
    }

    #[test]
    fn local_settings_must_say_that_they_are_not_encrypted() {
        assert!(local_settings(r#"{"Values": {"A": "1"}}"#).is_err());
        let read = local_settings(r#"{"IsEncrypted": false, "Values": {"A": "1"}}"#).unwrap();
        assert_eq!(read, [("A".to_owned(), "1".to_owned())]);
    }

    #[test]
    fn a_nested_value_is_refused() {
        assert!(local_settings(r#"{"IsEncrypted": false, "Values": {"A": {}}}"#).is_err());
    }
}
