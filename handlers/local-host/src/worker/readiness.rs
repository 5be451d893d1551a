//! The readiness probe: `GET /` every 25 ms until something answers.

use std::time::Duration;

use crate::wire::{Body, Request, WireError, exchange};

/// Between two tries. Only these pauses count towards initializationTimeout.
const PAUSE: Duration = Duration::from_millis(25);
/// A bodyless request whose connection ends without a byte is sent this often in all.
pub(crate) const TRIES_WITHOUT_BODY: u32 = 4;

#[derive(Debug, thiserror::Error)]
pub(crate) enum NotReady {
    #[error("System.TimeoutException: Initializing HttpWorker timed out.")]
    Never,
    #[error(
        "System.Threading.Tasks.TaskCanceledException: The request was canceled due to the \
         configured HttpClient.Timeout of {0} seconds elapsing."
    )]
    Silent(u64),
}

/// Returns when the handler is ready: any answer at all, or any failure above the connection.
///
/// `answer_within` bounds a single try: functionTimeout and a minute.
pub(crate) async fn probe(
    port: u16,
    initialization_timeout: Duration,
    answer_within: Option<Duration>,
) -> Result<(), NotReady> {
    let mut waited = Duration::ZERO;
    while waited < initialization_timeout {
        match answer_within {
            None => {
                if answers(port).await {
                    return Ok(());
                }
            }
            Some(most) => match tokio::time::timeout(most, answers(port)).await {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(_elapsed) => return Err(NotReady::Silent(most.as_secs())),
            },
        }
        tokio::time::sleep(PAUSE).await;
        waited += PAUSE;
    }
    Err(NotReady::Never)
}

async fn answers(port: u16) -> bool {
    let request = Request {
        method: "GET".into(),
        target: "/".into(),
        headers: vec![("Host".into(), format!("127.0.0.1:{port}").into_bytes())],
    };
    for _ in 0..TRIES_WITHOUT_BODY {
        match exchange(port, &request, Body::Nothing, None).await {
            Err(WireError::Connect(_)) => return false,
            Err(WireError::Ended { nothing_came: true }) => {}
            _ => return true,
        }
    }
    // Accepted and closed each time: that is an answer to the real host, too.
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(100);

    #[tokio::test]
    async fn a_port_that_closes_every_connection_is_ready_after_four() {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let accepted = tokio::spawn(async move {
            for _ in 0..4 {
                drop(listener.accept().await.unwrap());
            }
        });
        probe(port, Duration::from_secs(30), None).await.unwrap();
        accepted.await.unwrap();
    }

    #[tokio::test]
    async fn a_port_that_nobody_listens_on_is_never_ready() {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        assert!(matches!(probe(port, SHORT, None).await, Err(NotReady::Never)));
    }

    #[tokio::test]
    async fn a_port_that_accepts_and_says_nothing_holds_the_probe() {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let probed = probe(port, Duration::from_secs(30), Some(SHORT)).await;
        assert!(matches!(probed, Err(NotReady::Silent(_))));
    }
}
