//! The main job and its night on a system started for it, on free ports and a folder of its own;
//! then the main job again on emulators of Azure, with the same result.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::camera_photo;
use crate::emulators::OnEmulators;
use crate::machine::chance;
use crate::night;
use crate::system::{Console, Ports, StopSignal, System, SystemOptions};
use crate::walk::Photo;
use crate::workspace::{self, Programs};

pub fn run() -> Result<(), String> {
    let programs = workspace::build_programs()?;
    let data = programs.target.join(format!("check-{:016x}", chance()));
    let photo = camera_photo::make();
    let outcome = night::spend(&programs, &data, &photo);
    remove(&data)?;
    let (walked, night) = outcome?;
    for line in [serde_json::to_string(&walked), serde_json::to_string(&night)] {
        println!("{}", line.map_err(|error| error.to_string())?);
    }
    let (on_emulators, transcript) = walk_on_emulators(&programs, &photo)?;
    println!("{on_emulators}");
    let here = serde_json::to_value(&walked).map_err(|error| error.to_string())?;
    same_but_for_chance(&here, &on_emulators)?;
    same_answers(&walked.transcript, &transcript)?;
    println!("{} answers are the same on emulators", transcript.len());
    Ok(())
}

/// The same walk by the same program on emulators: only what it is told differs.
fn walk_on_emulators(programs: &Programs, photo: &Photo) -> Result<(Value, Vec<Value>), String> {
    let ports = Ports::free()?;
    let data = programs.target.join(format!("check-{:016x}", chance()));
    let console = Console::File(programs.target.join("emulators.log"));
    let options = SystemOptions {
        emulators: Some(OnEmulators::start(&ports.front_origin())?),
        ..SystemOptions::new(ports, data.clone(), console)
    };
    let system = System::start(programs, options, &StopSignal::default())?;
    let (file, transcript) = (data.join("photo.jpg"), data.join("transcript.json"));
    fs::write(&file, &photo.bytes).map_err(|error| error.to_string())?;
    let authority = system.emulators.as_ref().map_or("", OnEmulators::authority);
    // A process of its own: whom it trusts is told by its environment.
    let walk = Command::new(std::env::current_exe().map_err(|error| error.to_string())?)
        .args(["walk", "--url", &ports.front_origin(), "--photo"])
        .arg(&file)
        .arg("--transcript")
        .arg(&transcript)
        .env("SSL_CERT_FILE", authority)
        .output()
        .map_err(|error| error.to_string());
    system.stop();
    let lines = fs::read(&transcript);
    remove(&data)?;
    let walk = walk?;
    if !walk.status.success() {
        return Err(format!("on emulators: {}", String::from_utf8_lossy(&walk.stderr).trim()));
    }
    let said = |error: serde_json::Error| format!("on emulators: {error}");
    let walked = serde_json::from_slice(&walk.stdout).map_err(said)?;
    let lines = lines.map_err(|error| format!("on emulators: {error}"))?;
    Ok((walked, serde_json::from_slice(&lines).map_err(said)?))
}

/// Every step had the same status and the same JSON.
fn same_answers(here: &[Value], there: &[Value]) -> Result<(), String> {
    for (here, there) in here.iter().zip(there) {
        if here != there {
            return Err(format!("embedded says\n{here}\nand emulators say\n{there}"));
        }
    }
    if here.len() == there.len() { Ok(()) } else { Err("one walk has more steps".to_owned()) }
}

/// Ids are random and machines are not equally fast; everything else is the same.
fn same_but_for_chance(here: &Value, there: &Value) -> Result<(), String> {
    const CHANCE: [&str; 5] = ["patient", "request", "upload", "item", "took_ms"];
    let facts = |walked: &Value| -> Option<BTreeMap<String, Value>> {
        let all = walked.as_object()?.iter();
        let facts = all.filter(|(name, _)| !CHANCE.contains(&name.as_str()));
        Some(facts.map(|(name, value)| (name.clone(), value.clone())).collect())
    };
    if facts(here).is_some() && facts(here) == facts(there) {
        return Ok(());
    }
    Err("the walk on emulators is not the walk on the embedded store".to_owned())
}

fn remove(data: &Path) -> Result<(), String> {
    if data.exists() {
        fs::remove_dir_all(data).map_err(|error| format!("{}: {error}", data.display()))?;
    }
    Ok(())
}
