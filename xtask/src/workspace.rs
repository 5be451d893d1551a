//! The project on disk and what cargo makes of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Folder of the workspace's `Cargo.toml`.
pub fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// The programs of a running system.
pub struct Programs {
    /// The app: serves functions, storage, and a few one-shot commands.
    pub handlers: PathBuf,
    pub local_host: PathBuf,
    /// Cargo's output folder, wherever the person keeps it.
    pub target: PathBuf,
    /// The checkout that they were built from: their host.json and their demo controllers.
    pub source: PathBuf,
}

/// Compiles the programs; quick when nothing changed.
///
/// The whole workspace's, for features are chosen for all that is built at once: `cargo test` and
/// this command itself then use the same libraries.
pub fn build_programs() -> Result<Programs, String> {
    programs(&build(root(), &["--workspace", "--bins"])?, root())
}

/// The same for another checkout, with a target folder of its own.
pub fn build_programs_of(source: &Path, target: &Path) -> Result<Programs, String> {
    let target = target.to_str().ok_or("the target folder's path is not UTF-8")?;
    let what = ["--workspace", "--bins", "--locked", "--target-dir", target];
    programs(&build(source, &what)?, source)
}

/// Compiles the programs and one example of this crate for release.
///
/// In one go: cargo chooses features for all that it builds at once, and would otherwise compile
/// most crates twice.
pub fn build_release_with_example(example: &str) -> Result<(Programs, PathBuf), String> {
    let packages = ["functions", "local-host", "xtask"].map(|package| ["--package", package]);
    let targets = ["--bin", "handlers", "--bin", "local-host", "--example", example, "--release"];
    let messages = build(root(), &[packages.as_flattened(), &targets].concat())?;
    Ok((programs(&messages, root())?, executable(&messages, example)?))
}

fn programs(messages: &str, source: &Path) -> Result<Programs, String> {
    let handlers = executable(messages, "handlers")?;
    let local_host = executable(messages, "local-host")?;
    // {target}/{profile}/{program}
    let target = handlers.ancestors().nth(2).map(Path::to_path_buf);
    let target = target.ok_or("cargo built a program outside any target folder")?;
    Ok(Programs { handlers, local_host, target, source: source.to_owned() })
}

/// Runs `cargo build` in `source` and returns its messages.
fn build(source: &Path, what: &[&str]) -> Result<String, String> {
    let built = Command::new("cargo")
        .current_dir(source)
        .args(["build", "--quiet", "--message-format=json-render-diagnostics"])
        .args(what)
        .stdout(Stdio::piped())
        .spawn()
        .and_then(std::process::Child::wait_with_output)
        .map_err(|error| format!("cargo does not run: {error}"))?;
    if built.status.success() {
        Ok(String::from_utf8_lossy(&built.stdout).into_owned())
    } else {
        Err("the build failed; cargo says why above".to_owned())
    }
}

/// What git calls these sources, and whether they were changed since.
pub fn version() -> String {
    let said = Command::new("git")
        .current_dir(root())
        .args(["describe", "--always", "--dirty", "--exclude", "*"])
        .output();
    said.map_or_else(
        |_| "of no known version".to_owned(),
        |said| String::from_utf8_lossy(&said.stdout).trim().to_owned(),
    )
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
