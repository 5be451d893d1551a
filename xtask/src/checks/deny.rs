//! Licences, sources and banned crates, by cargo-deny as `deny.toml` says.

use std::path::PathBuf;
use std::process::Command;

use super::cargo;
use crate::workspace;

/// The version that `deny.toml` is written for.
const VERSION: &str = "0.20.2";

pub fn run() -> Result<(), String> {
    let program = find_or_install()?;
    let status = Command::new(&program)
        .current_dir(workspace::root())
        .args(["check", "bans", "licenses", "sources"])
        .status()
        .map_err(|error| format!("{} does not run: {error}", program.display()))?;
    if status.success() { Ok(()) } else { Err("cargo deny says why above".to_owned()) }
}

fn find_or_install() -> Result<PathBuf, String> {
    let on_path = PathBuf::from("cargo-deny");
    if is_right(&on_path) {
        return Ok(on_path);
    }
    let tools = workspace::target_of_this_program()?.join("tools");
    let installed = tools.join("bin/cargo-deny");
    if !is_right(&installed) {
        println!("Installing cargo-deny {VERSION}: some minutes, once.");
        let package = format!("cargo-deny@{VERSION}");
        let root = tools.to_str().ok_or("the target folder's path is not UTF-8")?;
        // It runs for seconds, so it is compiled for seconds too.
        let quick = [("CARGO_PROFILE_DEV_DEBUG", "false")];
        cargo(&["install", "--quiet", "--debug", "--locked", "--root", root, &package], &quick)
            .map_err(|_| {
                format!("{package} cannot be installed; it needs the crates.io registry once")
            })?;
    }
    Ok(installed)
}

fn is_right(program: &PathBuf) -> bool {
    let said = Command::new(program).arg("--version").output();
    said.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).contains(VERSION))
}
