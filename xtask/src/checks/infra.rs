//! The deployment: Bicep, scripts, and their tests, as `infra/tests/run` does them.
//!
//! They share nothing with the other checks, and wait for packages and for a fake Azure more than
//! they work: so they run beside the others from the start, and are heard at the end.

use std::fs;
use std::path::PathBuf;

use crate::system::{Console, Process};
use crate::workspace;

pub const NAME: &str = "the deployment, beside the others";

pub struct BesideTheOthers {
    process: Process,
    said: PathBuf,
}

impl BesideTheOthers {
    pub fn begin() -> Result<Self, String> {
        let said = workspace::target_of_this_program()?.join("infra.log");
        fs::write(&said, []).map_err(|error| format!("{}: {error}", said.display()))?;
        let program = workspace::root().join("infra/tests/run");
        let console = Console::File(said.clone());
        // It says at once what it has done: nobody else does while the others run.
        let settings = vec![("PYTHONUNBUFFERED".to_owned(), "1".to_owned())];
        let process = Process::start("infra/tests/run", &program, &[], &settings, &console)?;
        println!("infra/tests/run runs beside the others: {}", said.display());
        Ok(Self { process, said })
    }

    /// Its words and its outcome, once it has ended.
    pub fn end(self) -> Result<(), String> {
        let status = self.process.end()?;
        let said = fs::read_to_string(&self.said).map_err(|error| error.to_string())?;
        println!("{}", said.trim_end());
        if status.success() { Ok(()) } else { Err("infra/tests/run says why above".to_owned()) }
    }

    /// Another check failed: nobody waits for this one.
    pub fn stop(self) {
        self.process.stop();
    }
}
