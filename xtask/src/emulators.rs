//! A system on emulators of Azure: which account it has, and what its processes are told of it.

use std::fs;
use std::path::Path;

use tests::emulators::{Account, Emulators};

/// Emulators with one account in use. They end when this is dropped.
pub struct OnEmulators {
    account: Account,
    _emulators: Emulators,
}

impl OnEmulators {
    /// Starts them for pages of `origin`.
    pub fn start(origin: &str) -> Result<Self, String> {
        let emulators = Emulators::start()?;
        let account = emulators.account(origin)?;
        Ok(Self { account, _emulators: emulators })
    }

    /// What the handler is told in place of the embedded store's settings.
    pub fn settings(&self) -> impl Iterator<Item = (&str, &str)> {
        let told = self.account.environment.iter();
        told.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The queues as the host is told to find them: endpoint and account.
    pub fn queues(&self) -> (&str, &str) {
        (&self.account.plain_queues, &self.account.name)
    }

    /// Writes the account's key where the host looks for it.
    pub fn write_key(&self, path: &Path) -> Result<(), String> {
        fs::write(path, &self.account.key).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Where pictures are.
    pub fn blobs(&self) -> &str {
        self.account.setting("BLOB_ENDPOINT")
    }

    /// Whose certificates a client has to trust to send and see pictures.
    pub fn authority(&self) -> &str {
        self.account.setting("SSL_CERT_FILE")
    }
}
