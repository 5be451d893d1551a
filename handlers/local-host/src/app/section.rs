//! host.json as .NET configuration sees it: names without case, values as text, overridable by
//! settings `AzureFunctionsJobHost__a__b`.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{AppError, time_span};

const OVERRIDE: &str = "AzureFunctionsJobHost__";

/// A part of the configuration, with the path that error messages name.
pub(crate) struct Section<'a> {
    path: String,
    value: Option<&'a Value>,
}

impl<'a> Section<'a> {
    pub fn root(value: &'a Value) -> Self {
        Self { path: String::new(), value: Some(value) }
    }

    pub fn section(&self, name: &str) -> Section<'a> {
        let path =
            if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        let value = self.value.and_then(Value::as_object).and_then(|object| find(object, name));
        Section { path, value: value.filter(|value| !value.is_null()) }
    }

    pub fn exists(&self) -> bool {
        self.value.is_some()
    }

    pub fn value(&self) -> Option<&'a Value> {
        self.value
    }

    pub fn text(&self) -> Option<String> {
        match self.value? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    pub fn flag(&self) -> Result<Option<bool>, AppError> {
        self.parsed(|text| text.to_ascii_lowercase().parse().ok(), "true or false")
    }

    pub fn number<N: std::str::FromStr>(&self) -> Result<Option<N>, AppError> {
        self.parsed(|text| text.parse().ok(), "a whole number")
    }

    pub fn span(&self) -> Result<Option<Duration>, AppError> {
        self.parsed(time_span::parse, "a time span (hh:mm:ss)")
    }

    /// A list of texts: a JSON array, an array written as text, or the numbered members that
    /// settings `…__0`, `…__1` make.
    pub fn texts(&self) -> Result<Vec<String>, AppError> {
        let as_text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        match self.value {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => Ok(items.iter().map(as_text).collect()),
            Some(Value::Object(items)) => {
                let mut numbered: Vec<(usize, String)> = items
                    .iter()
                    .filter_map(|(index, value)| Some((index.parse().ok()?, as_text(value))))
                    .collect();
                numbered.sort();
                Ok(numbered.into_iter().map(|(_, text)| text).collect())
            }
            Some(Value::String(text)) => {
                serde_json::from_str(text).map_err(|_| self.wrong("an array of strings"))
            }
            Some(_) => Err(self.wrong("an array of strings")),
        }
    }

    fn parsed<T>(
        &self,
        parse: impl Fn(&str) -> Option<T>,
        wanted: &'static str,
    ) -> Result<Option<T>, AppError> {
        if !self.exists() {
            return Ok(None);
        }
        let text = self.text().ok_or_else(|| self.wrong(wanted))?;
        parse(text.trim()).map(Some).ok_or_else(|| self.wrong(wanted))
    }

    pub fn wrong(&self, wanted: &'static str) -> AppError {
        AppError::HostJson(format!("{} must be {wanted}", self.path))
    }
}

/// Lays every setting `AzureFunctionsJobHost__a__b` over the file's value.
pub(crate) fn overlay<'a>(root: &mut Value, settings: impl Iterator<Item = (&'a str, &'a str)>) {
    for (name, value) in settings {
        let prefix = name.get(..OVERRIDE.len());
        if prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(OVERRIDE)) {
            let path: Vec<&str> = name[OVERRIDE.len()..].split("__").collect();
            set(root, &path, value);
        }
    }
}

fn set(at: &mut Value, path: &[&str], value: &str) {
    let Some((name, rest)) = path.split_first() else {
        *at = Value::String(value.to_owned());
        return;
    };
    // A numbered member turns the file's array into what .NET sees: members "0", "1", ….
    if let Value::Array(items) = at {
        let numbered = items.drain(..).enumerate().map(|(index, item)| (index.to_string(), item));
        *at = Value::Object(numbered.collect());
    }
    if !at.is_object() {
        *at = Value::Object(Map::new());
    }
    if let Value::Object(object) = at {
        let same = object.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned();
        let name = same.unwrap_or_else(|| (*name).to_owned());
        set(object.entry(name).or_insert(Value::Null), rest, value);
    }
}

fn find<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let (_, value) = object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_setting_overrides_the_file_whatever_its_case() {
        let mut root = json!({"customHandler": {"description": {"arguments": ["a", "b"]}}});
        let settings = [
            ("AzureFunctionsJobHost__customhandler__description__arguments__1", "c"),
            ("AZUREFUNCTIONSJOBHOST__functionTimeout", "00:00:05"),
            ("Other", "x"),
        ];
        overlay(&mut root, settings.into_iter());
        let section = Section::root(&root);
        let arguments = section.section("customHandler").section("description");
        assert_eq!(arguments.section("arguments").texts().unwrap(), ["a", "c"]);
        let timeout = section.section("functionTimeout").span().unwrap();
        assert_eq!(timeout, Some(Duration::from_secs(5)));
    }

    #[test]
    fn a_wrong_value_is_named_by_its_path() {
        let root = json!({"a": {"b": "often"}});
        let error = Section::root(&root).section("a").section("b").flag().unwrap_err();
        assert!(error.to_string().contains("a.b must be true or false"), "{error}");
    }
}
