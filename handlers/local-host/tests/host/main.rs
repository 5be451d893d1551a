//! The host against a real child process: this test binary itself plays the handler.

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
