//! The operator's own list: what no hospital can mend. A row for `handlers health`, and an ERROR
//! line of a named kind for the alert.

use custom_handler::Failure;
use domain::operator_row::{OPERATOR, OperatorKind, OperatorRow, row_id};
use domain::ports::documents::{Change, Container};
use tracing::error;

use crate::app::{App, stored};

/// Tells the operator once about `about` (an id of letters, digits and hyphens, never personal
/// data): a second telling keeps the first row. The line in the log comes every time.
pub async fn tell_operator(
    app: &App,
    kind: OperatorKind,
    about: &str,
    detail: &str,
) -> Result<(), Failure> {
    error!(operator.kind = kind.as_str(), about, "{detail}");
    let row = OperatorRow { kind, at: app.now(), detail: detail.to_owned() };
    let change = vec![stored(Change::create(row_id(kind, about), &row))?];
    match app.documents.commit(Container::Inbox, OPERATOR, change).await {
        Err(error) if !error.is_race() => stored(Err(error)),
        _ => Ok(()),
    }
}
