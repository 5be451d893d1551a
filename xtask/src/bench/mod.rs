//! `cargo xtask bench http`, `bench media` and `bench pages`: what a request, a picture and a page cost.

mod http;
mod media;
mod pages;

use std::process::ExitCode;

pub fn run(args: &[String]) -> Result<ExitCode, String> {
    match args {
        [kind, rest @ ..] if kind == "http" => http::run(rest)?,
        [kind, rest @ ..] if kind == "media" => media::run(rest)?,
        [kind, rest @ ..] if kind == "pages" => pages::run(rest)?,
        _ => return Err("bench http, bench media, or bench pages".to_owned()),
    }
    Ok(ExitCode::SUCCESS)
}
