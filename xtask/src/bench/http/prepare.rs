//! What the requests need: a system with a picture to view and a link to open.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use super::load::Load;
use super::server::Peers;
use crate::camera_photo;
use crate::machine::chance;
use crate::system::{Console, Ports, Settings, StopSignal, System, SystemOptions};
use crate::walk::{self, StaffClient};

pub struct Prepared {
    pub loads: Vec<Load>,
    /// For a handler over the same data.
    pub settings: Settings,
    /// Runs on: the handler reads the issuer's keys.
    system: System,
    data: PathBuf,
}

pub fn prepare(peers: &Peers) -> Result<Prepared, String> {
    let said = |failed: walk::StepFailed| failed.to_string();
    let data = peers.programs.target.join(format!("bench-{:016x}", chance()));
    let console = Console::File(peers.programs.target.join("bench.log"));
    let options = SystemOptions::new(Ports::free()?, data.clone(), console);
    let system = System::start(&peers.programs, options, &StopSignal::default())?;
    let front = system.ports.front_origin();
    let (walked, _) = walk::walk(&front, &camera_photo::make()).map_err(said)?;
    let staff = StaffClient::sign_in(&front).map_err(said)?;
    let (patient, person) = staff.add_patient().map_err(said)?;
    staff.request_capture(&patient, 1).map_err(said)?;
    let code = staff.await_link(&person).map_err(said)?;

    // What the host adds to every request that it proxies.
    let mark = [
        "x-ms-invocation-id: 00000000-0000-4000-8000-000000000000".to_owned(),
        "X-Forwarded-For: 127.0.0.1".to_owned(),
    ];
    let token = format!("Authorization: {}", staff.authorization());
    let view = format!("POST /api/patients/{}/items/{}/view", walked.patient, walked.item);
    // Those that change the one record go one after the other: it would make them wait anyway.
    let loads = vec![
        Load::new("ping", "GET /", &[], "", 20_000, 4),
        Load::new(
            "open-link",
            "POST /api/links/open",
            &mark,
            &json!({ "code": code }).to_string(),
            1_000,
            1,
        ),
        Load::new("view-item", &view, &[&mark[..], &[token]].concat(), "{}", 1_000, 1),
    ];
    Ok(Prepared { loads, settings: system.settings().clone(), system, data })
}

impl Prepared {
    /// Stops the system and removes what it kept.
    pub fn finish(self) -> Result<(), String> {
        self.system.stop();
        fs::remove_dir_all(&self.data).map_err(|error| format!("{}: {error}", self.data.display()))
    }
}
