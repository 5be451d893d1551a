//! What we ask of the world, one port per need, so that a function that only reads cannot erase.
//!
//! Contract for every adapter: calls are idempotent or say how they conflict; a lost reply may be
//! repeated; errors say what the caller can do about them, never what technology was underneath.

pub mod blobs;
pub mod clock;
pub mod documents;
pub mod error;
pub mod free_space;
pub mod keys;
pub mod queues;
pub mod random;
pub mod sms;
