//! Plays the Azure Functions host on one machine, from the same `host.json` and `function.json` files.
//!
//! For development and tests only. What it does is what recordings of the real host show, not
//! what would be convenient: see `docs/architecture.md`.

mod app;
mod clock;
pub mod dev;
mod dotnet_text;
mod dotnet_time;
mod front;
mod host;
mod invoke;
pub mod issuer;
mod options;
mod ordered_json;
mod outcome;
mod output;
mod percent;
mod proxy;
mod queue;
mod random;
mod timer;
mod wire;
mod worker;

pub use app::AppError;
pub use clock::HostClock;
pub use host::{HostError, RunningHost, StopReason, start};
pub use options::{AdminAccess, FrontService, HostOptions, QueueAccess};
pub use ordered_json::Json;
pub use outcome::Outcome;
