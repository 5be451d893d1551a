//! The Azure Functions custom handler protocol, for functions that are plain values.
//!
//! A function is declared by [`Function::http`], [`Function::queue`] or [`Function::timer`]; [`serve`]
//! answers the host's requests for a table of them, and [`write_declarations`] writes the
//! `function.json` files that tell the host about the same table.
//!
//! The rules that this crate keeps were found by running the real host; each is named by the test
//! that shows it (`Rule a` to `Rule i`).
#![warn(missing_docs)]

mod body;
mod connection;
mod deadlines;
pub mod declaration;
mod declare;
mod dispatch;
pub mod envelope;
mod event;
mod failure;
mod function;
mod invocation;
mod invoke;
mod line;
mod log;
mod problem;
mod query;
mod reply;
mod request;
mod route;
mod router;
mod server;
mod standing_headers;
mod table;

pub use deadlines::{Deadlines, DeadlinesTooLong};
pub use declare::{function_json, write_declarations};
pub use event::{QueueMessage, Timer};
pub use failure::Failure;
pub use function::{AuthLevel, Function, Trigger};
pub use http::{Method, StatusCode};
pub use invocation::InvocationId;
pub use log::{failures, init_logs, name_caller};
pub use problem::Problem;
pub use reply::Reply;
pub use request::{Request, RequestBuilder};
pub use server::{ServeError, serve};
pub use standing_headers::StandingHeaders;
pub use table::{TableError, check_table};
