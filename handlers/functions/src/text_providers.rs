//! Which provider sends a controller's texts: its own document says so, never a request.

use std::sync::Arc;

use async_trait::async_trait;
use domain::ports::error::StoreError;
use domain::ports::sms::{Sms, SmsError};
use domain::register::controller::Controller;
use domain::register::text_provider::TextProvider;

/// The providers that this process can reach.
#[derive(Clone, Default)]
pub struct TextProviders {
    /// A folder of this machine.
    pub outbox: Option<Arc<dyn Sms>>,
    /// The operator's resource.
    pub communication_services: Option<Arc<dyn Sms>>,
    /// The controllers' own services.
    pub notify: Option<Arc<dyn NotifyServices>>,
}

/// The services that controllers have at GOV.UK Notify, each with a key of its own.
#[async_trait]
pub trait NotifyServices: Send + Sync {
    /// The controller's service, which sends this template.
    async fn service(&self, controller: &str, template: &str) -> Result<Arc<dyn Sms>, StoreError>;

    /// What Notify says with each of its reports about this controller's texts; `None` where nobody
    /// set it.
    async fn callback_token(&self, controller: &str) -> Result<Option<String>, StoreError>;
}

impl TextProviders {
    /// Texts go to a folder, or to whatever a test puts in its place.
    pub fn outbox(outbox: Arc<dyn Sms>) -> Self {
        Self { outbox: Some(outbox), ..Self::default() }
    }

    /// The controller's provider. One that is not set up may be tomorrow: the text waits.
    pub async fn of(&self, controller: &Controller) -> Result<Arc<dyn Sms>, SmsError> {
        let missing = || {
            SmsError::Temporary(
                format!("`{}` is not set up in this deployment", controller.texts.name()).into(),
            )
        };
        match &controller.texts {
            TextProvider::Outbox => self.outbox.clone().ok_or_else(missing),
            TextProvider::AzureCommunicationServices => {
                self.communication_services.clone().ok_or_else(missing)
            }
            TextProvider::GovUkNotify { template } => {
                let notify = self.notify.as_ref().ok_or_else(missing)?;
                let service = notify.service(&controller.controller, template).await;
                service.map_err(|error| SmsError::Temporary(error.into()))
            }
        }
    }
}
