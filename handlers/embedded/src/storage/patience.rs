//! How long a client may take. Every stretch of a conversation has an end: the head, the body, the
//! reply. A body and a reply get time by their length, at a rate that a bad line still has.

use std::time::Duration;

use tokio::sync::watch;

/// From the start to the end of the first head.
const FOR_A_HEAD: Duration = Duration::from_secs(10);
/// From a reply that is handed over, and may still be on its way, to the end of the next head.
pub(crate) const BEHIND_A_REPLY: Duration = Duration::from_mins(1);
/// What a body has beyond its bytes, and what answering takes.
const FOR_A_BODY: Duration = Duration::from_secs(20);
const FOR_AN_ANSWER: Duration = Duration::from_mins(1);
/// Bytes a second: a block of the page's comes within the minute after which the page sends it
/// again.
const LEAST_RATE: u64 = 8 << 10;

/// Time for a body of so many bytes.
pub(crate) fn for_body(bytes: u64) -> Duration {
    FOR_A_BODY + Duration::from_secs(bytes / LEAST_RATE)
}

/// Time for a request with such a body, and for the work until it is answered.
pub(crate) fn for_request(bytes: u64) -> Duration {
    for_body(bytes) + FOR_AN_ANSWER
}

/// The time that is left now, told anew with each stretch.
#[derive(Clone)]
pub(crate) struct Patience(watch::Sender<Duration>);

impl Patience {
    pub(crate) fn for_a_head() -> Self {
        Self(watch::Sender::new(FOR_A_HEAD))
    }

    /// From now on, so much.
    pub(crate) fn give(&self, time: Duration) {
        self.0.send_replace(time);
    }

    /// Ends when a stretch took longer than it was given.
    pub(crate) fn runs_out(&self) -> impl Future<Output = ()> + use<> {
        let mut given = self.0.subscribe();
        async move {
            loop {
                let time = *given.borrow_and_update();
                match tokio::time::timeout(time, given.changed()).await {
                    Err(_) => return,
                    Ok(Ok(())) => {}
                    // Nobody is left to give any.
                    Ok(Err(_)) => std::future::pending().await,
                }
            }
        }
    }
}
