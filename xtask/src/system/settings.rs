//! What the processes are told: the handlers' settings and the host's arguments.

use std::path::Path;

use super::Ports;

/// The environment that every process of the system gets.
pub type Settings = Vec<(&'static str, String)>;

/// The settings of a system on these ports, over this folder.
pub fn settings(ports: Ports, data: &Path, offset_seconds: i64) -> Settings {
    let outbox = data.join("outbox");
    vec![
        ("STORES", "embedded".to_owned()),
        ("DATA_DIR", data.display().to_string()),
        ("OUTBOX_DIR", outbox.display().to_string()),
        ("STORAGE_PORT", ports.storage().to_string()),
        ("STORAGE_ORIGIN", ports.storage_origin()),
        ("PUBLIC_ORIGIN", ports.front_origin()),
        ("STAFF_ISSUER", ports.issuer_origin()),
        ("STAFF_AUDIENCE", "api://aftersight".to_owned()),
        ("DEPLOYMENT", "trial".to_owned()),
        ("CLOCK_OFFSET_SECONDS", offset_seconds.to_string()),
    ]
}

/// The command line of the local host.
pub fn host_arguments(
    ports: Ports,
    data: &Path,
    app: &Path,
    staff: &str,
    offset_seconds: i64,
) -> Vec<String> {
    let inside = |name: &str| data.join(name).display().to_string();
    let flags = [
        ("--app", app.display().to_string()),
        ("--port", ports.front().to_string()),
        ("--state", inside("host")),
        ("--clock-offset-seconds", offset_seconds.to_string()),
        ("--queue-endpoint", format!("{}/aftersight", ports.storage_origin())),
        ("--queue-account", "aftersight".to_owned()),
        ("--queue-key-file", inside("storage.key")),
        ("--admin", "open".to_owned()),
        ("--issuer-port", ports.issuer().to_string()),
        ("--staff", staff.to_owned()),
        ("--outbox", inside("outbox")),
    ];
    flags.into_iter().flat_map(|(flag, value)| [flag.to_owned(), value]).collect()
}
