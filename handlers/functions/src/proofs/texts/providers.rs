//! The product's own adapters, over a transport that goes through the schedule's hands and ends in
//! the providers' doubles.

use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use azure::sms::{
    CommunicationServices, CommunicationServicesOptions, GovUkNotify, GovUkNotifyOptions, NotifyKey,
};
use azure::testing::{
    CommunicationFake, NotifyFake, SERVICE_KEY, SentText, TEMPLATE, Troubles, emulated_identity,
};
use azure_core::error::ErrorKind;
use azure_core::http::request::Body;
use azure_core::http::{AsyncRawResponse, HttpClient, Request};
use domain::ports::clock::Clock as _;
use domain::ports::error::StoreError;
use domain::ports::sms::Sms;
use jiff::Timestamp;
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

    /// What the app is given to reach it, over `outage`. `template` is what the service at Notify
    /// is asked for.
    pub fn providers(
        &self,
        ports: &Arc<Ports>,
        template: &'static str,
        outage: &Arc<Outage>,
    ) -> TextProviders {
        let mut texts = TextProviders::default();
        let ports = Arc::clone(ports);
        let wire = |fake: Arc<dyn HttpClient>| Arc::new(Wire(ports.clone(), fake, outage.clone()));
        match self {
            Self::Notify(fake) => {
                let http: Arc<dyn HttpClient> = wire(Arc::new(fake.clone()));
                let sms = Arc::new(GovUkNotify::new(GovUkNotifyOptions {
                    origin: fake.origin.clone(),
                    key: NotifyKey::parse(SERVICE_KEY).unwrap(),
                    template: template.to_owned(),
                    http,
                    clock: ports.clone(),
                }));
                texts.notify = Some(Arc::new(OneService(sms)));
            }
            Self::CommunicationServices(fake) => {
                let options = CommunicationServicesOptions {
                    endpoint: fake.endpoint.clone(),
                    sender: "Aftersight".to_owned(),
                    credential: emulated_identity(),
                    http: wire(Arc::new(fake.clone())),
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

/// When nobody reaches the provider, and what it was asked at which moment all the same.
#[derive(Debug)]
pub struct Outage {
    pub from: Timestamp,
    pub until: Timestamp,
    pub asked: Mutex<Vec<(Timestamp, String)>>,
}

impl Outage {
    pub fn between(from: Timestamp, until: Timestamp) -> Arc<Self> {
        Arc::new(Self { from, until, asked: Mutex::default() })
    }

    /// The moments at which the provider was asked about this text.
    pub fn asked_about(&self, reference: &str) -> Vec<Timestamp> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|(_, what)| what.contains(reference)).map(|(at, _)| *at).collect()
    }
}

/// A call to a provider is a call like one to a store: it gives way, may fail, may lose its answer.
struct Wire(Arc<Ports>, Arc<dyn HttpClient>, Arc<Outage>);

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
        let Self(ports, provider, outage) = self;
        let body = match request.body() {
            Body::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Body::SeekableStream(_) => String::new(),
        };
        let what = format!("{} {body}", request.url());
        outage.asked.lock().unwrap().push((ports.now(), what));
        if (outage.from..outage.until).contains(&ports.now()) {
            return Err(broken());
        }
        let answered = provider.execute_request(request).await;
        if answer.is_lost() { Err(broken()) } else { answered }
    }
}
