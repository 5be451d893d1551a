//! A controller's secrets at GOV.UK Notify, in the vault: `notify-{controller}-api-key`, which Notify
//! showed once, and `notify-{controller}-callback-token`, which Notify says with its reports.

use std::sync::Arc;

use domain::ports::error::StoreError;

use crate::sms::NotifyKey;
use crate::store::Azure;

impl Azure {
    /// The controller's API key, at most ten minutes old where the vault answers.
    pub async fn notify_key(&self, controller: &str) -> Result<NotifyKey, StoreError> {
        let text = self.of_controller(controller, "api-key").await?;
        let text = text.ok_or_else(|| StoreError::unavailable("the vault has no such API key"))?;
        // What does not parse is nearly a key: it is not repeated.
        NotifyKey::parse(&text).map_err(StoreError::broken)
    }

    /// What Notify says with each of its reports about this controller's texts; `None` where
    /// nobody put it into the vault.
    pub async fn notify_callback_token(
        &self,
        controller: &str,
    ) -> Result<Option<String>, StoreError> {
        let token = self.of_controller(controller, "callback-token").await?;
        Ok(token.map(|token| token.trim().to_owned()))
    }

    async fn of_controller(
        &self,
        controller: &str,
        secret: &str,
    ) -> Result<Option<Arc<str>>, StoreError> {
        // Names in a vault are letters, digits and hyphens.
        if !controller.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(StoreError::broken("a controller whose secret no vault can hold"));
        }
        self.vault().secret(&format!("notify-{controller}-{secret}")).await
    }
}
