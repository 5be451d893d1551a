//! Waiting until a process answers.

use std::thread;
use std::time::{Duration, Instant};

use ureq::Agent;

/// What shows that a process is ready.
#[derive(Debug)]
pub enum Sign {
    /// GET of this URL answers 200.
    Ok(String),
    /// GET of this URL answers, whatever it says.
    AnyAnswer(String),
}

/// Returns when `sign` is seen. `go_on` is asked between tries and ends the wait with its error.
pub fn wait(
    sign: &Sign,
    patience: Duration,
    mut go_on: impl FnMut() -> Result<(), String>,
) -> Result<(), String> {
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(5)))
        .build()
        .into();
    let (url, any) = match sign {
        Sign::Ok(url) => (url, false),
        Sign::AnyAnswer(url) => (url, true),
    };
    let began = Instant::now();
    loop {
        if let Ok(answer) = agent.get(url).call()
            && (any || answer.status() == 200)
        {
            return Ok(());
        }
        go_on()?;
        if began.elapsed() > patience {
            return Err(format!("{url} was not ready after {} s", patience.as_secs()));
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// Waits for a 200 from `url`.
pub fn wait_until_ok(url: &str, patience: Duration) -> Result<(), String> {
    wait(&Sign::Ok(url.to_owned()), patience, || Ok(()))
}
