//! Declaring functions to the host: `{name}/function.json` for each of them.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::declaration::{Binding, Direction, FunctionJson};
use crate::table::{check_table, is_function_name};
use crate::{AuthLevel, Function, Trigger};

// Rule g: binding names have no hyphens, and `$return` as http output fails behind the proxy.
pub(crate) const QUEUE_BINDING: &str = "message";
pub(crate) const TIMER_BINDING: &str = "timer";
const REQUEST_BINDING: &str = "req";
const REPLY_BINDING: &str = "res";

/// What the host is told about a function.
pub fn function_json<A>(function: &Function<A>) -> Value {
    // Texts, lists and maps only: there is nothing in it that serde_json could refuse.
    serde_json::to_value(declaration(function)).unwrap_or_default()
}

/// Writes `{name}/function.json` for each function into the app's folder, and removes the folders of
/// functions that are no more: those that hold a `function.json` and nothing else.
///
/// A file that already says the same is left alone, because a changed one restarts a local host.
pub fn write_declarations<A>(functions: &[Function<A>], app_dir: &Path) -> io::Result<()> {
    check_table(functions).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    for function in functions {
        let folder = app_dir.join(function.name());
        fs::create_dir_all(&folder)?;
        let file = folder.join("function.json");
        let mut text = serde_json::to_string_pretty(&declaration(function))?;
        text.push('\n');
        if fs::read_to_string(&file).ok().as_deref() != Some(&text) {
            fs::write(&file, text)?;
        }
    }
    for entry in fs::read_dir(app_dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let known = functions.iter().any(|function| *function.name() == *name);
        if !known && entry.file_type()?.is_dir() && is_generated(&entry.path())? {
            fs::remove_file(entry.path().join("function.json"))?;
            // Not with its contents: whatever came in meanwhile is not ours.
            fs::remove_dir(entry.path())?;
        }
    }
    Ok(())
}

fn is_generated(folder: &Path) -> io::Result<bool> {
    if !folder.file_name().and_then(|name| name.to_str()).is_some_and(is_function_name) {
        return Ok(false);
    }
    let mut names = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name()));
    let first = names.next().transpose()?;
    Ok(first.is_some_and(|name| name == "function.json") && names.next().is_none())
}

fn declaration<A>(function: &Function<A>) -> FunctionJson {
    let bindings = match *function.trigger() {
        Trigger::Http { methods, route, auth_level } => {
            let methods: Vec<String> =
                methods.iter().map(|method| method.as_str().to_ascii_lowercase()).collect();
            let level = match auth_level {
                AuthLevel::Anonymous => "anonymous",
                AuthLevel::Function => "function",
                AuthLevel::Admin => "admin",
            };
            vec![
                binding(
                    "httpTrigger",
                    Direction::In,
                    REQUEST_BINDING,
                    [
                        ("authLevel", json!(level)),
                        ("methods", json!(methods)),
                        ("route", json!(route)),
                    ],
                ),
                binding("http", Direction::Out, REPLY_BINDING, []),
            ]
        }
        Trigger::Queue { queue } => vec![binding(
            "queueTrigger",
            Direction::In,
            QUEUE_BINDING,
            [("connection", json!("AzureWebJobsStorage")), ("queueName", json!(queue))],
        )],
        Trigger::Timer { schedule } => {
            vec![binding(
                "timerTrigger",
                Direction::In,
                TIMER_BINDING,
                [("schedule", json!(schedule))],
            )]
        }
    };
    FunctionJson { bindings, ..FunctionJson::default() }
}

/// `properties` in alphabetical order, which is how they are written whatever map `serde_json` uses.
fn binding<const N: usize>(
    kind: &str,
    direction: Direction,
    name: &str,
    properties: [(&str, Value); N],
) -> Binding {
    Binding {
        kind: kind.to_owned(),
        direction,
        name: name.to_owned(),
        properties: properties
            .map(|(key, value)| (key.to_owned(), value))
            .into_iter()
            .collect::<Map<_, _>>(),
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::{QueueMessage, Reply, Request, Timer};

    fn functions() -> Vec<Function<()>> {
        vec![
            Function::http(
                "correct-patient",
                &[Method::PUT, Method::POST],
                "api/patients/{patient}",
                |(), _: Request| async { Ok(Reply::no_content()) },
            ),
            Function::queue("dispatch-sms", "sms", |(), _: QueueMessage| async { Ok(()) }),
            Function::timer("expire-records", "0 0 2 * * *", |(), _: Timer| async { Ok(()) }),
        ]
    }

    // Rule g: `req`, `res`, `message`, `timer`, and an http output that is never `$return`.
    #[test]
    fn each_trigger_is_declared_with_the_binding_names_of_the_protocol() {
        let declared: Vec<Value> = functions().iter().map(function_json).collect();

        assert_eq!(
            declared,
            [
                json!({"bindings": [
                    {"type": "httpTrigger", "direction": "in", "name": "req",
                     "authLevel": "anonymous", "methods": ["put", "post"],
                     "route": "api/patients/{patient}"},
                    {"type": "http", "direction": "out", "name": "res"}
                ]}),
                json!({"bindings": [
                    {"type": "queueTrigger", "direction": "in", "name": "message",
                     "queueName": "sms", "connection": "AzureWebJobsStorage"}
                ]}),
                json!({"bindings": [
                    {"type": "timerTrigger", "direction": "in", "name": "timer",
                     "schedule": "0 0 2 * * *"}
                ]}),
            ]
        );
    }

    #[test]
    fn a_key_is_asked_for_where_the_function_says_so() {
        let [http, ..] = <[_; 3]>::try_from(functions()).unwrap();

        let declared = function_json(&http.auth_level(AuthLevel::Admin));
        assert_eq!(declared["bindings"][0]["authLevel"], "admin");
    }

    #[test]
    fn each_function_has_a_folder_and_functions_that_are_no_more_have_none() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str| {
            let file = dir.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "{}").unwrap();
        };
        write("host.json");
        write("gone/function.json");
        write("kept/function.json");
        write("kept/notes.txt");
        write("Other/function.json");

        write_declarations(&functions(), dir.path()).unwrap();

        let mut names: Vec<_> = fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(
            names,
            ["Other", "correct-patient", "dispatch-sms", "expire-records", "host.json", "kept"]
        );
    }

    #[test]
    fn a_file_is_written_the_same_way_each_time_and_read_back_the_same() {
        let dir = tempfile::tempdir().unwrap();
        write_declarations(&functions(), dir.path()).unwrap();
        let file = dir.path().join("dispatch-sms/function.json");
        let text = fs::read_to_string(&file).unwrap();

        let lines: Vec<_> = text.lines().map(str::trim).collect();
        assert_eq!(
            lines[2..8],
            [
                "{",
                r#""type": "queueTrigger","#,
                r#""direction": "in","#,
                r#""name": "message","#,
                r#""connection": "AzureWebJobsStorage","#,
                r#""queueName": "sms""#
            ]
        );
        let read: FunctionJson = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), function_json(&functions()[1]));
    }

    #[test]
    fn a_table_that_the_host_would_read_otherwise_is_not_written() {
        let dir = tempfile::tempdir().unwrap();
        let mut twice = functions();
        twice.extend(functions());

        assert!(write_declarations(&twice, dir.path()).is_err());
        assert!(fs::read_dir(dir.path()).unwrap().next().is_none());
    }
}
