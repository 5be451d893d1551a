//! The host's one clock: real time plus an offset that a test may move.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// Real time plus one offset. Clones share the offset.
///
/// Timers, queue visibility and `sys.UtcNow` read this clock only, so that a night in 2034 can be
/// seen today.
#[derive(Clone, Debug)]
pub struct HostClock {
    offset: Arc<watch::Sender<SignedDuration>>,
}

impl HostClock {
    pub fn real() -> Self {
        Self::with_offset(SignedDuration::ZERO)
    }

    pub fn with_offset(offset: SignedDuration) -> Self {
        Self { offset: Arc::new(watch::Sender::new(offset)) }
    }

    /// Moves the clock on by `by` and wakes whoever waits for a moment on it.
    pub fn advance(&self, by: SignedDuration) {
        self.offset.send_modify(|offset| *offset = offset.saturating_add(by));
    }

    pub fn now(&self) -> Timestamp {
        let offset = *self.offset.borrow();
        machine_now().saturating_add(offset).unwrap_or(Timestamp::MAX)
    }

    /// Returns once `now() >= moment`, however the clock got there.
    pub async fn wait_until(&self, moment: Timestamp) {
        let mut moved = self.offset.subscribe();
        loop {
            let left = moment.duration_since(self.now());
            let Ok(left) = Duration::try_from(left) else { return };
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                // The sender lives as long as self, so the only news is a moved offset.
                _ = moved.changed() => {}
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock adapter")]
fn machine_now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_waits_wakes_when_the_clock_is_moved_past_the_moment() {
        let clock = HostClock::real();
        let moment = clock.now() + SignedDuration::from_hours(24);
        let waiting = tokio::spawn({
            let clock = clock.clone();
            async move { clock.wait_until(moment).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        clock.advance(SignedDuration::from_hours(25));
        waiting.await.unwrap();
        assert!(clock.now() >= moment);
    }
}
