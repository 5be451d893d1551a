//! Who sends a controller's texts, and who handles data for it besides the operator (R46).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The provider of a controller's texts: `{"provider": "gov-uk-notify", "template": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "provider", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum TextProvider {
    /// Texts land in a folder and reach nobody: demonstrations on one machine.
    #[default]
    Outbox,
    /// The controller's own service at GOV.UK Notify.
    GovUkNotify {
        /// Its template, whose placeholders are `((first_name))` and `((link))`.
        template: String,
    },
    /// The operator's resource.
    AzureCommunicationServices,
}

impl TextProvider {
    /// As it is written, here and in the register of sub-processors.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Outbox => "outbox",
            Self::GovUkNotify { .. } => "gov-uk-notify",
            Self::AzureCommunicationServices => "azure-communication-services",
        }
    }

    /// True where a text leaves this machine.
    pub fn is_a_recipient(&self) -> bool {
        *self != Self::Outbox
    }
}

/// An entry of the sub-processor register (R46).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubProcessor {
    /// One word; a text provider's is [`TextProvider::name`].
    pub id: String,
    /// Legal name.
    pub name: String,
    /// What it does.
    pub role: String,
    /// Where it does it.
    pub region: String,
    /// Day of the data-processing agreement.
    pub agreed_on: Date,
    /// Where the evidence of its security is.
    pub evidence: String,
}

impl SubProcessor {
    /// The first field that says nothing.
    pub fn empty_field(&self) -> Option<&'static str> {
        [
            ("id", &self.id),
            ("name", &self.name),
            ("role", &self.role),
            ("region", &self.region),
            ("evidence", &self.evidence),
        ]
        .into_iter()
        .find(|(_, value)| value.trim().is_empty())
        .map(|(field, _)| field)
    }
}

/// Why a controller's provider cannot be used, in words for an administrator.
pub fn unregistered(
    provider: &TextProvider,
    sub_processors: &[SubProcessor],
) -> Result<(), String> {
    for entry in sub_processors {
        if let Some(field) = entry.empty_field() {
            return Err(format!("sub-processor `{}`: its {field} is empty", entry.id));
        }
    }
    let is_registered = sub_processors.iter().any(|entry| entry.id == provider.name());
    if provider.is_a_recipient() && !is_registered {
        return Err(format!(
            "its texts go through `{}`, which is not among its subProcessors",
            provider.name()
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn notify() -> SubProcessor {
        serde_json::from_value(json!({
            "id": "gov-uk-notify", "name": "Government Digital Service", "role": "texts",
            "region": "UK", "agreedOn": "2026-11-01", "evidence": "https://example.org/assurance",
        }))
        .unwrap()
    }

    #[test]
    fn a_provider_that_is_not_in_the_register_is_refused() {
        // R46.
        let provider: TextProvider =
            serde_json::from_value(json!({ "provider": "gov-uk-notify", "template": "t" }))
                .unwrap();
        assert!(unregistered(&provider, &[]).unwrap_err().contains("gov-uk-notify"));
        assert!(unregistered(&provider, &[notify()]).is_ok());
        let other = TextProvider::AzureCommunicationServices;
        assert!(unregistered(&other, &[notify()]).is_err());
        assert!(unregistered(&TextProvider::Outbox, &[]).is_ok());
    }

    #[test]
    fn an_entry_without_evidence_is_none() {
        let entry = SubProcessor { evidence: " ".into(), ..notify() };
        assert!(unregistered(&TextProvider::Outbox, &[entry]).unwrap_err().contains("evidence"));
    }
}
