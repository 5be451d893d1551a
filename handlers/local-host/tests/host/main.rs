//! The host against a real child process: this test binary itself plays the handler.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod app;
mod deaths;
mod events;
mod handler;
mod http;
mod process;
mod queue_service;
mod queues;
mod timers;
mod wait;
