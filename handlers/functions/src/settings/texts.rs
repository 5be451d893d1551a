//! How text providers are reached. Which one a controller uses stands in its own document.

use super::SettingsRefused;

/// Names of the settings, and where GOV.UK Notify is.
pub(super) const TEXTS: [(&str, &str); 3] = [
    ("NOTIFY_ORIGIN", "https://api.notifications.service.gov.uk"),
    ("ACS_ENDPOINT", ""),
    ("ACS_SENDER", ""),
];

/// What a provider's client is made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    /// Origin of GOV.UK Notify.
    pub notify_origin: String,
    /// The resource of Azure Communication Services, if there is one.
    pub communication_services: Option<CommunicationResource>,
}

/// A resource of Azure Communication Services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommunicationResource {
    /// Where it is.
    pub endpoint: String,
    /// The number or name that texts come from.
    pub sender: String,
}

impl Texts {
    pub(super) fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsRefused> {
        let notify_origin = get(TEXTS[0].0).unwrap_or_else(|| TEXTS[0].1.to_owned());
        let communication_services = match (get("ACS_ENDPOINT"), get("ACS_SENDER")) {
            (None, None) => None,
            (Some(endpoint), Some(sender)) => Some(CommunicationResource { endpoint, sender }),
            (None, Some(_)) => return Err(SettingsRefused("Set ACS_ENDPOINT too.".into())),
            (Some(_), None) => return Err(SettingsRefused("Set ACS_SENDER too.".into())),
        };
        let endpoint = communication_services.as_ref().map(|resource| resource.endpoint.as_str());
        for (name, url) in
            [("NOTIFY_ORIGIN", Some(notify_origin.as_str())), ("ACS_ENDPOINT", endpoint)]
        {
            // A fake on this machine is for tests; names and numbers go over TLS (R7).
            let is_safe =
                |url: &str| url.starts_with("https://") || url.starts_with("http://127.0.0.1:");
            if url.is_some_and(|url| !is_safe(url)) {
                return Err(SettingsRefused(format!("{name} must begin with https://.")));
            }
        }
        Ok(Self { notify_origin, communication_services })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[(&str, &str)]) -> Result<Texts, String> {
        let get = |name: &str| {
            values.iter().find(|(known, _)| *known == name).map(|(_, v)| (*v).to_owned())
        };
        Texts::read(get).map_err(|refused| refused.to_string())
    }

    #[test]
    fn half_a_resource_is_refused_by_the_name_of_the_other_half() {
        assert_eq!(read(&[]).unwrap().communication_services, None);
        let endpoint = ("ACS_ENDPOINT", "https://texts.uk.communication.azure.com");
        assert!(read(&[endpoint]).unwrap_err().contains("ACS_SENDER"));
        assert!(read(&[("ACS_SENDER", "Aftersight")]).unwrap_err().contains("ACS_ENDPOINT"));
        assert!(read(&[endpoint, ("ACS_SENDER", "Aftersight")]).is_ok());
    }

    #[test]
    fn names_and_numbers_go_over_tls() {
        assert!(read(&[("NOTIFY_ORIGIN", "http://example.org")]).is_err());
        assert!(read(&[("NOTIFY_ORIGIN", "http://127.0.0.1:7079")]).is_ok());
    }
}
