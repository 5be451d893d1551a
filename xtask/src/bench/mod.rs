//! `cargo xtask bench http` and `bench media`: what a request costs, and what a picture costs.

mod http;
mod media;

use std::process::ExitCode;

pub fn run(args: &[String]) -> Result<ExitCode, String> {
    match args {
        [kind, rest @ ..] if kind == "http" => http::run(rest)?,
        [kind, rest @ ..] if kind == "media" => media::run(rest)?,
        _ => return Err("bench http, or bench media".to_owned()),
    }
    Ok(ExitCode::SUCCESS)
}
