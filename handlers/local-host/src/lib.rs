//! Plays the Azure Functions host on one machine, from the same `host.json` and `function.json` files.
//!
//! For development and tests only. What it does is what recordings of the real host show, not
//! what would be convenient: see `docs/architecture.md`.

mod clock;
mod host;
mod options;
mod outcome;

pub use clock::HostClock;
pub use host::{HostError, RunningHost, StopReason, start};
pub use options::{AdminAccess, FrontService, HostOptions, QueueAccess};
pub use outcome::Outcome;
