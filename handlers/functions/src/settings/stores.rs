//! Which stores stand behind the ports: one folder of this machine, or the services of Azure.

use super::SettingsRefused;

/// What the embedded store needs is among the general settings; these are for Azure.
const ENDPOINTS: [&str; 5] =
    ["COSMOS_ENDPOINT", "COSMOS_DATABASE", "BLOB_ENDPOINT", "QUEUE_ENDPOINT", "KEY_VAULT_ENDPOINT"];

/// Names of the settings; none has a default, because a wrong account is worse than none.
pub(super) const STORES: [(&str, &str); 7] = [
    (ENDPOINTS[0], ""),
    (ENDPOINTS[1], ""),
    (ENDPOINTS[2], ""),
    (ENDPOINTS[3], ""),
    (ENDPOINTS[4], ""),
    ("AZURE_CLIENT_ID", ""),
    ("ERASURE_CLIENT_ID", ""),
];

/// Where the region is said by the platform; else the country we run in.
const REGION: &str = "UK South";

/// Where data is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stores {
    /// One folder of this machine.
    Embedded,
    /// Services of Azure.
    Azure(AzureStores),
}

/// Where the services are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AzureStores {
    /// Cosmos DB account.
    pub cosmos_endpoint: String,
    /// Its database.
    pub cosmos_database: String,
    /// Blobs of the storage account that phones send to.
    pub blob_endpoint: String,
    /// Queues that the functions listen to.
    pub queue_endpoint: String,
    /// The vault with the handler's keys.
    pub key_vault_endpoint: String,
    /// The user-assigned identity to use, where there is more than the app's own.
    pub client_id: Option<String>,
    /// The user-assigned identity that may erase for good, where that is another.
    pub erasure_client_id: Option<String>,
    /// The region we run in.
    pub region: String,
    /// True where the platform gives tokens to the app; else the developer's are used.
    pub has_managed_identity: bool,
}

impl Stores {
    /// No cloud setting: embedded. Some but not all: refused by the names of those that lack.
    pub(super) fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsRefused> {
        let (set, missing): (Vec<&str>, Vec<&str>) =
            ENDPOINTS.into_iter().partition(|name| get(name).is_some());
        let refuse = |words: String| Err(SettingsRefused(words));
        let wanted = get("STORES");
        match wanted.as_deref() {
            Some("embedded") if !set.is_empty() => refuse(format!(
                "STORES is `embedded`, and {} is set. Unset the one or the other.",
                set.join(", ")
            )),
            Some("embedded") => Ok(Self::Embedded),
            None if set.is_empty() && get("WEBSITE_SITE_NAME").is_some() => refuse(
                "This is Azure, and the embedded store keeps everything on one machine's disk, \
                 which Azure throws away. Set STORES=embedded to ask for that by name."
                    .into(),
            ),
            None if set.is_empty() => Ok(Self::Embedded),
            None | Some("azure") if !missing.is_empty() => {
                refuse(format!("For the stores of Azure, set {} too.", missing.join(", ")))
            }
            None | Some("azure") => AzureStores::read(get).map(Self::Azure),
            Some(other) => refuse(format!("STORES is `{other}`; it can be `embedded` or `azure`.")),
        }
    }
}

impl AzureStores {
    fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsRefused> {
        let value = |name: &str| get(name).unwrap_or_default();
        let endpoint = |name: &str| {
            let url = value(name);
            if url.starts_with("https://") || is_emulated_cosmos(name, &url) {
                Ok(url)
            } else {
                Err(SettingsRefused(format!("{name} is `{url}`; it must begin with https://.")))
            }
        };
        Ok(Self {
            cosmos_endpoint: endpoint("COSMOS_ENDPOINT")?,
            cosmos_database: value("COSMOS_DATABASE"),
            blob_endpoint: endpoint("BLOB_ENDPOINT")?,
            queue_endpoint: endpoint("QUEUE_ENDPOINT")?,
            key_vault_endpoint: endpoint("KEY_VAULT_ENDPOINT")?,
            client_id: get("AZURE_CLIENT_ID"),
            erasure_client_id: get("ERASURE_CLIENT_ID"),
            region: get("REGION_NAME").unwrap_or_else(|| REGION.to_owned()),
            has_managed_identity: get("IDENTITY_ENDPOINT").is_some(),
        })
    }

