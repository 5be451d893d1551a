//! `cargo xtask soak`: checks that cost more than a minute of CPU. `cargo xtask test` runs a tenth of
//! each.

pub mod siege;

use std::process::ExitCode;

pub fn run(args: &[String]) -> Result<ExitCode, String> {
    match args {
        [kind, rest @ ..] if kind == "siege" => siege::run(rest)?,
        _ => return Err("soak siege".to_owned()),
    }
    Ok(ExitCode::SUCCESS)
}
