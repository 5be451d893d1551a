//! Who we are to Azure: a managed identity where the platform offers one, else the developer.

use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use azure_identity::{
    DeveloperToolsCredential, ManagedIdentityCredential, ManagedIdentityCredentialOptions,
    UserAssignedId,
};
use domain::ports::clock::Clock;

use crate::kept_tokens::KeptTokens;

/// Which credential tokens come from. None of them is a secret of ours (R50).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// The identity that the platform gave the app; a user-assigned one by its client id.
    Managed {
        /// `None`: the system-assigned one.
        client_id: Option<String>,
    },
    /// Whoever is signed in to the Azure CLI or the Azure Developer CLI on this machine.
    Developer,
}

/// There is no such credential here.
#[derive(Debug, thiserror::Error)]
#[error("no token can be had as {who}: {cause}")]
pub struct IdentityRefused {
    who: &'static str,
    cause: azure_core::Error,
}

impl Identity {
    /// The credential. It keeps its tokens, so that the many calls of one invocation ask once, and
    /// none of them waits while it has one.
    pub fn credential(
        &self,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<dyn TokenCredential>, IdentityRefused> {
        Ok(KeptTokens::of(self.asked()?, clock))
    }

    fn asked(&self) -> Result<Arc<dyn TokenCredential>, IdentityRefused> {
        match self {
            Self::Managed { client_id } => {
                let options = ManagedIdentityCredentialOptions {
                    user_assigned_id: client_id.clone().map(UserAssignedId::ClientId),
                    ..Default::default()
                };
                let credential = ManagedIdentityCredential::new(Some(options));
                let refused = |cause| IdentityRefused { who: "the managed identity", cause };
                Ok(credential.map_err(refused)?)
            }
            Self::Developer => {
                let refused = |cause| IdentityRefused { who: "the developer", cause };
                Ok(DeveloperToolsCredential::new(None).map_err(refused)?)
            }
        }
    }
}
