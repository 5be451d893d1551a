//! The ports of `domain` over one directory: `SQLite`, files, and a folder of texts. The default.
//!
//! Read in this order: what opens (`store`), what it holds (`schema`), how it is read and written
//! (`database`, `writer`, `turn`, `unfinished_file`), then a port by the name of its file, last
//! `storage`: the same blobs and queues on a port of their own, as Azure Storage speaks.

#![warn(missing_docs)]

// the store
mod database;
mod schema;
mod store;
mod turn;
mod unfinished_file;
mod writer;

// the ports, file for file as in `domain::ports`
mod blobs;
mod clock;
mod documents;
mod free_space;
mod keys;
mod queues;
mod random;
mod signed_urls;
mod sms;

// what they are made of
mod blob_created;
mod blob_files;
mod blob_rows;
mod blob_write;
mod block_lists;
mod blocking;
mod document_query;
mod messages;
mod nights;
mod percent;
mod stretch;
mod upload_addresses;

pub mod storage;

pub use clock::SystemClock;
pub use free_space::DiskOf;
pub use random::SystemRandom;
pub use sms::Outbox;
pub use store::{Embedded, EmbeddedOptions, OpenError};
