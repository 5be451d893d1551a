//! The main job and its night on a system started for it, on free ports and a folder of its own.

use std::fs;
use std::path::Path;

use crate::camera_photo;
use crate::machine::chance;
use crate::night;
use crate::workspace;

pub fn run() -> Result<(), String> {
    let programs = workspace::build_programs()?;
    let data = programs.target.join(format!("check-{:016x}", chance()));
    let outcome = night::spend(&programs, &data, &camera_photo::make());
    remove(&data)?;
    let (walked, night) = outcome?;
    for line in [serde_json::to_string(&walked), serde_json::to_string(&night)] {
        println!("{}", line.map_err(|error| error.to_string())?);
    }
    Ok(())
}

fn remove(data: &Path) -> Result<(), String> {
    if data.exists() {
        fs::remove_dir_all(data).map_err(|error| format!("{}: {error}", data.display()))?;
    }
    Ok(())
}
