//! `cargo xtask bench http`, `bench media`, `bench pages`, `bench cold` and `bench night`: what a request,
//! a picture, a page, a cold start and a night cost.

mod cold;
mod http;
mod media;
mod night;
mod pages;

use std::process::ExitCode;

pub use http::machine;

pub fn run(args: &[String]) -> Result<ExitCode, String> {
    match args {
        [kind, rest @ ..] if kind == "http" => http::run(rest)?,
        [kind, rest @ ..] if kind == "media" => media::run(rest)?,
        [kind, rest @ ..] if kind == "pages" => pages::run(rest)?,
        [kind, rest @ ..] if kind == "cold" => cold::run(rest)?,
        [kind, rest @ ..] if kind == "night" => night::run(rest)?,
        _ => return Err("bench http, media, pages, cold, or night".to_owned()),
    }
    Ok(ExitCode::SUCCESS)
}
