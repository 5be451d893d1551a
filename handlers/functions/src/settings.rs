//! The one reader of the environment (invariant 8): no cloud settings → embedded, announced;
//! half-set → refuse and name what is missing; embedded under the real host → refuse unless asked.

mod operator;
mod stores;
mod texts;

use std::path::PathBuf;

use domain::capture_session::CookieRule;
use domain::deployment::{Deployment, Unfit, unfit};
use domain::search_limit::SearchLimits;
use domain::text_message::LONGEST_LINK;

pub use operator::Operator;
pub use stores::{AzureStores, Stores};
pub use texts::{CommunicationResource, Texts};

/// Every setting, with its embedded default. A test compares the names with
/// `local.settings.example.json`.
pub const SETTINGS: [(&str, &str); 34] = [
    ("STORES", "embedded"),
    ("DATA_DIR", "./aftersight-data"),
    ("OUTBOX_DIR", ""),
    ("STORAGE_PORT", "7072"),
    ("STORAGE_ORIGIN", "http://127.0.0.1:7072"),
    ("QUEUE_PORT", "7074"),
    ("KEEP_FREE_MIB", "2048"),
    ("PUBLIC_ORIGIN", "http://127.0.0.1:7071"),
    ("STAFF_ISSUER", "http://127.0.0.1:7073"),
    ("STAFF_AUDIENCE", "api://aftersight"),
    ("STAFF_CLIENT_ID", "aftersight-pages"),
    ("STAFF_SCOPE", "openid"),
    ("STAFF_LOCK_MINUTES", "15"),
    ("DEPLOYMENT", "trial"),
    ("CLOCK_OFFSET_SECONDS", "0"),
    operator::OPERATOR[0],
    operator::OPERATOR[1],
    operator::OPERATOR[2],
    operator::OPERATOR[3],
    operator::OPERATOR[4],
    operator::OPERATOR[5],
    stores::STORES[0],
    stores::STORES[1],
    stores::STORES[2],
    stores::STORES[3],
    stores::STORES[4],
    stores::STORES[5],
    stores::STORES[6],
    texts::TEXTS[0],
    texts::TEXTS[1],
    texts::TEXTS[2],
    ("SCANNING", "none"),
    ("SEARCHES_A_MINUTE", "60"),
    ("SEARCHES_AN_HOUR", "600"),
];

/// A page may wait for a hand so long.
const LOCK_MINUTES: std::ops::RangeInclusive<u32> = 1..=60;

/// A code with the hyphens between its groups.
const LINK_CODE_LENGTH: usize = 30;

/// What the process was told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where data is kept.
    pub stores: Stores,
    /// Folder of the embedded store.
    pub data_dir: PathBuf,
    /// Folder where texts "arrive".
    pub outbox_dir: PathBuf,
    /// Port of `handlers storage`.
    pub storage_port: u16,
    /// Port of its queues, apart from what browsers reach.
    pub queue_port: u16,
    /// Bytes of the disk that uploads leave free, so that consent can be withdrawn and records
    /// erased on a full one.
    pub keep_free: u64,
    /// Base of signed URLs as browsers reach it.
    pub storage_origin: String,
    /// Origin of the pages; links are made from it, never from a request.
    pub public_origin: String,
    /// How cookies are set under that origin.
    pub cookies: CookieRule,
    /// `OpenID` Connect issuer of staff tokens.
    pub staff_issuer: String,
    /// Audience that staff tokens must name.
    pub staff_audience: String,
    /// What the staff pages are called at that issuer.
    pub staff_client_id: String,
    /// What they ask it for; Entra ID gives a token for the audience by a scope of it.
    pub staff_scope: String,
    /// Minutes without a hand after which a staff page locks.
    pub staff_lock_minutes: u32,
    /// Who runs the service.
    pub operator: Operator,
    /// Trial accepts made-up numbers only; production never does.
    pub deployment: Deployment,
    /// How text providers are reached.
    pub texts: Texts,
    /// True where nothing is filed before a scanner found it clean.
    pub scanning_required: bool,
    /// How often one member of staff may search for patients.
    pub searches: SearchLimits,
    /// Seconds the clock stands ahead of the machine's.
    pub clock_offset_seconds: i64,
    /// What keeps this installation from holding data of real people; nothing in production.
    pub unfit: Vec<Unfit>,
}

/// Why the process will not start, in words for an administrator.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SettingsRefused(String);

