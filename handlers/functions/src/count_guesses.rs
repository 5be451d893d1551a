//! Unknown codes, counted in this process. A restart or a second instance begins at nothing: the
//! alarm is about many within a minute, and a count in the store would let a stranger write there.

use std::sync::{Mutex, PoisonError};

use domain::guessed_codes::GuessedCodes;
use domain::operator_row::OperatorKind;
use jiff::Timestamp;
use tracing::warn;

use crate::app::App;
use crate::ledger::day;
use crate::operator_list::tell_operator;

/// The count.
#[derive(Debug, Default)]
pub struct CountedGuesses(Mutex<GuessedCodes>);

/// Counts a code that no link has; where there are many, tells the operator, once a day in the list
/// and at most twice a minute in the log. Never the code, and never another answer for who asked.
pub async fn count_guess(app: &App, now: Timestamp) {
    let many = {
        let mut counted = app.guesses.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (after, many) = counted.one_more(now);
        *counted = after;
        many
    };
    let Some(count) = many else { return };
    let detail = format!(
        "Somebody tries codes of links: {count} within a minute that no link has. They are not \
         blocked; a code cannot be guessed. Look at who calls, in front of the app."
    );
    let today = day(now).to_string();
    if let Err(failure) = tell_operator(app, OperatorKind::GuessedCodes, &today, &detail).await {
        warn!(%failure, "the operator's list cannot be written");
    }
}
