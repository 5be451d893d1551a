//! What came of one invocation, in the words of the real host.

/// One finished invocation. A queue message tried five times makes five of them; attempts of a
/// retry policy are one.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub function: String,
    pub invocation_id: String,
    /// `Err` holds the exception chain as the host logs it, links joined by ` --> `.
    pub result: Result<(), String>,
    /// Messages that the function's queue outputs put: queue name and the bytes inside.
    pub messages_written: Vec<(String, Vec<u8>)>,
    /// The reply was empty or `null`: the real host would wait for functionTimeout.
    pub would_hang: bool,
    pub elapsed: std::time::Duration,
}