impl Settings {
    /// From the process environment.
    pub fn from_environment() -> Result<Self, SettingsRefused> {
        #[expect(clippy::disallowed_methods, reason = "the one reader of the environment")]
        Self::read(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    /// The port that the host listens to us on.
    pub fn handler_port() -> Result<u16, SettingsRefused> {
        #[expect(clippy::disallowed_methods, reason = "the one reader of the environment")]
        let port = std::env::var("FUNCTIONS_CUSTOMHANDLER_PORT").ok();
        port.as_deref().unwrap_or("3000").parse().map_err(|_| {
            SettingsRefused("FUNCTIONS_CUSTOMHANDLER_PORT must be a port number.".into())
        })
    }

    /// True where browsers come over https, which is everywhere but on one machine.
    pub fn is_https(&self) -> bool {
        self.public_origin.starts_with("https://")
    }

    /// Scheme, host and port of the issuer, whose name may have a path as well.
    pub fn staff_issuer_origin(&self) -> &str {
        let issuer = self.staff_issuer.as_str();
        let host = issuer.find("://").map_or(0, |at| at + "://".len());
        let end = issuer.get(host..).and_then(|rest| rest.find('/'));
        end.and_then(|end| issuer.get(..host + end)).unwrap_or(issuer)
    }

    /// From any source of names and values.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsRefused> {
        let refuse = |words: String| Err(SettingsRefused(words));
        let stores = Stores::read(&get)?;
        let value = |name: &str| {
            let default = SETTINGS.iter().find(|(known, _)| *known == name).map(|(_, d)| *d);
            get(name).or_else(|| default.map(str::to_owned)).unwrap_or_default()
        };
        let number = |name: &str| {
            value(name).parse::<i64>().map_err(|_| {
                SettingsRefused(format!("{name} is `{}`; it must be a whole number.", value(name)))
            })
        };
        let origin = |name: &str| {
            let text = value(name);
            let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
            match rest {
                Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => {
                    Ok(text)
                }
                _ => Err(SettingsRefused(format!(
                    "{name} is `{text}`; it must be an origin such as https://photos.example.org, \
                     without a path."
                ))),
            }
        };
        let data_dir = PathBuf::from(value("DATA_DIR"));
        let outbox_dir = get("OUTBOX_DIR").map_or_else(|| data_dir.join("outbox"), PathBuf::from);
        let port = |name: &str| {
            u16::try_from(number(name)?)
                .map_err(|_| SettingsRefused(format!("{name} must be between 0 and 65535.")))
        };
        let (storage_port, queue_port) = (port("STORAGE_PORT")?, port("QUEUE_PORT")?);
        if storage_port == queue_port && storage_port != 0 {
            return refuse(format!(
                "STORAGE_PORT and QUEUE_PORT are both {storage_port}; give the queues a port of \
                 their own."
            ));
        }
        let keep_free = u64::try_from(number("KEEP_FREE_MIB")?)
            .ok()
            .and_then(|mebibytes| mebibytes.checked_mul(1 << 20))
            .ok_or_else(|| SettingsRefused("KEEP_FREE_MIB must be 0 or more.".into()))?;
        let public_origin = origin("PUBLIC_ORIGIN")?;
        // R43, and the cost of a second segment: every text fits one, whoever's name it greets.
        let link = public_origin.len() + "/r#".len() + LINK_CODE_LENGTH;
        if link > LONGEST_LINK {
            return refuse(format!(
                "PUBLIC_ORIGIN is too long: with it a link has {link} characters, and a text of one \
                 segment has room for {LONGEST_LINK}."
            ));
        }
        let cookies = CookieRule::for_origin(&public_origin)
            .map_err(|refused| SettingsRefused(format!("PUBLIC_ORIGIN: {refused}")))?;
        let deployment = match value("DEPLOYMENT").as_str() {
            "trial" => Deployment::Trial,
            "production" => Deployment::Production,
            other => {
                return refuse(format!(
                    "DEPLOYMENT is `{other}`; it can be `trial` or `production`."
                ));
            }
        };
        let scanning_required = match value("SCANNING").as_str() {
            "none" => false,
            "required" => true,
            other => {
                return refuse(format!("SCANNING is `{other}`; it can be `none` or `required`."));
            }
        };
        let at_least_one = |name: &str| {
            u32::try_from(number(name)?).ok().filter(|number| *number > 0).ok_or_else(|| {
                SettingsRefused(format!("{name} is `{}`; it must be 1 or more.", value(name)))
            })
        };
        let searches = SearchLimits {
            a_minute: at_least_one("SEARCHES_A_MINUTE")?,
            an_hour: at_least_one("SEARCHES_AN_HOUR")?,
        };
        let clock_offset_seconds = number("CLOCK_OFFSET_SECONDS")?;
        let staff_lock_minutes = u32::try_from(number("STAFF_LOCK_MINUTES")?)
            .ok()
            .filter(|minutes| LOCK_MINUTES.contains(minutes))
            .ok_or_else(|| SettingsRefused("STAFF_LOCK_MINUTES must be 1 to 60.".into()))?;
        let storage_origin = match &stores {
            Stores::Azure(azure) if get("STORAGE_ORIGIN").is_none() => azure.blob_origin(),
            _ => origin("STORAGE_ORIGIN")?,
        };
        if stores != Stores::Embedded && clock_offset_seconds != 0 {
            return refuse(
                "CLOCK_OFFSET_SECONDS must be 0: the services of Azure have their own clock."
                    .into(),
            );
        }
        let texts = Texts::read(&get)?;
        let unfit = {
            let (issuer, public) = (get("STAFF_ISSUER"), get("PUBLIC_ORIGIN"));
            let storage = match &stores {
                Stores::Embedded => get("STORAGE_ORIGIN"),
                Stores::Azure(_) => Some(storage_origin.clone()),
            };
            let mut addresses = vec![
                ("STAFF_ISSUER", issuer.as_deref()),
                ("PUBLIC_ORIGIN", public.as_deref()),
                ("STORAGE_ORIGIN", storage.as_deref()),
                ("NOTIFY_ORIGIN", Some(texts.notify_origin.as_str())),
            ];
            if let Stores::Azure(azure) = &stores {
                addresses.push(("COSMOS_ENDPOINT", Some(&azure.cosmos_endpoint)));
            }
            if let Some(resource) = &texts.communication_services {
                addresses.push(("ACS_ENDPOINT", Some(&resource.endpoint)));
            }
            unfit(&addresses, clock_offset_seconds)
        };
        let operator = Operator::read(&get, deployment);
        if deployment == Deployment::Production && !unfit.is_empty() {
            let operator = operator.err().map(|refused| format!("{refused} ")).unwrap_or_default();
            return refuse(format!("{operator}{}", not_for_real_people(&unfit)));
        }
        Ok(Self {
            stores,
            data_dir,
            outbox_dir,
            storage_port,
            queue_port,
            keep_free,
            storage_origin,
            public_origin,
            cookies,
            staff_issuer: value("STAFF_ISSUER").trim_end_matches('/').to_owned(),
            staff_audience: value("STAFF_AUDIENCE"),
            staff_client_id: value("STAFF_CLIENT_ID"),
            staff_scope: value("STAFF_SCOPE"),
            staff_lock_minutes,
            operator: operator?,
            deployment,
            texts,
            scanning_required,
            searches,
            clock_offset_seconds,
            unfit,
        })
    }
}

/// Why there is no start, or no first controller that is not the demo's.
pub fn not_for_real_people(unfit: &[Unfit]) -> String {
    let lines: Vec<String> = unfit.iter().map(ToString::to_string).collect();
    format!("No data of real people may be kept here: {}.", lines.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[(&str, &str)]) -> Result<Settings, String> {
        let get = |name: &str| {
            values.iter().find(|(known, _)| *known == name).map(|(_, v)| (*v).to_owned())
        };
        Settings::read(get).map_err(|refused| refused.to_string())
    }

    #[test]
    fn no_settings_at_all_is_the_embedded_store() {
        let settings = read(&[]).unwrap();
        assert_eq!(settings.data_dir, PathBuf::from("./aftersight-data"));
        assert_eq!(settings.outbox_dir, PathBuf::from("./aftersight-data/outbox"));
    }

    #[test]
    fn the_queues_have_a_port_of_their_own_and_the_disk_a_reserve() {
        let settings = read(&[("KEEP_FREE_MIB", "3")]).unwrap();
        assert_eq!((settings.queue_port, settings.keep_free), (7074, 3 << 20));
        assert_eq!(read(&[]).unwrap().keep_free, 2 << 30);
        assert!(read(&[("QUEUE_PORT", "7072")]).unwrap_err().contains("QUEUE_PORT"));
        assert!(read(&[("KEEP_FREE_MIB", "-1")]).unwrap_err().contains("KEEP_FREE_MIB"));
    }

    #[test]
    fn an_issuer_of_one_tenant_has_the_origin_of_all() {
        for (issuer, origin) in [
            ("https://login.example.org/a-tenant/v2.0", "https://login.example.org"),
            ("http://127.0.0.1:7073", "http://127.0.0.1:7073"),
        ] {
            assert_eq!(read(&[("STAFF_ISSUER", issuer)]).unwrap().staff_issuer_origin(), origin);
        }
    }

    #[test]
    fn production_has_an_operator() {
        assert!(read(&[("DEPLOYMENT", "production")]).unwrap_err().contains("OPERATOR_NAME"));
    }

    // R12: who asks about data protection has somebody to turn to, or nothing starts.
    #[test]
    fn production_does_not_start_without_its_officer() {
        let all = [
            "OPERATOR_NAME",
            "OPERATOR_ADDRESS",
            "OPERATOR_CONTACT",
            "OPERATOR_PHONE",
            "OPERATOR_OFFICER",
        ];
        let mut values = vec![("DEPLOYMENT", "production")];
        values.extend(all.map(|name| (name, "somebody@example.org")));
        values.extend(FIT);
        assert!(read(&values).is_ok());
        values.retain(|(name, _)| *name != "OPERATOR_OFFICER");
        assert!(read(&values).unwrap_err().contains("OPERATOR_OFFICER"));
    }

    const FIT: [(&str, &str); 3] = [
        ("STAFF_ISSUER", "https://login.example.org/tenant/v2.0"),
        ("PUBLIC_ORIGIN", "https://photos.example.org"),
        ("STORAGE_ORIGIN", "https://media.example.org"),
    ];

    #[test]
    fn production_names_everything_that_keeps_it_from_starting() {
        let refused = read(&[("DEPLOYMENT", "production")]).unwrap_err();
        for name in ["OPERATOR_NAME", "STAFF_ISSUER", "PUBLIC_ORIGIN", "STORAGE_ORIGIN"] {
            assert!(refused.contains(name), "{name}: {refused}");
        }
        assert!(read(&[]).unwrap().unfit.len() >= 3, "a trial starts and knows");
        assert_eq!(read(&FIT).unwrap().unfit, []);
    }

    #[test]
    fn no_address_and_no_clock_of_a_trial_is_one_for_real_people() {
        let offset = ("CLOCK_OFFSET_SECONDS", "283824000");
        let others = [
            ("STAFF_ISSUER", "http://login.example.org"),
            ("STAFF_ISSUER", "https://127.0.0.1:7073"),
            ("PUBLIC_ORIGIN", "https://localhost"),
            ("STORAGE_ORIGIN", "http://media.example.org"),
            ("NOTIFY_ORIGIN", "http://127.0.0.1:7079"),
            offset,
        ];
        for (name, value) in others {
            let mut values = FIT.to_vec();
            values.retain(|(known, _)| *known != name);
            values.push((name, value));
            let unfit = read(&values).unwrap().unfit;
            assert_eq!(unfit.len(), 1, "{name}");
            assert!(not_for_real_people(&unfit).contains(name));
        }
    }

    #[test]
    fn a_limit_of_searches_is_a_number_of_one_or_more() {
        let limits = read(&[("SEARCHES_AN_HOUR", "100")]).unwrap().searches;
        assert_eq!((limits.a_minute, limits.an_hour), (60, 100));
        for wrong in ["0", "-1", "many", "99999999999"] {
            let refused = read(&[("SEARCHES_A_MINUTE", wrong)]).unwrap_err();
            assert!(refused.contains("SEARCHES_A_MINUTE"), "{refused}");
        }
    }

    #[test]
    fn a_staff_page_locks_after_a_quarter_of_an_hour_or_1_to_60_minutes() {
        assert_eq!(read(&[]).unwrap().staff_lock_minutes, 15);
        assert_eq!(read(&[("STAFF_LOCK_MINUTES", "5")]).unwrap().staff_lock_minutes, 5);
        for minutes in ["0", "61", "-5", "soon"] {
            let refused = read(&[("STAFF_LOCK_MINUTES", minutes)]).unwrap_err();
            assert!(refused.contains("STAFF_LOCK_MINUTES"), "{refused}");
        }
    }

    #[test]
    fn plain_http_serves_this_machine_only() {
        assert!(read(&[("PUBLIC_ORIGIN", "http://photos.example.org")]).is_err());
        assert!(read(&[("PUBLIC_ORIGIN", "https://photos.example.org")]).is_ok());
        assert!(read(&[("PUBLIC_ORIGIN", "https://photos.example.org/x")]).is_err());
    }
}
