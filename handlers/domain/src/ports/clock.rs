//! The clock, asked once at the edge of each invocation.

use jiff::Timestamp;

/// What time it is. One settable offset serves all processes of one machine.
pub trait Clock: Send + Sync {
    /// Now, UTC.
    fn now(&self) -> Timestamp;
}
