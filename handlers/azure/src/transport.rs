//! How we speak to storage and vault: one connection pool, and an end to every wait.
//!
//! An invocation has a minute. One try ends after 20 s; what can be tried again is, for 15 s at
//! most, so that the function still has the time to say what went wrong.

use std::sync::Arc;
use std::time::Duration;

use azure_core::http::{ClientOptions, ExponentialRetryOptions, RetryOptions, Transport};

const CONNECT: Duration = Duration::from_secs(5);
const ONE_TRY: Duration = Duration::from_secs(20);
const MOST_RETRIES: u32 = 4;
const RETRYING: azure_core::time::Duration = azure_core::time::Duration::seconds(15);
const LONGEST_PAUSE: azure_core::time::Duration = azure_core::time::Duration::seconds(2);

/// The client that everything shares. It follows no redirect and unpacks nothing: a download in
/// parts needs the bytes as they are stored.
pub fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .timeout(ONE_TRY)
        .no_gzip()
        .no_deflate()
        .build()
}

/// What every client of the official crates is made with.
pub(crate) fn client_options(http: &reqwest::Client) -> ClientOptions {
    ClientOptions {
        transport: Some(Transport::new(Arc::new(http.clone()))),
        retry: RetryOptions::exponential(ExponentialRetryOptions {
            max_retries: MOST_RETRIES,
            max_total_elapsed: RETRYING,
            max_delay: LONGEST_PAUSE,
            ..Default::default()
        }),
        ..Default::default()
    }
}
