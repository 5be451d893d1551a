//! The store's own health, told to the operator: files that no row leads to, and damaged pages.
//! Trouble here stops neither a start nor a night: whatever else is due goes on.

use domain::operator_row::OperatorKind;
use tracing::{info, warn};

use crate::app::App;
use crate::ledger::day;
use crate::operator_list::tell_operator;

/// One row however often the check finds it: what is damaged stays damaged until somebody acts.
const DATABASE: &str = "database";

/// Moves aside what no row leads to. A row is lost there, or a process was killed while it wrote.
pub async fn move_aside(app: &App) {
    let aside = match app.night.move_aside().await {
        Ok(aside) => aside,
        Err(error) => return warn!(%error, "files that no row leads to could not be moved aside"),
    };
    if aside.gone > 0 {
        info!(gone = aside.gone, "files that lay aside for 30 days are gone");
    }
    if aside.moved == 0 && aside.wanted == 0 {
        return;
    }
    let detail = format!(
        "{} files that no row leads to were moved aside, where {} lie now, each for 30 days; a row \
         leads to {} of them. A few can be left by a process that was killed while it wrote. Many \
         mean that rows are lost: ask `handlers recover` before the 30 days are over",
        aside.moved, aside.waiting, aside.wanted
    );
    tell(app, OperatorKind::FilesAside, &day(app.now()).to_string(), &detail).await;
}

/// Lets the database look through its own pages.
pub async fn check_database(app: &App) {
    let found = match app.night.quick_check().await {
        Ok(found) => found,
        Err(error) => return warn!(%error, "the database could not be checked"),
    };
    let Some(first) = found.first() else { return };
    let detail = format!(
        "The database is damaged: its own check found {} things, the first: {first}. What can be \
         read is still served. Stop every `handlers`, put the newest whole copy of store.sqlite \
         there, and ask `handlers recover` what is still missing",
        found.len()
    );
    tell(app, OperatorKind::DamagedDatabase, DATABASE, &detail).await;
}

/// The line in the log is out before the row is written, which a damaged database may not take.
async fn tell(app: &App, kind: OperatorKind, about: &str, detail: &str) {
    if let Err(failure) = tell_operator(app, kind, about, detail).await {
        let why = failure.log().unwrap_or("no reason given").to_owned();
        warn!(why, "the operator's row could not be written");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use custom_handler::Timer;
    use domain::operator_row::{OPERATOR, OperatorRow};
    use domain::ports::documents::{Container, Query, list_all};
    use domain::ports::error::StoreError;
    use embedded::FilesAside;
    use jiff::Timestamp;

    use super::*;
    use crate::app::SettleNight;
    use crate::expire_records::expire_records;
    use crate::testing::TestApp;

    /// A store that has this to say of itself.
    struct Night(FilesAside, Result<Vec<String>, ()>);

    #[async_trait::async_trait]
    impl SettleNight for Night {
        async fn begin(&self) -> Result<(), StoreError> {
            Ok(())
        }

        async fn all_is_sent(&self) -> Result<(), StoreError> {
            Ok(())
        }

        async fn settle(&self) -> Result<bool, StoreError> {
            Ok(false)
        }

        async fn newest_write(&self) -> Result<Option<Timestamp>, StoreError> {
            Ok(None)
        }

        async fn move_aside(&self) -> Result<FilesAside, StoreError> {
            Ok(self.0)
        }

        async fn quick_check(&self) -> Result<Vec<String>, StoreError> {
            self.1.clone().map_err(|()| StoreError::unavailable("the disk is away"))
        }
    }

    async fn told(app: &TestApp) -> Vec<OperatorRow> {
        let rows = list_all(&app.store, Container::Inbox, OPERATOR, Query::prefix("")).await;
        rows.unwrap().iter().map(|row| row.read().unwrap()).collect()
    }

    async fn nights(night: Night, count: usize) -> Vec<OperatorRow> {
        let mut app = TestApp::at("2026-11-30T02:00:00Z").await;
        app.app.night = Arc::new(night);
        for _ in 0..count {
            expire_records(app.app.clone(), Timer::for_test()).await.unwrap();
            app.pass(jiff::SignedDuration::from_hours(24));
        }
        told(&app).await
    }

    #[tokio::test]
    async fn a_damaged_database_is_told_once_and_the_night_goes_on() {
        let damage = vec!["Tree 5 page 7: btreeInitPage() returns error code 11".to_owned()];
        let told = nights(Night(FilesAside::default(), Ok(damage)), 3).await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].kind, OperatorKind::DamagedDatabase);
        assert!(told[0].detail.contains("page 7") && told[0].detail.contains("handlers recover"));
    }

    #[tokio::test]
    async fn files_that_no_row_leads_to_are_told_to_the_operator() {
        let aside = FilesAside { moved: 3, gone: 1, waiting: 5, wanted: 0 };
        let told = nights(Night(aside, Ok(Vec::new())), 2).await;
        assert_eq!(told.len(), 2, "a row each night");
        assert_eq!(told[0].kind, OperatorKind::FilesAside);
        assert!(told[0].detail.starts_with("3 files"), "{}", told[0].detail);
    }

    #[tokio::test]
    async fn a_whole_store_tells_nothing_and_one_that_cannot_look_stops_no_night() {
        assert!(nights(Night(FilesAside::default(), Ok(Vec::new())), 1).await.is_empty());
        assert!(nights(Night(FilesAside::default(), Err(())), 1).await.is_empty());
    }

    #[tokio::test]
    async fn a_night_on_the_embedded_store_moves_aside_what_nobody_leads_to() {
        let app = TestApp::at("2026-11-30T02:00:00Z").await;
        let blobs = app.app.settings.data_dir.join("blobs");
        std::fs::write(blobs.join("0123456789abcdef"), b"whole, and nobody's").unwrap();
        expire_records(app.app.clone(), Timer::for_test()).await.unwrap();
        assert_eq!(told(&app).await.len(), 1);
        assert_eq!(std::fs::read_dir(&blobs).unwrap().count(), 0);
    }
}
