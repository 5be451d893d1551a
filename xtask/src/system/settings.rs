//! What the processes are told: the handlers' settings and the host's arguments.

use std::fs;
use std::path::Path;

use super::Ports;
use crate::emulators::OnEmulators;

/// The environment that every process of the system gets.
pub type Settings = Vec<(String, String)>;

/// The file in the data folder with the key of the emulated account. The embedded store keeps its
/// own, `storage.key`.
pub const ACCOUNT_KEY: &str = "account.key";

/// An issuer of staff tokens that somebody else runs.
pub struct OtherIssuer {
    pub url: String,
    /// What the pages ask it for.
    pub scope: String,
}

/// The settings of a system on these ports, over this folder or the emulators.
pub fn settings(
    ports: Ports,
    data: &Path,
    offset_seconds: i64,
    emulators: Option<&OnEmulators>,
    issuer: Option<&OtherIssuer>,
) -> Settings {
    let outbox = data.join("outbox");
    let stores: Settings = match emulators {
        Some(emulators) => {
            emulators.settings().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
        }
        None => own([
            ("STORES", "embedded".to_owned()),
            ("STORAGE_PORT", ports.storage().to_string()),
            ("STORAGE_ORIGIN", ports.storage_origin()),
            ("QUEUE_PORT", ports.queues().to_string()),
        ]),
    };
    let everywhere = own([
        ("DATA_DIR", data.display().to_string()),
        ("OUTBOX_DIR", outbox.display().to_string()),
        ("PUBLIC_ORIGIN", ports.front_origin()),
        ("STAFF_ISSUER", issuer.map_or_else(|| ports.issuer_origin(), |other| other.url.clone())),
        ("STAFF_SCOPE", issuer.map_or("openid", |other| &other.scope).to_owned()),
        ("STAFF_AUDIENCE", "api://aftersight".to_owned()),
        ("DEPLOYMENT", "trial".to_owned()),
        ("CLOCK_OFFSET_SECONDS", offset_seconds.to_string()),
    ]);
    [stores, everywhere].concat()
}

fn own<const N: usize>(settings: [(&str, String); N]) -> Settings {
    settings.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

/// Where the embedded store of the version in `source` answers queue calls: a version from before
/// they had a port of their own has them beside its blobs. Its example settings say which it is.
pub fn queue_origin(ports: Ports, source: &Path) -> String {
    let example = fs::read_to_string(source.join("local.settings.example.json"));
    if example.is_ok_and(|example| example.contains("QUEUE_PORT")) {
        ports.queue_origin()
    } else {
        ports.storage_origin()
    }
}

/// The command line of the local host.
pub fn host_arguments(
    ports: Ports,
    queue_origin: &str,
    data: &Path,
    app: &Path,
    staff: &str,
    offset_seconds: i64,
    emulators: Option<&OnEmulators>,
) -> Vec<String> {
    let inside = |name: &str| data.join(name).display().to_string();
    let (queues, account, key) = if let Some(emulators) = emulators {
        let (endpoint, account) = emulators.queues();
        (endpoint.to_owned(), account.to_owned(), ACCOUNT_KEY)
    } else {
        let endpoint = format!("{queue_origin}/aftersight");
        (endpoint, "aftersight".to_owned(), "storage.key")
    };
    let flags = [
        ("--app", app.display().to_string()),
        ("--port", ports.front().to_string()),
        ("--state", inside("host")),
        ("--clock-offset-seconds", offset_seconds.to_string()),
        ("--queue-endpoint", queues),
        ("--queue-account", account),
        ("--queue-key-file", inside(key)),
        ("--admin", "open".to_owned()),
        ("--issuer-port", ports.issuer().to_string()),
        ("--staff", staff.to_owned()),
        ("--outbox", inside("outbox")),
    ];
    flags.into_iter().flat_map(|(flag, value)| [flag.to_owned(), value]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_without_a_queue_port_has_its_queues_beside_its_blobs() {
        let ports = Ports::starting_at(7000).unwrap();
        let ours = crate::workspace::root();
        assert_eq!(queue_origin(ports, ours), "http://127.0.0.1:7003");
        let older = tempfile::tempdir().unwrap();
        fs::write(older.path().join("local.settings.example.json"), "{}").unwrap();
        assert_eq!(queue_origin(ports, older.path()), "http://127.0.0.1:7001");
    }
}
