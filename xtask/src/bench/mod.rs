//! `cargo xtask bench http`, `bench media`, `bench pages` and `bench cold`: what a request, a picture, a
//! page and a cold start cost.

mod cold;
mod http;
mod media;
mod pages;

use std::process::ExitCode;

pub fn run(args: &[String]) -> Result<ExitCode, String> {
    match args {
        [kind, rest @ ..] if kind == "http" => http::run(rest)?,
        [kind, rest @ ..] if kind == "media" => media::run(rest)?,
        [kind, rest @ ..] if kind == "pages" => pages::run(rest)?,
        [kind, rest @ ..] if kind == "cold" => cold::run(rest)?,
        _ => return Err("bench http, bench media, bench pages, or bench cold".to_owned()),
    }
    Ok(ExitCode::SUCCESS)
}
