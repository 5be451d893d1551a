//! The handler's command line: `%NAME%` expanded, joined with spaces, split again unquoted.

use std::path::Path;

use crate::app::host_json::HandlerDescription;
use crate::app::settings::Settings;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CommandLine {
    pub program: String,
    pub arguments: Vec<String>,
}

/// Builds it as the real host does. `variables` are the host's own (port, worker id, root).
pub(crate) fn build(
    description: &HandlerDescription,
    app_dir: &Path,
    settings: &Settings,
    variables: &[(String, String)],
) -> CommandLine {
    let expand = |text: &str| settings.expand_with(text, variables);
    let worker_directory =
        app_dir.join(description.worker_directory.as_deref().map(expand).unwrap_or_default());
    let program = expand(&description.executable);
    let beside = worker_directory.join(&program);
    let program = if beside.is_file() { beside.to_string_lossy().into_owned() } else { program };
    let mut line = description.arguments.iter().map(|text| expand(text)).collect::<Vec<_>>();
    if let Some(script) = &description.worker_path {
        line.push(format!("\"{}\"", worker_directory.join(expand(script)).display()));
    }
    line.extend(description.worker_arguments.iter().map(|text| expand(text)));
    CommandLine { program, arguments: split(&line.join(" ")) }
}

/// Splits at spaces outside double quotes: an argument with a space becomes two.
fn split(line: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    let (mut current, mut quoted, mut begun) = (String::new(), false, false);
    for character in line.chars() {
        match character {
            '"' => {
                quoted = !quoted;
                begun = true;
            }
            ' ' if !quoted => {
                if begun {
                    arguments.push(std::mem::take(&mut current));
                }
                begun = false;
            }
            other => {
                current.push(other);
                begun = true;
            }
        }
    }
    if begun {
        arguments.push(current);
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::host_json::HostJson;

    #[test]
    fn arguments_are_expanded_and_split_without_quotes() {
        let settings = Settings::of(&[("MODE", "a b")]);
        let host = HostJson::parse(
            r#"{"version": "2.0", "customHandler": {"description": {
                "defaultExecutablePath": "node", "defaultWorkerPath": "my app.js",
                "arguments": ["--port", "%FUNCTIONS_CUSTOMHANDLER_PORT%", "%MODE%", "%NONE%"],
                "workerArguments": ["x"]}}}"#,
            &settings,
        )
        .unwrap();
        let port = ("FUNCTIONS_CUSTOMHANDLER_PORT".to_owned(), "3000".to_owned());
        let line = build(&host.handler, Path::new("/app"), &settings, &[port]);
        assert_eq!(line.program, "node");
        assert_eq!(line.arguments, ["--port", "3000", "a", "b", "/app/my app.js", "x"]);
    }
}
