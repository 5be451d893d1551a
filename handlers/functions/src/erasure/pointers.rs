//! Pointers go last, and only when what they led to is gone (invariant 2, the other way round).

use custom_handler::Failure;
use domain::ledger_bucket::Bucket;
use domain::ledger_row::LedgerRow;
use domain::ports::documents::{Change, Container, Query, list_all};
use domain::ports::error::StoreError;
use jiff::civil::Date;

use crate::app::{App, stored};
use crate::inbox::inbox_of;

/// Deletes one ledger row; one that is gone already is fine.
pub async fn delete_ledger_row(app: &App, bucket: &str, row: &str) -> Result<(), Failure> {
    delete(app, Container::Ledger, bucket, row).await
}

/// Deletes the row that was written for this due day, where it stands in that day's bucket.
pub async fn delete_row_of(app: &App, row: &LedgerRow) -> Result<(), Failure> {
    let bucket = Bucket::of(row.due, &row.patient);
    delete_ledger_row(app, &bucket.to_string(), &row.id()).await
}

/// The row that leads to this document from the day that it says itself.
pub fn row_of(patient: &str, document: String, due: Date) -> LedgerRow {
    LedgerRow { patient: patient.to_owned(), document: Some(document), due }
}

/// Deletes every row about this patient in the inboxes of the controller's teams.
pub async fn delete_inbox_rows(
    app: &App,
    controller: &str,
    teams: &[String],
    patient: &str,
) -> Result<(), Failure> {
    for team in teams {
        let inbox = inbox_of(controller, team);
        let query = Query::prefix("").with("patient", patient);
        for row in stored(list_all(&*app.documents, Container::Inbox, &inbox, query).await)? {
            delete(app, Container::Inbox, &inbox, &row.id).await?;
        }
    }
    Ok(())
}

async fn delete(app: &App, container: Container, partition: &str, id: &str) -> Result<(), Failure> {
    loop {
        let Some(found) = stored(app.documents.get(container, partition, id).await)? else {
            return Ok(());
        };
        match app.documents.commit(container, partition, vec![Change::delete(&found)]).await {
            Err(StoreError::Stale { .. }) => {}
            other => return stored(other).map(drop),
        }
    }
}
