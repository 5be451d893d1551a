//! Queue triggers over the REST API of Azure Queue Storage, signed with the account's key.

mod client;
mod listener;
mod messages;
mod shared_key;

pub(crate) use client::QueueClient;
pub(crate) use listener::listen;
