//! The program's own words to an administrator, by running it: where it refuses to start, and what
//! applying a document says.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::running_app::{program, root};

/// Runs it to its end with these settings and no others.
fn run(words: &[&str], settings: &[(&str, &str)], folder: &Path) -> Output {
    Command::new(program())
        .args(words)
        .env_clear()
        .env("DATA_DIR", folder)
        .envs(settings.iter().copied())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn half_a_cloud_and_a_disk_that_azure_throws_away_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cosmos = ("COSMOS_ENDPOINT", "https://x.documents.azure.com/");
    for (settings, named) in [
        (vec![cosmos], "BLOB_ENDPOINT"),
        (vec![cosmos, ("STORES", "embedded")], "COSMOS_ENDPOINT"),
        (vec![("WEBSITE_SITE_NAME", "app")], "STORES=embedded"),
        (vec![("STORES", "azure")], "KEY_VAULT_ENDPOINT"),
        (vec![("ACS_SENDER", "Aftersight")], "ACS_ENDPOINT"),
        (vec![("DEPLOYMENT", "production")], "OPERATOR_OFFICER"),
    ] {
        let ended = run(&["serve"], &settings, folder.path());
        assert_eq!(ended.status.code(), Some(1), "{settings:?}");
        assert!(text(&ended.stderr).contains(named), "{settings:?}: {}", text(&ended.stderr));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
}

/// What an installation for real people is reached by.
const FIT: [(&str, &str); 3] = [
    ("STAFF_ISSUER", "https://login.example.org/tenant/v2.0"),
    ("PUBLIC_ORIGIN", "https://photos.example.org"),
    ("STORAGE_ORIGIN", "https://media.example.org"),
];

#[test]
fn no_first_controller_of_real_people_comes_onto_what_a_trial_stands_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let demo = root().join("handlers/functions/demo/controllers.json");
    let mut real: Value = serde_json::from_slice(&std::fs::read(&demo).unwrap()).unwrap();
    real["controllers"][0]["demo"] = json!(false);
    let file = folder.path().join("real.json");
    std::fs::write(&file, real.to_string()).unwrap();
    let file = file.to_str().unwrap();
    let nine_years = ("CLOCK_OFFSET_SECONDS", "283824000");
    let off = |name: &str| {
        let mut settings = FIT.to_vec();
        settings.retain(|(known, _)| *known != name);
        settings
    };
    let mut early = FIT.to_vec();
    early.push(nine_years);
    for (settings, named) in [
        (vec![], "STAFF_ISSUER"),
        (off("STAFF_ISSUER"), "STAFF_ISSUER"),
        (off("PUBLIC_ORIGIN"), "PUBLIC_ORIGIN"),
        (off("STORAGE_ORIGIN"), "STORAGE_ORIGIN"),
        (early.clone(), "CLOCK_OFFSET_SECONDS"),
    ] {
        for words in [&["apply", file][..], &["apply", file, "--check"][..]] {
            let ended = run(words, &settings, &data);
            assert_eq!(ended.status.code(), Some(1), "{settings:?}");
            assert!(text(&ended.stderr).contains(named), "{}", text(&ended.stderr));
        }
    }
    let applied = run(&["apply", file], &FIT, &data);
    assert!(applied.status.success(), "{}", text(&applied.stderr));
    // And once it is there, nothing starts over it that a trial would.
    for (settings, named) in [(vec![], "STAFF_ISSUER"), (early, "CLOCK_OFFSET_SECONDS")] {
        for word in ["serve", "storage"] {
            let ended = run(&[word], &settings, &data);
            assert_eq!(ended.status.code(), Some(1), "{word} {settings:?}");
            assert!(text(&ended.stderr).contains(named), "{}", text(&ended.stderr));
        }
    }
}

#[test]
fn applying_says_what_changes_and_twice_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let demo = root().join("handlers/functions/demo/controllers.json");
    let mut next: Value = serde_json::from_slice(&std::fs::read(&demo).unwrap()).unwrap();
    next["controllers"][0]["linkDays"] = json!(14);
    let file = folder.path().join("next.json");
    std::fs::write(&file, next.to_string()).unwrap();
    let (demo, file) = (demo.to_str().unwrap(), file.to_str().unwrap());
    let said = |words: &[&str]| {
        let ended = run(words, &[], &data);
        assert!(ended.status.success(), "{}", text(&ended.stderr));
        text(&ended.stdout)
    };
    let comes = said(&["apply", demo, "--check"]);
    assert!(comes.starts_with("+ controller riverside: Riverside Hospital\n"), "{comes}");
    assert_eq!(said(&["apply", demo]), comes, "a look wrote nothing");
    assert_eq!(said(&["apply", demo]), "");
    let change = "~ controller riverside: linkDays 10 -> 14\n";
    assert_eq!(said(&["apply", file, "--check"]), change);
    assert_eq!(said(&["apply", file]), change);
    assert_eq!(said(&["apply", file, "--check"]), "");
}
