//! `handlers health`: what whoever runs the service has to look at, printed. The operator's own list,
//! messages that failed five times and wait for their report, and whether the stores answer.

use domain::operator_row::{OPERATOR, OperatorRow};
use domain::ports::blobs::BlobContainer;
use domain::ports::documents::{Change, Container, Query, list_all};
use domain::ports::error::StoreError;
use domain::ports::queues::{CountMessages, Queue};

use crate::app::App;

/// A line for each thing that was looked at.
#[derive(Debug, Default)]
pub struct Health {
    pub lines: Vec<String>,
    /// How many of them need somebody.
    pub troubles: usize,
}

/// Looks at everything; a store that does not answer is a line, not an end.
pub async fn health(app: &App, counts: &dyn CountMessages) -> Health {
    let mut health = Health::default();
    health.operator_list(app).await;
    for queue in Queue::ALL {
        health.poison(queue, counts.count(queue.poison()).await);
    }
    let incoming = app.blobs.list(BlobContainer::Incoming, "health/", None, 1).await;
    health.answers("pictures", incoming.map(drop));
    health.answers("keys", app.keys.current_link_key().await.map(drop));
    health
}

/// Takes a row off the operator's list, once somebody has looked after it.
pub async fn done(app: &App, row: &str) -> Result<(), String> {
    let failed = |error: StoreError| error.to_string();
    let found = app.documents.get(Container::Inbox, OPERATOR, row).await.map_err(failed)?;
    let found = found.ok_or_else(|| format!("the operator's list has no row `{row}`"))?;
    let gone = vec![Change::delete(&found)];
    app.documents.commit(Container::Inbox, OPERATOR, gone).await.map(drop).map_err(failed)
}

impl Health {
    async fn operator_list(&mut self, app: &App) {
        let rows = list_all(&*app.documents, Container::Inbox, OPERATOR, Query::prefix("")).await;
        self.answers("documents", rows.as_ref().map(|_| ()).map_err(ToString::to_string));
        for found in rows.unwrap_or_default() {
            self.trouble(match found.read::<OperatorRow>() {
                Ok(row) => format!("{}  since {}: {}", found.id, row.at, row.detail),
                Err(error) => format!("{}  cannot be read: {error}", found.id),
            });
        }
    }

    fn poison(&mut self, queue: Queue, count: Result<u64, StoreError>) {
        let queue = queue.poison();
        match count {
            Ok(0) => self.lines.push(format!("{queue}: empty")),
            Ok(count) => self.trouble(format!("{queue}: {count} waiting to be reported")),
            Err(error) => self.trouble(format!("{queue}: does not answer: {error}")),
        }
    }

    fn answers(&mut self, what: &str, answer: Result<(), impl ToString>) {
        match answer {
            Ok(()) => self.lines.push(format!("{what}: answer")),
            Err(error) => self.trouble(format!("{what}: do not answer: {}", error.to_string())),
        }
    }

    fn trouble(&mut self, line: String) {
        self.lines.push(line);
        self.troubles += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::operator_row::OperatorKind;
    use domain::ports::queues::Queues as _;
    use serde_json::json;

    use super::*;
    use crate::operator_list::tell_operator;
    use crate::testing::TestApp;

    #[tokio::test]
    async fn a_service_without_trouble_says_what_was_looked_at() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let Health { lines, troubles } = health(&test.app, &test.store).await;
        assert_eq!(troubles, 0, "{lines:?}");
        let expected = [
            "documents: answer",
            "uploads-poison: empty",
            "sms-poison: empty",
            "erasures-poison: empty",
            "pictures: answer",
            "keys: answer",
        ];
        assert_eq!(lines, expected);
    }

    #[tokio::test]
    async fn a_row_of_the_operator_is_shown_until_somebody_names_it() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let kind = OperatorKind::UnreadableMessage;
        tell_operator(&test.app, kind, "m-1", "Nobody can read it.").await.unwrap();
        let shown = health(&test.app, &test.store).await;
        let row = "unreadable-message-m-1";
        let line = format!("{row}  since 2026-11-22T10:00:00Z: Nobody can read it.");
        assert!(shown.troubles == 1 && shown.lines.contains(&line), "{shown:?}");

        done(&test.app, "unreadable-message-m-2").await.unwrap_err();
        assert_eq!(health(&test.app, &test.store).await.troubles, 1);
        done(&test.app, row).await.unwrap();
        assert_eq!(health(&test.app, &test.store).await.troubles, 0);
    }

    #[tokio::test]
    async fn poison_that_waits_is_counted_hidden_or_not() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        for hidden_for in [Duration::ZERO, Duration::from_mins(5)] {
            test.store.send(Queue::Sms, &json!({}), hidden_for).await.unwrap();
        }
        assert_eq!(test.store.count(Queue::Sms.name()).await.unwrap(), 2);
        let database = test.app.settings.data_dir.join("store.sqlite");
        let database = rusqlite::Connection::open(database).unwrap();
        database.execute("UPDATE messages SET queue = 'sms-poison'", []).unwrap();
        let shown = health(&test.app, &test.store).await;
        let line = "sms-poison: 2 waiting to be reported".to_owned();
        assert!(shown.troubles == 1 && shown.lines.contains(&line), "{shown:?}");
    }

    #[tokio::test]
    async fn a_store_that_does_not_answer_is_a_line_and_not_the_end() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let shown = health(&test.app, &Silent).await;
        assert_eq!(shown.troubles, 3, "{shown:?}");
        assert!(shown.lines.last().unwrap().starts_with("keys: answer"));
    }

    struct Silent;

    #[async_trait::async_trait]
    impl CountMessages for Silent {
        async fn count(&self, _: &str) -> Result<u64, StoreError> {
            Err(StoreError::unavailable("no answer"))
        }
    }
}
