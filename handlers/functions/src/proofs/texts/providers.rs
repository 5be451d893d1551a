//! The product's own adapters, over a transport that goes through the schedule's hands and ends in
//! the providers' doubles.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use azure::sms::{
    CommunicationServices, CommunicationServicesOptions, GovUkNotify, GovUkNotifyOptions, NotifyKey,
};
use azure::testing::{
    CommunicationFake, NotifyFake, SERVICE_KEY, SentText, TEMPLATE, Troubles, emulated_identity,
};
use azure_core::error::ErrorKind;
use azure_core::http::{AsyncRawResponse, HttpClient, Request};
use domain::ports::error::StoreError;
use domain::ports::sms::Sms;
use serde_json::{Value, json};

use crate::proofs::nights::Ports;
use crate::text_providers::{NotifyServices, TextProviders};

/// What a controller's document names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Notify,
    CommunicationServices,
}

impl Kind {
    pub const ALL: [Self; 2] = [Self::Notify, Self::CommunicationServices];

    /// As the document says it.
    pub fn named(self) -> Value {
        match self {
            Self::Notify => json!({ "provider": "gov-uk-notify", "template": TEMPLATE }),
            Self::CommunicationServices => json!({ "provider": "azure-communication-services" }),
        }
    }
}

/// One of the doubles.
pub enum Double {
    Notify(NotifyFake),
    CommunicationServices(CommunicationFake),
}

impl Double {
    pub fn of(kind: Kind) -> Self {
        match kind {
            Kind::Notify => Self::Notify(NotifyFake::in_process()),
            Kind::CommunicationServices => {
                Self::CommunicationServices(CommunicationFake::in_process())
            }
        }
    }

    pub fn count(&self) -> usize {
        match self {
            Self::Notify(fake) => fake.count(),
            Self::CommunicationServices(fake) => fake.count(),
        }
    }

    pub fn sent(&self) -> Vec<SentText> {
        match self {
            Self::Notify(fake) => fake.sent(),
            Self::CommunicationServices(fake) => fake.sent(),
        }
    }

    pub fn troubles(&self) -> &Troubles {
        match self {
            Self::Notify(fake) => &fake.troubles,
            Self::CommunicationServices(fake) => &fake.troubles,
        }
    }

    /// What the app is given to reach it. `template` is what the service at Notify is asked for.
    pub fn providers(&self, ports: &Arc<Ports>, template: &'static str) -> TextProviders {
        let mut texts = TextProviders::default();
        let ports = Arc::clone(ports);
        match self {
            Self::Notify(fake) => {
                let http: Arc<dyn HttpClient> =
                    Arc::new(Wire(ports.clone(), Arc::new(fake.clone())));
                let sms = Arc::new(GovUkNotify::new(GovUkNotifyOptions {
                    origin: fake.origin.clone(),
                    key: NotifyKey::parse(SERVICE_KEY).unwrap(),
                    template: template.to_owned(),
                    http,
                    clock: ports,
                }));
                texts.notify = Some(Arc::new(OneService(sms)));
            }
            Self::CommunicationServices(fake) => {
                let options = CommunicationServicesOptions {
                    endpoint: fake.endpoint.clone(),
                    sender: "Aftersight".to_owned(),
                    credential: emulated_identity(),
                    http: Arc::new(Wire(ports, Arc::new(fake.clone()))),
                };
                texts.communication_services = Some(Arc::new(CommunicationServices::new(options)));
            }
        }
        texts
    }
}

struct OneService(Arc<dyn Sms>);

#[async_trait]
impl NotifyServices for OneService {
    async fn service(&self, _: &str, _: &str) -> Result<Arc<dyn Sms>, StoreError> {
        Ok(Arc::clone(&self.0))
    }

    async fn callback_token(&self, _: &str) -> Result<Option<String>, StoreError> {
        Ok(Some("what Notify says".to_owned()))
    }
}

/// A call to a provider is a call like one to a store: it gives way, may fail, may lose its answer.
struct Wire(Arc<Ports>, Arc<dyn HttpClient>);

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

#[async_trait]
impl HttpClient for Wire {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let broken = || ErrorKind::Io.into_error();
        let answer = self.0.turn().await.map_err(|_| broken())?;
        let answered = self.1.execute_request(request).await;
        if answer.is_lost() { Err(broken()) } else { answered }
    }
}
