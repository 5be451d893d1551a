//! When a timer ran last and runs next: one small file per timer, replaced whole.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;

use crate::dotnet_time;
use crate::ordered_json::Json;

/// The host's schedule status. A `last` or `last_updated` of `None` is .NET's year 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    pub last: Option<Timestamp>,
    pub next: Timestamp,
    pub last_updated: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stored {
    last: Timestamp,
    next: Timestamp,
    last_updated: Timestamp,
}

impl Status {
    /// As the file holds it, and `Data.<timer>.ScheduleStatus` shows it.
    pub fn to_json(&self) -> Json {
        let member = |name: &str, moment: Option<Timestamp>| {
            let text = dotnet_time::offset(moment.unwrap_or_else(never));
            (name.to_owned(), Json::Text(text))
        };
        Json::Object(vec![
            member("Last", self.last),
            member("Next", Some(self.next)),
            member("LastUpdated", self.last_updated),
        ])
    }
}

fn never() -> Timestamp {
    Timestamp::from_second(dotnet_time::NEVER_SECOND).unwrap_or(Timestamp::MIN)
}

/// The status files of one host.
#[derive(Clone, Debug)]
pub(crate) struct StatusFiles {
    folder: PathBuf,
}

impl StatusFiles {
    pub fn new(state_dir: &Path) -> Self {
        Self { folder: state_dir.join("timers") }
    }

    /// `None` when the timer has no status yet, or one that cannot be read.
    pub fn load(&self, function: &str) -> Option<Status> {
        let text = std::fs::read(self.path(function)).ok()?;
        let stored: Stored = serde_json::from_slice(&text)
            .inspect_err(|cause| tracing::warn!(%cause, function, "unreadable timer status"))
            .ok()?;
        let known = |moment: Timestamp| (moment != never()).then_some(moment);
        Some(Status {
            last: known(stored.last),
            next: stored.next,
            last_updated: known(stored.last_updated),
        })
    }

    pub fn save(&self, function: &str, status: &Status) -> io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let path = self.path(function);
        let new = path.with_extension("new");
        std::fs::write(&new, status.to_json().to_compact())?;
        std::fs::rename(new, path)
    }

    fn path(&self, function: &str) -> PathBuf {
        self.folder.join(format!("{function}.json"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_survives_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let files = StatusFiles::new(folder.path());
        assert_eq!(files.load("tick"), None);
        let status = Status {
            last: None,
            next: "2026-11-22T02:00:00Z".parse().unwrap(),
            last_updated: Some("2026-11-22T00:26:31.5257949Z".parse().unwrap()),
        };
        files.save("tick", &status).unwrap();
        assert_eq!(files.load("tick"), Some(status.clone()));
        assert_eq!(
            status.to_json().to_compact(),
            r#"{"Last":"0001-01-01T00:00:00+00:00","Next":"2026-11-22T02:00:00+00:00","LastUpdated":"2026-11-22T00:26:31.5257949+00:00"}"#
        );
    }
}
