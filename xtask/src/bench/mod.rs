//! `cargo xtask bench http`: what a request costs.

mod http;

use std::process::ExitCode;

pub fn run(args: &[String]) -> Result<ExitCode, String> {
    match args {
        [kind, rest @ ..] if kind == "http" => http::run(rest)?,
        _ => return Err("bench http, or bench media".to_owned()),
    }
    Ok(ExitCode::SUCCESS)
}
