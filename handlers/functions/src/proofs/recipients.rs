//! Whom data may reach: the storage and the text providers that the settings name, and nobody else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Every setting there is; another test compares the file with the code.
const SETTINGS: &str = include_str!("../../../../local.settings.example.json");
/// Crates that the product is made of, and the only files of theirs that can reach another machine.
const CRATES: [&str; 5] = ["azure", "domain", "embedded", "functions", "media"];
const REACH_OUT: [&str; 4] = [
    // Storage, vault and text providers, one client.
    "azure/src/transport.rs",
    "azure/src/store.rs",
    "functions/src/stores.rs",
    // Keys of whoever signs staff in; nothing is told there.
    "functions/src/sign_in/jwks.rs",
];

fn settings() -> Vec<String> {
    let example: Value = serde_json::from_str(SETTINGS).unwrap();
    example["Values"].as_object().unwrap().keys().cloned().collect()
}

// R40, R41, R45: storage and texts. No e-mail is sent, so nobody sends one.
#[test]
fn the_settings_name_storage_texts_and_sign_in_and_no_other_recipient() {
    let is_place = |name: &&String| {
        ["_ENDPOINT", "_ORIGIN", "_ISSUER", "_URL", "_HOST"].iter().any(|end| name.ends_with(end))
    };
    let all = settings();
    let places: BTreeSet<&str> = all.iter().filter(is_place).map(String::as_str).collect();
    let storage = ["COSMOS_ENDPOINT", "BLOB_ENDPOINT", "QUEUE_ENDPOINT", "KEY_VAULT_ENDPOINT"];
    let texts = ["NOTIFY_ORIGIN", "ACS_ENDPOINT"];
    // Where people come to us, and where staff prove who they are.
    let ours = ["PUBLIC_ORIGIN", "STORAGE_ORIGIN", "STAFF_ISSUER"];
    let wanted: BTreeSet<&str> = storage.into_iter().chain(texts).chain(ours).collect();
    assert_eq!(places, wanted);
    assert!(all.iter().all(|name| !name.contains("EMAIL") && !name.contains("SMTP")));
}

// R50: who we are is an identity of the platform; there is nothing that could be copied.
#[test]
fn no_setting_holds_a_key_a_password_or_a_connection_string() {
    for name in settings() {
        let is_secret = ["_KEY", "SECRET", "PASSWORD", "CONNECTION", "TOKEN", "SAS"]
            .iter()
            .any(|word| name.contains(word));
        assert!(!is_secret, "{name}");
    }
}

// R40: a new way out is a decision, not an import.
#[test]
fn only_these_files_can_reach_another_machine() {
    let handlers = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = BTreeSet::new();
    for name in CRATES {
        for file in files(&handlers.join(name).join("src")) {
            let source = std::fs::read_to_string(&file).unwrap();
            let product = source.split("#[cfg(test)]").next().unwrap_or_default();
            let reaches = ["reqwest", "ureq", "TcpStream::connect", "hyper::client", "UdpSocket"];
            let file = file.strip_prefix(handlers).unwrap().to_str().unwrap().to_owned();
            let is_of_tests =
                ["/testing/", "/proofs/", "tests.rs"].iter().any(|p| file.contains(p));
            if !is_of_tests && reaches.iter().any(|word| product.contains(word)) {
                found.insert(file);
            }
        }
    }
    assert_eq!(found, REACH_OUT.map(str::to_owned).into());
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
