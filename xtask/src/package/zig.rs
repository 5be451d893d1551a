//! Building for an older glibc: `cargo zigbuild`, and zig as `PyPI` packs it. Installed once, beside
//! what is built, in the versions that this was tried with.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::glibc;
use crate::outside_tools::{install_python_package, run};

const ZIGBUILD: &str = "0.24.1";
const ZIG: &str = "0.17.1";
const TRIPLE: &str = "x86_64-unknown-linux-gnu";

/// Builds the program for release; where it is.
pub fn build(target: &Path) -> Result<PathBuf, String> {
    let tools = target.join("tools");
    let zigbuild = zigbuild(&tools)?;
    let zig = zig(&tools)?;
    run(Command::new(zigbuild)
        .args(["zigbuild", "--release", "--locked", "--package", "functions", "--bin", "handlers"])
        .args(["--target", &format!("{TRIPLE}.{}", glibc::OLDEST)])
        .arg("--target-dir")
        .arg(target)
        .current_dir(crate::workspace::root())
        // Where `python3 -m ziglang` finds it.
        .env("PYTHONPATH", zig))?;
    Ok(target.join(TRIPLE).join("release/handlers"))
}

fn zigbuild(tools: &Path) -> Result<PathBuf, String> {
    let program = tools.join("bin/cargo-zigbuild");
    let said = Command::new(&program).arg("--version").output();
    if !said.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).contains(ZIGBUILD)) {
        println!("Installing cargo-zigbuild {ZIGBUILD}: a minute, once.");
        run(Command::new("cargo")
            .args(["install", "--quiet", "--locked", "--root"])
            .arg(tools)
            .arg(format!("cargo-zigbuild@{ZIGBUILD}")))?;
    }
    Ok(program)
}

fn zig(tools: &Path) -> Result<PathBuf, String> {
    let folder = tools.join(format!("ziglang-{ZIG}"));
    if !folder.join("ziglang/zig").exists() {
        println!("Installing zig {ZIG}: a minute, once.");
        install_python_package(&folder, "ziglang", ZIG)?;
    }
    Ok(folder)
}
