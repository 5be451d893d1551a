//! What the host is told, pinned: a changed trigger, route or schema shows in review.
//!
//! To accept a change: `handlers package --to tests/golden` and
//! `handlers openapi > tests/golden/openapi.json`.

use std::collections::BTreeSet;

use functions::settings::SETTINGS;
use serde_json::Value;

use crate::running_app::root;

fn json(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(root().join(path)).unwrap()).unwrap()
}

#[test]
fn every_function_json_is_as_pinned() {
    let functions = functions::functions();
    custom_handler::check_table(&functions).unwrap();
    let mut named = BTreeSet::new();
    for function in &functions {
        let pinned = json(&format!("tests/golden/{}/function.json", function.name()));
        assert_eq!(custom_handler::function_json(function), pinned, "{}", function.name());
        named.insert(function.name().to_owned());
    }
    let golden = std::fs::read_dir(root().join("tests/golden")).unwrap();
    let folders: BTreeSet<String> = golden
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert_eq!(folders, named, "one folder a function, and no other");
}

#[test]
fn the_catch_all_sorts_last() {
    // Rule b: the host tries routes in the order of function names.
    let mut names: Vec<&str> =
        functions::functions().iter().map(custom_handler::Function::name).collect();
    names.sort_unstable();
    assert_eq!(names.last(), Some(&"www-pages"));
}

#[test]
fn the_api_description_is_as_pinned() {
    let pinned = std::fs::read_to_string(root().join("tests/golden/openapi.json")).unwrap();
    assert_eq!(functions::describe_api::openapi(), pinned);
}

#[test]
fn every_http_function_is_in_the_api_description() {
    let api = json("tests/golden/openapi.json");
    for function in functions::functions() {
        let declared = custom_handler::function_json(&function);
        let trigger = &declared["bindings"][0];
        if trigger["type"] != "httpTrigger" || function.name() == "www-pages" {
            continue;
        }
        let path = format!("/{}", trigger["route"].as_str().unwrap());
        // HEAD is GET without the body; OpenAPI's readers expect GET alone.
        let methods = trigger["methods"].as_array().unwrap().iter();
        for method in methods.filter(|method| **method != "head") {
            let described = &api["paths"][&path][method.as_str().unwrap()];
            assert!(described.is_object(), "{method} {path}");
        }
    }
}

#[test]
fn host_json_proxies_and_never_forwards() {
    // Rule a: forwarding lets an outsider forge a queue message.
    let host = json("host.json");
    assert_eq!(host["customHandler"]["enableProxyingHttpRequest"], true);
    assert!(!std::fs::read_to_string(root().join("host.json")).unwrap().contains("Forwarding"));
    assert_eq!(host["customHandler"]["description"]["defaultExecutablePath"], "handlers");
    assert_eq!(host["extensions"]["http"]["routePrefix"], "");
    let seconds = functions::run::FUNCTION_TIMEOUT.as_secs();
    assert_eq!(host["functionTimeout"], format!("00:{:02}:00", seconds / 60));
}

#[test]
fn the_settings_example_lists_every_setting_with_its_default() {
    let example = json("local.settings.example.json");
    let values = example["Values"].as_object().unwrap();
    for (name, default) in SETTINGS {
        let shown = values.get(name).unwrap_or_else(|| panic!("{name} is missing"));
        if !default.is_empty() {
            assert_eq!(shown, default, "{name}");
        }
    }
    let known: BTreeSet<&str> = SETTINGS.iter().map(|(name, _)| *name).collect();
    let hosts = ["FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage"];
    for name in values.keys() {
        assert!(known.contains(name.as_str()) || hosts.contains(&name.as_str()), "{name}");
    }
}