    /// Scheme and host of the blobs, which is where browsers send and read them.
    pub(super) fn blob_origin(&self) -> String {
        let end = self.blob_endpoint.splitn(4, '/').take(3).collect::<Vec<_>>();
        end.join("/")
    }
}

/// The emulator of Cosmos DB has no certificate; it is on this machine.
fn is_emulated_cosmos(name: &str, url: &str) -> bool {
    name == "COSMOS_ENDPOINT" && url.starts_with("http://127.0.0.1:")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [(&str, &str); 5] = [
        ("COSMOS_ENDPOINT", "https://aftersight.documents.azure.com:443/"),
        ("COSMOS_DATABASE", "aftersight"),
        ("BLOB_ENDPOINT", "https://aftersightmedia.blob.core.windows.net/"),
        ("QUEUE_ENDPOINT", "https://aftersight.queue.core.windows.net/"),
        ("KEY_VAULT_ENDPOINT", "https://aftersight.vault.azure.net/"),
    ];

    fn read(values: &[(&str, &str)]) -> Result<Stores, String> {
        let get = |name: &str| {
            values.iter().find(|(known, _)| *known == name).map(|(_, v)| (*v).to_owned())
        };
        Stores::read(get).map_err(|refused| refused.to_string())
    }

    #[test]
    fn all_endpoints_are_azure_and_none_is_embedded() {
        assert_eq!(read(&[]).unwrap(), Stores::Embedded);
        let Stores::Azure(azure) = read(&ALL).unwrap() else { panic!() };
        assert_eq!(azure.blob_origin(), "https://aftersightmedia.blob.core.windows.net");
        assert_eq!((azure.region.as_str(), azure.has_managed_identity), ("UK South", false));
    }

    #[test]
    fn a_half_set_cloud_is_refused_by_the_names_of_what_lacks() {
        for missing in ALL {
            let set: Vec<_> = ALL.into_iter().filter(|setting| *setting != missing).collect();
            let refused = read(&set).unwrap_err();
            assert!(refused.contains(missing.0), "{refused}");
            for (name, _) in set {
                assert!(!refused.contains(name), "{refused}");
            }
        }
        let refused = read(&[("STORES", "azure")]).unwrap_err();
        assert!(ALL.iter().all(|(name, _)| refused.contains(name)), "{refused}");
    }

    #[test]
    fn embedded_is_not_silently_preferred_to_a_cloud_that_is_set() {
        let refused = read(&[("STORES", "embedded"), ALL[2]]).unwrap_err();
        assert!(refused.contains("BLOB_ENDPOINT"), "{refused}");
        assert!(read(&[("STORES", "both")]).unwrap_err().contains("azure"));
    }

    #[test]
    fn the_embedded_store_on_azure_must_be_asked_for() {
        assert!(read(&[("WEBSITE_SITE_NAME", "app")]).unwrap_err().contains("STORES=embedded"));
        assert!(read(&[("WEBSITE_SITE_NAME", "app"), ("STORES", "embedded")]).is_ok());
    }

    #[test]
    fn nothing_goes_over_plain_http_but_to_an_emulator_on_this_machine() {
        for (name, _) in ALL {
            if name == "COSMOS_DATABASE" {
                continue;
            }
            let set =
                |url| ALL.map(|(known, value)| (known, if known == name { url } else { value }));
            assert!(read(&set("http://example.org")).unwrap_err().contains(name));
            let local = read(&set("http://127.0.0.1:8091/"));
            assert_eq!(local.is_ok(), name == "COSMOS_ENDPOINT", "{name}");
        }
    }
}
