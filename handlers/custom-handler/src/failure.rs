//! Failure: why a function did not do its work, and what follows from that.

use std::fmt::{self, Display};

use http::StatusCode;

use crate::Problem;

/// Retry or reject is decided where the error is made.
///
/// It keeps two things apart: the [`Problem`] that the caller may see, and words for the log that
/// nobody else sees. Neither may hold personal data.
#[derive(Debug)]
pub struct Failure(Box<Parts>);

#[derive(Debug)]
struct Parts {
    problem: Problem,
    log: Option<String>,
}

impl Failure {
    /// It may work in a moment. HTTP: 503 with `Retry-After: 2`. Event: 500, and the trigger brings
    /// it again.
    pub fn retry(log: impl Display) -> Self {
        let problem = Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "try-again",
            "This cannot be done at the moment",
        )
        .detail("Please try again in a few seconds.")
        .header("Retry-After", "2");
        Self::problem(problem).with_log(log)
    }

    /// It will not work, and that is our fault. HTTP: 500 without detail. Event: 500; after five
    /// tries the host moves a queue message to its poison queue.
    pub fn broken(log: impl Display) -> Self {
        Self::problem(Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "broken",
            "Something went wrong on our side",
        ))
        .with_log(log)
    }

    /// The caller has to change something. HTTP: that answer. Event: 500.
    pub fn problem(problem: Problem) -> Self {
        Self(Box::new(Parts { problem, log: None }))
    }

    /// Adds words for the log, before those that are there.
    #[must_use]
    pub fn with_log(mut self, log: impl Display) -> Self {
        self.0.log = Some(match self.0.log.take() {
            Some(cause) => format!("{log}: {cause}"),
            None => log.to_string(),
        });
        self
    }

    /// What the caller may know.
    pub fn as_problem(&self) -> &Problem {
        &self.0.problem
    }

    /// What the log may know.
    pub fn log(&self) -> Option<&str> {
        self.0.log.as_deref()
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::problem(problem)
    }
}

/// For the log: its words, else the kind of the problem.
impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.log().unwrap_or_else(|| self.as_problem().kind()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retry_tells_the_caller_when_and_the_log_why() {
        let failure = Failure::retry("store is busy");

        assert_eq!(failure.as_problem().status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(failure.as_problem().headers(), [("Retry-After", "2".to_owned())]);
        assert_eq!(failure.log(), Some("store is busy"));
    }

    #[test]
    fn what_is_broken_is_told_to_the_log_only() {
        let failure = Failure::broken("column 7 is missing");

        let told = String::from_utf8(failure.as_problem().to_json()).unwrap();
        assert!(!told.contains("column"));
        assert_eq!(failure.as_problem().status(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[test]
    fn later_words_stand_before_the_cause() {
        let failure = Failure::retry("timed out").with_log("register");

        assert_eq!(failure.to_string(), "register: timed out");
    }
}
