//! Texts through a provider. Each sees first name, number, link and a random reference (R43).
//!
//! A lost reply must not become a second text. GOV.UK Notify keeps our reference, so it is asked
//! before anything is sent; Azure Communication Services takes the same request id twice and sends
//! once. Neither is retried here: the message on the queue comes again, later and later.

mod communication_services;
mod gov_uk_notify;
mod notify_key;
mod provider_call;
#[cfg(test)]
mod tests;

pub use communication_services::{CommunicationServices, CommunicationServicesOptions};
pub use gov_uk_notify::{GovUkNotify, GovUkNotifyOptions};
pub use notify_key::{NotifyKey, NotifyKeyRefused};

use domain::ports::sms::SmsError;

/// What a provider answered that was no success, without its words: they may repeat the number.
#[derive(Debug, thiserror::Error)]
#[error("{provider} answered {status} {code}")]
struct ProviderRefused {
    provider: &'static str,
    status: u16,
    code: String,
}

/// No answer, or half of one.
#[derive(Debug, thiserror::Error)]
#[error("{provider} cannot be reached ({kind})")]
struct ProviderUnreached {
    provider: &'static str,
    kind: &'static str,
}

/// A text that is wrong in itself stays wrong; everything else may work later. What has not worked
/// when the link dies is a task, which somebody sees.
fn refused(provider: &'static str, status: u16, code: &str) -> SmsError {
    let refused = Box::new(ProviderRefused { provider, status, code: code.to_owned() });
    if status == 400 { SmsError::Permanent(refused) } else { SmsError::Temporary(refused) }
}
