//! The ports of `domain` over Azure: Cosmos DB, Blob and Queue Storage, Key Vault.
//!
//! Read in this order: what is shared (`store`), who we are (`identity`), how we speak to the
//! services (`transport`, `refusal`), then a port by the name of its file, the same as in
//! `embedded`. Nothing here makes a container, a queue or a secret: the deployment does.

#![warn(missing_docs)]

// what is shared
mod cosmos_account;
mod identity;
mod kept;
mod kept_tokens;
mod key_vault;
mod refusal;
mod shared_error;
mod store;
mod transport;

// the ports, file for file as in `domain::ports`
mod blobs;
mod documents;
mod keys;
mod queues;
mod signed_urls;
pub mod sms;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

// what they are made of
mod blob_erasure;
mod delegation_key;
mod document_envelope;
mod document_query;
mod notify_secret;

pub use azure_core::credentials::TokenCredential;
pub use identity::{Identity, IdentityRefused};
pub use kept::{Flight, Kept, Lost};
pub use store::{Azure, AzureOptions, OpenError};
pub use transport::http_client;
