//! Deadlines: reading, running and writing together end before the host's functionTimeout does.

use std::time::Duration;

use thiserror::Error;

/// How long each part of an invocation may take.
///
/// Rule d: an invocation that meets the host's own time-out costs the whole process its life, with
/// everything in flight. So these are shorter, together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// From a request's head to the end of its body.
    pub read: Duration,
    /// The function itself.
    pub run: Duration,
    /// From the moment a reader first keeps the answer waiting.
    pub write: Duration,
}

/// The deadlines would not end before the host's time-out.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "reading, running and writing may take {} ms together, but functionTimeout comes after {} ms",
    .sum.as_millis(),
    .function_timeout.as_millis()
)]
pub struct DeadlinesTooLong {
    /// What they add up to.
    pub sum: Duration,
    /// What `functionTimeout` in host.json says.
    pub function_timeout: Duration,
}

impl Deadlines {
    /// Deadlines for an app whose host.json has that `functionTimeout`.
    pub fn new(
        read: Duration,
        run: Duration,
        write: Duration,
        function_timeout: Duration,
    ) -> Result<Self, DeadlinesTooLong> {
        Self { read, run, write }.within(function_timeout)
    }

    /// The same deadlines, if they end before `function_timeout`.
    pub fn within(self, function_timeout: Duration) -> Result<Self, DeadlinesTooLong> {
        let sum = self.sum();
        if sum < function_timeout {
            Ok(self)
        } else {
            Err(DeadlinesTooLong { sum, function_timeout })
        }
    }

    pub(crate) fn sum(&self) -> Duration {
        self.read.saturating_add(self.run).saturating_add(self.write)
    }
}

/// 20 s to read, 60 s to run, 60 s to write.
impl Default for Deadlines {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { read: seconds(20), run: seconds(60), write: seconds(60) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Rule d.
    #[test]
    fn deadlines_end_before_the_hosts_time_out() {
        let seconds = Duration::from_secs;
        let of = |timeout| Deadlines::new(seconds(20), seconds(60), seconds(60), seconds(timeout));

        assert_eq!(of(141), Ok(Deadlines::default()));
        assert!(of(140).is_err());
        assert_eq!(
            of(60).unwrap_err().to_string(),
            "reading, running and writing may take 140000 ms together, but functionTimeout comes after 60000 ms"
        );
    }
}
