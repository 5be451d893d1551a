//! Services that no emulator plays, on this machine, for tests: the text providers as their
//! published schemas describe them, a blob account with versions, and the way into the emulators.
//!
//! The providers refuse what the real ones refuse, remember what they sent, and can be told to fail: before
//! they read, or after, so that the reply is lost. Neither provider offers a sandbox of its own. They
//! answer on a port, or are themselves the transport of their clients.

mod communication;
mod emulated;
mod notify;
mod server;
mod versioned_blobs;

pub use communication::CommunicationFake;
pub use emulated::{emulated_identity, emulators_client, open_emulated};
pub use notify::{NotifyFake, SERVICE_KEY, TEMPLATE};
pub use versioned_blobs::VersionedBlobs;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The connection breaks before the provider read anything.
    NeverArrives,
    /// The provider did what it was asked, and the reply is lost.
    ReplyLost,
    /// The provider is broken (500) and did nothing.
    Broken,
    /// The provider asks for patience (429) and did nothing.
    TooMany,
}

/// Troubles of the next requests, in order; none means that all goes well.
#[derive(Debug, Clone, Default)]
pub struct Troubles(Arc<Mutex<VecDeque<Option<Trouble>>>>);

impl Troubles {
    /// The next requests meet these, then all goes well.
    pub fn plan(&self, troubles: impl IntoIterator<Item = Option<Trouble>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = troubles.into_iter().collect();
    }

    fn next(&self) -> Option<Trouble> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front().flatten()
    }
}

/// A text that a provider took for delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct SentText {
    /// Our reference.
    pub reference: String,
    /// The request's body, whole.
    pub body: serde_json::Value,
}
