//! The project on disk and what cargo makes of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Folder of the workspace's `Cargo.toml`.
pub fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// How a program is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    Dev,
    Release,
}

/// The programs of a running system.
pub struct Programs {
    /// The app: serves functions, storage, and a few one-shot commands.
    pub handlers: PathBuf,
    pub local_host: PathBuf,
    /// Cargo's output folder, wherever the person keeps it.
    pub target: PathBuf,
}

/// Compiles the programs; quick when nothing changed.
pub fn build_programs(profile: Profile) -> Result<Programs, String> {
    let messages =
        build(&["--package", "functions", "--package", "local-host", "--bins"], profile)?;
    let handlers = executable(&messages, "handlers")?;
    let local_host = executable(&messages, "local-host")?;
    // {target}/{profile}/{program}
    let target = handlers.ancestors().nth(2).map(Path::to_path_buf);
    let target = target.ok_or("cargo built a program outside any target folder")?;
    Ok(Programs { handlers, local_host, target })
}

/// Compiles one of this crate's examples for release.
pub fn build_example(name: &str) -> Result<PathBuf, String> {
    let messages = build(&["--package", "xtask", "--example", name], Profile::Release)?;
    executable(&messages, name)
}

/// Runs `cargo build` and returns its messages.
fn build(what: &[&str], profile: Profile) -> Result<String, String> {
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(root())
        .args(["build", "--quiet", "--message-format=json-render-diagnostics"])
        .args(what)
        .stdout(Stdio::piped());
    if profile == Profile::Release {
        cargo.arg("--release");
    }
    let built = cargo
        .spawn()
        .and_then(std::process::Child::wait_with_output)
        .map_err(|error| format!("cargo does not run: {error}"))?;
    if built.status.success() {
        Ok(String::from_utf8_lossy(&built.stdout).into_owned())
    } else {
        Err("the build failed; cargo says why above".to_owned())
    }
}

/// Cargo's output folder, found from where this program lies: {target}/{profile}/xtask.
pub fn target_of_this_program() -> Result<PathBuf, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let target = program.ancestors().nth(2).map(Path::to_path_buf);
    target.ok_or_else(|| "this program lies outside any target folder".to_owned())
}

/// Finds the path of `program` in cargo's messages, one JSON object a line.
fn executable(messages: &str, program: &str) -> Result<PathBuf, String> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message.pointer("/target/name").is_some_and(|name| name == program))
        .find_map(|message| message.get("executable")?.as_str().map(PathBuf::from))
        .ok_or_else(|| format!("cargo built no program named {program}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_among_the_messages_of_its_libraries() {
        let messages = r#"
            {"reason":"compiler-artifact","target":{"name":"handlers"},"executable":null}
            {"reason":"compiler-artifact","target":{"name":"handlers"},"executable":"/t/debug/handlers"}
            {"reason":"build-finished","success":true}"#;
        assert_eq!(executable(messages, "handlers"), Ok(PathBuf::from("/t/debug/handlers")));
        assert!(executable(messages, "local-host").is_err());
    }
}
