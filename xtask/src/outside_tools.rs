//! Tools and packages of others, pinned by whoever asks for them and installed under the target folder.

use std::path::Path;
use std::process::Command;

/// Installs one package of Python, without what it depends on, into a folder of its own.
pub fn install_python_package(folder: &Path, package: &str, version: &str) -> Result<(), String> {
    run(Command::new("python3")
        .args(["-m", "pip", "install", "--quiet", "--no-deps", "--target"])
        .arg(folder)
        .arg(format!("{package}=={version}")))
}

/// Runs it to its end; what it prints is seen.
///
/// # Errors
/// In words: it does not run, or it failed.
pub fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{name} failed ({status}), as it says above")),
        Err(error) => Err(format!("{name} does not run: {error}")),
    }
}
